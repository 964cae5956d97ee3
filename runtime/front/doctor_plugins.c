#include "base/folders.h"
#include "base/text.h"
#include "front/doctor.h"
#include "front/program.h"
#include "host/catalogue.h"
#include "host/plugins.h"

#include <stdlib.h>
#include <string.h>

/* "energies 6 in /a/plugins/energies; 1 in /b": of one kind. */
static const char *folders_text(arena *a, const value *catalogue, const char *kind, size_t *all) {
  value *counts = value_new(a, VALUE_MAP);
  const char *out = "";
  *all = 0;
  for (size_t i = 0; i < catalogue->count; i++) {
    const value *entry = catalogue->items[i];
    if (value_get(entry, "error") || strcmp(value_get_text(entry, "kind", ""), kind) != 0) continue;
    const char *path = value_get_text(entry, "path", ""), *slash = strrchr(path, '/');
    const char *folder = arena_format(a, "%.*s", slash ? (int)(slash - path) : 0, path);
    value_put_number(a, counts, folder, value_get_number(counts, folder, 0) + 1);
    ++*all;
  }
  for (size_t i = 0; i < counts->count; i++)
    out = arena_format(a, "%s%s%.0f in %s", out, i ? ", " : "", counts->items[i]->number,
                       counts->keys[i]);
  return out;
}

/* What a script would be refused with that asks for this plugin; "": nothing. */
static const char *refusal(arena *a, const value *catalogue, const value *entry) {
  const char *kind = value_get_text(entry, "kind", ""), *name = value_get_text(entry, "name", "");
  const value *found;
  failure why;
  for (hifm_kind k = HIFM_ENERGY; k <= HIFM_SOLVER; k++)
    if (strcmp(params_kind_text(k), kind) == 0 && *name)
      return catalogue_find(a, catalogue, k, name, &found, &why) == STATUS_OK
                 ? ""
                 : arena_text(a, why.message);
  return value_get_text(entry, "error", "");
}

static void report_refusals(doctor *d, const value *catalogue) {
  const char *last = "";
  for (size_t i = 0; i < catalogue->count; i++) {
    const char *text = refusal(d->a, catalogue, catalogue->items[i]);
    if (*text && strcmp(text, last) != 0) /* of two plugins of one name it is the same */
      doctor_say(d, DOCTOR_PROBLEM, "plugin", "%s. Scripts cannot use it: replace or remove it",
                 text);
    last = text;
  }
}

static void report_folders(doctor *d) {
  const value *notes = plugins_path_notes(d->a);
  for (size_t i = 0; i < notes->count; i++)
    doctor_say(d, DOCTOR_PROBLEM, "plugins", "%s. Correct the variable or make the folder",
               notes->items[i]->text);
}

/* Without links and "..". */
static const char *real_name(arena *a, const char *path) {
  char *real = realpath(path, NULL);
  const char *out = real ? arena_text(a, real) : path;
  free(real);
  return out;
}

static void look_at_recipes(doctor *d) {
  const char *folder = program_recipes(d->a);
  const value *names;
  failure why;
  size_t count = 0;
  if (folders_list(d->a, folder, &names, &why) != STATUS_OK) {
    doctor_say(d, DOCTOR_PROBLEM, "datasets", "%s", why.message);
    return;
  }
  for (size_t i = 0; i < names->count; i++) count += text_ends_with(names->items[i]->text, ".lua");
  if (count)
    doctor_say(d, DOCTOR_OK, "datasets", "%zu recipe%s in %s", count, text_plural(count),
               real_name(d->a, folder));
  else
    doctor_say(d, DOCTOR_PROBLEM, "datasets",
               "no recipes in %s: scripts cannot name a data set. Set HIFM_DATASETS to the folder "
               "datasets of the source tree",
               folder);
}

void doctor_look_at_plugins(doctor *d) {
  const value *catalogue = catalogue_collect(d->a);
  for (hifm_kind kind = HIFM_ENERGY; kind <= HIFM_SOLVER; kind++) {
    size_t count;
    const char *folders = folders_text(d->a, catalogue, params_kind_text(kind), &count);
    if (count)
      doctor_say(d, DOCTOR_OK, plugins_kind_folder(kind), "%s", folders);
    else
      doctor_say(d, DOCTOR_PROBLEM, plugins_kind_folder(kind),
                 "none found: no script can run. Build the program again, or set HIFM_PLUGIN_PATH");
  }
  report_folders(d);
  report_refusals(d, catalogue);
  look_at_recipes(d);
}
