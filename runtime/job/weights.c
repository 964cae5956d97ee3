#include "job/weights.h"

#include <stdio.h>
#include <string.h>

size_t weights_list(const network *net, const char *prefix, const float *from,
                    safetensors_entry *out) {
  for (size_t i = 0; i < net->count; i++) {
    const hifm_tensor *t = &net->tensors[i];
    out[i] = (safetensors_entry){.type = SAFETENSORS_F32, .rank = 2, .data = from};
    out[i].shape[0] = t->rows;
    out[i].shape[1] = t->columns;
    out[i].bytes = t->rows * t->columns * sizeof(float);
    snprintf(out[i].name, sizeof out[i].name, "%s%s", prefix, t->name);
    from += t->rows * t->columns;
  }
  return net->count;
}

/* "[3, 8]" */
static const char *shape_text(char out[128], size_t rank, const size_t *shape) {
  size_t used = 0;
  out[used++] = '[';
  for (size_t i = 0; i < rank; i++)
    used += (size_t)snprintf(out + used, 128 - used, "%s%zu", i ? ", " : "", shape[i]);
  snprintf(out + used, 128 - used, "]");
  return out;
}

static status_code check_tensor(const safetensors_entry *entry, const char *path, const char *name,
                                const hifm_tensor *t, failure *err) {
  const size_t shape[2] = {t->rows, t->columns};
  char wanted[128], found[128];
  shape_text(wanted, 2, shape);
  if (!entry)
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: no tensor %s of shape %s: it belongs to another network", path, name,
                       wanted);
  if (entry->type != SAFETENSORS_F32)
    return failure_set(err, STATUS_BAD_INPUT, "%s: tensor %s is of bytes (U8), but weights are F32",
                       path, name);
  if (entry->rank == 2 && entry->shape[0] == t->rows && entry->shape[1] == t->columns)
    return STATUS_OK;
  return failure_set(err, STATUS_BAD_INPUT,
                     "%s: tensor %s has shape %s, but this network's has %s: it belongs to another "
                     "network",
                     path, name, shape_text(found, entry->rank, entry->shape), wanted);
}

static bool has_tensor(const network *net, const char *name) {
  for (size_t i = 0; i < net->count; i++)
    if (strcmp(net->tensors[i].name, name) == 0) return true;
  return false;
}

/* Weights of a larger network may have all tensors of a smaller one. */
static status_code check_others(const safetensors_file *file, const char *path, const network *net,
                                const char *prefix, failure *err) {
  const size_t length = strlen(prefix);
  for (size_t i = 0; i < file->count; i++) {
    const char *name = file->entries[i].name;
    if (strncmp(name, prefix, length) != 0 || has_tensor(net, name + length)) continue;
    return failure_set(err, STATUS_BAD_INPUT,
                       "%s: tensor %s is not one of this network's: it belongs to another network",
                       path, name);
  }
  return STATUS_OK;
}

status_code weights_copy(const safetensors_file *file, const char *path, const network *net,
                         const char *prefix, float *to, failure *err) {
  for (size_t i = 0; i < net->count; i++) {
    const hifm_tensor *t = &net->tensors[i];
    char name[96];
    snprintf(name, sizeof name, "%s%s", prefix, t->name);
    const safetensors_entry *entry = safetensors_find(file, name);
    status_code status = check_tensor(entry, path, name, t, err);
    if (status != STATUS_OK) return status;
    memcpy(to, entry->data, entry->bytes);
    to += t->rows * t->columns;
  }
  return check_others(file, path, net, prefix, err);
}
