#include "front/dry_run.h"

#include "base/folders.h"
#include "front/estimate.h"
#include "front/job_reasons.h"
#include "front/keep_state.h"
#include "front/screen.h"
#include "report/format.h"

#include <string.h>

/* What is printed, and where. */
typedef struct sheet {
  const session *s;
  const job_reason *reasons; /* [jobs] */
  const bool *to_do;         /* [jobs] those that will start */
  size_t counts[JOB_KIND_COUNT];
  size_t width;
} sheet;

enum { INDENT = 9 }; /* of the lines after the list */

static void say(const sheet *p, const char *heading, const char *text) {
  screen_fact(stdout, heading, text, INDENT, p->width);
}

/* ---- the list -------------------------------------------------------------------------------- */

/* On a screen long labels leave some room for the reasons. */
static size_t label_width(const sheet *p) {
  enum { BEFORE = 11, REASON = 26, LEAST = 20 };
  const graph *g = &p->s->jobs;
  size_t widest = 0;
  for (size_t i = 0; i < g->job_count; i++) {
    const size_t width = p->reasons[i].brief ? format_width(g->jobs[i].label) : 0;
    if (width > widest) widest = width;
  }
  if (p->width == 0 || widest + BEFORE + REASON <= p->width) return widest;
  return p->width > BEFORE + REASON + LEAST ? p->width - BEFORE - REASON : LEAST;
}

static void print_jobs(const sheet *p) {
  const graph *g = &p->s->jobs;
  arena *a = p->s->a;
  const size_t room = label_width(p);
  for (size_t i = 0; i < g->job_count; i++) {
    if (!p->reasons[i].brief) continue;
    const char *label = p->width ? screen_cut(a, g->jobs[i].label, room) : g->jobs[i].label;
    const int gap = (int)(room - format_width(label)) + 2;
    const char *line = arena_format(a, "  %-8s %s%*s%s", job_kind_word(g->jobs[i].kind), label, gap,
                                    "", p->reasons[i].brief);
    puts(screen_cut(a, line, p->width));
  }
}

/* ---- what it will need ----------------------------------------------------------------------- */

/* "about 2 h 10 min (1 h 40 min to 3 h)" */
static const char *range_text(arena *a, const estimate_time *t) {
  const char *middle = screen_duration(a, t->seconds);
  const char *low = screen_duration(a, t->low), *high = screen_duration(a, t->high);
  if (t->high < 1) return high; /* less than that */
  return strcmp(low, high) == 0 ? arena_format(a, "about %s", middle)
                                : arena_format(a, "about %s (%s to %s)", middle, low, high);
}

/* ", data sets, eigendecompositions": the other kinds of jobs that are to do; "": none. */
static const char *others_text(const sheet *p) {
  static const struct {
    job_kind kind;
    const char *name;
  } OTHERS[] = {{JOB_DATA, "data sets"},
                {JOB_MODES, "eigendecompositions"},
                {JOB_MEASURE, "measurements of trained weights"}};
  const char *out = "";
  for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
    if (p->counts[OTHERS[i].kind])
      out = arena_format(p->s->a, "%s%s%s", out, *out ? ", " : "", OTHERS[i].name);
  return out;
}

static void print_time(const sheet *p, const past_runs *past, const trial_facts *facts) {
  arena *a = p->s->a;
  const estimate_time t =
      estimate_time_make(&p->s->jobs, p->to_do, past, facts, options_workers(p->s->given));
  const char *others = others_text(p);
  const size_t unknown = t.trainings - t.known;
  if (t.known)
    say(p, "time",
        arena_format(a, "%s with -j %zu, from %zu past run%s of like size", range_text(a, &t),
                     options_workers(p->s->given), t.past, t.past == 1 ? "" : "s"));
  if (unknown)
    say(p, t.known ? "" : "time",
        t.known ? arena_format(a, "without %zu of %zu trainings: no past run of like size", unknown,
                               t.trainings)
                : "no past run of like size: no estimate");
  if (*others && (t.known || t.trainings == 0))
    say(p, t.known ? "" : "time",
        arena_format(a, "%s%s", t.known ? "without " : "no estimate for ", others));
}

