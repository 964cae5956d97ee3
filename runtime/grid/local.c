#include "grid/local.h"

#include "base/files.h"
#include "base/json.h"
#include "grid/environment.h"
#include "grid/logs.h"
#include "host/plugins.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

enum { NEWS_ROOM = 65536, SIGNALS = 4 };
enum { TICK = 200 }; /* ms */
static const int CAUGHT[SIGNALS] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

/* A slot. It is free again when its process was waited for: all that the worker has sent is in the
 * socket then, and is taken first. */
typedef struct worker {
  struct local *owner;
  size_t slot;
  uv_process_t process;
  bool process_open;
  bool started;
  const grid_job *job;
  exit_facts facts;
} worker;

typedef struct local {
  uv_loop_t loop;
  uv_signal_t signals[SIGNALS], pause; /* pause: of SIGTSTP */
  double paused;                       /* seconds that this process was stopped for */
  uv_timer_t ticker;
  uv_poll_t news_ready;
  int sockets[2]; /* what workers send comes out of the first; they inherit the second */
  local_options options;
  worker *workers;
  char **environment;
  char scheduler[40], plugins[4200]; /* entries of the environment */
  struct sigaction before;           /* of SIGPIPE */
  event *events;                     /* those that `next` has not handed out yet */
  size_t next_event, event_count, event_room;
  arena news; /* what they hold */
  char bytes[NEWS_ROOM];
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

/* ---- what workers send, and their ends ------------------------------------------------------- */

static void take_news(local *l, size_t length, pid_t sender) {
  const value *news = NULL;
  const worker *w = l->workers, *end = l->workers + l->options.slots;
  while (w < end && !(w->started && w->process.pid == sender)) w++;
  if (w < end && json_parse(&l->news, l->bytes, length, "progress", &news, NULL) == STATUS_OK)
    push(l, (event){.type = EVENT_NEWS, .slot = w->slot, .news = news});
}

/* One socket for all workers takes one descriptor. Each line is a packet, and the kernel says which
 * process has sent it. */
static void receive(local *l) {
  for (;;) {
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred))];
    struct iovec room = {l->bytes, sizeof l->bytes};
    struct msghdr packet = {.msg_iov = &room,
                            .msg_iovlen = 1,
                            .msg_control = control,
                            .msg_controllen = sizeof control};
    const ssize_t length = recvmsg(l->sockets[0], &packet, MSG_DONTWAIT);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return; /* it is empty */
    const struct cmsghdr *head = CMSG_FIRSTHDR(&packet);
    struct ucred sender;
    if (!head || head->cmsg_type != SCM_CREDENTIALS || packet.msg_flags & MSG_TRUNC) continue;
    memcpy(&sender, CMSG_DATA(head), sizeof sender);
    take_news(l, (size_t)length, sender.pid);
  }
}

static void on_news_ready(uv_poll_t *poll, int status, int events) {
  (void)status;
  (void)events;
  receive(poll->data);
}

static void on_process_closed(uv_handle_t *handle) {
  worker *w = handle->data;
  w->process_open = false;
  if (w->started) logs_cap(w->job);
  if (w->started) push(w->owner, (event){.type = EVENT_ENDED, .slot = w->slot, .facts = w->facts});
  w->started = false;
}

static void on_exit_of_worker(uv_process_t *process, int64_t code, int number) {
  worker *w = process->data;
  w->facts.exit_code = code;
  w->facts.signal = number;
  kill(-process->pid, SIGKILL); /* what it started and left running */
  receive(w->owner);
  uv_close((uv_handle_t *)process, on_process_closed);
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
      {.flags = UV_INHERIT_FD, .data.fd = w->owner->sockets[1]},
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
  w->process.data = w;
  const int code = uv_spawn(&w->owner->loop, &w->process, &how);
  w->process_open = true;
  return code;
}

/* The handle of a start that failed is closed before the slot counts as free. */
static void give_back(worker *w) {
  uv_close((uv_handle_t *)&w->process, on_process_closed);
  while (w->process_open) uv_run(&w->owner->loop, UV_RUN_NOWAIT);
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
  w->started = true;
  return STATUS_OK;
}

/* ---- opening and closing --------------------------------------------------------------------- */

/* libuv ends this process where it gets no pipe for its signals: so some are tried before. */
static status_code try_descriptors(failure *err) {
  enum { SOME = 8 };
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
  return failure_set(err, files_status(code, STATUS_NO_RESOURCE), "cannot start the scheduler: %s",
                     strerror(code));
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
  uv_poll_init(&l->loop, &l->news_ready, l->sockets[0]);
  l->news_ready.data = l;
  uv_poll_start(&l->news_ready, UV_READABLE, on_news_ready);
  for (size_t i = 0; i < l->options.slots; i++) {
    l->workers[i].owner = l;
    l->workers[i].slot = i;
  }
}

static void close_sockets(const local *l) {
  close(l->sockets[0]);
  close(l->sockets[1]);
}

static void close_all(void *self) {
  local *l = self;
  for (size_t i = 0; i < SIGNALS; i++) uv_close((uv_handle_t *)&l->signals[i], NULL);
  uv_close((uv_handle_t *)&l->pause, NULL);
  uv_close((uv_handle_t *)&l->ticker, NULL);
  uv_close((uv_handle_t *)&l->news_ready, NULL);
  uv_run(&l->loop, UV_RUN_DEFAULT);
  uv_loop_close(&l->loop);
  close_sockets(l);
  sigaction(SIGPIPE, &l->before, NULL);
  arena_close(&l->news);
  free(l->events);
  free(l->environment);
  free(l->workers);
  free(l);
}

static int open_sockets(local *l) {
  const int on = 1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, l->sockets) != 0) return errno;
  if (setsockopt(l->sockets[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0) return 0;
  const int code = errno;
  close_sockets(l);
  return code;
}

static int open_loop(local *l) {
  const int code = -open_sockets(l);
  if (code != 0) return code;
  const int failed = uv_loop_init(&l->loop);
  if (failed == 0) return 0;
  close_sockets(l);
  return failed;
}

status_code local_open(const local_options *options, executor *out, failure *err) {
  static const executor_ops OPS = {
      .start = start, .next = next, .end = end, .seconds = seconds, .close = close_all};
  const struct sigaction ignore = {.sa_handler = SIG_IGN};
  const status_code status = try_descriptors(err);
  if (status != STATUS_OK) return status;
  local *l = memory_get(sizeof *l);
  const int code = open_loop(l);
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
