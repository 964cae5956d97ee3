/* What hifm gc may remove, and what it must not. */
#include "folder.h"

#include "descriptors.h"
#include "front/garbage.h"

#include <sys/stat.h>
#include <unistd.h>

static const char *const RUNS[] = {"a-111111111111", "b-222222222222", "c-333333333333",
                                   "d-444444444444", "e-444444444444.new"};

static void make_runs(folder *f) {
  for (size_t i = 0; i < sizeof RUNS / sizeof *RUNS; i++) {
    const char *run = arena_format(&f->memory, "runs/%s", RUNS[i]);
    assert_int_equal(files_make_folder(folder_path(f, run), NULL), STATUS_OK);
    folder_write(f, arena_format(&f->memory, "%s/job.json", run), "{}");
    folder_write(f, arena_format(&f->memory, "%s/result.json", run), "{}");
    folder_write(f, arena_format(&f->memory, "%s/best-0123456789ab.safetensors", run), "weights");
  }
}

static references refer_to(folder *f, const char *id) {
  arena *a = &f->memory;
  references refs = {.a = a,
                     .scripts = key_map_new(a),
                     .runs = key_map_new(a),
                     .whole = key_map_new(a),
                     .measurements = key_map_new(a),
                     .cache = key_map_new(a)};
  key_map_put_text(&refs.runs, id, 0);
  return refs;
}

static const garbage_item *item_of(folder *f, const garbage *all, const char *name) {
  for (size_t i = 0; i < all->count; i++)
    if (strcmp(all->items[i].path, folder_path(f, arena_format(&f->memory, "runs/%s", name))) == 0)
      return &all->items[i];
  return NULL;
}

static garbage find(folder *f, const references *refs, const run_views *views) {
  garbage all;
  assert_int_equal(garbage_find(&f->memory, f->path, refs, views, &all, NULL), STATUS_OK);
  return all;
}

static void what_may_go(void **state) {
  folder *f = *state;
  const run_views none = {.known = key_map_new(&f->memory)};
  make_runs(f);
  folder_write(f, "runs/c-333333333333/notes.txt", "mine");
  files_use(folder_path(f, "runs/b-222222222222/job.json"));
  const references refs = refer_to(f, "111111111111");
  const garbage all = find(f, &refs, &none);
  assert_int_equal(all.count, 4);
  assert_null(item_of(f, &all, RUNS[0]));
  assert_string_equal(item_of(f, &all, RUNS[1])->unsure, "a process uses it");
  assert_string_equal(item_of(f, &all, RUNS[2])->unsure, "hifm did not make notes.txt in it");
  assert_null(item_of(f, &all, RUNS[3])->unsure);
  assert_true(item_of(f, &all, RUNS[3])->bytes > 10);
  assert_int_equal(garbage_remove(item_of(f, &all, RUNS[3]), NULL), STATUS_OK);
  assert_false(files_exists(item_of(f, &all, RUNS[3])->path));
}

/* The successor of a run is needed as long as the run is; measurements of the training stay. */
static void what_belongs_to_a_run(void **state) {
  folder *f = *state;
  const run_views none = {.known = key_map_new(&f->memory)};
  make_runs(f);
  folder_write(f, "runs/d-444444444444/measure-aaaaaaaaaaaa.json", "{}");
  folder_write(f, "runs/d-444444444444/measure-bbbbbbbbbbbb.json", "{}");
  folder_write(f, "runs/d-444444444444/measure-cccccccccccc.json", "{}");
  folder_write(f, "runs/d-444444444444/measure-cccccccccccc.npy", "0123456789");
  folder_write(f, "runs/d-444444444444/job.json",
               "{\"measurements\":[{\"id\":\"aaaaaaaaaaaa0000\",\"config\":{}}]}");
  references refs = refer_to(f, "444444444444");
  key_map_put_text(&refs.measurements, "bbbbbbbbbbbb", 0);
  const garbage all = find(f, &refs, &none);
  assert_null(item_of(f, &all, RUNS[3]));
  assert_null(item_of(f, &all, RUNS[4]));
  const garbage_item *late = item_of(f, &all, "d-444444444444/measure-cccccccccccc");
  assert_non_null(late);
  assert_true(late->bytes > 11 && late->bytes < 13); /* both files */
  assert_null(item_of(f, &all, "d-444444444444/measure-aaaaaaaaaaaa"));
  assert_null(item_of(f, &all, "d-444444444444/measure-bbbbbbbbbbbb"));
  assert_int_equal(garbage_remove(late, NULL), STATUS_OK);
  assert_false(files_exists(arena_format(&f->memory, "%s.json", late->path)));
  assert_false(files_exists(arena_format(&f->memory, "%s.npy", late->path)));
  assert_true(files_exists(folder_path(f, "runs/d-444444444444/measure-aaaaaaaaaaaa.json")));
  key_map_put_text(&refs.whole, "444444444444", 0);
  assert_int_equal(find(f, &refs, &none).count, 3);
}

/* A link is neither followed nor removed; an empty folder is what a killed call has left. */
static void links_and_empty_folders(void **state) {
  folder *f = *state;
  const run_views none = {.known = key_map_new(&f->memory)};
  make_runs(f);
  const char *link = folder_path(f, "runs/f-555555555555");
  const char *empty = folder_path(f, "runs/g-666666666666");
  assert_int_equal(symlink(RUNS[0], link), 0);
  assert_int_equal(mkdir(empty, 0777), 0);
  const references refs = refer_to(f, "111111111111");
  const garbage all = find(f, &refs, &none);
  assert_null(item_of(f, &all, "f-555555555555"));
  const garbage_item *left = item_of(f, &all, "g-666666666666");
  assert_non_null(left);
  assert_int_equal(garbage_remove(left, NULL), STATUS_OK);
  assert_false(files_exists(empty));
}

/* A folder that cannot be read may hold anything. */
static void what_cannot_be_read_is_not_garbage(void **state) {
  folder *f = *state;
  garbage all;
  failure err = {.message = ""};
  const run_views none = {.known = key_map_new(&f->memory)};
  make_runs(f);
  const references refs = refer_to(f, "111111111111");
  descriptors_forbid();
  const run_views views = run_views_read(&f->memory, f->path);
  const status_code status = garbage_find(&f->memory, f->path, &refs, &none, &all, &err);
  descriptors_allow();
  assert_int_equal(views.unread.status, STATUS_NO_RESOURCE);
  assert_int_equal(status, STATUS_NO_RESOURCE);
  assert_non_null(strstr(err.message, f->path));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(what_may_go),
      TEST(what_belongs_to_a_run),
      TEST(links_and_empty_folders),
      TEST(what_cannot_be_read_is_not_garbage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
