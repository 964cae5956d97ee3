#include "report/table_notes.h"

#include "base/text.h"
#include "report/format.h"
#include "report/table_numbers.h"
#include "report/table_sources.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 15 };

/* What the runs have: their mean or, where they differ by more than the last digit, from the least
 * to the most. One that is far off would be all of a mean. */
static void add_number(const table_parts *p, text_buffer *out, int column, int digits) {
  const table_source plain = {.run = column};
  double *x = memory_array(p->runs.count + 1, sizeof *x), low = INFINITY, high = -INFINITY;
  char first[FORMAT_ROOM], last[FORMAT_ROOM];
  for (size_t r = 0; r < p->runs.count; r++) {
    x[r] = table_number(p, &plain, r);
    low = fmin(low, x[r]); /* passes over NAN */
    high = fmax(high, x[r]);
  }
  const double mean = table_average_of(x, p->runs.count).mean;
  if (isnan(mean))
    text_add(out, "–");
  else if (high - low > pow(10, -digits))
    text_add(out, "%s to %s", format_fixed(first, low, digits), format_fixed(last, high, digits));
  else
    text_add(out, "%s", format_fixed(first, mean, digits));
  free(x);
}

static hifm_status read_digits(const table_parts *p, const char *where, const char *text,
                               int *digits, hifm_error *err) {
  if (!*text || strlen(text) > 2 || strspn(text, "0123456789") != strlen(text) ||
      atoi(text) > MOST_DIGITS)
    return hifm_fail(err, HIFM_BAD_CONFIG,
                     "table %s: %s: after the colon stands how many digits, 0 to %d, not \"%s\"",
                     p->request->name, where, MOST_DIGITS, text);
  *digits = atoi(text);
  return HIFM_OK;
}

/* field: what stands between the braces. */
static hifm_status add_field(table_parts *p, text_buffer *out, const char *field, hifm_error *err) {
  const char *where = arena_format(&p->memory, "notes: {%s}", field);
  char *column = arena_text(&p->memory, field), *colon = strrchr(column, ':');
  int at, digits = 0;
  if (colon) *colon = 0;
  hifm_status status = table_find_number(p, where, column, &at, err);
  if (status == HIFM_OK && colon) status = read_digits(p, where, colon + 1, &digits, err);
  if (status != HIFM_OK) return status;
  add_number(p, out, at, colon ? digits : table_digits(column));
  return HIFM_OK;
}

static hifm_status expand(table_parts *p, text_buffer *out, const char *note, hifm_error *err) {
  hifm_status status = HIFM_OK;
  while (*note && status == HIFM_OK) {
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
      return hifm_fail(err, HIFM_BAD_CONFIG,
                       "table %s: notes: \"%s\" has no } after it; a brace itself is written {{",
                       p->request->name, note);
    status = add_field(p, out, arena_format(&p->memory, "%.*s", (int)length, note + 1), err);
    note += length + 2;
  }
  return status;
}

hifm_status table_find_notes(table_parts *p, hifm_error *err) {
  const value *declared = value_get(p->request->declaration, "notes");
  hifm_status status = HIFM_OK;
  for (size_t i = 0; view_part(declared, i) && status == HIFM_OK; i++) {
    text_buffer text = {0};
    text_add(&text, "%s", "");
    status = expand(p, &text, view_part(declared, i), err);
    if (status == HIFM_OK) table_add_note(p, text.text);
    free(text.text);
  }
  return status;
}
