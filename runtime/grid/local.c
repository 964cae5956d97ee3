#include "grid/local.h"

#include "base/json.h"
#include "grid/environment.h"
#include "grid/logs.h"
#include "host/plugins.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum { LINE_ROOM = 4096, READ_ROOM = 65536, SIGNALS = 3 };
enum { PIPE_GRACE = 2000, TICK = 200 }; /* ms */
static const int CAUGHT[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};

/* A slot. It is free again when its process was waited for AND its pipe is closed: only then has
 * all that the worker wrote arrived. */
typedef struct worker {
  struct local *owner;
  size_t slot;
  uv_process_t process;
  uv_pipe_t pipe;
  uv_timer_t timer; /* from the end of the process: how long the pipe may stay open */
  bool process_open, pipe_open;
  bool started;
  const grid_job *job;
  exit_facts facts;
  char text[LINE_ROOM]; /* the unfinished line of the pipe */
  size_t length;
  bool too_long;
} worker;

typedef struct local {
  uv_loop_t loop;
  uv_signal_t signals[SIGNALS], pause; /* pause: of SIGTSTP */
  double paused;                       /* seconds that this process was stopped for */
  uv_timer_t ticker;
  local_options options;
  worker *workers;
  char **environment;
  char scheduler[40], plugins[4200]; /* entries of the environment */
  struct sigaction before;           /* of SIGPIPE */
  event *events;                     /* those that `next` has not handed out yet */
  size_t next_event, event_count, event_room;
  arena news; /* what they hold */
  char bytes[READ_ROOM];
} local;

/* ---- events ---------------------------------------------------------------------------------- */

static void push(local *l, event e) {
  if (l->event_count == l->event_room) {
    const size_t room = 2 * l->event_room + 16;
    event *larger = memory_array(room, sizeof *larger);
    if (l->event_count) memcpy(larger, l->events, l->event_count * sizeof *larger);
    free(l->events);
    l->events = larger;
    l->event_room = room;
  }
  l->events[l->event_count++] = e;
}

static status_code next(void *self, event *out, failure *err) {
  local *l = self;
  (void)err;
  if (l->next_event == l->event_count) { /* all handed out, and the last one has been used */
    l->next_event = l->event_count = 0;
    arena_close(&l->news);
  }
  while (l->event_count == 0) uv_run(&l->loop, UV_RUN_ONCE); /* the ticker ends every wait */
  *out = l->events[l->next_event++];
  return STATUS_OK;
}

static void on_signal(uv_signal_t *handle, int number) {
  push(handle->data, (event){.type = EVENT_SIGNAL, .signal = number});
}

static void on_tick(uv_timer_t *timer) {
  local *l = timer->data;
  for (const worker *w = l->workers; w < l->workers + l->options.slots; w++)
    if (w->started) logs_cap(w->job);
  push(l, (event){.type = EVENT_TICK});
}

/* Time for which everything was stopped does not count. */
static double seconds(void *self) {
  return (double)uv_hrtime() * 1e-9 - ((local *)self)->paused;
}

/* ---- a worker's two channels: its end and its pipe ------------------------------------------- */

static void settle(worker *w) {
  if (w->process_open || w->pipe_open) return;
  uv_timer_stop(&w->timer);
  if (w->started) logs_cap(w->job);
  if (w->started) push(w->owner, (event){.type = EVENT_ENDED, .slot = w->slot, .facts = w->facts});
  w->started = false;
}

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
  kill(-process->pid, SIGKILL); /* what it started and left running */
  uv_timer_start(&w->timer, on_pipe_stuck, PIPE_GRACE, 0);
  uv_close((uv_handle_t *)process, on_process_closed);
}

static void take_line(worker *w) {
  const value *news = NULL;
  if (!w->too_long && w->length &&
      json_parse(&w->owner->news, w->text, w->length, "progress", &news, NULL) == STATUS_OK)
    push(w->owner, (event){.type = EVENT_NEWS, .slot = w->slot, .news = news});
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
  local *l = ((worker *)handle->data)->owner;
  *buffer = uv_buf_init(l->bytes, sizeof l->bytes);
}

