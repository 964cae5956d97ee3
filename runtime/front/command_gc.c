/* hifm gc: what no script refers to is listed, or removed. */
#include "base/files.h"
#include "base/folders.h"
#include "base/text.h"
#include "front/garbage.h"
#include "front/screen.h"
#include "grid/submission.h"

#include <stdlib.h>

static const char *const WORDS[GARBAGE_KINDS] = {"run", "measurement", "cache", "tables"};

typedef struct totals {
  size_t going, kept;
  double bytes;
} totals;

static totals print_items(arena *a, const garbage *all) {
  totals sum = {0};
  for (size_t i = 0; i < all->count; i++) {
    const garbage_item *it = &all->items[i];
    printf("%-11s  %6s  %s%s%s\n", WORDS[it->kind], screen_bytes(a, it->bytes), it->path,
           it->unsure ? "  kept: " : "", it->unsure ? it->unsure : "");
    sum.kept += it->unsure != NULL;
    sum.going += it->unsure == NULL;
    sum.bytes += it->unsure ? 0 : it->bytes;
  }
  return sum;
}

static status_code remove_items(const garbage *all, failure *err) {
  status_code status = STATUS_OK;
  for (size_t i = 0; i < all->count && status == STATUS_OK; i++)
    if (!all->items[i].unsure) status = garbage_remove(&all->items[i], err);
  return status;
}

/* The lock is taken before anything is looked at: a grid that starts meanwhile would add runs. */
status_code command_gc(arena *a, const options *given, failure *err) {
  references refs;
  status_code status = folders_check(arena_format(a, "%s/runs", given->out), 1, err);
  if (status == STATUS_OK) status = folders_check(arena_format(a, "%s/cache", given->out), 1, err);
  if (status == STATUS_OK && given->yes && files_exists(given->out))
    status = files_lock(given->out, err);
  if (status == STATUS_OK && given->yes) status = submissions_refuse(a, given->out, NULL, 0, err);
  if (status != STATUS_OK) return status;
  run_views views = run_views_read(a, given->out);
  status = references_find(a, given, &views, &refs, err);
  garbage all;
  if (status == STATUS_OK) status = garbage_find(a, given->out, &refs, &views, &all, err);
  if (status == STATUS_OK) {
    const totals sum = print_items(a, &all);
    if (given->yes) status = remove_items(&all, err);
    if (status == STATUS_OK)
      fprintf(stderr, "%zu item%s, %s, %s%s\n", sum.going, text_plural(sum.going),
              screen_bytes(a, sum.bytes), given->yes ? "are removed" : "can be removed: add --yes",
              sum.kept ? arena_format(a, "; %zu more are kept", sum.kept) : "");
  }
  run_views_close(&views);
  return status;
}
