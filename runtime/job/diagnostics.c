#include "job/diagnostics.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Vehtari, Gelman, Simpson, Carpenter and Buerkner, "Rank-normalization, folding, and localization:
 * an improved R-hat" (Bayesian Analysis 16, 2021), sections 2 and 3, without the rank
 * normalization. */

/* Every chain is cut in two halves, so that a drift within a chain counts as disagreement. */
typedef struct halves {
  const double *x;
  size_t chains, draws, half; /* draws of a whole chain, of a half; an odd middle one is left out */
  double *mean;               /* [2 chains] */
  double within, total;       /* W and var+ of the paper */
} halves;

static const double *half_of(const halves *h, size_t m) {
  return h->x + (m / 2) * h->draws + (m % 2 ? h->draws - h->half : 0);
}

/* The mean over halves of sum_i (x_i - mean)(x_{i+lag} - mean) / n. */
static double autocovariance(const halves *h, size_t lag) {
  double total = 0;
  for (size_t m = 0; m < 2 * h->chains; m++) {
    const double *x = half_of(h, m), mean = h->mean[m];
    double sum = 0;
    for (size_t i = 0; i + lag < h->half; i++) sum += (x[i] - mean) * (x[i + lag] - mean);
    total += sum;
  }
  return total / (double)h->half / (double)(2 * h->chains);
}

static void split(halves *h, const double *x, size_t chains, size_t draws) {
  *h = (halves){.x = x, .chains = chains, .draws = draws, .half = draws / 2};
  h->mean = memory_array(2 * chains, sizeof *h->mean);
  double grand = 0, between = 0;
  for (size_t m = 0; m < 2 * chains; m++) {
    const double *part = half_of(h, m);
    for (size_t i = 0; i < h->half; i++) h->mean[m] += part[i] / (double)h->half;
    grand += h->mean[m] / (double)(2 * chains);
  }
  for (size_t m = 0; m < 2 * chains; m++) between += (h->mean[m] - grand) * (h->mean[m] - grand);
  const double n = (double)h->half;
  h->within = autocovariance(h, 0) * n / (n - 1);
  h->total = h->within * (n - 1) / n + between / (double)(2 * chains - 1);
}

/* Within chains, but on the scale of the variance over all of them: chains that disagree look
 * correlated. */
static double correlation(const halves *h, size_t lag) {
  return 1 - (h->within - autocovariance(h, lag)) / h->total;
}

double diagnostics_rhat(const double *x, size_t chains, size_t draws) {
  if (draws < 4) return NAN;
  halves h;
  split(&h, x, chains, draws);
  free(h.mean);
  return sqrt(h.total / h.within);
}

double diagnostics_ess(const double *x, size_t chains, size_t draws) {
  if (draws < 4) return NAN;
  halves h;
  split(&h, x, chains, draws);
  /* Sums of two neighbouring autocorrelations are positive and falling for a reversible chain: the
   * series ends where the estimate is neither (Geyer 1992). */
  double time = -1, previous = INFINITY;
  for (size_t lag = 0; lag + 1 < h.half; lag += 2) {
    double couple = (lag ? correlation(&h, lag) : 1) + correlation(&h, lag + 1);
    if (!(couple > 0)) break;
    previous = fmin(previous, couple);
    time += 2 * previous;
  }
  free(h.mean);
  const double size = (double)(2 * chains * h.half);
  return size / fmax(time, 1 / log10(size));
}
