#include "base/files.h"
#include "base/key_map.h"
#include "base/numbers.h"
#include "base/text.h"
#include "front/estimate.h"
#include "job/checkpoint.h"
#include "job/history.h"
#include "job/likelihood.h"
#include "job/run_status.h"
#include "plan/schema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is of like size -------------------------------------------------------------------- */

static bool counts_whole(const char *path) {
  static const char *const PATHS[] = {"optimizer", "train.batch", "flow.scheme", "dataset.test"};
  for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++)
    if (strcmp(path, PATHS[i]) == 0) return true;
  const size_t section = schema_section_of(path);
  return section == SECTION_NETWORK ||
         (section == SECTION_MEASURE && strcmp(path, "measure.every") != 0);
}

/* Equal texts: of like size. Of the flow only the first stage counts, which gives the path. */
static char *size_text(const run_settings *of, double dimensions, double measurements) {
  text_buffer out = {0};
  text_add(&out, "%g %g", dimensions, measurements);
  for (size_t i = 0; i < of->count; i++) {
    const run_setting *it = &of->items[i];
    if (strcmp(it->path, "flow") == 0)
      text_add(&out, " flow=%.*s", (int)strcspn(it->text, "+"), it->text);
    if (counts_whole(it->path)) text_add(&out, " %s=%s", it->path, it->text);
  }
  return out.text;
}

/* The finished runs, each with the number of its size. */
typedef struct sizes {
  const finished_runs *finished;
  key_map known; /* text -> number */
  size_t *of;    /* [finished] SIZE_MAX: its time says nothing */
} sizes;

static size_t number_of(sizes *s, const run_settings *of, double dimensions, double asked) {
  char *text = size_text(of, dimensions, asked);
  const size_t known = key_map_get_text(&s->known, text);
  if (known == KEY_MAP_ABSENT) key_map_put_text(&s->known, text, s->known.count);
  free(text);
  return known == KEY_MAP_ABSENT ? s->known.count - 1 : known;
}

static bool is_usable(const run_info *run) {
  return strcmp(run->state, run_status_word(RUN_DONE)) == 0 && run->seconds > 0 && run->steps > 0 &&
         run->rows > 0;
}

static void sizes_begin(sizes *s, arena *a, const finished_runs *finished) {
  *s = (sizes){.finished = finished,
               .known = key_map_new(a),
               .of = arena_get(a, (finished->count + 1) * sizeof *s->of)};
  for (size_t i = 0; i < finished->count; i++) {
    const run_info *run = &finished->runs[i];
    s->of[i] =
        is_usable(run) ? number_of(s, &run->settings, run->dimensions, run->asked) : SIZE_MAX;
  }
}

/* ---- one training ---------------------------------------------------------------------------- */

/* Trainings of one size with as many steps and rows take equally long. */
typedef struct work {
  size_t size;
  double steps, rows;
} work;

typedef struct span {
  double seconds, low, high; /* NAN: there is no past run of this size */
} span;

/* What this work takes by each past run, in order; returns how many there are. share: 0 for the
 * least that it may take, 1 for the most. */
static size_t past_times(const sizes *s, const work *w, double share, double *times) {
  size_t count = 0;
  for (size_t i = 0; i < s->finished->count; i++) {
    const run_info *run = &s->finished->runs[i];
    if (s->of[i] != w->size) continue;
    const double steps = w->steps / run->steps, rows = w->rows / run->rows;
    const double least = fmin(steps, rows), most = fmax(steps, rows);
    times[count++] = run->seconds * (least + share * (most - least));
  }
  if (count) qsort(times, count, sizeof *times, numbers_ascend);
  return count;
}

static span span_of(const sizes *s, const work *w) {
  double *times = memory_array(s->finished->count + 1, sizeof *times);
  span out = {NAN, NAN, NAN};
  const size_t count = past_times(s, w, 0, times);
  if (count) {
    out.low = times[count / 10];
    past_times(s, w, 1, times);
    out.high = times[count - 1 - count / 10];
    past_times(s, w, 0.5, times);
    out.seconds = count % 2 ? times[count / 2] : (times[count / 2 - 1] + times[count / 2]) / 2;
  }
  free(times);
  return out;
}

/* Of a training that was interrupted: how far it is. */
static uint64_t step_of(const grid_job *it) {
  arena brief = {0};
  const value *ignored;
  const double step =
      files_exists(it->folder) ? checkpoint_look(&brief, it->folder, "", &ignored) : 0;
  arena_close(&brief);
  return step > 0 ? (uint64_t)step : 0;
}

