/* The frame of a page: what comes before and after its sections. */
#include "report/page.h"

#include "report/page_embedded.h"

#include <string.h>

/* The policy lets nothing be loaded, whatever else is in the page. */
static const char HEAD[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n";

/* An element with a text; nothing where the text is empty. */
static void add_element(text_buffer *out, const char *name, const char *class, const char *text) {
  arena memory = {0};
  if (*text)
    text_add(out, "<%s%s%s%s>%s</%s>\n", name, *class ? " class=\"" : "", class, *class ? "\"" : "",
             page_escape(&memory, text), name);
  arena_close(&memory);
}

static void add_contents(text_buffer *out, const page_section *sections) {
  text_add(out, "<nav>");
  for (; sections->id; sections++)
    text_add(out, "<a href=\"#%s\">%s</a>\n", sections->id, sections->heading);
  text_add(out, "</nav>\n");
}

void page_begin(text_buffer *out, const page *of) {
  text_add(out, "%s", HEAD);
  add_element(out, "title", "", of->title);
  text_add(out, "<style>\n%s</style>\n</head>\n<body>\n<header>\n", page_css);
  add_element(out, "h1", "", of->title);
  add_element(out, "p", "question", of->question);
  add_element(out, "p", "summary", of->summary);
  add_contents(out, of->sections);
  text_add(out, "</header>\n<main>\n");
}

void page_begin_section(text_buffer *out, const page_section *of) {
  text_add(out, "<section id=\"%s\">\n<h2>%s</h2>\n", of->id, of->heading);
}

void page_end_section(text_buffer *out) {
  text_add(out, "</section>\n");
}

void page_end(text_buffer *out) {
  text_add(out, "</main>\n<script>\n%s</script>\n</body>\n</html>\n", page_js);
}

void page_add_note(text_buffer *out, const char *text) {
  add_element(out, "p", "note", text);
}

/* A line break is a control character of page_escape. */
void page_add_lines(text_buffer *out, const char *text) {
  arena memory = {0};
  text_add(out, "<pre tabindex=\"0\">");
  for (const char *line = text; *line;) {
    const size_t length = strcspn(line, "\n");
    const char *one = arena_format(&memory, "%.*s", (int)length, line);
    text_add(out, "%s\n", page_escape(&memory, one));
    line += length + (line[length] == '\n');
  }
  text_add(out, "</pre>\n");
  arena_close(&memory);
}
