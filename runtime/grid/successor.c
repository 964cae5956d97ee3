#include "grid/successor.h"

#include "base/files.h"
#include "base/folders.h"
#include "base/json.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OWN_PARTS = 2 }; /* of results/runs/NAME, which may not be links */
static const char NEW[] = ".new", OLD[] = ".old";
static const char NOTE[] =
    "hifm run --retrain trains a run again here. When it is complete, it replaces the finished "
    "run, "
    "whose folder has the same name without .new. To drop it, remove this folder.\n";

static const char *mark_of(arena *a, const char *folder) {
  return arena_format(a, "%s/retrain.txt", folder);
}

const char *successor_folder(arena *a, const char *folder) {
  return arena_format(a, "%s%s", folder, NEW);
}

bool successor_is(const char *folder) {
  return text_ends_with(folder, NEW);
}

bool successor_is_marked(const char *folder) {
  arena a = {0};
  const bool marked = files_exists(mark_of(&a, successor_folder(&a, folder)));
  arena_close(&a);
  return marked;
}

/* Where the mark is in NAME alone, the folders are exchanged, and NAME.new is what was replaced. */
static bool is_replaced(const char *folder) {
  arena a = {0};
  const bool replaced = files_exists(mark_of(&a, folder)) && !successor_is_marked(folder);
  arena_close(&a);
  return replaced;
}

bool successor_exists(const char *folder) {
  arena a = {0};
  const bool exists = files_exists(successor_folder(&a, folder)) && !is_replaced(folder);
  arena_close(&a);
  return exists;
}

status_code successor_begin(const char *folder, failure *err) {
  arena a = {0};
  status_code status = files_remove(mark_of(&a, folder), err);
  if (status == STATUS_OK) status = folders_make(successor_folder(&a, folder), OWN_PARTS, err);
  arena_close(&a);
  return status;
}

status_code successor_mark(const char *folder, failure *err) {
  arena a = {0};
  const char *mark = mark_of(&a, successor_folder(&a, folder));
  status_code status = files_write(mark, NOTE, strlen(NOTE), err);
  arena_close(&a);
  return status;
}

/* ---- taking the place ------------------------------------------------------------------------ */

static status_code fail_rename(const char *from, const char *to, failure *err) {
  return failure_set(err, files_status(errno, STATUS_CANNOT_CREATE), "cannot rename %s to %s: %s",
                     from, to, strerror(errno));
}

static status_code rename_folder(const char *from, const char *to, failure *err) {
  return rename(from, to) == 0 ? STATUS_OK : fail_rename(from, to, err);
}

/* The names of folders reach the disk before anything is removed. */
static status_code sync_parent(const char *folder, failure *err) {
  arena a = {0};
  char *parent = arena_text(&a, folder), *slash = strrchr(parent, '/');
  if (slash) *slash = 0;
  status_code status = files_sync(slash ? parent : ".", err);
  arena_close(&a);
  return status;
}

/* Some file systems cannot exchange two folders at once: then NAME is NAME.old for a moment. */
static status_code exchange(const char *folder, const char *made, const char *old, failure *err) {
  if (!files_exists(folder)) return rename_folder(made, folder, err);
  if (renameat2(AT_FDCWD, made, AT_FDCWD, folder, RENAME_EXCHANGE) == 0) return STATUS_OK;
  if (errno != EINVAL && errno != ENOSYS) return fail_rename(made, folder, err);
  status_code status = rename_folder(folder, old, err);
  if (status == STATUS_OK) status = rename_folder(made, folder, err);
  return status;
}

/* A job file names its folder. */
static status_code name_folder(const char *file, const char *folder, failure *err) {
  arena a = {0};
  const value *job;
  status_code status = json_read_sealed(&a, file, &job, err);
  if (status == STATUS_OK) {
    value *renamed = value_copy(&a, job);
    value_put_text(&a, renamed, "folder", folder);
    const char *text = json_sealed(&a, renamed);
    status = files_write(file, text, strlen(text), err);
  }
  arena_close(&a);
  return status;
}

static status_code name_folders(const char *made, const char *folder, failure *err) {
  arena a = {0};
  const value *names;
  status_code status = folders_list(&a, made, &names, err);
  for (size_t i = 0; status == STATUS_OK && i < names->count; i++)
    if (text_ends_with(names->items[i]->text, "job.json"))
      status = name_folder(arena_format(&a, "%s/%s", made, names->items[i]->text), folder, err);
  arena_close(&a);
  return status;
}

status_code successor_replace(const char *folder, failure *err) {
  arena a = {0};
  const char *made = successor_folder(&a, folder), *old = arena_format(&a, "%s%s", folder, OLD);
  status_code status = name_folders(made, folder, err);
  if (status == STATUS_OK) status = files_remove(mark_of(&a, folder), err);
  if (status == STATUS_OK) status = exchange(folder, made, old, err);
  if (status == STATUS_OK) status = sync_parent(folder, err);
  if (status == STATUS_OK) status = successor_recover(folder, err);
  arena_close(&a);
  return status;
}

/* ---- after a kill ---------------------------------------------------------------------------- */

status_code successor_recover(const char *folder, failure *err) {
  arena a = {0};
  status_code status = folders_check(folder, OWN_PARTS, err);
  if (status == STATUS_OK && files_exists(folder))
    status = files_remove(arena_format(&a, "%s%s", folder, OLD), err);
  if (status == STATUS_OK && is_replaced(folder)) {
    status = files_remove(successor_folder(&a, folder), err);
    if (status == STATUS_OK) status = files_remove(mark_of(&a, folder), err);
  }
  arena_close(&a);
  return status;
}

status_code successor_bring_back(const char *runs, size_t *found, failure *err) {
  arena a = {0};
  const value *names;
  *found = 0;
  if (folders_check(runs, 1, NULL) != STATUS_OK) return STATUS_OK; /* who writes there refuses it */
  status_code status = folders_list(&a, runs, &names, err);
  for (size_t i = 0; status == STATUS_OK && i < names->count; i++) {
    const char *name = names->items[i]->text;
    const bool is_old = text_ends_with(name, OLD);
    *found += is_old || text_ends_with(name, NEW);
    if (!is_old) continue;
    const char *old = arena_format(&a, "%s/%s", runs, name);
    const char *folder = arena_format(&a, "%.*s", (int)(strlen(old) - strlen(OLD)), old);
    if (!files_exists(folder)) status = rename_folder(old, folder, err);
    if (status != STATUS_OK && files_exists(folder)) status = STATUS_OK; /* another hifm did it */
  }
  arena_close(&a);
  return status == STATUS_NO_INPUT ? STATUS_OK : status; /* not a folder: as above */
}
