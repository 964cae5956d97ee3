#include "plan/listed.h"

#include <string.h>

/* What is between the quotes that text begins with; NULL: they are not closed. *end: behind them.
 */
static const char *read_quoted(arena *a, const char *text, const char **end) {
  char *made = arena_get(a, strlen(text) + 1);
  size_t length = 0;
  for (const char *at = text + 1; *at; at++) {
    if (*at == '"' && at[1] != '"') {
      made[length] = '\0';
      *end = at + 1;
      return made;
    }
    if (*at == '"') at++;
    made[length++] = *at;
  }
  return NULL;
}

static void finish(const char **rest, const char *end, listed *out) {
  out->end = *end;
  *rest = *end ? end + 1 : end;
}

bool listed_next(arena *a, const char **rest, const char *separators, listed *out) {
  const char *start = *rest + strspn(*rest, " ");
  out->quoted = *start == '"';
  if (out->quoted) {
    out->text = read_quoted(a, start, &start);
    if (!out->text) return false;
    start += strspn(start, " ");
    if (*start && !strchr(separators, *start)) return false;
    finish(rest, start, out);
    return true;
  }
  const size_t whole = strcspn(start, separators);
  size_t length = whole;
  while (length && start[length - 1] == ' ') length--;
  out->text = arena_format(a, "%.*s", (int)length, start);
  finish(rest, start + whole, out);
  return true;
}
