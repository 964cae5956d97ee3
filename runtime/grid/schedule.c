#include "grid/schedule.h"

#include "base/text.h"
#include "grid/display.h"
#include "grid/failed.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const double TIMEOUT_GRACE = 5, STOP_GRACE = 10; /* seconds from asking to killing */

typedef struct slot {
  grid_job *job; /* NULL: free */
  size_t line;   /* of the display */
  bool stop_asked, timed_out;
  double deadline; /* when the attempt times out, on the executor's clock; INFINITY: never */
  double kill_at;  /* when a job that was asked to end is killed; INFINITY: it was not asked */
  char message[sizeof((failure *)0)->message]; /* why it fails, sent by the worker; "" */
} slot;

typedef struct run {
  const executor *where;
  grid_job *jobs;
  size_t count, first; /* no job before `first` is waiting */
  const schedule_options *options;
  schedule_summary *summary;
  slot *slots;
  size_t running;
  display *display;
  bool stopping;      /* nothing new starts */
  bool stop_now_next; /* a SIGINT or SIGTERM has arrived: the next one means now */
  bool starved;       /* the executor takes no more jobs until a running one has ended */
  status_code status; /* not STATUS_OK: cannot go on */
  failure *err;
} run;

static double now(const run *r) {
  return r->where->ops->seconds(r->where->self);
}

static size_t index_of(const run *r, const slot *s) {
  return (size_t)(s - r->slots);
}

/* ---- ending jobs ----------------------------------------------------------------------------- */

static void ask_to_end(run *r, slot *s, double grace) {
  r->where->ops->end(r->where->self, index_of(r, s), false);
  s->kill_at = now(r) + grace;
}

static void kill_job(run *r, slot *s) {
  r->where->ops->end(r->where->self, index_of(r, s), true);
  s->kill_at = INFINITY;
}

static void stop_all(run *r) {
  r->stopping = true;
  for (slot *s = r->slots; s < r->slots + r->where->slots; s++) {
    if (!s->job) continue;
    s->stop_asked = true;
    /* After a timeout it was asked already, and its shorter grace is running. */
    if (!s->timed_out) ask_to_end(r, s, STOP_GRACE);
  }
}

/* A terminal that closes sends SIGHUP twice, and a session that ends may send SIGTERM after it. */
static void on_signal(run *r, int number) {
  const bool is_request = number == SIGINT || number == SIGTERM;
  if (is_request && r->stop_now_next) {
    for (slot *s = r->slots; s < r->slots + r->where->slots; s++)
      if (s->job) kill_job(r, s);
    return;
  }
  r->stop_now_next |= is_request;
  if (is_request || !r->summary->signal)
    display_say(r->display, "stopping: %zu running job%s a checkpoint%s", r->running,
                r->running == 1 ? " writes" : "s write",
                is_request ? " (once more: stop now)" : "");
  if (r->summary->signal) return;
  r->summary->signal = number;
  stop_all(r);
}

static void on_tick(run *r) {
  const double time = now(r);
  for (slot *s = r->slots; s < r->slots + r->where->slots; s++) {
    if (!s->job) continue;
    if (time >= s->kill_at) kill_job(r, s);
    if (time < s->deadline || s->timed_out || s->stop_asked) continue;
    s->timed_out = true;
    ask_to_end(r, s, TIMEOUT_GRACE);
  }
  display_refresh(r->display, time);
}

/* ---- what an ended job leaves ---------------------------------------------------------------- */

/* A worker that could not send a message may have left one in its log: a failed assertion. */
static void use_log(slot *s, const char *log, long start) {
  char *line = exit_verdict_log_tail(log, start, 1);
  snprintf(s->message, sizeof s->message, "%s", line);
  free(line);
}

static void fail_fast(run *r) {
  if (!r->options->fail_fast || r->stopping) return;
  r->stopping = true;
  display_say(r->display, "no more jobs start (--fail-fast); still running: %zu", r->running - 1);
}

static void report_failed(run *r, slot *s) {
  const grid_job *it = s->job;
  char log[JOBS_PATH];
  failure why;
  if (jobs_path(it, "log.txt", log, NULL) != STATUS_OK) return;
  display_failed(r->display, it->label, it->ending, s->message, log, it->log_start);
  if (!s->message[0] && !it->facts.timed_out) use_log(s, log, it->log_start);
  if (failed_write(it, s->message, r->options->plugins, &why) != STATUS_OK)
    display_say(r->display, "the reason is not saved: %s", why.message);
}

static void finish_failed(run *r, slot *s) {
  grid_job *it = s->job;
  it->state = JOB_FAILED;
  r->summary->failed++;
  r->summary->disk |= !it->facts.signal && it->facts.exit_code == STATUS_IO_FAILED;
  r->summary->resource |= !it->facts.signal && it->facts.exit_code == STATUS_NO_RESOURCE;
  report_failed(r, s);
  fail_fast(r);
}

static void finish_accident(run *r, slot *s) {
  grid_job *it = s->job;
  if (it->attempts > r->options->retries) {
    finish_failed(r, s);
    return;
  }
  it->state = JOB_WAITING;
  const size_t index = (size_t)(it - r->jobs);
  if (index < r->first) r->first = index; /* or jobs_next would not look there again */
  if (!r->stopping)
    display_say(r->display, "retry: %s: %s; attempt %u of %u", it->label, it->ending,
                it->attempts + 1, r->options->retries + 1);
}

