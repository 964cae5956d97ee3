#include "report/page.h"

#include <stdlib.h>

static const char *entity(char c) {
  switch (c) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  case '\'':
    return "&#39;";
  default:
    return NULL;
  }
}

const char *page_escape(arena *a, const char *text) {
  text_buffer out = {0};
  text_add(&out, "%s", "");
  for (const char *at = table_plain(a, text); *at; at++) {
    const char *name = entity(*at);
    if (name)
      text_add(&out, "%s", name);
    else
      text_add_bytes(&out, at, 1);
  }
  const char *copy = arena_text(a, out.text);
  free(out.text);
  return copy;
}
