#include "grid/display.h"

#include "grid/exit_verdict.h"
#include "job/metrics.h"
#include "report/format.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const double PLAIN_INTERVAL = 10; /* seconds between two plain lines of one job */
static const double DRAW_INTERVAL = 0.15;

typedef struct job_line {
  const char *label; /* NULL: nothing runs on this line */
  job_kind kind;
  char phase[16];
  double done, total, points, epoch, epochs, loss, best; /* NAN: not known */
  double measured[METRICS_MAX];                          /* as METRICS; NAN: not known */
  double started, phase_started, phase_done;             /* phase_done: at its first line */
  double heard, shown; /* last line of the worker, last plain line written */
} job_line;

/* How long the jobs of one kind take. */
typedef struct kind_pace {
  size_t waiting, finished;
  double seconds; /* of all finished ones together */
} kind_pace;

struct display {
  FILE *out; /* NULL: quiet */
  bool live, colour;
  job_line *lines;
  size_t line_count, expected, ended, drawn;
  kind_pace paces[JOB_KIND_COUNT];
  double last_draw;
};

static bool is_set(const char *name) {
  const char *text = getenv(name);
  return text && *text;
}

display *display_open(FILE *out, size_t lines, double now) {
  display *d = memory_get(sizeof *d);
  d->out = out;
  d->live = out && isatty(fileno(out)) && is_set("TERM") && strcmp(getenv("TERM"), "dumb") != 0;
  d->colour = d->live && !is_set("NO_COLOR");
  d->line_count = lines;
  d->lines = memory_array(lines, sizeof *d->lines);
  d->last_draw = now;
  return d;
}

/* The cursor is at the start of the line under the status lines. */
static void erase(display *d, text_buffer *text) {
  if (d->drawn) text_add(text, "\r\033[%zuA\033[J", d->drawn);
  d->drawn = 0;
}

static void flush_text(display *d, text_buffer *text) {
  if (text->length) {
    fwrite(text->text, 1, text->length, d->out);
    fflush(d->out);
  }
  free(text->text);
}

void display_close(display *d) {
  text_buffer text = {0};
  erase(d, &text);
  flush_text(d, &text);
  free(d->lines);
  free(d);
}

void display_expect(display *d, job_kind kind) {
  d->expected++;
  d->paces[kind].waiting++;
}

static void forget_numbers(job_line *line) {
  line->done = line->total = line->epoch = line->epochs = NAN;
  line->points = line->loss = line->best = NAN;
  for (size_t i = 0; i < METRICS_MAX; i++) line->measured[i] = NAN;
}

size_t display_start(display *d, const char *label, job_kind kind, double now) {
  size_t i = 0;
  while (i + 1 < d->line_count && d->lines[i].label) i++;
  job_line *line = &d->lines[i];
  *line = (job_line){.label = label, .kind = kind, .started = now, .shown = now};
  forget_numbers(line);
  kind_pace *pace = &d->paces[kind];
  if (pace->waiting) pace->waiting--;
  if (!d->live) display_say(d, "start: %s", label);
  return i;
}

/* A number that a line leaves out keeps its value: a measurement is sent once. */
static void take_number(const value *news, const char *key, double *number) {
  *number = value_get_number(news, key, *number);
}

void display_progress(display *d, size_t at, const value *news, double now) {
  job_line *line = &d->lines[at];
  const char *note = value_get_text(news, "note", NULL);
  if (note) display_say(d, "%s: %s", line->label, note);
  const char *phase = value_get_text(news, "phase", NULL);
  if (!phase) return;
  line->heard = now;
  if (strncmp(phase, line->phase, sizeof line->phase - 1) != 0) {
    snprintf(line->phase, sizeof line->phase, "%s", phase);
    line->phase_started = now;
    line->phase_done = value_get_number(news, "done", 0);
  }
  take_number(news, "done", &line->done);
  take_number(news, "total", &line->total);
  take_number(news, "points", &line->points);
  take_number(news, "epoch", &line->epoch);
  take_number(news, "epochs", &line->epochs);
  take_number(news, "loss", &line->loss);
  for (size_t i = 0; METRICS[i].name; i++) take_number(news, METRICS[i].name, &line->measured[i]);
  take_number(news, "best", &line->best);
}

/* Points per second, measurements included; NAN: not known. */
static double points_made(const job_line *line) {
  double made = line->done - line->phase_done;
  return made > 0 ? line->points * made / (line->heard - line->phase_started) : NAN;
}

