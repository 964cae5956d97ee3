/* The sample job: what a run has learned, as points or as a picture. */
#include "base/clock.h"
#include "base/npy.h"
#include "base/png.h"
#include "base/text.h"
#include "job/checkpoint.h"
#include "job/image_grid.h"
#include "job/result.h"
#include "job/run.h"
#include "job/sample.h"

#include <stdlib.h>
#include <string.h>

enum { STRIP_STEPS = 8 }; /* from z = 0 to 1 in a strip */

typedef struct order {
  const char *weights, *file;
  size_t n, steps;
  uint32_t seed;
  bool picture, strip;
  image_grid image_grid;
} order;

static status_code write_points(const char *path, const hifm_domain *domain, size_t n,
                                const double *y, failure *err) {
  npy_writer writer;
  size_t shape[4] = {n, domain->d}, rank = 2;
  if (domain->particles > 0) {
    shape[1] = domain->particles;
    shape[rank++] = domain->space;
  } else if (domain->height > 0) {
    shape[1] = domain->height;
    shape[rank++] = domain->width;
    if (domain->channels > 1) shape[rank++] = domain->channels;
  }
  status_code status = npy_begin(&writer, path, NPY_FLOAT64, rank, shape, err);
  if (status == STATUS_OK) status = npy_append(&writer, y, n * domain->d * sizeof *y, err);
  if (status == STATUS_OK) return npy_commit(&writer, err);
  npy_abandon(&writer);
  return status;
}

/* Cells of a strip: the states of one sample beside each other, a sample below the other. */
static double *line_up(const order *o, size_t d, const double *y) {
  const size_t columns = o->steps + 1;
  double *cells = memory_array(columns * o->n * d, sizeof *cells);
  for (size_t b = 0; b < o->n; b++)
    for (size_t k = 0; k < columns; k++)
      memcpy(cells + (b * columns + k) * d, y + (k * o->n + b) * d, d * sizeof *cells);
  return cells;
}

static status_code write_samples(const order *o, const hifm_domain *domain, const double *y,
                                 failure *err) {
  const double *last = y + o->steps * o->n * domain->d;
  if (!o->picture) return write_points(o->file, domain, o->n, last, err);
  double *cells = o->strip ? line_up(o, domain->d, y) : NULL;
  uint8_t *pixels = image_grid_pixels(&o->image_grid, cells ? cells : last);
  status_code status = png_write(o->file, pixels, o->image_grid.width, o->image_grid.height, err);
  free(cells);
  free(pixels);
  return status;
}

static status_code plan(order *o, const hifm_domain *domain, const job *work, failure *err) {
  const value *how = work->sample;
  *o = (order){.weights = value_get_text(how, "weights", "best"),
               .file = value_get_text(how, "file", ""),
               .n = (size_t)value_get_number(how, "count", 1),
               .seed = (uint32_t)value_get_number(how, "seed", 0),
               .strip = value_get_bool(how, "strip", false)};
  o->picture = text_ends_with(o->file, ".png");
  o->steps = o->strip ? STRIP_STEPS : 1;
  if (!o->picture) return STATUS_OK;
  const size_t columns = o->strip ? o->steps + 1 : 0;
  const char *range = value_get_text(value_get(work->config, "dataset"), "range", "unit");
  return image_grid_plan(&o->image_grid, domain, range, o->strip ? o->n * columns : o->n, columns,
                         err);
}

/* The network of an opened run is made for its batches: it begins anew for n points. */
static status_code widen(run *r, size_t n, failure *err) {
  const hifm_domain domain = r->net.domain;
  network_close(&r->net);
  return network_open(&r->net, r->network_plugin, &domain, n, err);
}

static status_code sample(run *r, arena *a, const order *o, value *numbers, failure *err) {
  job kept = *r->work;
  const value *row;
  failure inner = {0};
  uint64_t nfe = 0;
  float *w = memory_array(r->net.weights, sizeof *w);
  double *y = memory_array((o->steps + 1) * o->n * r->net.domain.d, sizeof *y);
  kept.folder = value_get_text(r->work->sample, "run", ".");
  status_code status = checkpoint_load_weights(a, &r->net, &kept, o->weights, w, &row, err);
  if (status != STATUS_OK) goto done;
  status = sample_draw(&r->net, w, &r->measure, o->seed, o->n, o->steps, y, &nfe, &inner);
  if (status == STATUS_OK)
    status = write_samples(o, &r->net.domain, y, err);
  else
    failure_set(err, status, "%s.safetensors of %.200s: no samples: %.300s", o->weights,
                kept.folder, inner.message);
  value_put_number(a, numbers, "samples", (double)o->n);
  value_put_number(a, numbers, "nfe", (double)nfe);
done:
  free(w);
  free(y);
  return status;
}

status_code run_sample(arena *a, const job *work, failure *err) {
  const double begun = clock_seconds();
  run r;
  order o;
  value *numbers = value_new(a, VALUE_MAP);
  status_code status = run_open(&r, a, work, err);
  if (status != STATUS_OK) return status;
  status = plan(&o, &r.net.domain, work, err);
  if (status == STATUS_OK) status = widen(&r, o.n, err);
  if (status == STATUS_OK) status = sample(&r, a, &o, numbers, err);
  run_close(&r);
  if (status != STATUS_OK) return status;
  const result drawn = {.kind = work->kind,
                        .id = work->id,
                        .state = "done",
                        .numbers = numbers,
                        .seconds = clock_seconds() - begun,
                        .attempts = work->attempt};
  return result_write(arena_format(a, "%s/result.json", work->folder), &drawn, err);
}
