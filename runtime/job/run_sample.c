/* The sample job: what a run has learned, as points or as a picture. */
#include "base/clock.h"
#include "base/npy.h"
#include "base/png.h"
#include "base/text.h"
#include "host/plugins.h"
#include "job/image_grid.h"
#include "job/result.h"
#include "job/run.h"
#include "job/sample.h"
#include "job/saved_weights.h"

#include <stdlib.h>
#include <string.h>

enum { STRIP_STEPS = 8 }; /* from z = 0 to 1 in a strip */

/* What the job file asks for. */
typedef struct sampling {
  const char *run, *weights, *file;
  const char *density; /* NULL: not asked for */
  size_t n, steps;
  uint32_t seed;
  bool picture, strip;
  image_grid grid; /* of a picture */
} sampling;

static status_code write_points(const char *path, const hifm_domain *domain, size_t n,
                                const double *y, failure *err) {
  size_t shape[4] = {n, domain->d}, rank = 2;
  if (domain->particles > 0) {
    shape[1] = domain->particles;
    shape[rank++] = domain->space;
  } else if (domain->height > 0) {
    shape[1] = domain->height;
    shape[rank++] = domain->width;
    if (domain->channels > 1) shape[rank++] = domain->channels;
  }
  return npy_write(path, NPY_FLOAT64, rank, shape, y, err);
}

/* Cells of a strip: one sample a row, its states from left to right. */
static double *strip_cells(const sampling *s, size_t d, const double *y) {
  const size_t columns = s->steps + 1;
  double *cells = memory_array(columns * s->n * d, sizeof *cells);
  for (size_t b = 0; b < s->n; b++)
    for (size_t k = 0; k < columns; k++)
      memcpy(cells + (b * columns + k) * d, y + (k * s->n + b) * d, d * sizeof *cells);
  return cells;
}

static status_code write_samples(const sampling *s, const hifm_domain *domain, const double *y,
                                 const double *log_density, failure *err) {
  const double *last = y + s->steps * s->n * domain->d;
  plugins_keep_surroundings("sample");
  if (s->density) {
    status_code status = npy_write(s->density, NPY_FLOAT64, 1, &s->n, log_density, err);
    if (status != STATUS_OK) return status;
  }
  if (!s->picture) return write_points(s->file, domain, s->n, last, err);
  double *cells = s->strip ? strip_cells(s, domain->d, y) : NULL;
  uint8_t *pixels = image_grid_pixels(&s->grid, cells ? cells : last);
  status_code status = png_write(s->file, pixels, s->grid.width, s->grid.height, err);
  free(cells);
  free(pixels);
  return status;
}

static sampling read_sampling(const value *how) {
  sampling s = {.run = value_get_text(how, "run", "."),
                .weights = value_get_text(how, "weights", "best"),
                .file = value_get_text(how, "file", ""),
                .density = value_get_text(how, "density", NULL),
                .n = (size_t)value_get_number(how, "count", 1),
                .seed = (uint32_t)value_get_number(how, "seed", 0),
                .strip = value_get_bool(how, "strip", false)};
  s.picture = text_ends_with(s.file, ".png");
  s.steps = s.strip ? STRIP_STEPS : 1;
  return s;
}

static status_code plan_picture(sampling *s, const hifm_domain *domain, const value *recipe,
                                failure *err) {
  if (!s->picture) return STATUS_OK;
  const size_t columns = s->strip ? s->steps + 1 : 0;
  return image_grid_plan(&s->grid, domain, value_get_text(recipe, "range", "unit"),
                         s->strip ? s->n * columns : s->n, columns, err);
}

static status_code draw_and_write(run *r, arena *a, const sampling *s, value *numbers,
                                  failure *err) {
  const value *row;
  failure inner = {0};
  double nfe = 0;
  float *w = memory_array(r->net.weights, sizeof *w);
  double *y = memory_array((s->steps + 1) * s->n * r->net.domain.d, sizeof *y);
  double *log_density = s->density ? memory_array(s->n, sizeof *log_density) : NULL;
  const sample_request request = {.net = &r->net,
                                  .w = w,
                                  .settings = &r->measurements[0].settings,
                                  .seed = s->seed,
                                  .count = s->n,
                                  .steps = s->steps,
                                  .log_density = log_density};
  status_code status =
      saved_weights_read(a, &r->net, s->run, r->work->id, s->weights, w, &row, err);
  if (status != STATUS_OK) goto done;
  status = sample_draw(&request, y, &nfe, &inner);
  if (status == STATUS_OK)
    status = write_samples(s, &r->net.domain, y, log_density, err);
  else
    failure_set(err, status, "%s.safetensors of %.200s: no samples: %.300s", s->weights, s->run,
                inner.message);
  value_put_number(a, numbers, "samples", (double)s->n);
  value_put_number(a, numbers, "nfe", nfe);
done:
  free(w);
  free(y);
  free(log_density);
  return status;
}

status_code run_sample(arena *a, const job *work, failure *err) {
  const double begun = clock_seconds();
  run r;
  sampling s = read_sampling(work->request);
  value *numbers = value_new(a, VALUE_MAP);
  status_code status = run_open(&r, a, work, SAMPLE_BLOCK_MOST, err);
  if (status != STATUS_OK) return status;
  status = plan_picture(&s, &r.net.domain, value_get(work->config, "dataset"), err);
  if (status == STATUS_OK) status = draw_and_write(&r, a, &s, numbers, err);
  run_close(&r);
  if (status != STATUS_OK) return status;
  const result drawn = {.kind = work->kind,
                        .id = work->id,
                        .status = RUN_DONE,
                        .numbers = numbers,
                        .seconds = clock_seconds() - begun,
                        .attempts = work->attempt};
  return result_write(arena_format(a, "%s/result.json", work->folder), &drawn, err);
}
