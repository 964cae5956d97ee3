#include "base/csv_table.h"

#include "base/files.h"
#include "base/text.h"

#include <csv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 1 << 30, MOST_COLUMNS = 10000 }; /* a grid of 10,000 runs has some 300 MB */

/* A copy of `columns` texts in a row, each with its NUL. */
static const char **keep(arena *a, const char *texts, size_t length, size_t columns) {
  const char **cells = arena_get(a, columns * sizeof *cells + length);
  char *copy = (char *)(cells + columns);
  memcpy(copy, texts, length);
  for (size_t i = 0; i < columns; i++) {
    cells[i] = copy;
    copy += strlen(copy) + 1;
  }
  return cells;
}

/* The array of rows doubles when its count is a power of two; old ones stay in the arena. */
static void add_row(csv_table *table, const char **cells) {
  size_t count = table->count;
  if ((count & (count - 1)) == 0) {
    const char ***larger = arena_get(&table->memory, (count ? 2 * count : 1) * sizeof *larger);
    if (count) memcpy(larger, table->cells, count * sizeof *larger);
    table->cells = larger;
  }
  table->cells[table->count++] = cells;
}

static const char **keep_cells(arena *a, const char *const *cells, size_t columns) {
  text_buffer texts = {0};
  for (size_t i = 0; i < columns; i++) {
    const char *cell = cells[i] ? cells[i] : "";
    text_add_bytes(&texts, cell, strlen(cell) + 1);
  }
  const char **kept = keep(a, texts.text, texts.length, columns);
  free(texts.text);
  return kept;
}

void csv_table_begin(csv_table *table, const char *const *header, size_t columns) {
  *table = (csv_table){.columns = columns};
  table->header = keep_cells(&table->memory, header, columns);
}

void csv_table_add(csv_table *table, const char *const *cells) {
  add_row(table, keep_cells(&table->memory, cells, table->columns));
}

void csv_table_close(csv_table *table) {
  arena_close(&table->memory);
  *table = (csv_table){0};
}

int csv_table_column(const csv_table *table, const char *name) {
  for (size_t i = 0; i < table->columns; i++)
    if (strcmp(table->header[i], name) == 0) return (int)i;
  return -1;
}

/* What libcsv's callbacks need: the row they are in, and whether one of them refused. */
typedef struct reader {
  csv_table *table;
  const char *path;
  size_t line;       /* of the file, from 1 */
  text_buffer texts; /* cells of the row so far, each with its NUL */
  size_t columns;    /* how many these are */
  bool may_end;      /* the last row may lack its newline */
  status_code status;
  failure *err;
} reader;

static void take_cell(void *bytes, size_t length, void *context) {
  reader *r = context;
  text_add_bytes(&r->texts, bytes, length);
  text_add_bytes(&r->texts, "", 1);
  r->columns++;
}

/* The first name that is twice in the header, or NULL. */
static const char *repeated(const csv_table *table) {
  const char **sorted = memory_array(table->columns, sizeof *sorted), *twice = NULL;
  memcpy(sorted, table->header, table->columns * sizeof *sorted);
  qsort(sorted, table->columns, sizeof *sorted, text_order);
  for (size_t i = 1; i < table->columns && !twice; i++)
    if (strcmp(sorted[i - 1], sorted[i]) == 0) twice = sorted[i];
  free(sorted);
  return twice;
}

static status_code take_header(reader *r) {
  csv_table *table = r->table;
  if (r->columns > MOST_COLUMNS)
    return failure_set(r->err, STATUS_BAD_INPUT, "%s:%zu: %zu columns; at most %d are read",
                       r->path, r->line, r->columns, (int)MOST_COLUMNS);
  table->columns = r->columns;
  table->header = keep(&table->memory, r->texts.text, r->texts.length, r->columns);
  const char *twice = repeated(table);
  if (!twice) return STATUS_OK;
  return failure_set(r->err, STATUS_BAD_INPUT, "%s:%zu: the header names column \"%s\" twice",
                     r->path, r->line, twice);
}

/* end is the character that ended the row, or -1 where the file ended before it did. */
static status_code check_row(reader *r, int end) {
  if (end == -1 && !r->may_end)
    return failure_set(r->err, STATUS_BAD_INPUT,
                       "%s:%zu: the last row has no newline; the file seems cut off", r->path,
                       r->line);
  if (!r->table->header) return take_header(r);
  if (r->columns == r->table->columns) return STATUS_OK;
  return failure_set(r->err, STATUS_BAD_INPUT, "%s:%zu: a row of %zu cells under a header of %zu",
                     r->path, r->line, r->columns, r->table->columns);
}

static void take_row(int end, void *context) {
  reader *r = context;
  if (r->status) return;
  bool header = !r->table->header;
  r->status = check_row(r, end);
  if (!r->status && !header)
    add_row(r->table, keep(&r->table->memory, r->texts.text, r->texts.length, r->columns));
  r->texts.length = 0;
  r->columns = 0;
}

