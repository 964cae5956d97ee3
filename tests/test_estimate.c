/* What a grid will need: from the runs of a folder that is made by hand. */
#include "folder.h"

#include "front/estimate.h"

#include "base/safetensors.h"

#include <math.h>

/* Ten steps an epoch. Settings: of network, train and measure, without the outer brackets. */
static const char *config_of(folder *f, const char *network, double epochs, double every) {
  return arena_format(&f->memory,
                      "{'seed':0,'dataset':{'':'mcmc','train':100,'test':10},"
                      "'network':{'':'mlp',%s},'train':{'batch':10,'epochs':%g},"
                      "'measure':{'every':%g,'solver':{'':'rk45'}},"
                      "'flow':{'stages':[{'':'transport'}]}}",
                      network, epochs, every);
}

static const value *job_of(folder *f, const char *config, double every) {
  return folder_value(f, arena_format(&f->memory,
                                      "{'id':'a','config':%s,'measurements':[{'id':'m','config':"
                                      "{'measure':{'every':%g}}}]}",
                                      config, every));
}

/* A finished run, measured at every epoch. */
static void make_run(folder *f, const char *name, const char *network, double epochs,
                     double seconds) {
  arena *a = &f->memory;
  const value *job_file = job_of(f, config_of(f, network, epochs, 1), 1);
  const value *made =
      folder_value(f, arena_format(a,
                                   "{'job':'train','id':'a','status':'done','numbers':{'steps':%g,"
                                   "'dimensions':2},'provenance':{'seconds':%g}}",
                                   10 * epochs, seconds));
  files_make_folder(folder_path(f, arena_format(a, "runs/%s", name)), NULL);
  folder_write(f, arena_format(a, "runs/%s/job.json", name), json_pretty(a, job_file));
  folder_write(f, arena_format(a, "runs/%s/result.json", name), json_pretty(a, made));
}

/* A data set of points in the plane, and trainings of them. */
typedef struct grid {
  grid_job jobs[4];
  graph g;
  bool to_do[4];
  dataset_preview data[4];
  size_t weights[4];
  trial_facts facts;
} grid;

static void begin(grid *out) {
  *out = (grid){.jobs = {{.kind = JOB_DATA, .folder = "none"}},
                .to_do = {true, true, true, true},
                .data = {{.domain = {.d = 2}, .train = 100, .test = 10}}};
  out->g = (graph){.jobs = out->jobs, .job_count = 1};
  out->facts = (trial_facts){.data = out->data, .weights = out->weights};
}

static void ask(folder *f, grid *to, const char *network, double epochs, double every) {
  to->jobs[to->g.job_count] =
      (grid_job){.kind = JOB_TRAIN,
                 .folder = folder_path(f, "runs/new"),
                 .file = job_of(f, config_of(f, network, epochs, every), every),
                 .need_count = 1};
  to->weights[to->g.job_count++] = 1000;
}

static estimate_time time_of(folder *f, grid *of, size_t parallel) {
  past_runs past;
  failure err;
  if (past_runs_read(&f->memory, f->path, &of->g, &past, &err)) fail_msg("%s", err.message);
  return estimate_time_make(&of->g, of->to_do, &past, &of->facts, parallel);
}

static void assert_near(double x, double y) {
  if (fabs(x - y) > 1e-9) fail_msg("%g is not %g", x, y);
}

static void nothing_similar_has_no_estimate(void **state) {
  folder *f = *state;
  grid of;
  begin(&of);
  ask(f, &of, "'width':8", 20, 1);
  estimate_time t = time_of(f, &of, 1);
  assert_int_equal(t.trainings, 1);
  assert_int_equal(t.known, 0);
  make_run(f, "wider", "'width':9", 10, 5);
  t = time_of(f, &of, 1);
  assert_int_equal(t.known, 0);
  assert_int_equal(t.past, 0);
  make_run(f, "same", "'width':8", 10, 5);
  of.data[0].domain.d = 3; /* points in space */
  assert_int_equal(time_of(f, &of, 1).known, 0);
}

static void time_grows_with_steps_and_is_shared(void **state) {
  folder *f = *state;
  grid of;
  begin(&of);
  make_run(f, "past", "'width':8", 10, 5);
  ask(f, &of, "'width':8", 20, 1);
  estimate_time t = time_of(f, &of, 1);
  assert_int_equal(t.known, 1);
  assert_int_equal(t.past, 1);
  assert_near(t.seconds, 10);
  assert_near(t.low, 10);
  assert_near(t.high, 10);
  ask(f, &of, "'width':8", 10, 1);
  ask(f, &of, "'width':9", 10, 1);
  t = time_of(f, &of, 1);
  assert_int_equal(t.trainings, 3);
  assert_int_equal(t.known, 2);
  assert_near(t.seconds, 15);
  assert_near(time_of(f, &of, 8).seconds, 10); /* the longest one */
  of.to_do[1] = false;
  assert_near(time_of(f, &of, 1).seconds, 5);
}

