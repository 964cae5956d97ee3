#include "grid/schedule.h"

#include "base/json.h"
#include "grid/display.h"
#include "grid/exit_verdict.h"
#include "grid/jobs.h"
#include "job/job.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum { LINE_ROOM = 4096, SIGNALS = 3 };
enum { TIMEOUT_GRACE = 5000, STOP_GRACE = 10000, PIPE_GRACE = 2000, TICK = 200 }; /* ms */
static const int CAUGHT[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};

/* One place for a running job. It is free again when its process has been waited for AND its pipe
 * is closed: only then has everything the worker told arrived. */
typedef struct worker {
  struct run *run;
  uv_process_t process;
  uv_pipe_t pipe;
  uv_timer_t timer;
  bool process_open, pipe_open;
  schedule_job *job; /* NULL: no job, or it could not be started */
  exit_facts facts;
  size_t line; /* of the display */
  jobs_files files;
  char text[LINE_ROOM]; /* the unfinished line of the pipe */
  size_t length;
  bool too_long;
} worker;

typedef struct run {
  uv_loop_t loop;
  uv_signal_t signals[SIGNALS];
  uv_timer_t ticker;
  schedule_job *jobs;
  size_t count, first; /* no job before `first` is waiting */
  const schedule_options *options;
  schedule_summary *summary;
  worker *workers;
  size_t places, running;
  char **environment;
  display *display;
  bool stopping;
  bool starved;       /* the system gives no more processes until one of ours has ended */
  status_code status; /* not STATUS_OK: cannot go on */
  failure *err;
  char bytes[65536];
} run;

static double now(void) {
  return (double)uv_hrtime() * 1e-9;
}

/* ---- ending workers -------------------------------------------------------------------------- */

/* A worker leads its own process group, so this reaches what it may have started, too. */
static void send_signal(worker *w, int number) {
  if (w->process_open && !uv_is_closing((uv_handle_t *)&w->process)) kill(-w->process.pid, number);
}

static void on_kill(uv_timer_t *timer) {
  send_signal(timer->data, SIGKILL);
}

static void ask_to_end(worker *w, uint64_t grace) {
  send_signal(w, SIGTERM);
  uv_timer_start(&w->timer, on_kill, grace, 0);
}

static void on_timeout(uv_timer_t *timer) {
  worker *w = timer->data;
  w->facts.timed_out = true;
  ask_to_end(w, TIMEOUT_GRACE);
}

static void stop_all(run *r) {
  r->stopping = true;
  for (worker *w = r->workers; w < r->workers + r->places; w++) {
    if (!w->process_open || uv_is_closing((uv_handle_t *)&w->process)) continue;
    w->facts.stop_asked = true;
    if (!w->facts.timed_out) ask_to_end(w, STOP_GRACE);
  }
}

static void on_signal(uv_signal_t *handle, int number) {
  run *r = handle->data;
  if (r->summary->signal) {
    for (worker *w = r->workers; w < r->workers + r->places; w++) send_signal(w, SIGKILL);
    return;
  }
  r->summary->signal = number;
  if (r->running)
    display_say(r->display, "stopping: %zu running jobs write checkpoints (once more: stop now)",
                r->running);
  stop_all(r);
}

/* ---- what an ended worker leaves ------------------------------------------------------------- */

static void say_failed(run *r, const worker *w) {
  display_failed(r->display, w->job->label, w->job->ending, w->files.log, w->files.log_start);
}

static void finish_accident(run *r, worker *w) {
  schedule_job *it = w->job;
  if (it->attempts <= r->options->retries) {
    it->state = JOB_WAITING;
    if ((size_t)(it - r->jobs) < r->first) r->first = (size_t)(it - r->jobs);
    if (r->stopping) return;
    display_say(r->display, "retry: %s: %s; attempt %u of %u", it->label, it->ending,
                it->attempts + 1, r->options->retries + 1);
    return;
  }
  it->state = JOB_FAILED;
  r->summary->failed++;
  say_failed(r, w);
}

static const char *finish_done(run *r, schedule_job *it) {
  it->state = JOB_DONE;
  r->summary->done++;
  if (!exit_verdict_diverged(it->result_path)) return "done";
  snprintf(it->ending, sizeof it->ending, "diverged");
  return "diverged";
}

