#include "grid/environment.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char one_thread[] = "OPENBLAS_NUM_THREADS=1";
static char wide_kernels[] = "OPENBLAS_CORETYPE=SkylakeX";

/* OpenBLAS picks its kernels by the names of the processors that it knows. A newer processor with
 * AVX-512 gets kernels without it, and sgemm runs at half the speed. NULL: nothing to correct. The
 * choice is in every result. */
static char *kernels(void) {
#ifdef __x86_64__
  const bool able = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  const bool able = false;
#endif
  return able && !getenv("OPENBLAS_CORETYPE") ? wide_kernels : NULL;
}

static bool same_name(const char *x, const char *y) {
  return strncmp(x, y, strcspn(y, "=") + 1) == 0;
}

static bool is_replaced(const char *entry, char *const *own, size_t count) {
  for (size_t k = 0; k < count; k++)
    if (same_name(entry, own[k])) return true;
  return false;
}

char **environment_of_workers(char *const *more, size_t count) {
  size_t inherited = 0, own_count = 0, used = 0;
  char **own = memory_array(count + 2, sizeof *own);
  own[own_count++] = one_thread;
  if (kernels()) own[own_count++] = kernels();
  for (size_t k = 0; k < count; k++) own[own_count++] = more[k];
  while (environ[inherited]) inherited++;
  char **list = memory_array(inherited + own_count + 1, sizeof *list);
  for (size_t k = 0; k < inherited; k++)
    if (!is_replaced(environ[k], own, own_count)) list[used++] = environ[k];
  memcpy(list + used, own, own_count * sizeof *own);
  free(own);
  return list;
}

bool environment_is_of_workers(void) {
  const char *threads = getenv("OPENBLAS_NUM_THREADS");
  return threads && strcmp(threads, "1") == 0 && !kernels();
}
