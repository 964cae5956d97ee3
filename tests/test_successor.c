/* A run is replaced by its successor: killed before any change of the file system, on file systems
 * that exchange folders and on others, there is always a complete run. */
#include "folder.h"

#include "descriptors.h"
#include "grid/successor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- calls in front of libc's ---------------------------------------------------------------- */

static int calls, kill_at; /* the process ends just before this change, from 1; 0: never */
static int no_exchange;    /* renameat2 cannot exchange */

static void change(void) {
  if (kill_at && ++calls == kill_at) _exit(9);
}

int rename(const char *from, const char *to) {
  change();
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
  change();
  if (!no_exchange) return (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
  errno = EINVAL;
  return -1;
}

int unlinkat(int at, const char *path, int flags) {
  change();
  return (int)syscall(SYS_unlinkat, at, path, flags);
}

int mkdir(const char *path, mode_t mode) {
  change();
  return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

/* ---- a run ----------------------------------------------------------------------------------- */

static void make_run(folder *f, const char *name, const char *content) {
  files_make_folder(folder_path(f, arena_format(&f->memory, "runs/%s", name)), NULL);
  folder_write(f, arena_format(&f->memory, "runs/%s/result.json", name), content);
  folder_write(f, arena_format(&f->memory, "runs/%s/job.json", name),
               arena_format(&f->memory, "{\"folder\": \"runs/%s\"}", name));
}

/* Trains "new" in the place of "old", as hifm run --retrain does; in a process that may be killed.
 * Returns its exit code. */
static int retrain(folder *f, const char *name) {
  const pid_t child = fork();
  int status;
  if (child == 0) {
    failure err;
    const bool going_on = successor_exists(name) && successor_is_marked(name);
    status_code code = successor_recover(name, &err);
    if (code == STATUS_OK && !going_on) code = successor_begin(name, &err);
    if (code == STATUS_OK && !going_on) code = successor_mark(name, &err);
    if (code == STATUS_OK) make_run(f, "a.new", "new");
    if (code == STATUS_OK) code = successor_replace(name, &err);
    _exit((int)code);
  }
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

static void assert_whole(folder *f) {
  size_t found;
  assert_int_equal(successor_bring_back(folder_path(f, "runs"), &found, NULL),
                   STATUS_OK); /* what every command does first */
  const char *result = folder_read(f, "runs/a/result.json");
  assert_true(strcmp(result, "old") == 0 || strcmp(result, "new") == 0);
}

static void assert_replaced(folder *f, const char *name) {
  assert_string_equal(folder_read(f, "runs/a/result.json"), "new");
  assert_non_null(strstr(folder_read(f, "runs/a/job.json"), "runs/a\""));
  assert_false(files_exists(folder_path(f, "runs/a.new")));
  assert_false(files_exists(folder_path(f, "runs/a.old")));
  assert_false(files_exists(folder_path(f, "runs/a/retrain.txt")));
  assert_false(successor_exists(name));
}

static void kill_everywhere(folder *f) {
  const char *name = folder_path(f, "runs/a");
  int code = 9;
  for (int at = 1; code == 9; at++) {
    assert_int_equal(files_remove(folder_path(f, "runs"), NULL), STATUS_OK);
    make_run(f, "a", "old");
    kill_at = at;
    code = retrain(f, name);
    kill_at = 0;
    assert_whole(f);
    if (code == 9) assert_int_equal(retrain(f, name), STATUS_OK);
    assert_replaced(f, name);
    if (code != 9) assert_true(at > 8); /* it was killed somewhere */
  }
  assert_int_equal(code, STATUS_OK);
}

static void killed_while_folders_are_exchanged(void **state) {
  kill_everywhere(*state);
}

static void killed_where_folders_cannot_be_exchanged(void **state) {
  no_exchange = 1;
  kill_everywhere(*state);
  no_exchange = 0;
}

/* A plain call cleans up what a killed one has exchanged, and nothing else. */
static void what_was_replaced_is_removed_once(void **state) {
  folder *f = *state;
  const char *name = folder_path(f, "runs/a");
  make_run(f, "a", "new");
  make_run(f, "a.new", "old");
  folder_write(f, "runs/a/retrain.txt", "");
  assert_false(successor_exists(name));
  assert_int_equal(successor_recover(name, NULL), STATUS_OK);
  assert_replaced(f, name);
  assert_int_equal(successor_begin(name, NULL), STATUS_OK);
  assert_true(successor_exists(name) && !successor_is_marked(name));
  assert_int_equal(successor_recover(name, NULL), STATUS_OK);
  assert_true(successor_exists(name));
}

/* A folder of runs that cannot be read may have a run under its other name. */
static void what_cannot_be_read_is_not_missing(void **state) {
  folder *f = *state;
  size_t found;
  make_run(f, "a.old", "old");
  descriptors_forbid();
  const status_code status = successor_bring_back(folder_path(f, "runs"), &found, NULL);
  descriptors_allow();
  assert_int_equal(status, STATUS_NO_RESOURCE);
  assert_whole(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(killed_while_folders_are_exchanged), TEST(killed_where_folders_cannot_be_exchanged),
      TEST(what_was_replaced_is_removed_once), TEST(what_cannot_be_read_is_not_missing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
