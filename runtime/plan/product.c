#include "plan/product.h"

#include "base/blake2b.h"
#include "base/json.h"
#include "plan/axes.h"
#include "plan/cells.h"
#include "plan/declaration.h"
#include "plan/plugin_files.h"

#include <string.h>

/* The parts of one declared section. */
typedef struct expanded {
  const part **parts;
  size_t count;
} expanded;

void product_begin(product *p, arena *a, schema *rules) {
  *p = (product){.memory = a,
                 .schema = rules,
                 .columns = value_new(a, VALUE_LIST),
                 .seeds = key_map_new(a),
                 .known = key_map_new(a)};
}

double product_size(const value *sections) {
  double size = 1;
  for (size_t i = 0; i < SECTIONS; i++) size *= axes_size(value_get(sections, SCHEMA_SECTIONS[i]));
  return size;
}

const char *product_axes(arena *a, const value *sections) {
  value *list = value_new(a, VALUE_LIST);
  const char *text = "";
  for (size_t i = 0; i < SECTIONS; i++)
    axes_list(a, SCHEMA_SECTIONS[i], value_get(sections, SCHEMA_SECTIONS[i]), list);
  for (size_t i = 0; i < list->count && i < 8; i++)
    text = arena_format(a, "%s%s%s", text, i ? ", " : "", list->items[i]->text);
  return list->count > 8 ? arena_format(a, "%s, ...", text) : text;
}

/* Equal seeds of different variants are one, so that rows can be sorted by them. */
static const part *known_seed(const product *p, const char *hash) {
  const size_t index = key_map_get_text(&p->seeds, hash);
  return index == KEY_MAP_ABSENT ? NULL : p->parts[index];
}

static void remember(product *p, part *new_part) {
  if (p->part_count == p->part_room) {
    p->part_room = p->part_room ? 2 * p->part_room : 64;
    const part **parts = arena_get(p->memory, p->part_room * sizeof *parts);
    if (p->part_count) memcpy(parts, p->parts, p->part_count * sizeof *parts);
    p->parts = parts;
  }
  new_part->index = p->part_count;
  p->parts[p->part_count++] = new_part;
}

static bool has_name(size_t section) {
  return section == SECTION_DATASET || section == SECTION_NETWORK || section == SECTION_OPTIMIZER ||
         section == SECTION_FLOW;
}

static status_code resolve(product *p, size_t section, const value *declared, part **out,
                           failure *err) {
  part *made = *out = arena_get(p->memory, sizeof *made);
  *made = (part){.declared = declared};
  status_code status = schema_resolve(p->schema, section, declared, &made->config, err);
  if (status == STATUS_OK)
    status = plugin_files_locate(p->schema, section, declared, &made->config, err);
  if (status != STATUS_OK) return status;
  const char *text = json_text(p->memory, made->config);
  blake2b_hex(text, strlen(text), made->hash);
  return STATUS_OK;
}

status_code product_add_part(product *p, size_t section, const value *declared, const part **out,
                             failure *err) {
  part *made;
  status_code status = resolve(p, section, declared, &made, err);
  if (status == STATUS_OK) remember(p, made);
  *out = made;
  return status;
}

static status_code make_part(product *p, size_t section, const choice *from, const part **out,
                             failure *err) {
  part *made;
  const char *name = SCHEMA_SECTIONS[section];
  status_code status = resolve(p, section, from->node, &made, err);
  if (status != STATUS_OK) return status;
  made->cells = from->cells;
  if (has_name(section) && from->node && !value_get(from->cells, name)) {
    value *cells = value_copy(p->memory, from->cells);
    value_put_text(p->memory, cells, name, declaration_text(p->memory, from->node));
    made->cells = cells;
  }
  *out = section == SECTION_SEED ? known_seed(p, made->hash) : NULL;
  if (*out) return STATUS_OK;
  remember(p, made);
  *out = made;
  return STATUS_OK;
}

