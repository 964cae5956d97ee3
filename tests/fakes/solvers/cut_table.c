/* Its table ends before an operation that every solver needs. */
#include "hifm/solver.h"

static size_t scratch(const void *self, size_t size) {
  (void)self;
  return size;
}

static const hifm_solver_ops ops = {.scratch = scratch};

const hifm_plugin hifm_plugin_record = {.abi = HIFM_ABI,
                                        .kind = HIFM_SOLVER,
                                        .ops_size = offsetof(hifm_solver_ops, advance),
                                        .instance_size = 1,
                                        .revision = 1,
                                        .name = "cut_table",
                                        .summary = "a table without advance",
                                        .ops = {.solver = &ops}};