/* A worker leads its process group, so the signal also reaches what the worker started. */
static void end(void *self, size_t slot, bool now) {
  const worker *w = &((local *)self)->workers[slot];
  if (w->process_open && !uv_is_closing((const uv_handle_t *)&w->process))
    kill(-w->process.pid, now ? SIGKILL : SIGTERM);
}

static void signal_workers(const local *l, int number) {
  for (const worker *w = l->workers; w < l->workers + l->options.slots; w++)
    if (w->process_open && !uv_is_closing((const uv_handle_t *)&w->process))
      kill(-w->process.pid, number);
}

/* Ctrl-Z: the workers stop and go on with this process. The signal is sent once more with its
 * default action, and so it has no effect where no shell could continue this process. */
static void on_pause(uv_signal_t *handle, int number) {
  local *l = handle->data;
  const double before = seconds(l);
  signal_workers(l, SIGSTOP);
  uv_signal_stop(handle);
  raise(number);
  signal_workers(l, SIGCONT);
  uv_signal_start(handle, on_pause, number);
  l->paused += seconds(l) - before;
}

/* ---- starting a worker ----------------------------------------------------------------------- */

/* The log is a plain descriptor and not a pipe through this process: the last lines of a worker are
 * kept even if this process has died. */
static int spawn(worker *w, char *job_file, int log) {
  const local_options *options = &w->owner->options;
  char *arguments[] = {(char *)(uintptr_t)options->program, (char[]){"worker"}, job_file, NULL};
  uv_stdio_container_t channels[4] = {
      {.flags = UV_IGNORE},
      {.flags = UV_INHERIT_FD, .data.fd = log},
      {.flags = UV_INHERIT_FD, .data.fd = log},
      {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&w->pipe},
  };
  const uv_process_options_t how = {
      .exit_cb = on_exit_of_worker,
      .file = options->executable ? options->executable : options->program,
      .args = arguments,
      .env = w->owner->environment,
      .flags = UV_PROCESS_DETACHED, /* a new process group */
      .stdio_count = 4,
      .stdio = channels,
  };
  uv_pipe_init(&w->owner->loop, &w->pipe, 0);
  w->pipe.data = w->process.data = w;
  const int code = uv_spawn(&w->owner->loop, &w->process, &how);
  w->process_open = w->pipe_open = true;
  return code;
}

/* Handles of a start that failed are closed before the slot counts as free. */
static void give_back(worker *w) {
  uv_close((uv_handle_t *)&w->process, on_process_closed);
  close_pipe(w);
  while (w->process_open || w->pipe_open) uv_run(&w->owner->loop, UV_RUN_NOWAIT);
}

static status_code start(void *self, size_t slot, const grid_job *it, bool *later, failure *err) {
  local *l = self;
  worker *w = &l->workers[slot];
  char job_file[JOBS_PATH];
  int log;
  status_code status = jobs_path(it, "job.json", job_file, err);
  if (status == STATUS_OK) status = logs_open(it, &log, err);
  if (status != STATUS_OK) return status;
  const int code = spawn(w, job_file, log);
  close(log);
  if (code != 0) {
    give_back(w);
    *later = code == UV_EAGAIN || code == UV_ENOMEM || code == UV_EMFILE;
    return failure_set(err, STATUS_NO_RESOURCE, "%s: cannot start a worker: %s", l->options.program,
                       uv_strerror(code));
  }
  w->job = it;
  w->facts = (exit_facts){0};
  w->length = 0;
  w->too_long = false;
  w->started = true;
  uv_read_start((uv_stream_t *)&w->pipe, on_room, on_read);
  return STATUS_OK;
}

/* ---- opening and closing --------------------------------------------------------------------- */