static expanded *add_expansion(product *p) {
  if (p->expansion_count == p->expansion_room) {
    p->expansion_room = p->expansion_room ? 2 * p->expansion_room : 64;
    expanded *larger = arena_get(p->memory, p->expansion_room * sizeof *larger);
    if (p->expansion_count) memcpy(larger, p->expansions, p->expansion_count * sizeof *larger);
    p->expansions = larger;
  }
  return &p->expansions[p->expansion_count++];
}

/* Seeds count as known once their section is complete: two equal ones in it are an error, which
 * selection_check reports. */
static void remember_seeds(product *p, const expanded *e) {
  for (size_t i = 0; i < e->count; i++)
    if (!known_seed(p, e->parts[i]->hash))
      key_map_put_text(&p->seeds, e->parts[i]->hash, e->parts[i]->index);
}

static status_code make_parts(product *p, size_t section, const value *declared, expanded *out,
                              failure *err) {
  choices made;
  status_code status =
      axes_expand(p->memory, SCHEMA_SECTIONS[section], declared, p->columns, &made, err);
  if (status != STATUS_OK) return status;
  if (made.count == 0)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "%s: this grid has no choice left, so there is no run",
                       SCHEMA_SECTIONS[section]);
  *out = (expanded){arena_get(p->memory, made.count * sizeof *out->parts), made.count};
  for (size_t i = 0; i < made.count && status == STATUS_OK; i++)
    status = make_part(p, section, &made.items[i], &out->parts[i], err);
  if (status == STATUS_OK && section == SECTION_SEED) remember_seeds(p, out);
  return status;
}

/* Variants share the nodes of what they do not change. */
static status_code expand_section(product *p, size_t section, const value *declared, expanded *out,
                                  failure *err) {
  const void *key[] = {SCHEMA_SECTIONS[section], declared};
  const size_t place = key_map_get(&p->known, key, sizeof key);
  if (place != KEY_MAP_ABSENT) {
    *out = p->expansions[place];
    return STATUS_OK;
  }
  status_code status = make_parts(p, section, declared, out, err);
  if (status != STATUS_OK) return status;
  key_map_put(&p->known, key, sizeof key, p->expansion_count);
  *add_expansion(p) = *out;
  return STATUS_OK;
}

static void append(product *p, const row *r) {
  if (p->count == p->room) {
    p->room = p->room ? 2 * p->room : 64;
    row *rows = arena_get(p->memory, p->room * sizeof *rows);
    if (p->count) memcpy(rows, p->rows, p->count * sizeof *rows);
    p->rows = rows;
  }
  p->rows[p->count] = *r;
  p->rows[p->count].number = p->count;
  p->count++;
}

status_code product_add(product *p, const value *sections, failure *err) {
  expanded axes[SECTIONS];
  size_t position[SECTIONS] = {0};
  for (size_t i = 0; i < SECTIONS; i++) {
    status_code status =
        expand_section(p, i, value_get(sections, SCHEMA_SECTIONS[i]), &axes[i], err);
    if (status != STATUS_OK) return status;
  }
  for (size_t turning = SECTIONS; turning > 0;) {
    row r = {.variant = p->variants};
    for (size_t i = 0; i < SECTIONS; i++) r.parts[i] = axes[i].parts[position[i]];
    append(p, &r);
    /* counts like an odometer, the last section fastest */
    for (turning = SECTIONS; turning > 0; turning--) {
      if (++position[turning - 1] < axes[turning - 1].count) break;
      position[turning - 1] = 0;
    }
  }
  p->variants++;
  return STATUS_OK;
}

const value *product_config(const product *p, const row *r) {
  value *config = value_new(p->memory, VALUE_MAP);
  for (size_t i = 0; i < SECTIONS; i++)
    value_put(p->memory, config, SCHEMA_SECTIONS[i], r->parts[i]->config);
  return config;
}

const char *product_cell(const product *p, const row *r, const value *config, const char *column) {
  const size_t section = schema_section_of(column);
  if (section == SECTIONS) return "";
  const char *cell = value_get_text(r->parts[section]->cells, column, NULL);
  return cell ? cell : cells_text(p->memory, config, column);
}
