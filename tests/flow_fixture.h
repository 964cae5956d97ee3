/* Flows from lists of stages, shaped by given eigenvalues: for test_flow*.c. */
#ifndef TESTS_FLOW_FIXTURE_H
#define TESTS_FLOW_FIXTURE_H

#include "base/json.h"
#include "fixture.h"
#include "host/flow.h"

#include <math.h>

static const hifm_domain domain = {.d = 6, .particles = 2, .space = 3, .centred = true};

enum { MODES = 6 };

typedef struct record {
  double alpha[MODES], beta[MODES];
  bool null[MODES], visible[MODES];
  hifm_spectrum spectrum;
} record;

#define REFUSE                                                                                     \
  "{\"\":\"hessian\",\"energy\":{\"\":\"formation\"},\"kappa\":1,\"negative\":\"refuse\","         \
  "\"tol\":1e-6}"

static status_code open_flow(flow *f, arena *a, const char *stages, failure *err) {
  const value *list;
  assert_int_equal(json_parse(a, stages, strlen(stages), "stages", &list, err), STATUS_OK);
  return flow_open(f, a, list, &domain, err);
}

static void shape(flow *f, arena *a, const char *stages, const double *eigenvalues, double norm,
                  record *r) {
  failure err = {0};
  if (open_flow(f, a, stages, &err) != STATUS_OK) fail_msg("%s: %s", stages, err.message);
  r->spectrum =
      (hifm_spectrum){.alpha = r->alpha, .beta = r->beta, .null = r->null, .visible = r->visible};
  const double y1[6] = {norm};
  const hifm_point point = {.domain = &domain, .y1 = y1, .norm = norm};
  if (flow_shape(f, &point, f->hessian ? eigenvalues : NULL, &r->spectrum, &err) != STATUS_OK)
    fail_msg("%s: %s", stages, err.message);
}

#endif
