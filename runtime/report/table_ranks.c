#include "report/table_parts.h"

#include "base/text.h"
#include "report/table_numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The ranked numbers of the families in each seed. */
typedef struct ranking {
  table_parts *p;
  table_source ranked;
  int paper, seed; /* -1 where there is none */
  const char **seeds;
  size_t seed_count, families;
  size_t *data;     /* [families] those of equal data are compared */
  double **numbers; /* [seeds][families], NAN: missing */
} ranking;

/* ---- what is declared ------------------------------------------------------------------------ */

static status_code find_paper(ranking *r, const char *column, failure *err) {
  table_parts *p = r->p;
  r->paper = -1;
  if (!column) return STATUS_OK;
  if (!p->paper.columns)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "table %s: ranks: paper = \"%s\" is a column of the paper's CSV; name its "
                       "file by the table's own paper = \"....csv\"",
                       p->request->name, column);
  r->paper = csv_table_column(&p->paper, column);
  if (r->paper >= 0) return STATUS_OK;
  return failure_set(err, STATUS_BAD_CONFIG,
                     "table %s: ranks: the paper's CSV has no column \"%s\"%s", p->request->name,
                     column, text_hint(&p->memory, column, p->paper.header, p->paper.columns));
}

static int order_of_seeds(const void *left, const void *right) {
  const char *x = *(const char *const *)left, *y = *(const char *const *)right;
  double a, b;
  if (!text_number(x, &a) || !text_number(y, &b)) return strcmp(x, y);
  return (a > b) - (a < b);
}

static void find_seeds(ranking *r) {
  const csv_table *runs = &r->p->runs;
  r->seed = csv_table_column(runs, "seed");
  r->seeds = arena_get(&r->p->memory, (runs->count + 1) * sizeof *r->seeds);
  for (size_t i = 0; i < runs->count; i++) {
    const char *text = r->seed < 0 ? "" : runs->cells[i][r->seed];
    size_t seen = 0;
    while (seen < r->seed_count && strcmp(r->seeds[seen], text) != 0) seen++;
    if (seen == r->seed_count) r->seeds[r->seed_count++] = text;
  }
  qsort(r->seeds, r->seed_count, sizeof *r->seeds, order_of_seeds);
}

static size_t seed_of(const ranking *r, size_t row) {
  size_t s = 0;
  if (r->seed < 0) return 0;
  while (strcmp(r->seeds[s], r->p->runs.cells[row][r->seed]) != 0) s++;
  return s;
}

static void find_numbers(ranking *r) {
  table_parts *p = r->p;
  r->families = p->families.count;
  r->numbers = arena_get(&p->memory, (r->seed_count + 1) * sizeof *r->numbers);
  for (size_t s = 0; s < r->seed_count; s++) {
    r->numbers[s] = arena_get(&p->memory, (r->families + 1) * sizeof **r->numbers);
    for (size_t f = 0; f < r->families; f++) r->numbers[s][f] = NAN;
  }
  r->data = arena_get(&p->memory, (r->families + 1) * sizeof *r->data);
  for (size_t f = 0; f < r->families; f++)
    r->data[f] = p->data.of_row[p->families.rows[p->families.start[f]]];
  for (size_t i = 0; i < p->runs.count; i++)
    r->numbers[seed_of(r, i)][p->families.of_row[i]] = table_number(p, &r->ranked, i);
}

/* ---- the column ------------------------------------------------------------------------------ */

static const char *rank_of(const ranking *r, size_t family, size_t s) {
  const double x = r->numbers[s][family];
  size_t smaller = 0;
  if (isnan(x)) return TABLE_GAP;
  for (size_t f = 0; f < r->families; f++)
    smaller += r->data[f] == r->data[family] && r->numbers[s][f] < x;
  return arena_format(&r->p->memory, "%zu", smaller + 1);
}

/* A row that is one seed shows that seed's rank. */
static void fill_ranks(const ranking *r) {
  table_parts *p = r->p;
  const bool single = p->groups.count > r->families;
  p->ranks = arena_get(&p->memory, (p->groups.count + 1) * sizeof *p->ranks);
  for (size_t g = 0; g < p->groups.count; g++) {
    const size_t row = p->groups.rows[p->groups.start[g]], family = p->families.of_row[row];
    const char *text = "";
    for (size_t s = 0; s < r->seed_count; s++)
      if (!single || s == seed_of(r, row))
        text = arena_format(&p->memory, "%s%s%s", text, *text ? " " : "", rank_of(r, family, s));
    p->ranks[g] = text;
  }
}

/* ---- the lines ------------------------------------------------------------------------------- */

/* Pairs of rows that meet in two seeds or more, and those whose order is the same in each. */
typedef struct agreement {
  size_t pairs, kept;
  double chance; /* how many would be kept if in each seed a coin decided */
  bool complete; /* every row has a number in every seed */
} agreement;

