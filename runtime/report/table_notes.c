#include "report/table_parts.h"

#include "base/text.h"
#include "report/table_numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 15 };

/* What the runs have: their mean or, where they differ by more than the last digit, the least
 * and the most: one run that is far off would decide a mean. */
static void add_number(const table_parts *p, text_buffer *out, const table_source *number,
                       int digits) {
  double *x = memory_array(p->runs.count + 1, sizeof *x), low = INFINITY, high = -INFINITY;
  char first[FORMAT_ROOM], last[FORMAT_ROOM];
  for (size_t r = 0; r < p->runs.count; r++) {
    x[r] = table_number(p, number, r);
    low = fmin(low, x[r]); /* passes over NAN */
    high = fmax(high, x[r]);
  }
  const double mean = table_average_of(x, p->runs.count).mean;
  if (isnan(mean))
    text_add(out, TABLE_GAP);
  else if (high - low > pow(10, -digits))
    text_add(out, "%s to %s", format_fixed(first, low, digits), format_fixed(last, high, digits));
  else
    text_add(out, "%s", format_fixed(first, mean, digits));
  free(x);
}

static status_code read_digits(const table_parts *p, const char *where, const char *text,
                               int *digits, failure *err) {
  if (!*text || strlen(text) > 2 || strspn(text, "0123456789") != strlen(text) ||
      atoi(text) > MOST_DIGITS)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "table %s: %s: the digits after the colon must be a whole number, 0 to %d, "
                       "not \"%s\"",
                       p->request->name, where, MOST_DIGITS, text);
  *digits = atoi(text);
  return STATUS_OK;
}

/* field: the text between the braces. */
static status_code add_field(table_parts *p, text_buffer *out, const char *field, failure *err) {
  const char *where = arena_format(&p->memory, "notes: {%s}", field);
  char *column = arena_text(&p->memory, field), *colon = strrchr(column, ':');
  table_source number;
  int digits = 0;
  if (colon) *colon = 0;
  status_code status = table_find_number(p, where, column, &number, err);
  if (status == STATUS_OK && colon) status = read_digits(p, where, colon + 1, &digits, err);
  if (status != STATUS_OK) return status;
  add_number(p, out, &number, colon ? digits : number.facts->digits);
  return STATUS_OK;
}

static status_code expand(table_parts *p, text_buffer *out, const char *note, failure *err) {
  status_code status = STATUS_OK;
  while (*note && status == STATUS_OK) {
    size_t plain = strcspn(note, "{");
    text_add_bytes(out, note, plain);
    note += plain;
    if (!*note) break;
    if (note[1] == '{') {
      text_add(out, "{");
      note += 2;
      continue;
    }
    size_t length = strcspn(note + 1, "}");
    if (!note[1 + length])
      return failure_set(err, STATUS_BAD_CONFIG,
                         "table %s: notes: \"%s\" has no } after it; a brace itself is written {{",
                         p->request->name, note);
    status = add_field(p, out, arena_format(&p->memory, "%.*s", (int)length, note + 1), err);
    note += length + 2;
  }
  return status;
}

status_code table_find_notes(table_parts *p, failure *err) {
  const value *declared = value_get(p->request->declaration, "notes");
  status_code status = STATUS_OK;
  for (size_t i = 0; entries_part(declared, i) && status == STATUS_OK; i++) {
    text_buffer text = {0};
    text_add(&text, "%s", "");
    status = expand(p, &text, entries_part(declared, i), err);
    if (status == STATUS_OK) table_add_note(p, text.text);
    free(text.text);
  }
  return status;
}