/* Seconds until the phase is over, at its pace so far; NAN: not known. */
static double line_left(const job_line *line, double now) {
  double made = line->done - line->phase_done;
  if (!(made > 0) || !(line->total >= line->done)) return NAN;
  double left = (line->heard - line->phase_started) * (line->total - line->done) / made;
  return fmax(left - (now - line->heard), 0);
}

/* Seconds that a job of this kind takes: the mean of the finished ones, else an estimate from the
 * running ones; NAN: not known. */
static double kind_seconds(const display *d, job_kind kind, double now) {
  const kind_pace *pace = &d->paces[kind];
  if (pace->finished) return pace->seconds / (double)pace->finished;
  double sum = 0, count = 0;
  for (size_t i = 0; i < d->line_count; i++) {
    const job_line *line = &d->lines[i];
    if (!line->label || line->kind != kind || isnan(line_left(line, now))) continue;
    sum += now - line->started + line_left(line, now);
    count++;
  }
  return sum / count;
}

/* Seconds until the grid is over if as many jobs run as now; NAN: not known. */
static double grid_left(display *d, double now) {
  double work = 0, longest = 0, running = 0;
  for (size_t i = 0; i < d->line_count; i++) {
    const job_line *line = &d->lines[i];
    if (!line->label) continue;
    double left = line_left(line, now);
    if (isnan(left)) left = kind_seconds(d, line->kind, now) - (now - line->started);
    if (isnan(left)) return NAN;
    work += fmax(left, 0);
    longest = fmax(longest, left);
    running++;
  }
  for (job_kind kind = 0; kind < JOB_KIND_COUNT; kind++)
    if (d->paces[kind].waiting) work += (double)d->paces[kind].waiting * kind_seconds(d, kind, now);
  return isnan(work) ? NAN : fmax(longest, work / fmax(running, 1));
}

static void add_number(text_buffer *text, const char *name, double x, int digits) {
  char number[FORMAT_ROOM];
  if (!isnan(x)) text_add(text, ", %s %s", name, format_fixed(number, x, digits));
}

/* with_best: also the smallest value so far of the metric that chooses the best weights. */
static void add_metrics(text_buffer *text, const job_line *line, bool with_best) {
  char number[FORMAT_ROOM];
  for (size_t i = 0; METRICS[i].name; i++) {
    if (!METRICS[i].label) continue;
    const int digits = METRICS[i].count ? 0 : 3;
    add_number(text, METRICS[i].label, line->measured[i], digits);
    if (with_best && strcmp(METRICS[i].name, METRICS_BEST) == 0 && line->best < line->measured[i])
      text_add(text, " (best %s)", format_fixed(number, line->best, digits));
  }
}

static void add_details(text_buffer *text, const job_line *line, double now) {
  char number[FORMAT_ROOM];
  text_add(text, "%s", *line->phase ? line->phase : job_kind_word(line->kind));
  if (!isnan(line->epoch) && !isnan(line->epochs))
    text_add(text, " %.0f/%.0f", line->epoch, line->epochs);
  else if (line->total > 0)
    text_add(text, " %.0f %%", 100 * line->done / line->total);
  double pace = points_made(line), left = line_left(line, now);
  if (!isnan(left)) text_add(text, ", %s left", format_duration(number, left));
  add_metrics(text, line, false);
  add_number(text, "loss", line->loss, 4);
  if (isfinite(pace)) text_add(text, ", %s points/s", format_fixed(number, pace, 0));
}

static void add_overall(display *d, text_buffer *text, size_t running, double now) {
  char number[FORMAT_ROOM];
  text_add(text, "%zu of %zu done, %zu running", d->ended, d->expected, running);
  double left = grid_left(d, now);
  if (!isnan(left) && running) text_add(text, ", %s left", format_duration(number, left));
}

/* Labels, notes and logs may hold control characters, which a terminal must not obey. U+0080 to
 * U+009F, in UTF-8 after 0xc2, are control characters as well. */
static void make_harmless(char *text, const char *kept) {
  for (; *text; text++) {
    const unsigned char c = (unsigned char)*text, next = (unsigned char)text[1];
    if ((c < 32 && !strchr(kept, c)) || c == 127) *text = '?';
    if (c == 0xc2 && next >= 0x80 && next <= 0x9f) text[0] = text[1] = '?';
  }
}

/* The label identifies the run, its end above all, so the numbers are cut first; they begin with
 * the most important one. DETAILS columns of them stay: "train 103/250, 17 min left". */
enum { DETAILS = 26 };

