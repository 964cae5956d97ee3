#include "report/format.h"

#include "base/plain_locale.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void print(char out[FORMAT_ROOM], const char *format,
                                                        ...) {
  va_list arguments;
  va_start(arguments, format);
  plain_locale_print(out, FORMAT_ROOM, format, arguments);
  va_end(arguments);
}

char *format_number(char out[FORMAT_ROOM], double x) {
  return text_shortest(out, x);
}

char *format_fixed(char out[FORMAT_ROOM], double x, int digits) {
  if (fabs(x) < 1e9)
    print(out, "%.*f", digits, x);
  else
    print(out, "%.*g", digits, x);
  if (out[0] == '-' && strspn(out + 1, "0.") == strlen(out + 1)) memmove(out, out + 1, strlen(out));
  return out;
}

char *format_duration(char out[FORMAT_ROOM], double seconds) {
  long s = seconds < 0 ? 0 : seconds > 1e9 ? 1000000000 : lround(seconds);
  if (s < 60)
    print(out, "%ld s", s);
  else if (s < 3600)
    print(out, "%ld min %ld s", s / 60, s % 60);
  else if (s < 86400)
    print(out, "%ld h %ld min", s / 3600, s % 3600 / 60);
  else
    print(out, "%ld d %ld h", s / 86400, s % 86400 / 3600);
  return out;
}

typedef struct letter_range {
  uint32_t low, high;
  size_t width;
} letter_range;

/* The blocks of Unicode whose letters do not take one column (UAX 11, in broad strokes). wcwidth
 * would follow the locale. */
static const letter_range RANGES[] = {
    {0x300, 0x36f, 0},   {0x200b, 0x200f, 0}, {0xfe00, 0xfe0f, 0},   {0x1100, 0x115f, 2},
    {0x2e80, 0xa4cf, 2}, {0xac00, 0xd7a3, 2}, {0xf900, 0xfaff, 2},   {0xfe30, 0xfe6f, 2},
    {0xff00, 0xff60, 2}, {0xffe0, 0xffe6, 2}, {0x1f300, 0x1faff, 2}, {0x20000, 0x3fffd, 2},
};

static size_t letter_width(uint32_t letter) {
  for (size_t i = 0; i < sizeof RANGES / sizeof *RANGES; i++)
    if (letter >= RANGES[i].low && letter <= RANGES[i].high) return RANGES[i].width;
  return 1;
}

size_t format_letter(const char *text, uint32_t *letter) {
  const unsigned char *s = (const unsigned char *)text;
  size_t bytes = text_utf8(text);
  *letter = bytes < 2 ? s[0] : s[0] & (0xffu >> (bytes + 1));
  for (size_t i = 1; i < bytes; i++) *letter = *letter << 6 | (s[i] & 0x3f);
  return bytes ? bytes : 1;
}

size_t format_width(const char *text) {
  size_t width = 0;
  for (uint32_t letter; *text; width += letter_width(letter)) text += format_letter(text, &letter);
  return width;
}

static void pad(text_buffer *out, char with, size_t count) {
  for (size_t i = 0; i < count; i++) text_add_bytes(out, &with, 1);
}

void format_fit(text_buffer *out, const char *text, size_t width) {
  size_t full = format_width(text), used = 0;
  size_t room = full <= width ? width : width < 2 ? 0 : width - 2;
  while (*text) {
    uint32_t letter;
    size_t bytes = format_letter(text, &letter);
    if (used + letter_width(letter) > room) break;
    text_add_bytes(out, text, bytes);
    used += letter_width(letter);
    text += bytes;
  }
  pad(out, full <= width ? ' ' : '.', full <= width ? width - used : width < 2 ? width : 2);
  if (full > width && width >= 2) pad(out, ' ', width - 2 - used);
}

static size_t *column_widths(const format_grid *grid, size_t least) {
  size_t *widths = memory_array(grid->columns, sizeof *widths);
  for (size_t c = 0; c < grid->columns; c++) widths[c] = least;
  for (size_t i = 0; i < grid->rows * grid->columns; i++) {
    size_t width = format_width(grid->cells[i]);
    if (width > widths[i % grid->columns]) widths[i % grid->columns] = width;
  }
  return widths;
}

static void add_cell(text_buffer *out, const char *text, size_t width, bool right) {
  size_t blank = width - format_width(text);
  if (right) pad(out, ' ', blank);
  text_add(out, "%s", text);
  if (!right) pad(out, ' ', blank);
}

static void add_row(text_buffer *out, const format_grid *grid, const size_t *widths, size_t row,
                    const char *between) {
  for (size_t c = 0; c < grid->columns; c++) {
    if (c) text_add(out, "%s", between);
    add_cell(out, grid->cells[row * grid->columns + c], widths[c], grid->right[c]);
  }
}

/* A bar inside a cell would end it. */
static const char *escape_bars(arena *a, const char *text) {
  char *copy = arena_get(a, 2 * strlen(text) + 1), *to = copy;
  for (; *text; text++) {
    if (*text == '|') *to++ = '\\';
    *to++ = *text == '\n' || *text == '\r' ? ' ' : *text;
  }
  return copy;
}

void format_markdown(text_buffer *out, const format_grid *grid) {
  arena memory = {0};
  format_grid safe = *grid;
  safe.cells = arena_get(&memory, (grid->rows * grid->columns + 1) * sizeof *safe.cells);
  for (size_t i = 0; i < grid->rows * grid->columns; i++)
    safe.cells[i] = escape_bars(&memory, grid->cells[i]);
  size_t *widths = column_widths(&safe, 3);
  for (size_t r = 0; r < grid->rows; r++) {
    text_add(out, "| ");
    add_row(out, &safe, widths, r, " | ");
    text_add(out, " |\n");
    for (size_t c = 0; r == 0 && c < grid->columns; c++) {
      text_add(out, "%s", c ? " | " : "| ");
      pad(out, '-', widths[c] - (grid->right[c] ? 1 : 0));
      if (grid->right[c]) text_add(out, ":");
    }
    if (r == 0) text_add(out, " |\n");
  }
  free(widths);
  arena_close(&memory);
}

static void strip_blanks(text_buffer *out) {
  while (out->length && out->text[out->length - 1] == ' ') out->text[--out->length] = 0;
}

void format_aligned(text_buffer *out, const format_grid *grid) {
  size_t *widths = column_widths(grid, 1);
  for (size_t r = 0; r < grid->rows; r++) {
    add_row(out, grid, widths, r, "  ");
    strip_blanks(out);
    text_add(out, "\n");
    for (size_t c = 0; r == 0 && c < grid->columns; c++) {
      if (c) text_add(out, "  ");
      pad(out, '-', widths[c]);
    }
    if (r == 0) text_add(out, "\n");
  }
  free(widths);
}

void format_latex(text_buffer *out, const format_grid *grid) {
  size_t *widths = column_widths(grid, 1);
  text_add(out, "\\begin{tabular}{");
  for (size_t c = 0; c < grid->columns; c++) text_add(out, "%s", grid->right[c] ? "r" : "l");
  text_add(out, "}\n\\toprule\n");
  for (size_t r = 0; r < grid->rows; r++) {
    add_row(out, grid, widths, r, " & ");
    text_add(out, " \\\\\n%s", r == 0 ? "\\midrule\n" : "");
  }
  text_add(out, "\\bottomrule\n\\end{tabular}\n");
  free(widths);
}
