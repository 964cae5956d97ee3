/* Files are whole or untouched, whatever the disk or the end of the process does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/files.h"
#include "faults.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[256];
static failure err;

static const char *in_folder(const char *name) {
  static char paths[4][512];
  static int next;
  char *path = paths[next++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

static int setup(void **state) {
  (void)state;
  const char *base = getenv("TMPDIR");
  no_fault();
  memset(&err, 0, sizeof err);
  snprintf(folder, sizeof folder, "%s/hifm-files-XXXXXX", base ? base : "/tmp");
  return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  no_fault();
  return files_remove(folder, &err) == STATUS_OK && !files_exists(folder) ? 0 : -1;
}

static int count_items(const char *path) {
  DIR *list = opendir(path);
  int count = -2; /* "." and ".." */
  assert_non_null(list);
  while (readdir(list)) count++;
  closedir(list);
  return count;
}

static void assert_content(const char *path, const char *expected) {
  char *bytes;
  size_t length;
  assert_int_equal(files_read(path, 1000000, &bytes, &length, &err), STATUS_OK);
  assert_int_equal(length, strlen(expected));
  assert_string_equal(bytes, expected);
  free(bytes);
}

static void put(const char *path, const char *text) {
  assert_int_equal(files_write(path, text, strlen(text), &err), STATUS_OK);
}

static void test_make_folder(void **state) {
  (void)state;
  assert_int_equal(files_make_folder(in_folder("a/b//c/"), &err), STATUS_OK);
  assert_true(files_exists(in_folder("a/b/c")));
  assert_int_equal(files_make_folder(in_folder("a/b/c"), &err), STATUS_OK);
  put(in_folder("a/file"), "x");
  assert_int_equal(files_make_folder(in_folder("a/file/d/e"), &err), STATUS_CANNOT_CREATE);
  assert_non_null(strstr(err.message, "a/file: "));
  assert_int_equal(files_make_folder("", &err), STATUS_CANNOT_CREATE);
}

static void test_temporary(void **state) {
  (void)state;
  arena a = {0};
  const char *kept = getenv("TMPDIR"), *one, *other;
  char *before = kept ? arena_text(&a, kept) : NULL;
  setenv("TMPDIR", folder, 1);
  assert_int_equal(files_make_temporary(&a, "x", &one, &err), STATUS_OK);
  assert_int_equal(files_make_temporary(&a, "x", &other, &err), STATUS_OK);
  assert_string_not_equal(one, other);
  assert_true(files_exists(one));
  assert_int_equal(strncmp(one, in_folder("x-"), strlen(folder) + 3), 0);
  setenv("TMPDIR", in_folder("no"), 1);
  assert_int_equal(files_make_temporary(&a, "x", &one, &err), STATUS_CANNOT_CREATE);
  assert_non_null(strstr(err.message, "/no/x-"));
  before ? setenv("TMPDIR", before, 1) : unsetenv("TMPDIR");
  arena_close(&a);
}

static void test_write_and_read(void **state) {
  (void)state;
  put(in_folder("x"), "first");
  assert_content(in_folder("x"), "first");
  put(in_folder("x"), "second, longer");
  assert_content(in_folder("x"), "second, longer");
  put(in_folder("x"), "");
  assert_content(in_folder("x"), "");
  assert_int_equal(count_items(folder), 1);
  assert_int_equal(files_write(in_folder("no/x"), "a", 1, &err), STATUS_CANNOT_CREATE);
  assert_non_null(strstr(err.message, "/no/x"));
  assert_int_equal(files_make_folder(in_folder("sub"), &err), STATUS_OK);
  assert_int_equal(files_write(in_folder("sub"), "a", 1, &err), STATUS_CANNOT_CREATE);
  assert_int_equal(count_items(folder), 2);
}

static void test_path_without_folder(void **state) {
  (void)state;
  char before[4096];
  assert_non_null(getcwd(before, sizeof before));
  assert_int_equal(chdir(folder), 0);
  status_code status = files_write("bare", "here", 4, &err);
  assert_int_equal(chdir(before), 0);
  assert_int_equal(status, STATUS_OK);
  assert_content(in_folder("bare"), "here");
}

static void test_writer(void **state) {
  (void)state;
  files_writer writer, other;
  put(in_folder("x"), "old");
  assert_int_equal(files_begin(&writer, in_folder("x"), &err), STATUS_OK);
  assert_int_equal(files_begin(&other, in_folder("x"), &err), STATUS_OK);
  assert_string_not_equal(writer.temporary, other.temporary);
  assert_int_equal(files_append(&writer, "new", 3, &err), STATUS_OK);
  assert_int_equal(files_append(&writer, "er", 2, &err), STATUS_OK);
  assert_content(in_folder("x"), "old");
  assert_int_equal(count_items(folder), 3);
  files_abandon(&other);
  assert_int_equal(files_commit(&writer, &err), STATUS_OK);
  files_abandon(&writer);
  assert_content(in_folder("x"), "newer");
  assert_int_equal(count_items(folder), 1);
  files_abandon(&(files_writer){0});
}