static void draw_line(text_buffer *text, const job_line *line, size_t width, double now) {
  text_buffer details = {0}, all = {0};
  add_details(&details, line, now);
  size_t wanted = format_width(details.text), label = format_width(line->label);
  const size_t most = width > DETAILS + 14 ? width - DETAILS - 4 : 10;
  if (label > most) label = most;
  const size_t left = width > label + 5 ? width - label - 4 : 1;
  text_add(&all, "  ");
  format_fit(&all, line->label, label);
  text_add(&all, "  ");
  format_fit(&all, details.text, wanted < left ? wanted : left);
  make_harmless(all.text, "");
  text_add(text, "%s\n", all.text);
  free(all.text);
  free(details.text);
}

static void draw(display *d, double now) {
  struct winsize size = {0};
  if (ioctl(fileno(d->out), TIOCGWINSZ, &size) != 0 || size.ws_col < 20) size.ws_col = 80;
  size_t most = size.ws_row > 4 ? size.ws_row - 3u : 20, running = 0;
  text_buffer text = {0}, overall = {0};
  erase(d, &text);
  for (size_t i = 0; i < d->line_count; i++) {
    if (!d->lines[i].label) continue;
    if (running++ >= most) continue;
    draw_line(&text, &d->lines[i], size.ws_col - 1u, now);
    d->drawn++;
  }
  add_overall(d, &overall, running, now);
  format_fit(&text, overall.text, size.ws_col - 1u);
  text_add(&text, "\n");
  d->drawn++;
  flush_text(d, &text);
  free(overall.text);
  d->last_draw = now;
}

static void show_plainly(display *d, double now) {
  for (size_t i = 0; i < d->line_count; i++) {
    job_line *line = &d->lines[i];
    if (!line->label || now - line->shown < PLAIN_INTERVAL) continue;
    text_buffer details = {0};
    add_details(&details, line, now);
    display_say(d, "running: %s: %s", line->label, details.text);
    free(details.text);
    line->shown = now;
  }
}

void display_refresh(display *d, double now) {
  if (!d->out) return;
  if (!d->live)
    show_plainly(d, now);
  else if (now - d->last_draw >= DRAW_INTERVAL)
    draw(d, now);
}

void display_say(display *d, const char *format, ...) {
  if (!d->out) return;
  char *line = NULL;
  va_list arguments;
  va_start(arguments, format);
  int length = vasprintf(&line, format, arguments);
  va_end(arguments);
  if (length < 0) return;
  make_harmless(line, "\n\t");
  text_buffer text = {0};
  erase(d, &text);
  const char *colon = strchr(line, ':');
  const bool bad = strncmp(line, "failed:", 7) == 0, good = strncmp(line, "done:", 5) == 0;
  if (d->colour && colon && (bad || good))
    text_add(&text, "\033[%dm%.*s\033[0m%s\n", bad ? 31 : 32, (int)(colon - line), line, colon);
  else
    text_add(&text, "%s\n", line);
  free(line);
  flush_text(d, &text);
}

void display_failed(display *d, const char *label, const char *ending, const char *message,
                    const char *log, long log_start) {
  char *tail = exit_verdict_log_tail(log, log_start, 10), *line_end = strrchr(tail, '\n');
  char *in_log = line_end ? line_end + 1 : tail, *rest = NULL;
  const char *last = strstr(tail, message) ? in_log : message;
  display_say(d, "failed: %s: %s%s%s%s\n  log: %s", label, last, *last ? " (" : "", ending,
              *last ? ")" : "", log);
  if (last == in_log) *(line_end ? line_end : tail) = 0; /* the last line is shown already */
  char *line = strtok_r(tail, "\n", &rest);
  for (; line; line = strtok_r(NULL, "\n", &rest)) display_say(d, "  | %s", line);
  free(tail);
}

void display_end(display *d, size_t at, const char *how, bool again, double now) {
  job_line *line = &d->lines[at];
  kind_pace *pace = &d->paces[line->kind];
  if (again)
    pace->waiting++;
  else
    d->ended++;
  if (how && !again) { /* a job that failed at once does not show how long the others take */
    pace->finished++;
    pace->seconds += now - line->started;
  }
  if (how) {
    char time[FORMAT_ROOM];
    text_buffer numbers = {0};
    text_add(&numbers, "%s", "");
    add_metrics(&numbers, line, true);
    display_say(d, "%s: %s%s (%s) [%zu of %zu]", how, line->label, numbers.text,
                format_duration(time, now - line->started), d->ended, d->expected);
    free(numbers.text);
  }
  line->label = NULL;
  if (d->live && now - d->last_draw >= DRAW_INTERVAL) draw(d, now);
}
