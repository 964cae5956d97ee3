/* The labels of curves and what distinguishes their lines. */
#include "base/text.h"
#include "report/curve_parts.h"
#include "report/format.h"

#include <string.h>

const char **curve_row(const csv_table *table, const row_groups *groups, size_t group) {
  return table->cells[groups->rows[groups->start[group]]];
}

/* What the title of a facet says is left out. */
static bool is_shown(const curves_request *r, int column) {
  const int facet = r->facet ? csv_table_column(r->table, r->facet) : -1;
  return facet < 0 || (column != facet && !groups_is_decided(r->table, column, facet));
}

size_t curve_traits(const curves_request *r, const row_groups *groups, trait *out) {
  const csv_table *table = r->table;
  size_t count = 0;
  for (size_t i = 0; i < r->columns->count && groups->count; i++) {
    const char *name = r->columns->items[i]->text, *dot = strrchr(name, '.');
    const int column = csv_table_column(table, name);
    if (column < 0 || strcmp(name, "seed") == 0 || !is_shown(r, column)) continue;
    trait t = {(size_t)column, name, dot ? dot + 1 : name, dot != NULL, true};
    bool varies = false;
    for (size_t g = 0; g < groups->count; g++) {
      const char *cell = curve_row(table, groups, g)[column];
      varies |= strcmp(cell, curve_row(table, groups, 0)[column]) != 0;
      t.is_switch &= !*cell || strcmp(cell, "yes") == 0 || strcmp(cell, "no") == 0;
    }
    if (varies) out[count++] = t;
  }
  return count;
}

static const char *join(arena *a, const char *text, const char *more) {
  return *text ? arena_format(a, "%s, %s", text, more) : more;
}

static const char *label_of(arena *a, const char **row, const trait *traits, size_t count) {
  const char *label = "";
  for (const trait *t = traits; t < traits + count; t++) {
    const char *cell = row[t->column];
    if (t->is_switch) {
      if (strcmp(cell, "yes") == 0) label = join(a, label, t->word);
    } else if (*cell) {
      label = join(a, label, t->path ? arena_format(a, "%s %s", t->word, cell) : cell);
    }
  }
  return *label ? label : "plain";
}

/* The settings of a curve that are not switches, as one text. */
static const char *family_of(arena *a, const char **row, const trait *traits, size_t count) {
  const char *family = "";
  for (const trait *t = traits; t < traits + count; t++)
    if (!t->is_switch) family = arena_format(a, "%s/%s", family, row[t->column]);
  return family;
}

static size_t family_size(const char *const *families, size_t count, const char *family) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++) size += strcmp(families[i], family) == 0;
  return size;
}

/* Divides each family that is too large by one switch. */
static void divide_families(arena *a, const curves_request *r, const row_groups *groups,
                            const trait *t, const char **families) {
  const char **divided = arena_get(a, (groups->count + 1) * sizeof *divided);
  for (size_t g = 0; g < groups->count; g++) {
    const bool large = family_size(families, groups->count, families[g]) > CURVES_MEMBERS;
    const char *cell = curve_row(r->table, groups, g)[t->column];
    divided[g] = large ? arena_format(a, "%s/%s", families[g], cell) : families[g];
  }
  memcpy(families, divided, groups->count * sizeof *families);
}

/* A label that fits beside the panels: of a longer one the beginning and the end. */
static const char *shortened(arena *a, const char *label) {
  enum { MOST = 90, HALF = 43 };
  const size_t length = strlen(label);
  size_t head = 0, tail = 0, width = 0;
  if (format_width(label) <= MOST) return label;
  while (width < HALF) {
    const size_t bytes = text_utf8(label + head);
    width += format_width(arena_format(a, "%.*s", (int)(bytes ? bytes : 1), label + head));
    head += bytes ? bytes : 1;
  }
  for (tail = length; format_width(label + tail) < HALF;) tail--;
  while (tail < length && ((unsigned char)label[tail] & 0xc0) == 0x80) tail++;
  return arena_format(a, "%.*s ... %s", (int)head, label, label + tail);
}

/* The curves of one label, each in its own facet, are drawn alike. */
static void assign_family(const char *const *families, curve *curves, size_t at) {
  size_t next = 0, style = 0;
  for (size_t i = 0; i < at; i++) {
    if (curves[i].family >= next) next = curves[i].family + 1;
    if (curves[i].style >= style) style = curves[i].style + 1;
    if (strcmp(families[i], families[at]) != 0) continue;
    curves[at].family = curves[i].family;
    if (curves[i].member >= curves[at].member) curves[at].member = curves[i].member + 1;
  }
  if (curves[at].member == 0) curves[at].family = next;
  curves[at].style = style;
  for (size_t i = 0; i < at; i++)
    if (strcmp(curves[i].label, curves[at].label) == 0 && curves[i].facet != curves[at].facet) {
      curves[at].family = curves[i].family;
      curves[at].member = curves[i].member;
      curves[at].style = curves[i].style;
    }
}

void curve_label(arena *a, const curves_request *r, const row_groups *groups, curve *curves) {
  trait *traits = arena_get(a, (r->columns->count + 1) * sizeof *traits);
  const size_t trait_count = curve_traits(r, groups, traits);
  const char **families = arena_get(a, (groups->count + 1) * sizeof *families);
  for (size_t g = 0; g < groups->count; g++) {
    const char **row = curve_row(r->table, groups, g);
    curves[g].label = shortened(a, label_of(a, row, traits, trait_count));
    families[g] = family_of(a, row, traits, trait_count);
  }
  for (const trait *t = traits; t < traits + trait_count; t++)
    if (t->is_switch) divide_families(a, r, groups, t, families);
  for (size_t g = 0; g < groups->count; g++) assign_family(families, curves, g);
}
