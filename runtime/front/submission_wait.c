#include "front/submission_wait.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/json.h"
#include "grid/display.h"
#include "grid/late_results.h"

#include <math.h>
#include <signal.h>
#include <string.h>

static const double QUEUE_INTERVAL = 20; /* seconds between two calls of squeue */

static volatile sig_atomic_t stop_asked;

static void on_signal(int number) {
  (void)number;
  stop_asked = 1;
}

static void catch_signals(void) {
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGHUP, &action, NULL);
}

typedef struct watch {
  session *s;
  const submission *of;
  display *display;
  size_t done, running, queued;
  double next_question;
} watch;

/* Results that were not there at the last look. */
static void look_for_results(watch *w) {
  graph *g = &w->s->jobs;
  for (size_t i = 0; i < g->job_count; i++) {
    grid_job *it = &g->jobs[i];
    if (it->state == JOB_DONE || !job_is_done(it->result_path, it->id)) continue;
    it->state = JOB_DONE;
    w->done++;
    display_say(w->display, "%s: %s [%zu of %zu]",
                exit_verdict_diverged(it->result_path) ? "diverged" : "done", it->label, w->done,
                g->job_count);
  }
}

static void say_tasks(watch *w, const slurm_jobs *queue) {
  size_t running = 0;
  for (size_t i = 0; i < queue->count; i++) running += queue->items[i].running;
  if (running != w->running || queue->count - running != w->queued)
    display_say(w->display, "tasks: %zu running, %zu waiting", running, queue->count - running);
  w->running = running;
  w->queued = queue->count - running;
}

/* Slurm's own delay between the end of a job and that of its entry does not matter: the last job
 * writes a file. */
static bool is_over(watch *w) {
  arena a = {0};
  bool over = files_exists(submission_path(&a, w->of, SUBMISSION_ENDING));
  if (!over && clock_seconds() >= w->next_question) {
    const submission_state state = submission_look(&a, w->of);
    over = state.over;
    if (!*state.problem && !over) say_tasks(w, &state.queue);
    w->next_question = clock_seconds() + QUEUE_INTERVAL;
  }
  arena_close(&a);
  return over;
}

/* At most a twentieth of the time is spent on looking. */
static void pause_after(double looking) {
  const double seconds = fmax(1, 20 * looking);
  const struct timespec pause = {.tv_sec = (time_t)seconds};
  nanosleep(&pause, NULL);
}

static void count(const graph *g, size_t already, schedule_summary *summary) {
  summary->already = already;
  for (size_t i = 0; i < g->job_count; i++) {
    summary->done += g->jobs[i].state == JOB_DONE;
    summary->skipped += g->jobs[i].skip;
    summary->failed += g->jobs[i].state != JOB_DONE && !g->jobs[i].skip;
  }
  summary->done -= already;
}

/* What hifm merge wrote; NULL: its job is lost. */
static const value *read_ending(const watch *w) {
  arena *a = w->s->a;
  const value *ending = NULL;
  const char *path = submission_path(a, w->of, SUBMISSION_ENDING);
  if (files_exists(path)) json_read(a, path, &ending, NULL);
  return ending;
}

static status_code finish(watch *w, failure *err) {
  const graph *g = &w->s->jobs;
  const value *ending = read_ending(w);
  if (!ending && !w->s->given->quiet)
    fprintf(stderr, "the job that makes the tables is lost: they are made here\n");
  if (ending) session_say(w->s, value_get(ending, "lines"));
  if (value_get_number(ending, "exit_code", 1) != STATUS_OK) return STATUS_OK;
  /* All is done, and what is not visible yet will be soon. */
  bool *expected = arena_get(w->s->a, g->job_count + 1);
  for (size_t i = 0; i < g->job_count; i++) expected[i] = g->jobs[i].state != JOB_DONE;
  const status_code status = late_results_wait(g->jobs, expected, g->job_count, err);
  look_for_results(w);
  return status;
}

status_code submission_wait(session *s, const submission *of, schedule_summary *summary,
                            failure *err) {
  graph *g = &s->jobs;
  watch w = {.s = s, .of = of, .display = display_open(s->given->quiet ? NULL : stderr, 1, 0)};
  size_t already = 0;
  status_code status = jobs_reset(g->jobs, g->job_count, &already, err);
  w.done = already;
  catch_signals();
  while (status == STATUS_OK && !stop_asked) {
    const double begun = clock_seconds();
    const bool over = is_over(&w);
    look_for_results(&w);
    if (over) break;
    pause_after(clock_seconds() - begun);
  }
  if (status == STATUS_OK && !stop_asked) status = finish(&w, err);
  display_close(w.display);
  count(g, already, summary);
  if (stop_asked)
    return failure_set(err, STATUS_INTERRUPTED,
                       "the grid goes on in the queue: hifm ls shows it, hifm cancel %s ends it",
                       s->given->words[0]);
  return status;
}