static agreement agreement_of(const ranking *r) {
  agreement out = {.complete = true};
  for (size_t f = 0; f < r->families; f++) {
    for (size_t s = 0; s < r->seed_count; s++) out.complete &= !isnan(r->numbers[s][f]);
    for (size_t other = 0; other < f; other++) {
      size_t meetings = 0, orders[3] = {0};
      if (r->data[f] != r->data[other]) continue;
      for (size_t s = 0; s < r->seed_count; s++) {
        const double x = r->numbers[s][f], y = r->numbers[s][other];
        if (isnan(x) || isnan(y)) continue;
        meetings++;
        orders[1 + (x > y) - (x < y)]++;
      }
      if (meetings < 2) continue;
      out.pairs++;
      out.chance += ldexp(1, 1 - (int)meetings);
      out.kept += orders[0] == meetings || orders[1] == meetings || orders[2] == meetings;
    }
  }
  return out;
}

/* As the table calls it. */
static const char *label_of(const ranking *r, const char *column) {
  for (size_t i = 0; i < r->p->count; i++)
    if (r->p->sources[i].run == r->ranked.run && !r->p->sources[i].minus)
      column = r->p->sources[i].heading;
  return r->p->data.count > 1 ? arena_format(&r->p->memory, "%s, of equal data", column) : column;
}

static void add_agreement(const ranking *r, const char *column) {
  const agreement found = agreement_of(r);
  const char *label = label_of(r, column);
  arena *a = &r->p->memory;
  if (found.pairs == 0) return;
  if (found.kept == found.pairs)
    table_add_note(r->p, arena_format(a, "Order by %s: the same in all %zu seeds%s.", label,
                                      r->seed_count,
                                      found.complete ? "" : ", as far as there are numbers"));
  else
    table_add_note(
        r->p, arena_format(a,
                           "Order by %s: not the same in all seeds; %zu of %zu pairs of rows "
                           "keep their order in every seed%s; by chance alone %.3g %% would.",
                           label, found.kept, found.pairs, found.complete ? "" : " that both have",
                           100 * found.chance / (double)found.pairs));
}

static const char *tau_text(const ranking *r, const double *ours, const double *papers) {
  double tau = table_kendall(ours, papers, r->data, r->families);
  return isnan(tau) ? TABLE_GAP : format_fixed(arena_get(&r->p->memory, FORMAT_ROOM), tau, 2);
}

static void add_tau(const ranking *r) {
  table_parts *p = r->p;
  double *papers = arena_get(&p->memory, (r->families + 1) * sizeof *papers);
  double *means = arena_get(&p->memory, (r->families + 1) * sizeof *means);
  double *one = arena_get(&p->memory, (r->seed_count + 1) * sizeof *one);
  for (size_t f = 0; f < r->families; f++) {
    const char *cell = table_paper_cell(p, table_first_run(p, &p->families, f), r->paper);
    if (!text_number(cell, &papers[f])) papers[f] = NAN;
    for (size_t s = 0; s < r->seed_count; s++) one[s] = r->numbers[s][f];
    means[f] = table_average_of(one, r->seed_count).mean;
  }
  const char *text = tau_text(r, means, papers);
  if (r->seed_count > 1) text = arena_format(&p->memory, "%s by the means;", text);
  for (size_t s = 0; s < r->seed_count && r->seed_count > 1; s++)
    text = arena_format(&p->memory, "%s %s", text, tau_text(r, r->numbers[s], papers));
  table_add_note(r->p, arena_format(&p->memory, "Kendall's tau with the paper's order: %s%s.", text,
                                    r->seed_count > 1 ? " by seed" : ""));
}

status_code table_find_ranks(table_parts *p, failure *err) {
  const value *declared = value_get(p->request->declaration, "ranks");
  const char *column = entries_part(declared, 0);
  ranking r = {.p = p};
  if (!declared) return STATUS_OK;
  if (!column)
    return failure_set(err, STATUS_BAD_CONFIG,
                       "table %s: ranks must be such as { \"nll_min\", paper = \"nll\" }",
                       p->request->name);
  const char *where = arena_format(&p->memory, "table %s: ranks", p->request->name);
  status_code status = keys_check(where, declared, KEYS_RANKS, err);
  if (status == STATUS_OK && (p->spread >= 0 || p->over))
    status =
        failure_set(err, STATUS_BAD_CONFIG,
                    "%s: a row is of several settings by spread or mean_over; best = \"least\" "
                    "in a column marks its best number",
                    where);
  if (status == STATUS_OK) status = table_find_number(p, "ranks", column, &r.ranked, err);
  if (status == STATUS_OK) status = find_paper(&r, value_get_text(declared, "paper", NULL), err);
  if (status != STATUS_OK) return status;
  find_seeds(&r);
  find_numbers(&r);
  fill_ranks(&r);
  add_agreement(&r, column);
  if (r.paper >= 0) add_tau(&r);
  return STATUS_OK;
}