static void finish(run *r, worker *w) {
  schedule_job *it = w->job;
  const char *how = NULL;
  if (!w->facts.signal && w->facts.exit_code == 0)
    w->facts.has_result = job_is_done(it->result_path, it->done_id);
  switch (exit_verdict_judge(&w->facts, it->ending, sizeof it->ending)) {
  case EXIT_DONE:
    how = finish_done(r, it);
    break;
  case EXIT_INTERRUPTED:
    it->state = JOB_INTERRUPTED;
    r->summary->interrupted++;
    how = "interrupted";
    break;
  case EXIT_ACCIDENT:
    finish_accident(r, w);
    break;
  case EXIT_FAILED:
    it->state = JOB_FAILED;
    r->summary->failed++;
    r->summary->disk |= w->facts.exit_code == STATUS_IO_FAILED;
    say_failed(r, w);
  }
  r->starved = false;
  bool again = it->state == JOB_WAITING || it->state == JOB_INTERRUPTED;
  display_end(r->display, w->line, how, again, now());
  w->job = NULL;
  r->running--;
}

static void settle(worker *w) {
  if (w->process_open || w->pipe_open) return;
  uv_timer_stop(&w->timer);
  if (w->job) finish(w->run, w);
}

/* ---- the worker's two channels: its end and its pipe ----------------------------------------- */

static void on_process_closed(uv_handle_t *handle) {
  worker *w = handle->data;
  w->process_open = false;
  settle(w);
}

static void on_pipe_closed(uv_handle_t *handle) {
  worker *w = handle->data;
  w->pipe_open = false;
  settle(w);
}

static void close_pipe(worker *w) {
  uv_handle_t *handle = (uv_handle_t *)&w->pipe;
  if (w->pipe_open && !uv_is_closing(handle)) uv_close(handle, on_pipe_closed);
}

static void on_pipe_stuck(uv_timer_t *timer) {
  close_pipe(timer->data);
}

static void on_exit_of_worker(uv_process_t *process, int64_t code, int number) {
  worker *w = process->data;
  w->facts.exit_code = code;
  w->facts.signal = number;
  kill(-process->pid, SIGKILL); /* whatever it started and left behind */
  uv_timer_start(&w->timer, on_pipe_stuck, PIPE_GRACE, 0);
  uv_close((uv_handle_t *)process, on_process_closed);
}

static void take_line(worker *w) {
  arena memory = {0};
  const value *news = NULL;
  if (w->job && !w->too_long && w->length &&
      json_parse(&memory, w->text, w->length, "progress", &news, NULL) == STATUS_OK)
    display_progress(w->run->display, w->line, news, now());
  arena_close(&memory);
  w->length = 0;
  w->too_long = false;
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer) {
  worker *w = stream->data;
  for (ssize_t i = 0; i < length; i++) {
    if (buffer->base[i] == '\n')
      take_line(w);
    else if (w->length < LINE_ROOM)
      w->text[w->length++] = buffer->base[i];
    else
      w->too_long = true;
  }
  if (length < 0) close_pipe(w);
}

static void on_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer) {
  (void)wanted;
  run *r = ((worker *)handle->data)->run;
  *buffer = uv_buf_init(r->bytes, sizeof r->bytes);
}

/* ---- starting workers ------------------------------------------------------------------------ */

/* The log is a plain descriptor, not a pipe through the scheduler: what a worker prints last is
 * kept even when the scheduler has died. */
static int spawn(worker *w) {
  const schedule_options *options = w->run->options;
  char *arguments[] = {(char *)(uintptr_t)options->program, (char[]){"worker"}, w->files.job, NULL};
  uv_stdio_container_t channels[4] = {
      {.flags = UV_IGNORE},
      {.flags = UV_INHERIT_FD, .data.fd = w->files.descriptor},
      {.flags = UV_INHERIT_FD, .data.fd = w->files.descriptor},
      {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&w->pipe},
  };
  const uv_process_options_t how = {
      .exit_cb = on_exit_of_worker,
      .file = options->image ? options->image : options->program,
      .args = arguments,
      .env = w->run->environment,
      .flags = UV_PROCESS_DETACHED, /* its own process group: Ctrl-C is the scheduler's */
      .stdio_count = 4,
      .stdio = channels,
  };
  uv_pipe_init(&w->run->loop, &w->pipe, 0);
  w->pipe.data = w->process.data = w;
  int code = uv_spawn(&w->run->loop, &w->process, &how);
  w->process_open = w->pipe_open = true;
  return code;
}

static void started(run *r, worker *w, schedule_job *it) {
  w->job = it;
  it->state = JOB_RUNNING;
  it->attempts++;
  it->unstarted = false;
  r->running++;
  w->line = display_start(r->display, it->label, it->kind, now());
  uv_read_start((uv_stream_t *)&w->pipe, on_room, on_read);
  if (r->options->timeout > 0)
    uv_timer_start(&w->timer, on_timeout, (uint64_t)(r->options->timeout * 1000) + 1, 0);
}