static void print_disk(const sheet *p, const trial_facts *facts) {
  arena *a = p->s->a;
  const estimate_disk d =
      estimate_disk_make(&p->s->jobs, p->to_do, facts, options_workers(p->s->given));
  const double all = d.data + d.modes + d.runs, free = (double)folders_free_bytes(p->s->given->out);
  const char *parts = "";
  if (d.data > 0) parts = arena_format(a, ", data sets %s", screen_bytes(a, d.data));
  if (d.modes > 0)
    parts = arena_format(a, "%s, eigendecompositions %s", parts, screen_bytes(a, d.modes));
  if (d.runs > 0) parts = arena_format(a, "%s, runs %s", parts, screen_bytes(a, d.runs));
  say(p, "disk",
      arena_format(a, "%s %s%s%s%s", d.unknown ? "at least" : "about", screen_bytes(a, all),
                   *parts ? ": " : "", *parts ? parts + 2 : "",
                   d.checkpoints > 0
                       ? arena_format(a, "; while it runs %s more", screen_bytes(a, d.checkpoints))
                       : ""));
  if (d.unknown) say(p, "", "without data that is not there yet, and what depends on its size");
  if (free > 0 && all + d.checkpoints > free)
    say(p, "", arena_format(a, "too little is free: %s", screen_bytes(a, free)));
  if (d.keeping)
    printf("train.keep = \"all\": %zu trainings will write %.0f files of weights\n", d.keeping,
           d.kept);
  if (d.state > 0)
    printf("train.keep_state: %zu trainings will write state.safetensors, %s in all\n", d.stateful,
           screen_bytes(a, d.state));
  keep_state_warn(&p->s->jobs, stdout);
}

/* ---- all ------------------------------------------------------------------------------------- */

static void print_sheet(const sheet *p, const past_runs *past, const trial_facts *facts) {
  const session *s = p->s;
  const graph *g = &s->jobs;
  const value *columns = value_get(s->plan, "columns");
  size_t all = 0;
  for (job_kind kind = 0; kind < JOB_KIND_COUNT; kind++) all += p->counts[kind];
  printf("%zu runs, %zu done, %zu to do\n", g->row_count, g->rows_done,
         g->row_count - g->rows_done);
  printf("columns:");
  for (size_t i = 0; columns && i < columns->count; i++) printf(" %s", columns->items[i]->text);
  printf("\njobs:\n");
  print_jobs(p);
  if (s->skipped)
    say(p, "skipped",
        arena_format(s->a, "%zu failed before with %s; --rerun-failed tries again", s->skipped,
                     s->skip_reason));
  if (all == 0) return;
  print_time(p, past, facts);
  print_disk(p, facts);
}

status_code dry_run(const session *s, const trial_facts *facts, failure *err) {
  const graph *g = &s->jobs;
  past_runs past;
  job_reason *reasons = arena_get(s->a, (g->job_count + 1) * sizeof *reasons);
  bool *to_do = arena_get(s->a, (g->job_count + 1) * sizeof *to_do);
  sheet p = {.s = s, .reasons = reasons, .to_do = to_do, .width = screen_width(stdout)};
  status_code status = past_runs_read(s->a, s->given->out, g, &past, err);
  if (status == STATUS_OK) status = job_reasons_find(s, &past, reasons, err);
  if (status != STATUS_OK) return status;
  for (size_t i = 0; i < g->job_count; i++) {
    to_do[i] = reasons[i].brief && !reasons[i].skipped;
    p.counts[g->jobs[i].kind] += to_do[i];
  }
  print_sheet(&p, &past, facts);
  session_say(s, facts->notes);
  return STATUS_OK;
}
