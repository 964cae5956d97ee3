#include "front/run_diff.h"

#include "base/text.h"
#include "host/params.h"

#include <string.h>

static const char *scalar_text(arena *a, const value *x) {
  if (x->type == VALUE_NUMBER) return text_shortest(arena_get(a, TEXT_NUMBER), x->number);
  if (x->type == VALUE_BOOL) return x->flag ? "yes" : "no";
  return x->type == VALUE_TEXT ? x->text : "";
}

/* Adds every setting below x under its path, as in scripts. A stage is addressed by its name; its
 * presence is a setting itself, "yes". */
static void flatten(arena *a, const char *path, const value *x, value *out) {
  const bool list = x->type == VALUE_LIST;
  if (x->type != VALUE_MAP && !list) {
    if (!value_get(out, path)) value_put_text(a, out, path, scalar_text(a, x));
    return;
  }
  for (size_t i = 0; i < x->count; i++) {
    const value *item = x->items[i];
    const char *key = list ? value_get_text(item, PARAMS_NAME, "") : x->keys[i];
    const char *below = item->type == VALUE_LIST ? path : text_path_join(a, path, key);
    if (list) value_put_text(a, out, below, "yes");
    if (strcmp(below, "measure") != 0) flatten(a, below, item, out);
  }
}

/* Adds to `unlike` the keys of x that y lacks or has with another text. */
static void compare(arena *a, const value *x, const value *y, value *unlike) {
  for (size_t i = 0; i < x->count; i++) {
    const bool same_place = i < y->count && strcmp(x->keys[i], y->keys[i]) == 0;
    const value *other = same_place ? y->items[i] : value_get(y, x->keys[i]);
    if (!other || strcmp(other->text, x->items[i]->text) != 0)
      value_put_text(a, unlike, x->keys[i], "");
  }
}

void run_diff_find(arena *a, const value *const *configs, size_t count, const char **out) {
  value **flat = arena_get(a, (count + 1) * sizeof *flat), *unlike = value_new(a, VALUE_MAP);
  const value *first = NULL;
  for (size_t i = 0; i < count; i++) {
    flat[i] = value_new(a, VALUE_MAP);
    if (!configs[i]) continue; /* it counts as equal to the others */
    flatten(a, "", configs[i], flat[i]);
    if (!first) first = flat[i];
    compare(a, flat[i], first, unlike);
    compare(a, first, flat[i], unlike);
  }
  for (size_t i = 0; i < count; i++) {
    out[i] = "";
    for (size_t k = 0; k < unlike->count; k++) {
      const char *text = value_get_text(flat[i], unlike->keys[k], NULL);
      if (!text) continue;
      out[i] = arena_format(a, "%s%s%s=%s", out[i], *out[i] ? " " : "", unlike->keys[k], text);
    }
  }
}
