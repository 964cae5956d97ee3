/* Tables as HTML. A wide one is scrolled within its box. */
#include "report/page.h"

#include <string.h>

static void begin_box(text_buffer *out, const char *what) {
  text_add(out, "<div class=\"box\" tabindex=\"0\"><table%s>\n", what);
}

static void end_box(text_buffer *out) {
  text_add(out, "</table></div>\n");
}

static const char *side(const format_grid *grid, size_t column) {
  return grid->right[column] ? " class=\"number\"" : "";
}

/* The cells are HTML. */
static void add_heading(text_buffer *out, const format_grid *grid) {
  text_add(out, "<thead><tr>");
  for (size_t c = 0; c < grid->columns; c++)
    text_add(out, "<th scope=\"col\"%s>%s</th>", side(grid, c), grid->cells[c]);
  text_add(out, "</tr></thead>\n");
}

static void add_plain(text_buffer *out, const format_grid *grid) {
  begin_box(out, "");
  add_heading(out, grid);
  text_add(out, "<tbody>\n");
  for (size_t i = grid->columns; i < grid->rows * grid->columns; i++) {
    const size_t c = i % grid->columns;
    text_add(out, "%s<td%s>%s</td>%s", c ? "" : "<tr>", side(grid, c), grid->cells[i],
             c + 1 < grid->columns ? "" : "</tr>\n");
  }
  text_add(out, "</tbody>\n");
  end_box(out);
}

static format_grid escape_all(arena *a, const format_grid *grid) {
  format_grid out = *grid;
  out.cells = arena_get(a, (grid->rows * grid->columns + 1) * sizeof *out.cells);
  for (size_t i = 0; i < grid->rows * grid->columns; i++)
    out.cells[i] = page_escape(a, grid->cells[i]);
  return out;
}

void page_add_grid(text_buffer *out, const format_grid *grid) {
  arena memory = {0};
  const format_grid escaped = escape_all(&memory, grid);
  add_plain(out, &escaped);
  arena_close(&memory);
}

/* ---- a table of a script --------------------------------------------------------------------- */

/* The runs of a row, by their numbers in the list of runs. */
static const char *run_links(arena *a, const table_parts *p, size_t group) {
  const char *text = "";
  for (size_t i = p->groups.start[group]; i < p->groups.start[group + 1]; i++) {
    const size_t place = p->places[p->groups.rows[i]];
    text = arena_format(a, "%s%s<a href=\"#" PAGE_RUN "\">%zu</a>", text, *text ? " " : "", place,
                        place + 1);
  }
  return arena_format(a, "<span class=\"runs\">%s</span>", text);
}

const table_style TABLE_PAGE = {.escape = page_escape,
                                .grid = add_plain,
                                .before = "<article>\n",
                                .after = "</article>\n",
                                .title = {"<h3>", "</h3>\n"},
                                .line = {"<p class=\"note\">", "</p>\n"},
                                .label = {"<p class=\"file\">", ".csv</p>\n"},
                                .between = "",
                                .bold = {"<strong>", "</strong>"},
                                .runs = run_links};

/* ---- the list of runs ------------------------------------------------------------------------ */

static void add_cell(text_buffer *out, const page_list *list, const format_grid *escaped,
                     size_t i) {
  arena memory = {0};
  const size_t c = i % escaped->columns;
  const char *key = list->keys[i] ? page_escape(&memory, list->keys[i]) : NULL;
  text_add(out, "<td%s", side(escaped, c));
  if (key) text_add(out, " data-key=\"%s\"", key);
  if ((int)c == list->state)
    text_add(out, "><span class=\"state %s\">%s</span></td>", escaped->cells[i], escaped->cells[i]);
  else
    text_add(out, ">%s</td>", escaped->cells[i]);
  arena_close(&memory);
}

/* A run is a body of the table, so that its row and its note are sorted together. */
static void add_run(text_buffer *out, const page_list *list, const format_grid *escaped, size_t r) {
  arena memory = {0};
  const char *note = page_escape(&memory, list->notes[r]);
  text_add(out, "<tbody id=\"" PAGE_RUN "\"><tr>", r - 1);
  for (size_t c = 0; c < escaped->columns; c++)
    add_cell(out, list, escaped, r * escaped->columns + c);
  text_add(out, "</tr>\n");
  if (*note)
    text_add(out, "<tr class=\"reason\"><td></td><td colspan=\"%zu\"><div>%s</div></td></tr>\n",
             escaped->columns - 1, note);
  text_add(out, "</tbody>\n");
  arena_close(&memory);
}

void page_add_list(text_buffer *out, const page_list *list) {
  arena memory = {0};
  const format_grid escaped = escape_all(&memory, &list->grid);
  begin_box(out, " class=\"list\"");
  add_heading(out, &escaped);
  for (size_t r = 1; r < escaped.rows; r++) add_run(out, list, &escaped, r);
  end_box(out);
  arena_close(&memory);
}