static int is_no_space(unsigned char c) {
  (void)c;
  return 0;
}

static status_code refuse(const reader *r, struct csv_parser *parser) {
  if (csv_error(parser) != CSV_EPARSE)
    return failure_set(r->err, STATUS_NO_RESOURCE, "%s:%zu: no memory to read this line", r->path,
                       r->line);
  return failure_set(r->err, STATUS_BAD_INPUT,
                     "%s:%zu: a quote out of place; quotes enclose a whole cell and are doubled "
                     "inside it",
                     r->path, r->line);
}

/* Line by line, so that messages can name the line. */
static status_code parse_lines(reader *r, struct csv_parser *parser, const char *text,
                               size_t length) {
  for (size_t at = 0; at < length; r->line++) {
    const char *newline = memchr(text + at, '\n', length - at);
    size_t piece = newline ? (size_t)(newline - text) + 1 - at : length - at;
    if (csv_parse(parser, text + at, piece, take_cell, take_row, r) != piece)
      return refuse(r, parser);
    if (r->status) return r->status;
    at += piece;
  }
  if (length && text[length - 1] != '\n') r->line--; /* the end is still on the last line */
  if (csv_fini(parser, take_cell, take_row, r)) return refuse(r, parser);
  return r->status;
}

static size_t line_of(const char *text, const char *place) {
  size_t line = 1;
  for (; text < place; text++) line += *text == '\n';
  return line;
}

static size_t mark_length(const char *text, size_t length) {
  return length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* What libcsv would pass on as if it were text. */
static status_code check_bytes(const char *text, size_t length, const char *path, failure *err) {
  if (mark_length(text, length))
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s:1: starts with a byte-order mark; save it as plain UTF-8", path);
  const char *nul = memchr(text, '\0', length);
  if (!nul) return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT, "%s:%zu: has a NUL byte; this is not CSV text", path,
                     line_of(text, nul));
}

static status_code parse(reader *r, const char *text, size_t length) {
  struct csv_parser parser;
  if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI))
    return failure_set(r->err, STATUS_BUG, "%s: libcsv did not start", r->path);
  csv_set_space_func(&parser, is_no_space); /* RFC 4180: spaces belong to the cell */
  status_code status = parse_lines(r, &parser, text, length);
  csv_free(&parser);
  free(r->texts.text);
  if (status == STATUS_OK && !r->table->header)
    status = failure_set(r->err, STATUS_BAD_INPUT, "%s:1: no header; the file is empty", r->path);
  return status;
}

static status_code read_file(csv_table *table, const char *path, bool any, failure *err) {
  *table = (csv_table){0};
  char *text;
  size_t length;
  status_code status = files_read(path, LARGEST_FILE, &text, &length, err);
  if (status != STATUS_OK) return status;
  const size_t skipped = any ? mark_length(text, length) : 0;
  status = check_bytes(text + skipped, length - skipped, path, err);
  reader r = {.table = table, .path = path, .line = 1, .may_end = any, .err = err};
  if (status == STATUS_OK) status = parse(&r, text + skipped, length - skipped);
  free(text);
  if (status != STATUS_OK) csv_table_close(table);
  return status;
}

status_code csv_table_read(csv_table *table, const char *path, failure *err) {
  return read_file(table, path, false, err);
}

status_code csv_table_read_any(csv_table *table, const char *path, failure *err) {
  return read_file(table, path, true, err);
}

/* An empty cell alone in its row is quoted too: a bare one would be a blank line. */
static void write_cell(text_buffer *out, const char *cell, bool alone) {
  if (cell[strcspn(cell, ",\"\r\n")] == '\0' && !(alone && *cell == '\0')) {
    text_add_bytes(out, cell, strlen(cell));
    return;
  }
  size_t length = strlen(cell), room = 2 * length + 2;
  char *quoted = memory_get(room);
  text_add_bytes(out, quoted, csv_write(quoted, room, cell, length));
  free(quoted);
}

static void write_row(text_buffer *out, const char *const *cells, size_t columns) {
  for (size_t i = 0; i < columns; i++) {
    if (i) text_add_bytes(out, ",", 1);
    write_cell(out, cells[i], columns == 1);
  }
  text_add_bytes(out, "\n", 1);
}

static text_buffer write_rows(const csv_table *table) {
  text_buffer out = {0};
  write_row(&out, table->header, table->columns);
  for (size_t i = 0; i < table->count; i++) write_row(&out, table->cells[i], table->columns);
  return out;
}

void csv_table_print(const csv_table *table, FILE *to) {
  text_buffer out = write_rows(table);
  fwrite(out.text, 1, out.length, to);
  free(out.text);
}

status_code csv_table_write(const csv_table *table, const char *path, failure *err) {
  text_buffer out = write_rows(table);
  status_code status = files_write(path, out.text, out.length, err);
  free(out.text);
  return status;
}
