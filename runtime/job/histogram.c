#include "job/histogram.h"

#include "base/plain_locale.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The ends of the finite numbers; false where there are none. */
static bool find_ends(const double *x, size_t n, double *low, double *high) {
  *low = INFINITY;
  *high = -INFINITY;
  for (size_t i = 0; i < n; i++)
    if (isfinite(x[i])) {
      *low = fmin(*low, x[i]);
      *high = fmax(*high, x[i]);
    }
  return *low <= *high;
}

/* Which count a number belongs to. */
static size_t place_of(const histogram *h, double x) {
  if (x < h->low) return 0;
  if (!(x < h->high)) return HISTOGRAM_BINS + 1;
  const size_t bin = (size_t)((x - h->low) / (h->high - h->low) * HISTOGRAM_BINS);
  return 1 + (bin < HISTOGRAM_BINS ? bin : HISTOGRAM_BINS - 1);
}

void histogram_data(histogram *h, const double *x, size_t n) {
  double low, high;
  memset(h, 0, sizeof *h);
  if (!find_ends(x, n, &low, &high)) return;
  const double margin = high > low ? 0.05 * (high - low) : 0.5;
  h->low = low - margin;
  h->high = high + margin;
  for (size_t i = 0; i < n; i++) h->data[place_of(h, x[i])]++;
}

void histogram_samples(histogram *h, const double *x, size_t n, size_t each,
                       const double *weights) {
  for (size_t i = 0; i < n * each; i++) {
    const size_t place = place_of(h, x[i]);
    h->samples[place]++;
    if (weights) h->reweighted[place] += weights[i / each];
  }
}

/* ---- in a history row: a line of text for each set, because a row may be one of hundreds -------
 */

static void put_counts(arena *a, value *map, const char *key, const double *counts) {
  text_buffer text = {0};
  for (size_t i = 0; i < HISTOGRAM_COUNTS; i++) text_add(&text, "%s%.9g", i ? " " : "", counts[i]);
  value_put_text(a, map, key, arena_text(a, text.text));
  free(text.text);
}

void histogram_put(arena *a, value *row, const char *name, const histogram *h) {
  if (!(h->low < h->high)) return;
  value *all = value_copy(a, value_get(row, HISTOGRAM_KEY)), *map = value_new(a, VALUE_MAP);
  value_put_number(a, map, "low", h->low);
  value_put_number(a, map, "high", h->high);
  put_counts(a, map, "data", h->data);
  put_counts(a, map, "samples", h->samples);
  put_counts(a, map, "reweighted", h->reweighted);
  value_put(a, all, name, map);
  value_put(a, row, HISTOGRAM_KEY, all);
}

static bool get_counts(const value *map, const char *key, double *counts) {
  const char *text = value_get_text(map, key, "");
  for (size_t i = 0; i < HISTOGRAM_COUNTS; i++) {
    char *end;
    counts[i] = plain_locale_number(text, &end);
    if (end == text) return false;
    text = end;
  }
  return true;
}

bool histogram_get(const value *row, const char *name, histogram *out) {
  const value *map = value_get(value_get(row, HISTOGRAM_KEY), name);
  out->low = value_get_number(map, "low", 0);
  out->high = value_get_number(map, "high", 0);
  return get_counts(map, "data", out->data) && get_counts(map, "samples", out->samples) &&
         get_counts(map, "reweighted", out->reweighted);
}