/* libuv ends this process where it gets no pipe for its signals: so some are tried before. */
static status_code try_descriptors(failure *err) {
  enum { SOME = 4 };
  int tried[SOME], count = 0, code = 0;
  while (!code && count < SOME) {
    tried[count] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (tried[count] < 0)
      code = errno;
    else
      count++;
  }
  while (count > 0) close(tried[--count]);
  if (!code) return STATUS_OK;
  return failure_set(err, STATUS_NO_RESOURCE, "cannot start the scheduler: %s", strerror(code));
}

static void make_environment(local *l) {
  static char progress[] = "HIFM_PROGRESS_FD=3";
  const char *plugins = l->options.plugins;
  char *const more[] = {progress, l->scheduler, l->plugins};
  snprintf(l->scheduler, sizeof l->scheduler, "HIFM_SCHEDULER_PID=%ld", (long)getpid());
  snprintf(l->plugins, sizeof l->plugins, PLUGINS_COPIES "=%s", plugins ? plugins : "");
  l->environment = environment_of_workers(more, plugins ? 3 : 2);
}

/* nohup starts a program with SIGHUP ignored, a shell without job control may ignore SIGTSTP; then
 * it stays ignored. */
static bool is_wanted(int number) {
  struct sigaction now;
  const bool may_be_ignored = number == SIGHUP || number == SIGTSTP;
  return !may_be_ignored || sigaction(number, NULL, &now) != 0 || now.sa_handler != SIG_IGN;
}

static void open_handles(local *l) {
  for (size_t i = 0; i < SIGNALS; i++) {
    uv_signal_init(&l->loop, &l->signals[i]);
    l->signals[i].data = l;
    if (is_wanted(CAUGHT[i])) uv_signal_start(&l->signals[i], on_signal, CAUGHT[i]);
  }
  uv_signal_init(&l->loop, &l->pause);
  l->pause.data = l;
  if (is_wanted(SIGTSTP)) uv_signal_start(&l->pause, on_pause, SIGTSTP);
  uv_timer_init(&l->loop, &l->ticker);
  l->ticker.data = l;
  uv_timer_start(&l->ticker, on_tick, TICK, TICK);
  for (size_t i = 0; i < l->options.slots; i++) {
    worker *w = &l->workers[i];
    w->owner = l;
    w->slot = i;
    uv_timer_init(&l->loop, &w->timer);
    w->timer.data = w;
  }
}

static void close_all(void *self) {
  local *l = self;
  for (size_t i = 0; i < SIGNALS; i++) uv_close((uv_handle_t *)&l->signals[i], NULL);
  uv_close((uv_handle_t *)&l->pause, NULL);
  uv_close((uv_handle_t *)&l->ticker, NULL);
  for (size_t i = 0; i < l->options.slots; i++) uv_close((uv_handle_t *)&l->workers[i].timer, NULL);
  uv_run(&l->loop, UV_RUN_DEFAULT);
  uv_loop_close(&l->loop);
  sigaction(SIGPIPE, &l->before, NULL);
  arena_close(&l->news);
  free(l->events);
  free(l->environment);
  free(l->workers);
  free(l);
}

status_code local_open(const local_options *options, executor *out, failure *err) {
  static const executor_ops OPS = {
      .start = start, .next = next, .end = end, .seconds = seconds, .close = close_all};
  const struct sigaction ignore = {.sa_handler = SIG_IGN};
  const status_code status = try_descriptors(err);
  if (status != STATUS_OK) return status;
  local *l = memory_get(sizeof *l);
  const int code = uv_loop_init(&l->loop);
  if (code != 0) {
    free(l);
    return failure_set(err, STATUS_NO_RESOURCE, "cannot start the scheduler: %s",
                       uv_strerror(code));
  }
  l->options = *options;
  l->workers = memory_array(options->slots, sizeof *l->workers);
  make_environment(l);
  open_handles(l);
  sigaction(SIGPIPE, &ignore, &l->before);
  *out = (executor){.ops = &OPS, .self = l, .slots = options->slots};
  return STATUS_OK;
}
