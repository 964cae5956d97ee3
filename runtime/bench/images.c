/* hifm bench: training passes of the unet over 28 x 28 images. */
#include "base/clock.h"
#include "bench/parts.h"
#include "hifm/rng.h"
#include "host/plugins.h"

#include <stdlib.h>
#include <string.h>

static const hifm_domain PICTURE = {.d = 784, .height = 28, .width = 28, .channels = 1};

/* To how many pixels of the picture a tensor is applied. An up-convolution with a kernel of four
 * pixels reads a quarter of the pixels it writes. */
static double pixels_of(const hifm_tensor *t) {
  static const struct {
    const char *part;
    double share;
  } PARTS[] = {{"down0.", 1},    {"down1.", 1. / 4}, {"bottom.", 1. / 16}, {"up1.up", 1. / 16},
               {"up1.", 1. / 4}, {"up0.up", 1. / 4}, {"up0.", 1},          {"out.", 1}};
  if (strstr(t->name, ".z.")) return 1; /* once per image */
  for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++)
    if (strncmp(t->name, PARTS[i].part, strlen(PARTS[i].part)) == 0)
      return PARTS[i].share * PICTURE.d;
  return 1;
}

/* Multiplications and additions of an image: forward, and backward by weights and by inputs. */
static double flops_of(const network *net) {
  double sum = 0;
  for (size_t i = 0; i < net->count; i++)
    sum +=
        6 * pixels_of(&net->tensors[i]) * (double)(net->tensors[i].rows * net->tensors[i].columns);
  return sum;
}

/* A loss whose minimum is the field 0. */
static double square_loss(void *context, size_t thread, size_t first, size_t n, const float *v,
                          float *dv) {
  (void)thread;
  (void)context, (void)first;
  double sum = 0;
  for (size_t i = 0; i < n * PICTURE.d; i++) {
    dv[i] = 2 * v[i];
    sum += (double)v[i] * (double)v[i];
  }
  return sum;
}

static status_code time_passes(bench *b, network *net, const char *name, failure *err) {
  const size_t n = b->sizes->images, steps = b->sizes->steps;
  float *w = memory_array(2 * net->weights, sizeof *w), *gradient = w + net->weights;
  float *x = memory_array(n * PICTURE.d, sizeof *x), *z = memory_array(n, sizeof *z);
  double *times = memory_array(steps, sizeof *times);
  status_code status = STATUS_OK;
  network_initialise(net, 0, w);
  for (uint32_t i = 0; i < n * PICTURE.d; i++)
    x[i] = (float)hifm_uniform((hifm_stream){0, HIFM_RNG_CHECK}, 0, i);
  for (size_t i = 0; i < n; i++) z[i] = (float)i / (float)n;
  const hifm_batch batch = {n, n, x, z};
  for (size_t k = 0; k < steps && status == STATUS_OK; k++) {
    const double start = clock_seconds();
    network_loss_gradient(net, w, &batch, square_loss, NULL, gradient);
    times[k] = clock_seconds() - start;
    status = bench_report(name, k + 1, steps, err);
  }
  if (status == STATUS_OK)
    bench_write_row(b, name, 1e3 * bench_median(times, steps) / (double)n, "ms",
                    1e3 * flops_of(net) / b->flops);
  free(w);
  free(x);
  free(z);
  free(times);
  return status;
}

static status_code time_width(bench *b, size_t width, const char *name, failure *err) {
  hifm_bound bound;
  network net;
  value *settings = value_new(b->memory, VALUE_MAP);
  value_put_text(b->memory, settings, PARAMS_NAME, "unet");
  value_put_number(b->memory, settings, "width", (double)width);
  status_code status =
      plugins_bind(b->memory, HIFM_NETWORK, settings, "network", &PICTURE, &bound, err);
  if (status == STATUS_OK)
    status = network_open(&net, bound, &PICTURE, false, b->sizes->images, err);
  if (status != STATUS_OK) return status;
  status = time_passes(b, &net, name, err);
  bench_close_network(&net);
  return status;
}

status_code bench_images(bench *b, failure *err) {
  status_code status = time_width(b, 16, "image_unet_16", err);
  return status == STATUS_OK ? time_width(b, 32, "image_unet_32", err) : status;
}
