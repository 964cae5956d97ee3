/* A figure within a page. gnuplot gives every picture the same ids, and each curve a title that a
 * browser would show beside the pointer. */
#include "report/page.h"

#include <ctype.h>
#include <string.h>

static const char *const DRAWN[] = {"svg",         "g",       "defs",     "path",    "rect",
                                    "circle",      "ellipse", "line",     "polygon", "polyline",
                                    "use",         "text",    "tspan",    "filter",  "feFlood",
                                    "feComposite", "feBlend", "clipPath", "pattern", "mask"};
static const char *const LEFT_OUT[] = {"title", "desc"};
#define HAS(list, name, length) has(list, sizeof list / sizeof *list, name, length)

static bool has(const char *const *list, size_t count, const char *name, size_t length) {
  for (size_t i = 0; i < count; i++)
    if (strlen(list[i]) == length && strncmp(list[i], name, length) == 0) return true;
  return false;
}

/* Of the tag at "<", with its ">"; quotes are closed. 0: it does not end. */
static size_t tag_length(const char *tag) {
  char quote = 0;
  for (const char *at = tag; *at; at++) {
    if (quote && *at == quote)
      quote = 0;
    else if (!quote && (*at == '"' || *at == '\''))
      quote = *at;
    else if (!quote && *at == '>')
      return (size_t)(at + 1 - tag);
  }
  return 0;
}

/* Behind what an id follows in a tag: id="x", href="#x", url(#x); NULL: none from here on. */
static const char *find_id(const char *at, const char *end) {
  static const char *const BEFORE[] = {" id=\"", " id='", "href=\"#", "href='#", "url(#"};
  for (; at < end; at++)
    for (size_t i = 0; i < sizeof BEFORE / sizeof *BEFORE; i++)
      if (strncmp(at, BEFORE[i], strlen(BEFORE[i])) == 0) return at + strlen(BEFORE[i]);
  return NULL;
}

/* The tag with the prefix before each id. */
static void add_tag(text_buffer *out, const char *tag, size_t length, const char *prefix) {
  const char *end = tag + length, *id;
  while ((id = find_id(tag, end))) {
    text_add_bytes(out, tag, (size_t)(id - tag));
    text_add(out, "%s", prefix);
    tag = id;
  }
  text_add_bytes(out, tag, (size_t)(end - tag));
}

/* Does the tag refer to something outside of the picture? */
static bool leads_away(const char *tag, size_t length) {
  static const char HREF[] = "href=", URL[] = "url(";
  for (size_t i = 0; i < length; i++) {
    if (strncmp(tag + i, HREF, strlen(HREF)) == 0 && tag[i + strlen(HREF) + 1] != '#') return true;
    if (strncmp(tag + i, URL, strlen(URL)) == 0 && tag[i + strlen(URL)] != '#') return true;
  }
  return false;
}

/* Copies what begins at "<": a tag, or an element that is left out with what is in it. *at moves
 * behind it. */
static status_code copy_tag(text_buffer *out, const char **at, const char *prefix, failure *err) {
  const char *tag = *at, *name = tag + 1 + (tag[1] == '/');
  size_t letters = 0;
  while (isalpha((unsigned char)name[letters])) letters++;
  const size_t length = tag_length(tag);
  *at = tag + length;
  if (length && HAS(LEFT_OUT, name, letters)) {
    const char *close = strstr(*at, "</");
    const size_t rest = close ? tag_length(close) : 0;
    if (rest) *at = close + rest;
    if (rest) return STATUS_OK;
  } else if (length && HAS(DRAWN, name, letters) && !leads_away(tag, length)) {
    add_tag(out, tag, length, prefix);
    return STATUS_OK;
  }
  return failure_set(err, STATUS_BAD_INPUT, "not a picture of gnuplot: it has %.60s", tag);
}

status_code page_add_figure(text_buffer *out, const char *svg, const char *prefix, failure *err) {
  const char *at = strstr(svg, "<svg");
  status_code status =
      at ? STATUS_OK : failure_set(err, STATUS_BAD_INPUT, "not a picture: it has no <svg");
  text_add(out, "<div class=\"box figure\" tabindex=\"0\">");
  while (status == STATUS_OK && *at) {
    const size_t plain = strcspn(at, "<");
    text_add_bytes(out, at, plain);
    at += plain;
    if (*at) status = copy_tag(out, &at, prefix, err);
  }
  text_add(out, "</div>\n");
  return status;
}
