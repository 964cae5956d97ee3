#include "job/progress.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/json.h"
#include "host/plugins.h"
#include "job/metrics.h"

#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int descriptor = -1; /* of JSON lines; -1: text on stderr */
static double last_report;  /* clock */
static volatile sig_atomic_t stop_asked;

void progress_start(void) {
  const char *text = getenv("HIFM_PROGRESS_FD"), *scheduler = getenv("HIFM_SCHEDULER_PID");
  last_report = 0;
  if (!text) return;
  descriptor = atoi(text);
  signal(SIGPIPE, SIG_IGN);
  /* A scheduler that was killed cannot end its workers: the kernel does. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (scheduler && getppid() != atoi(scheduler)) raise(SIGKILL); /* it is dead already */
}

static void send_line(arena *a, const value *message) {
  const char *line = arena_format(a, "%s\n", json_text(a, message));
  files_write_all(descriptor, line, strlen(line)); /* a failure: the scheduler has ended */
}

static void put_known(arena *a, value *message, const char *key, double number) {
  if (isfinite(number)) value_put_number(a, message, key, number);
}

static void send_progress(const progress *state) {
  arena a = {0};
  value *message = value_new(&a, VALUE_MAP);
  value_put_text(&a, message, "phase", state->phase);
  put_known(&a, message, "done", state->done);
  put_known(&a, message, "total", state->total);
  put_known(&a, message, "points", state->points);
  put_known(&a, message, "epoch", state->epoch);
  put_known(&a, message, "epochs", state->epochs);
  put_known(&a, message, "loss", state->loss);
  for (const metric *each = METRICS; each->name; each++)
    put_known(&a, message, each->name, metrics_get(each, state->measured));
  put_known(&a, message, "best", state->best);
  send_line(&a, message);
  arena_close(&a);
}

static void print_progress(const progress *state) {
  fprintf(stderr, "%s %.0f/%.0f", state->phase, state->done, state->total);
  if (isfinite(state->loss)) fprintf(stderr, "  loss %.4f", state->loss);
  for (const metric *each = METRICS; each->name; each++) {
    const double number = metrics_get(each, state->measured);
    if (each->label && isfinite(number))
      fprintf(stderr, "  %s %.*f", each->label, each->count ? 0 : 4, number);
  }
  fputc('\n', stderr);
}

void progress_report(const progress *state) {
  const double time = clock_seconds();
  const bool end = state->done >= state->total;
  if (!end && time - last_report < (descriptor >= 0 ? 0.2 : 2.0)) return;
  last_report = time;
  plugins_keep_settings(state->phase); /* some 35 system calls: not at every step */
  if (descriptor >= 0)
    send_progress(state);
  else
    print_progress(state);
}

void progress_report_phase(const char *phase, double done, double total) {
  progress_report(&(progress){.phase = phase,
                              .done = done,
                              .total = total,
                              .points = NAN,
                              .epoch = NAN,
                              .epochs = NAN,
                              .loss = NAN,
                              .best = NAN});
}

static void send_text(const char *key, const char *text) {
  if (descriptor < 0) return;
  arena a = {0};
  value *message = value_new(&a, VALUE_MAP);
  value_put_text(&a, message, key, text);
  send_line(&a, message);
  arena_close(&a);
}

void progress_note(const char *format, ...) {
  char text[700];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  fprintf(stderr, "%s\n", text); /* always in the log */
  send_text("note", text);
}

void progress_failure(const char *message) {
  send_text("failure", message);
}

static void on_signal(int number) {
  (void)number;
  stop_asked = 1;
}

void progress_catch_signals(void) {
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGHUP, &action, NULL);
}

bool progress_stop_asked(void) {
  return stop_asked != 0;
}