static void test_disk_full(void **state) {
  (void)state;
  put(in_folder("x"), "old");
  const char *text = "0123456789";
  for (size_t room = 0; room < 10; room++) {
    fault.room = room;
    assert_int_equal(files_write(in_folder("x"), text, 10, &err), STATUS_IO_FAILED);
    no_fault();
    assert_non_null(strstr(err.message, in_folder("x")));
    assert_content(in_folder("x"), "old");
    assert_int_equal(count_items(folder), 1);
  }
  fault.room = 10;
  assert_int_equal(files_write(in_folder("x"), text, 10, &err), STATUS_OK);
  no_fault();
  assert_content(in_folder("x"), text);
}

static void test_broken_disk(void **state) {
  (void)state;
  const struct {
    int call, nth, code;
    status_code status;
    const char *left;
  } cases[] = {{WRITE, 1, EIO, STATUS_IO_FAILED, "old"},
               {WRITE, 1, EDQUOT, STATUS_IO_FAILED, "old"},
               {WRITE, 1, EFBIG, STATUS_IO_FAILED, "old"},
               {FSYNC, 1, EIO, STATUS_IO_FAILED, "old"},
               {RENAME, 1, EIO, STATUS_IO_FAILED, "old"},
               {RENAME, 1, EROFS, STATUS_NO_PERMISSION, "old"},
               {RENAME, 1, EACCES, STATUS_NO_PERMISSION, "old"},
               {RENAME, 1, EXDEV, STATUS_CANNOT_CREATE, "old"},
               {FSYNC, 2, EIO, STATUS_IO_FAILED, "new"}, /* of the folder: the name is changed */
               {FSYNC, 2, EINVAL, STATUS_OK, "new"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    put(in_folder("x"), "old");
    fault.call = cases[i].call, fault.nth = cases[i].nth, fault.code = cases[i].code;
    status_code status = files_write(in_folder("x"), "new", 3, &err);
    no_fault();
    assert_int_equal(status, cases[i].status);
    assert_content(in_folder("x"), cases[i].left);
    assert_int_equal(count_items(folder), 1);
  }
}

static void test_short_and_interrupted_writes(void **state) {
  (void)state;
  char text[1001];
  for (size_t i = 0; i < 1000; i++) text[i] = (char)('a' + i % 26);
  text[1000] = '\0';
  fault.interruption = 1;
  fault.call = FSYNC, fault.nth = 1, fault.code = EINTR;
  status_code status = files_write(in_folder("x"), text, 1000, &err);
  no_fault();
  assert_int_equal(status, STATUS_OK);
  assert_content(in_folder("x"), text);
}

static void test_killed_anywhere(void **state) {
  (void)state;
  int ends[10] = {0}, finished = 0, renewed = 0;
  for (int at = 1; !finished && at < 10; at++) {
    put(in_folder("x"), "old");
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
      fault.kill_at = at;
      files_write(in_folder("x"), "new", 3, NULL);
      _exit(0);
    }
    assert_int_equal(waitpid(child, &ends[at], 0), child);
    finished = WEXITSTATUS(ends[at]) == 0;
    char *bytes;
    size_t length;
    assert_int_equal(files_read(in_folder("x"), 100, &bytes, &length, &err), STATUS_OK);
    assert_true(strcmp(bytes, "old") == 0 || strcmp(bytes, "new") == 0);
    renewed += strcmp(bytes, "new") == 0;
    free(bytes);
  }
  assert_true(finished);
  assert_int_equal(WEXITSTATUS(ends[4]), 9); /* write, fsync, rename, fsync */
  assert_int_equal(renewed, 2);              /* killed before the folder's fsync, or not at all */
}

static void test_no_permission(void **state) {
  (void)state;
  bool root = geteuid() == 0;
  assert_int_equal(chmod(folder, 0555), 0);
  if (root) assert_int_equal(seteuid(65534), 0);
  status_code wrote = files_write(in_folder("x"), "a", 1, &err);
  status_code made = files_make_folder(in_folder("d/e"), &err);
  status_code locked = files_lock(folder, &err);
  if (root) assert_int_equal(seteuid(0), 0);
  assert_int_equal(chmod(folder, 0700), 0);
  assert_int_equal(wrote, STATUS_NO_PERMISSION);
  assert_int_equal(made, STATUS_NO_PERMISSION);
  assert_int_equal(locked, STATUS_NO_PERMISSION);
}