static work work_of(sizes *s, const grid_job *it, const run_settings *asked,
                    const hifm_domain *domain) {
  const value *list = value_get(it->file, "measurements");
  const uint64_t steps = history_steps(value_get(it->file, "config")), done = step_of(it);
  const double dimensions = domain->d ? likelihood_dimensions(domain) : 0;
  work out; /* it is a key: also what is between its members counts */
  memset(&out, 0, sizeof out);
  out.size = number_of(s, asked, dimensions, list ? (double)list->count : 0);
  out.steps = fmax(0, (double)steps - (double)done);
  out.rows = fmax(0, history_rows(it->file, steps) - history_rows(it->file, done));
  return out;
}

/* ---- all of them ----------------------------------------------------------------------------- */

typedef struct totals {
  sizes s;
  key_map known; /* work -> place in spans */
  span *spans;
  bool *used; /* [sizes] */
  span sum, longest;
} totals;

static const span *find_span(totals *t, const work *w) {
  const size_t at = key_map_get(&t->known, w, sizeof *w);
  if (at != KEY_MAP_ABSENT) return &t->spans[at];
  span *made = &t->spans[t->known.count];
  key_map_put(&t->known, w, sizeof *w, t->known.count);
  *made = span_of(&t->s, w);
  return made;
}

static void add_span(span *sum, span *longest, const span *it) {
  sum->seconds += it->seconds;
  sum->low += it->low;
  sum->high += it->high;
  longest->seconds = fmax(longest->seconds, it->seconds);
  longest->low = fmax(longest->low, it->low);
  longest->high = fmax(longest->high, it->high);
}

static const span *span_of_training(totals *t, work *w, const grid_job *it,
                                    const run_settings *asked, const trial_facts *facts) {
  *w = work_of(&t->s, it, asked, &facts->data[it->needs[0]].domain);
  return find_span(t, w);
}

static void add_training(totals *t, estimate_time *out, const grid_job *it,
                         const run_settings *asked, const trial_facts *facts) {
  work w;
  const span *found = span_of_training(t, &w, it, asked, facts);
  if (isnan(found->seconds)) return;
  out->known++;
  t->used[w.size] = true;
  add_span(&t->sum, &t->longest, found);
}

/* Workers share the sum of the work, but one training is one worker's. */
static void finish(const totals *t, size_t parallel, estimate_time *out) {
  const double slots = (double)(parallel < out->known ? parallel : out->known);
  for (size_t i = 0; i < t->s.finished->count; i++)
    out->past += t->s.of[i] != SIZE_MAX && t->used[t->s.of[i]];
  if (out->known == 0) return;
  out->seconds = fmax(t->sum.seconds / slots, t->longest.seconds);
  out->low = fmax(t->sum.low / slots, t->longest.low);
  out->high = fmax(t->sum.high / slots, t->longest.high);
}

static totals begin(arena *a, const graph *g, const past_runs *past) {
  const size_t room = g->job_count + past->finished.count + 1;
  totals t = {.known = key_map_new(a),
              .spans = arena_get(a, room * sizeof *t.spans),
              .used = arena_get(a, room * sizeof *t.used)};
  sizes_begin(&t.s, a, &past->finished);
  return t;
}

estimate_time estimate_time_make(const graph *g, const bool *to_do, const past_runs *past,
                                 const trial_facts *facts, size_t parallel) {
  estimate_time out = {.trainings = 0};
  arena memory = {0}, *a = &memory;
  totals t = begin(a, g, past);
  for (size_t i = 0; i < g->job_count; i++) {
    const grid_job *it = &g->jobs[i];
    if (it->kind != JOB_TRAIN || !to_do[i]) continue;
    out.trainings++;
    if (past->asked) add_training(&t, &out, it, &past->asked[i], facts);
  }
  finish(&t, parallel, &out);
  arena_close(a);
  return out;
}

void estimate_time_each(const graph *g, const past_runs *past, const trial_facts *facts,
                        double *seconds) {
  arena memory = {0};
  totals t = begin(&memory, g, past);
  for (size_t i = 0; i < g->job_count; i++) {
    work w;
    seconds[i] = NAN;
    if (g->jobs[i].kind == JOB_TRAIN && past->asked)
      seconds[i] = span_of_training(&t, &w, &g->jobs[i], &past->asked[i], facts)->seconds;
  }
  arena_close(&memory);
}