static void past_runs_differ(void **state) {
  folder *f = *state;
  grid of;
  begin(&of);
  for (int i = 0; i < 11; i++)
    make_run(f, arena_format(&f->memory, "past-%02d", i), "'width':8", 10, 5 + i);
  ask(f, &of, "'width':8", 10, 1);
  const estimate_time t = time_of(f, &of, 1);
  assert_int_equal(t.past, 11);
  assert_near(t.seconds, 10);
  assert_near(t.low, 6); /* without the outermost tenth */
  assert_near(t.high, 14);
}

/* Twice the steps with as many measurements take between once and twice the time. */
static void measuring_more_rarely_is_a_range(void **state) {
  folder *f = *state;
  grid of;
  begin(&of);
  make_run(f, "past", "'width':8", 10, 6);
  ask(f, &of, "'width':8", 20, 2);
  const estimate_time t = time_of(f, &of, 1);
  assert_near(t.low, 6);
  assert_near(t.seconds, 9);
  assert_near(t.high, 12);
}

static void what_is_done_takes_no_time(void **state) {
  folder *f = *state;
  grid of;
  begin(&of);
  make_run(f, "past", "'width':8", 10, 5);
  ask(f, &of, "'width':8", 10, 1);
  files_make_folder(folder_path(f, "runs/new"), NULL);
  const value *metadata = folder_value(f, "{'step':'80'}");
  assert_int_equal(
      safetensors_write(folder_path(f, "runs/new/checkpoint.safetensors"), metadata, NULL, 0, NULL),
      STATUS_OK);
  assert_near(time_of(f, &of, 1).seconds, 1);
}

static void disk(void **state) {
  folder *f = *state;
  grid of;
  begin(&of);
  ask(f, &of, "'width':8", 10, 1);
  ask(f, &of, "'width':8", 10, 1);
  estimate_disk d = estimate_disk_make(&of.g, of.to_do, &of.facts, 8);
  assert_near(d.data, 110 * 2 * 8);
  assert_near(d.modes, 0);
  assert_near(d.checkpoints, 2 * 3 * 4096); /* 3 x 4000 bytes in whole blocks, of two workers */
  assert_near(d.runs, 2 * 4096 * 7);        /* last, best; a history, losses, three texts */
  assert_int_equal(d.unknown, 0);
  of.jobs[3] = (grid_job){.kind = JOB_MODES,
                          .file = folder_value(f, "{'config':{'dataset':{'train':50}}}"),
                          .need_count = 1};
  of.g.job_count = 4;
  assert_near(estimate_disk_make(&of.g, of.to_do, &of.facts, 1).modes, 50 * (2 * 8 + 4 * 4));
  of.data[0].domain = (hifm_domain){.d = 784, .height = 28, .width = 28, .channels = 1};
  assert_near(estimate_disk_make(&of.g, of.to_do, &of.facts, 1).data, 110 * 784); /* bytes */
  of.data[0].domain.d = 0;
  of.weights[1] = of.weights[2] = 0;
  d = estimate_disk_make(&of.g, of.to_do, &of.facts, 1);
  assert_int_equal(d.unknown, 4);
  assert_near(d.data + d.modes + d.runs, 0);
}

static void kept_weights_are_counted(void **state) {
  folder *f = *state;
  grid of;
  begin(&of);
  ask(f, &of, "'width':8", 10, 3);
  const double plain = estimate_disk_make(&of.g, of.to_do, &of.facts, 1).runs;
  value *file = value_copy(&f->memory, of.jobs[1].file);
  value_put(&f->memory, file, "keep_all", value_bool(&f->memory, true));
  of.jobs[1].file = file;
  const estimate_disk d = estimate_disk_make(&of.g, of.to_do, &of.facts, 1);
  assert_int_equal(d.keeping, 1);
  assert_near(d.kept, 4); /* epochs 3, 6, 9, 10 */
  assert_near(d.runs - plain, 4 * 4096);
}

/* 1000 points at best and last weights: 16 kB and a header, in whole blocks. */
static void audits_keep_the_nll_of_each_point(void **state) {
  folder *f = *state;
  grid of;
  begin(&of);
  of.to_do[0] = false;
  of.jobs[1] = (grid_job){.kind = JOB_MEASURE,
                          .file = folder_value(f, "{'config':{'dataset':{'test':1000}}}")};
  of.g.job_count = 2;
  assert_near(estimate_disk_make(&of.g, of.to_do, &of.facts, 1).runs, 4096);
  of.jobs[1].file = folder_value(f, "{'of':'a','config':{'dataset':{'test':1000}}}");
  assert_near(estimate_disk_make(&of.g, of.to_do, &of.facts, 1).runs, 4096 + 4 * 4096);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(audits_keep_the_nll_of_each_point, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(nothing_similar_has_no_estimate, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(time_grows_with_steps_and_is_shared, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(past_runs_differ, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(measuring_more_rarely_is_a_range, folder_set_up,
                                      folder_tear_down),
      cmocka_unit_test_setup_teardown(what_is_done_takes_no_time, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(disk, folder_set_up, folder_tear_down),
      cmocka_unit_test_setup_teardown(kept_weights_are_counted, folder_set_up, folder_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