static void test_read_refuses(void **state) {
  (void)state;
  char *bytes;
  size_t length;
  put(in_folder("x"), "12345");
  assert_int_equal(files_read(in_folder("x"), 5, &bytes, &length, &err), STATUS_OK);
  assert_int_equal(length, 5);
  free(bytes);
  assert_int_equal(files_read(in_folder("x"), 4, &bytes, &length, &err), STATUS_BAD_INPUT);
  assert_null(bytes);
  assert_int_equal(files_read(in_folder("y"), 5, &bytes, &length, &err), STATUS_NO_INPUT);
  assert_int_equal(files_read(in_folder("x/y"), 5, &bytes, &length, &err), STATUS_NO_INPUT);
  assert_int_equal(files_read(folder, 5, &bytes, &length, &err), STATUS_BAD_INPUT);
  assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
  assert_int_equal(files_read(in_folder("pipe"), 5, &bytes, &length, &err), STATUS_BAD_INPUT);
}

static void test_read_of_a_broken_disk(void **state) {
  (void)state;
  char *bytes;
  size_t length;
  put(in_folder("x"), "12345");
  fault.call = READ, fault.nth = 1, fault.code = EIO;
  status_code status = files_read(in_folder("x"), 5, &bytes, &length, &err);
  no_fault();
  assert_int_equal(status, STATUS_IO_FAILED);
  assert_null(bytes);
  assert_non_null(strstr(err.message, in_folder("x")));
}

static void test_read_of_unknown_size(void **state) {
  (void)state;
  char *bytes;
  size_t length;
  assert_int_equal(files_read("/proc/self/status", 1 << 20, &bytes, &length, &err), STATUS_OK);
  assert_non_null(strstr(bytes, "Name:"));
  assert_int_equal(length, strlen(bytes));
  free(bytes);
  assert_int_equal(files_read("/proc/self/status", 10, &bytes, &length, &err), STATUS_BAD_INPUT);
}

static void test_map(void **state) {
  (void)state;
  files_map map;
  put(in_folder("x"), "12345");
  assert_int_equal(files_map_open(&map, in_folder("x"), &err), STATUS_OK);
  put(in_folder("x"), "other content");
  assert_int_equal(map.length, 5);
  assert_memory_equal(map.bytes, "12345", 5);
  files_map_close(&map);
  assert_null(map.bytes);
  put(in_folder("x"), "");
  assert_int_equal(files_map_open(&map, in_folder("x"), &err), STATUS_OK);
  assert_int_equal(map.length, 0);
  files_map_close(&map);
  assert_int_equal(files_map_open(&map, in_folder("y"), &err), STATUS_NO_INPUT);
  files_map_close(&map);
}

static void test_remove_follows_no_link(void **state) {
  (void)state;
  assert_int_equal(files_make_folder(in_folder("keep"), &err), STATUS_OK);
  put(in_folder("keep/precious"), "x");
  assert_int_equal(files_make_folder(in_folder("tree/a/b"), &err), STATUS_OK);
  put(in_folder("tree/a/b/.hidden"), "x");
  assert_int_equal(symlink("../keep", in_folder("tree/link")), 0);
  assert_int_equal(symlink("nowhere", in_folder("tree/a/dangling")), 0);
  assert_int_equal(symlink("keep", in_folder("link")), 0);
  assert_int_equal(files_remove(in_folder("tree"), &err), STATUS_OK);
  assert_false(files_exists(in_folder("tree")));
  assert_int_equal(files_remove(in_folder("link/"), &err), STATUS_OK);
  assert_content(in_folder("keep/precious"), "x");
  assert_int_equal(count_items(folder), 1);
  assert_int_equal(files_remove(in_folder("tree"), &err), STATUS_OK);
  assert_int_equal(files_remove(in_folder("keep/precious"), &err), STATUS_OK);
  assert_false(files_exists(in_folder("keep/precious")));
}

/* A network disk that does not answer may have the file. */
static void test_read_now_or_never(void **state) {
  (void)state;
  assert_true(files_is_lost(files_cannot_read(&err, "x", ENOENT)));
  assert_true(files_is_lost(files_cannot_read(&err, "x", ELOOP)));
  assert_int_equal(files_cannot_read(&err, "x", ESTALE), STATUS_IO_FAILED);
  assert_int_equal(files_cannot_read(&err, "x", EMFILE), STATUS_NO_RESOURCE);
}

static void test_remove_says_what_it_cannot(void **state) {
  (void)state;
  assert_int_equal(files_remove("/proc/self/fdinfo", &err), STATUS_NO_PERMISSION);
  assert_non_null(strstr(err.message, "/proc/self/fdinfo"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  no_fault();
  const struct CMUnitTest tests[] = {
      TEST(test_make_folder),
      TEST(test_temporary),
      TEST(test_write_and_read),
      TEST(test_path_without_folder),
      TEST(test_writer),
      TEST(test_disk_full),
      TEST(test_broken_disk),
      TEST(test_short_and_interrupted_writes),
      TEST(test_killed_anywhere),
      TEST(test_no_permission),
      TEST(test_read_refuses),
      TEST(test_read_of_a_broken_disk),
      TEST(test_read_of_unknown_size),
      TEST(test_read_now_or_never),
      TEST(test_map),
      TEST(test_remove_follows_no_link),
      TEST(test_remove_says_what_it_cannot),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