/* False: it could not be started. r->status says so, except where a later try may do better. */
static bool begin(run *r, worker *w, schedule_job *it) {
  w->facts = (exit_facts){.timeout = r->options->timeout};
  w->length = 0;
  w->too_long = false;
  r->status = jobs_prepare(it, &w->files, r->err);
  if (r->status != STATUS_OK) return false;
  it->unstarted = true;
  int code = spawn(w);
  close(w->files.descriptor);
  if (code == 0) {
    started(r, w, it);
    return true;
  }
  uv_close((uv_handle_t *)&w->process, on_process_closed);
  close_pipe(w);
  bool passing = code == UV_EAGAIN || code == UV_ENOMEM || code == UV_EMFILE;
  r->starved = passing;
  if (!passing || !r->running)
    r->status = failure_set(r->err, STATUS_NO_RESOURCE, "%s: cannot start a worker: %s",
                            r->options->program, uv_strerror(code));
  return false;
}

static worker *free_place(run *r) {
  for (worker *w = r->workers; w < r->workers + r->places; w++)
    if (!w->job && !w->process_open && !w->pipe_open) return w;
  return NULL;
}

static void start_ready(run *r) {
  schedule_job *it;
  worker *w;
  while (!r->stopping && !r->starved && (w = free_place(r)) &&
         (it = jobs_next(r->jobs, r->count, &r->first)))
    if (!begin(r, w, it)) break;
  if (r->status != STATUS_OK && !r->stopping) stop_all(r);
}

/* ---- the whole run --------------------------------------------------------------------------- */

static status_code count_done(run *r) {
  status_code status = jobs_reset(r->jobs, r->count, &r->summary->already, r->err);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < r->count; i++)
    if (r->jobs[i].state == JOB_WAITING) display_expect(r->display, r->jobs[i].kind);
  if (r->summary->already)
    display_say(r->display, "%zu of %zu jobs (data, training, measurements) are done already",
                r->summary->already, r->count);
  return STATUS_OK;
}

static void on_tick(uv_timer_t *timer) {
  display_refresh(((run *)timer->data)->display, now());
}

/* nohup starts a program with SIGHUP ignored, and so it stays. */
static bool is_wanted(int number) {
  struct sigaction now;
  return number != SIGHUP || sigaction(number, NULL, &now) != 0 || now.sa_handler != SIG_IGN;
}

static void open_handles(run *r) {
  for (size_t i = 0; i < SIGNALS; i++) {
    uv_signal_init(&r->loop, &r->signals[i]);
    r->signals[i].data = r;
    if (is_wanted(CAUGHT[i])) uv_signal_start(&r->signals[i], on_signal, CAUGHT[i]);
  }
  uv_timer_init(&r->loop, &r->ticker);
  r->ticker.data = r;
  if (!r->options->quiet) uv_timer_start(&r->ticker, on_tick, TICK, TICK);
  for (worker *w = r->workers; w < r->workers + r->places; w++) {
    w->run = r;
    uv_timer_init(&r->loop, &w->timer);
    w->timer.data = w;
  }
}

static void close_handles(run *r) {
  for (size_t i = 0; i < SIGNALS; i++) uv_close((uv_handle_t *)&r->signals[i], NULL);
  uv_close((uv_handle_t *)&r->ticker, NULL);
  for (worker *w = r->workers; w < r->workers + r->places; w++)
    uv_close((uv_handle_t *)&w->timer, NULL);
  uv_run(&r->loop, UV_RUN_DEFAULT);
  uv_loop_close(&r->loop);
}

static status_code run_all(run *r) {
  int code = uv_loop_init(&r->loop);
  if (code != 0)
    return failure_set(r->err, STATUS_NO_RESOURCE, "cannot start the scheduler: %s",
                       uv_strerror(code));
  open_handles(r);
  start_ready(r);
  while (r->running) {
    uv_run(&r->loop, UV_RUN_ONCE);
    start_ready(r);
  }
  close_handles(r);
  return r->status;
}

status_code schedule_run(schedule_job *jobs, size_t count, const schedule_options *options,
                         schedule_summary *summary, failure *err) {
  const struct sigaction ignore = {.sa_handler = SIG_IGN};
  struct sigaction before;
  run *r = memory_get(sizeof *r);
  *summary = (schedule_summary){0};
  r->jobs = jobs;
  r->count = count;
  r->options = options;
  r->summary = summary;
  r->err = err;
  r->places = options->parallel > count ? count : options->parallel;
  if (r->places == 0) r->places = 1;
  r->workers = memory_array(r->places, sizeof *r->workers);
  r->environment = jobs_environment(options->plugins);
  r->display = display_open(stderr, r->places, options->quiet, now());
  sigaction(SIGPIPE, &ignore, &before);
  status_code status = count_done(r);
  if (status == STATUS_OK) status = run_all(r);
  sigaction(SIGPIPE, &before, NULL);
  display_close(r->display);
  free(r->environment);
  free(r->workers);
  free(r);
  return status;
}
