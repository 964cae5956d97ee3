#include "layers/tensors.h"

#include <stdarg.h>
#include <stdio.h>

size_t tensors_add(tensor_list *list, size_t rows, size_t columns, hifm_initialiser init,
                   double gain, const char *name, ...) {
  const size_t offset = list->offset;
  if (list->count < list->room) {
    hifm_tensor *t = &list->out[list->count];
    *t = (hifm_tensor){.rows = rows, .columns = columns, .init = init, .gain = gain};
    va_list arguments;
    va_start(arguments, name);
    vsnprintf(t->name, sizeof t->name, name, arguments);
    va_end(arguments);
  }
  list->count++;
  list->offset += rows * columns;
  return offset;
}
