/* How a number is distributed at test points, at samples of a flow, and at the same samples when
 * each counts by its importance weight. */
#ifndef JOB_HISTOGRAM_H
#define JOB_HISTOGRAM_H

#include "base/value.h"

/* Counts: of numbers below the bins, in each bin, and above them or not finite. */
enum { HISTOGRAM_BINS = 80, HISTOGRAM_COUNTS = HISTOGRAM_BINS + 2 };

typedef struct histogram {
  double low, high; /* the ends of the bins, which are equally wide */
  double data[HISTOGRAM_COUNTS], samples[HISTOGRAM_COUNTS];
  double reweighted[HISTOGRAM_COUNTS]; /* sums of weights; all 0 where there are none */
} histogram;

/* The numbers of test points [n], which decide the bins: they have a margin of a twentieth of the
 * range on both sides. */
void histogram_data(histogram *h, const double *x, size_t n);

/* The numbers of samples [n * each], `each` of every sample; weights [n]: of the samples, NULL:
 * there are none. After histogram_data. */
void histogram_samples(histogram *h, const double *x, size_t n, size_t each, const double *weights);

/* Adds the histogram to a history row, below HISTOGRAM_KEY; with nine digits. A histogram
 * without data is left out. */
#define HISTOGRAM_KEY "histograms"
void histogram_put(arena *a, value *row, const char *name, const histogram *h);

/* The histogram of this name in a history row; false: it has none. */
bool histogram_get(const value *row, const char *name, histogram *out);

#endif