static const char *finish_done(run *r, grid_job *it) {
  it->state = JOB_DONE;
  r->summary->done++;
  if (!exit_verdict_diverged(it->result_path)) return "done";
  snprintf(it->ending, sizeof it->ending, "diverged");
  return "diverged";
}

/* What the executor saw, and what this side of the seam knows. A result that cannot be read is not
 * missing: the job ends with the status of the reading. */
static exit_facts join_facts(const run *r, slot *s, const exit_facts *seen) {
  exit_facts facts = *seen;
  failure why;
  facts.stop_asked = s->stop_asked;
  facts.timed_out |= s->timed_out;
  facts.timeout = r->options->timeout;
  if (facts.lost || facts.signal || facts.exit_code != 0) return facts;
  const status_code status = job_look(s->job->result_path, s->job->id, &facts.has_result, &why);
  facts.exit_code = status;
  if (status != STATUS_OK) snprintf(s->message, sizeof s->message, "%s", why.message);
  return facts;
}

static void on_ended(run *r, slot *s, const exit_facts *seen) {
  grid_job *it = s->job;
  const char *how = NULL; /* failures are reported by display_failed */
  it->facts = join_facts(r, s, seen);
  switch (exit_verdict_judge(&it->facts, it->ending, sizeof it->ending)) {
  case EXIT_DONE:
    how = finish_done(r, it);
    break;
  case EXIT_INTERRUPTED:
    it->state = JOB_INTERRUPTED;
    r->summary->interrupted++;
    how = "interrupted";
    break;
  case EXIT_ACCIDENT:
    finish_accident(r, s);
    break;
  case EXIT_FAILED:
    finish_failed(r, s);
  }
  const bool again = it->state == JOB_WAITING || it->state == JOB_INTERRUPTED;
  display_end(r->display, s->line, how, again, now(r));
  s->job = NULL;
  r->running--;
  r->starved = false;
}

/* ---- starting jobs --------------------------------------------------------------------------- */

static void occupy(run *r, slot *s, grid_job *it) {
  const double time = now(r), timeout = r->options->timeout;
  *s = (slot){.job = it, .deadline = timeout > 0 ? time + timeout : INFINITY, .kill_at = INFINITY};
  s->line = display_start(r->display, it->label, it->kind, time);
  it->state = JOB_RUNNING;
  it->attempts++;
  it->attempt_reserved = false;
  r->running++;
}

static void start(run *r, slot *s, grid_job *it) {
  bool later = false;
  r->status = jobs_prepare(it, r->err);
  if (r->status != STATUS_OK) return;
  r->status = r->where->ops->start(r->where->self, index_of(r, s), it, &later, r->err);
  if (r->status == STATUS_OK) {
    occupy(r, s, it);
  } else if (later && r->running) {
    r->starved = true;
    r->status = STATUS_OK;
  }
}

static slot *free_slot(run *r) {
  for (slot *s = r->slots; s < r->slots + r->where->slots; s++)
    if (!s->job) return s;
  return NULL;
}

static void start_ready(run *r) {
  grid_job *it;
  slot *s;
  while (r->status == STATUS_OK && !r->stopping && !r->starved && (s = free_slot(r)) &&
         (it = jobs_next(r->jobs, r->count, &r->first)))
    start(r, s, it);
  if (r->status != STATUS_OK && !r->stopping) stop_all(r);
}

/* ---- the whole run --------------------------------------------------------------------------- */

static status_code look_for_results(run *r) {
  status_code status = jobs_reset(r->jobs, r->count, &r->summary->already, r->err);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < r->count; i++) {
    if (r->jobs[i].state == JOB_WAITING) display_expect(r->display, r->jobs[i].kind);
    if (r->jobs[i].state == JOB_FAILED) r->summary->skipped++;
  }
  if (r->summary->already)
    display_say(r->display, "%zu of %zu job%s (data, training, measurements) done already",
                r->summary->already, r->count, text_plural(r->count));
  return STATUS_OK;
}

static void on_news(run *r, slot *s, const value *news) {
  const char *message = value_get_text(news, "failure", NULL);
  if (message)
    snprintf(s->message, sizeof s->message, "%s", message);
  else
    display_progress(r->display, s->line, news, now(r));
}

static void take(run *r, const event *e) {
  switch (e->type) {
  case EVENT_NEWS:
    on_news(r, &r->slots[e->slot], e->news);
    break;
  case EVENT_ENDED:
    on_ended(r, &r->slots[e->slot], &e->facts);
    break;
  case EVENT_SIGNAL:
    on_signal(r, e->signal);
    break;
  case EVENT_TICK:
    on_tick(r);
  }
}

static status_code run_all(run *r) {
  start_ready(r);
  while (r->running) {
    event e;
    status_code status = r->where->ops->next(r->where->self, &e, r->err);
    if (status != STATUS_OK) return status;
    take(r, &e);
    start_ready(r);
  }
  return r->status;
}

status_code schedule_run(const executor *where, grid_job *jobs, size_t count,
                         const schedule_options *options, schedule_summary *summary, failure *err) {
  run r = {.where = where,
           .jobs = jobs,
           .count = count,
           .options = options,
           .summary = summary,
           .err = err};
  *summary = (schedule_summary){0};
  r.slots = memory_array(where->slots, sizeof *r.slots);
  r.display = display_open(options->screen, where->slots, now(&r));
  status_code status = look_for_results(&r);
  if (status == STATUS_OK) status = run_all(&r);
  display_close(r.display);
  free(r.slots);
  return status;
}
