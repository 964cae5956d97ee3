/* The networks of hifm bench, and their weights. The tensors of an egnn are read by their names. */
#include "bench/parts.h"
#include "host/plugins.h"
#include "job/weights.h"

#include <stdlib.h>
#include <string.h>

/* last.safetensors has a run's weights under their names, a checkpoint has them after "w.". */
static const safetensors_entry *find(const safetensors_file *file, const char *name) {
  char longer[96];
  const safetensors_entry *entry = safetensors_find(file, name);
  if (entry) return entry;
  snprintf(longer, sizeof longer, "w.%s", name);
  return safetensors_find(file, longer);
}

static size_t count_edge_layers(const safetensors_file *file) {
  char name[64];
  for (unsigned k = 0;; k++) {
    snprintf(name, sizeof name, "layer0.edge%u.bias", k);
    if (!find(file, name)) return k;
  }
}

static status_code read_shape(bench *b, value *shape, const char *path, failure *err) {
  safetensors_file file = {0};
  status_code status = safetensors_open(&file, path, err);
  if (status != STATUS_OK) return status;
  const safetensors_entry *embed = find(&file, "layer0.embed0.kernel");
  if (!embed || embed->rank != 2) {
    status =
        failure_set(err, STATUS_BAD_INPUT,
                    "%s: no tensor layer0.embed0.kernel of rank 2; hifm bench takes the weights "
                    "of an egnn, such as the last.safetensors of a run",
                    path);
  } else if (find(&file, "layer1.edge0.bias")) {
    status =
        failure_set(err, STATUS_BAD_INPUT,
                    "%s: an egnn of several layers, but hifm bench compares both evaluations of "
                    "one layer",
                    path);
  } else {
    value_put_number(b->memory, shape, "width", (double)embed->shape[1]);
    value_put_number(b->memory, shape, "depth", (double)count_edge_layers(&file));
    if (find(&file, "layer0.edge0.kernel_d")) value_put_text(b->memory, shape, "distance", "log");
  }
  safetensors_close(&file);
  return status;
}

status_code bench_describe_network(bench *b, const char *path, failure *err) {
  value *shape = value_new(b->memory, VALUE_MAP);
  value_put_text(b->memory, shape, PARAMS_NAME, "egnn");
  value_put_number(b->memory, shape, "width", (double)b->sizes->width);
  value_put_number(b->memory, shape, "depth", (double)b->sizes->depth);
  b->network = shape;
  return path ? read_shape(b, shape, path, err) : STATUS_OK;
}

status_code bench_open_network(const bench *b, const char *evaluate, size_t points, network *net,
                               failure *err) {
  hifm_bound bound;
  value *settings = value_copy(b->memory, b->network);
  value_put_text(b->memory, settings, "evaluate", evaluate);
  status_code status =
      plugins_bind(b->memory, HIFM_NETWORK, settings, "network", &b->domain, &bound, err);
  if (status == STATUS_OK) status = network_open(net, bound, &b->domain, false, points, err);
  return status;
}

void bench_close_network(network *net) {
  hifm_bound bound = net->bound;
  network_close(net);
  plugins_drop(&bound);
}

static status_code read_weights(const network *net, const char *path, float *w, failure *err) {
  safetensors_file file = {0};
  status_code status = safetensors_open(&file, path, err);
  const bool plain = net->count > 0 && safetensors_find(&file, net->tensors[0].name);
  if (status == STATUS_OK) status = weights_copy(&file, path, net, plain ? "" : "w.", w, err);
  safetensors_close(&file);
  return status;
}

status_code bench_load_weights(bench *b, const char *path, failure *err) {
  b->w = memory_array(b->direct.weights, sizeof *b->w);
  if (path) return read_weights(&b->direct, path, b->w, err);
  network_initialise(&b->direct, 0, b->w);
  return STATUS_OK;
}

static bool is_part(const hifm_tensor *t, const char *part) {
  return strncmp(t->name, part, strlen(part)) == 0;
}

/* Weights that are applied to every row (a pair, or a node of the series): all after the first edge
 * layer, biases included, and of that layer the row for the distance and the bias. The rest of that
 * layer and the embedding are computed once per batch. At width 150 and depth 4:
 * 6 * 150^2 + 6 * 150 + 150 (the last kernel) + 2 * 150 = 136,350. */
static size_t weights_per_row(const network *net, size_t width) {
  size_t sum = 2 * width;
  for (size_t i = 0; i < net->count; i++) {
    const hifm_tensor *t = &net->tensors[i];
    if (!is_part(t, "layer0.embed0.") && !is_part(t, "layer0.edge0.")) sum += t->rows * t->columns;
  }
  return sum;
}

double bench_floor(const bench *b, double rows, double passes) {
  const size_t width = (size_t)value_get_number(b->network, "width", 0);
  return rows * (double)weights_per_row(&b->direct, width) * 2 * passes / b->flops;
}
