#include "report/table_parts.h"

#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *table_plain(arena *a, const char *text) {
  char *out = arena_text(a, text), *to = out;
  while (*text) {
    const size_t bytes = text_utf8(text);
    const unsigned char first = (unsigned char)*text, second = (unsigned char)text[bytes > 1];
    const bool control = first < 32 || first == 127 || (first == 0xc2 && second < 0xa0);
    if (control || bytes == 0)
      *to++ = bytes ? ' ' : '?';
    else
      to = (char *)memcpy(to, text, bytes) + bytes;
    text += bytes ? bytes : 1;
  }
  *to = 0;
  return out;
}

static bool is_word(char c) {
  return isalnum((unsigned char)c) || (unsigned char)c >= 128;
}

/* Is it a sign of Markdown here? An underline within a word is not, nor is a bracket without an
 * address. */
static bool is_sign(const char *text, const char *at) {
  if (*at == '_') return at == text || !is_word(at[-1]) || !is_word(at[1]);
  if (*at == ']') return at[1] == '(' || at[1] == '[' || at[1] == ':';
  if (*at == '&') return isalnum((unsigned char)at[1]) || at[1] == '#';
  return strchr("\\`*<~", *at) != NULL;
}

/* At the beginning of a line these would begin a heading, a list or a quotation. */
static size_t opening(const char *text) {
  const size_t digits = strspn(text, "0123456789");
  const char *at = text + digits;
  if (digits && (*at == '.' || *at == ')') && at[1] == ' ') return digits;
  return !digits && *at && strchr("#>+-", *at) && (at[1] == ' ' || *at == '#') ? 0 : SIZE_MAX;
}

const char *table_markdown(arena *a, const char *text) {
  text_buffer out = {0};
  text = table_plain(a, text);
  const size_t first = opening(text);
  text_add(&out, "%s", "");
  for (const char *at = text; *at; at++) {
    if (is_sign(text, at) || (size_t)(at - text) == first) text_add(&out, "\\");
    text_add_bytes(&out, at, 1);
  }
  const char *copy = arena_text(a, out.text);
  free(out.text);
  return copy;
}
