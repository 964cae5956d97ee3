/* Networks: tensors, the basics of the contract, batches against single points. All in float: every
 * bound is stated where it is used. */
#include "host/check_network.h"

#include "base/text.h"
#include "host/network.h"

#include <string.h>

float *check_floats(check *c, size_t count) {
  return check_guarded(c, count * sizeof(float));
}

/* `scale` times standard normals. */
static void fill(float *out, size_t n, uint32_t draw, double scale, check *c) {
  double *normals = arena_get(c->memory, n * sizeof *normals);
  check_normals(draw, n, normals);
  for (size_t i = 0; i < n; i++) out[i] = (float)(scale * normals[i]);
}

hifm_batch check_batch(const check_subject *s) {
  return (hifm_batch){.n = CHECK_POINTS, .nz = CHECK_POINTS, .x = s->x, .z = s->z};
}

static double largest(const float *x, size_t n) {
  double top = 0;
  for (size_t i = 0; i < n; i++) {
    if (!isfinite(x[i])) return NAN;
    top = fmax(top, fabs((double)x[i]));
  }
  return top;
}

double check_difference(const float *x, const float *y, size_t n) {
  double size = largest(x, n) + 0 * largest(y, n), most = 0;
  for (size_t i = 0; i < n; i++) most = fmax(most, fabs((double)x[i] - (double)y[i]));
  return most / fmax(size, DBL_MIN) + 0 * size;
}

void check_forward(const check_subject *s, const hifm_batch *batch, float *v) {
  s->ops->forward(s->self, &s->task, s->w, batch, v, s->work);
}

/* ---- tensors ---- */

static const char *wrong_tensor(const hifm_tensor *tensors, size_t i) {
  const hifm_tensor *t = &tensors[i];
  if (!t->name[0] || !memchr(t->name, 0, sizeof t->name)) return "has no name";
  for (size_t j = 0; j < i; j++)
    if (strcmp(tensors[j].name, t->name) == 0) return "has the name of another";
  if (t->rows == 0 || t->columns == 0 || t->rows > (1u << 28) / t->columns) return "has no size";
  if (t->init > HIFM_INIT_XAVIER) return "has an unknown initialiser";
  return isfinite(t->gain) ? NULL : "has an infinite gain";
}

/* The first call has room for one tensor only: it must still count them all. */
static bool tensors_sound(check_subject *s) {
  const size_t one = sizeof(hifm_tensor);
  hifm_tensor *narrow = check_guarded(s->c, one);
  s->count = s->ops->tensors(s->self, &s->task, narrow, 1);
  bool some = s->count > 0 && s->count <= NETWORK_TENSORS_MAX && check_intact(narrow, one);
  s->tensors = check_guarded(s->c, (s->count + 1) * one);
  const char *wrong = some ? NULL : "are none, too many, or written past the room given";
  size_t at = 0;
  if (some && s->ops->tensors(s->self, &s->task, s->tensors, s->count) != s->count)
    wrong = "are counted differently a second time";
  for (; !wrong && at < s->count; at++) {
    wrong = wrong_tensor(s->tensors, at);
    s->weights += s->tensors[at].rows * s->tensors[at].columns;
  }
  if (wrong)
    check_verdict(s->c, "tensors are sound", false, "tensors (%zu, at %zu) %s", s->count, at,
                  wrong);
  else
    check_verdict(s->c, "tensors are sound", true, "%zu tensor%s, %zu weight%s", s->count,
                  text_plural(s->count), s->weights, text_plural(s->weights));
  return !wrong;
}

static void chunk_sound(check_subject *s) {
  bool sound = true;
  for (size_t n = 1; n < 5000; n = 3 * n + 1) {
    size_t chunk = s->ops->chunk(s->self, &s->task, n);
    sound = sound && chunk >= 1 && chunk <= n;
  }
  check_verdict(s->c, "chunk is between 1 and n", sound, "n up to 5000");
}

/* Weights of order one in every layer, so that no error is hidden by small initial ones. */
static void prepare(check_subject *s) {
  check *c = s->c;
  double *point = arena_get(c->memory, s->d * sizeof *point);
  s->w = check_floats(c, s->weights);
  s->x = check_floats(c, CHECK_POINTS * s->d);
  s->z = check_floats(c, CHECK_POINTS);
  s->v = check_floats(c, CHECK_POINTS * s->outputs);
  s->weight_of_v = check_floats(c, CHECK_POINTS * s->outputs);
  s->work_bytes = s->ops->work(s->self, &s->task, CHECK_POINTS);
  s->work = check_guarded(c, s->work_bytes);
  float *w = s->w;
  for (size_t t = 0; t < s->count; t++) {
    size_t rows = s->tensors[t].rows, size = rows * s->tensors[t].columns;
    fill(w, size, (uint32_t)(100 + t), rows > 1 ? 1 / sqrt((double)rows) : 0.1, c);
    w += size;
  }
  for (uint32_t i = 0; i < CHECK_POINTS; i++) {
    check_point(s->domain, i, point);
    for (size_t k = 0; k < s->d; k++) s->x[i * s->d + k] = (float)point[k];
    s->z[i] = ((float)i + 0.5f) / CHECK_POINTS;
  }
  fill(s->weight_of_v, CHECK_POINTS * s->outputs, 50, 1, c);
}

/* ---- forward ---- */

static void basics(check_subject *s, const float *v) {
  const size_t xs = CHECK_POINTS * s->d * sizeof *v, ws = s->weights * sizeof *v;
  const size_t vs = CHECK_POINTS * s->outputs * sizeof *v;
  const hifm_batch batch = check_batch(s);
  float *w = check_floats(s->c, s->weights), *x = check_floats(s->c, CHECK_POINTS * s->d),
        *z = check_floats(s->c, CHECK_POINTS);
  float *again = check_floats(s->c, CHECK_POINTS * s->outputs),
        *dw = check_floats(s->c, s->weights);
  float *dx = check_floats(s->c, CHECK_POINTS * s->d);
  memcpy(w, s->w, ws);
  memcpy(x, s->x, xs);
  memcpy(z, s->z, CHECK_POINTS * sizeof *z);
  void *fresh = check_guarded(s->c, s->work_bytes);
  s->ops->forward(s->self, &s->task, s->w, &batch, again, fresh);
  s->ops->backward(s->self, &s->task, s->w, &batch, s->weight_of_v, dw, dx, fresh);
  check_same(s->c, "the same batch gives the same bytes", v, again, vs);
  bool same = memcmp(w, s->w, ws) == 0 && memcmp(x, s->x, xs) == 0 &&
              memcmp(z, s->z, CHECK_POINTS * sizeof *z) == 0;
  check_verdict(s->c, "inputs stay untouched", same, "w, x and z");
  bool intact = check_intact(again, vs) && check_intact(dw, ws) && check_intact(dx, xs) &&
                check_intact(fresh, s->work_bytes) && check_intact(s->w, ws) &&
                check_intact(s->x, xs);
  check_verdict(s->c, "buffers are not overrun", intact, "guard bytes around every array");
}

/* One point at a time in the same work block. Matrix products sum in another order: 2e-5. */
static void singles(check_subject *s, const float *v) {
  float *single = check_floats(s->c, CHECK_POINTS * s->outputs);
  for (size_t i = 0; i < CHECK_POINTS; i++) {
    hifm_batch one = {.n = 1, .nz = 1, .x = s->x + i * s->d, .z = s->z + i};
    check_forward(s, &one, single + i * s->outputs);
  }
  check_within(s->c, "a batch gives what single points give",
               check_difference(v, single, CHECK_POINTS * s->outputs), 2e-5);
}

typedef struct results {
  float *v, *dw, *dx; /* [CHECK_POINTS, outputs], [weights], [CHECK_POINTS, d] */
} results;

/* Forward and backward of the points at these z. */
static results both_passes(const check_subject *s, size_t nz, const float *z) {
  const hifm_batch batch = {.n = CHECK_POINTS, .nz = nz, .x = s->x, .z = z};
  const results r = {.v = check_floats(s->c, CHECK_POINTS * s->outputs),
                     .dw = check_floats(s->c, s->weights),
                     .dx = check_floats(s->c, CHECK_POINTS * s->d)};
  check_forward(s, &batch, r.v);
  s->ops->backward(s->self, &s->task, s->w, &batch, s->weight_of_v, r.dw, r.dx, s->work);
  return r;
}

/* One z for all points, alone in its array, against an equal z for each. Matrix products sum in
 * another order: 2e-5; gradients sum more numbers: 1e-4. */
static void shared_z(check_subject *s) {
  float each[CHECK_POINTS], *shared = check_floats(s->c, 1);
  for (size_t i = 0; i < CHECK_POINTS; i++) each[i] = 0.375f;
  *shared = each[0];
  const results many = both_passes(s, CHECK_POINTS, each), one = both_passes(s, 1, shared);
  check_within(s->c, "one z for all gives the v of equal ones",
               check_difference(many.v, one.v, CHECK_POINTS * s->outputs), 2e-5);
  check_within(s->c, "one z for all gives the gradients of equal ones",
               fmax(check_difference(many.dw, one.dw, s->weights),
                    check_difference(many.dx, one.dx, CHECK_POINTS * s->d)),
               1e-4);
}

typedef struct passes {
  const check_subject *s;
  hifm_batch batch;
  float *out, *dw, *dx, *v; /* all in one array */
  size_t bytes;
  void *work;
} passes;

static void pass(void *context) {
  passes *p = context;
  const check_subject *s = p->s;
  memset(p->out, 0, p->bytes);
  memset(p->work, 0, s->work_bytes); /* it may keep a state from batch to batch */
  s->ops->forward(s->self, &s->task, s->w, &p->batch, p->v, p->work);
  s->ops->backward(s->self, &s->task, s->w, &p->batch, s->weight_of_v, p->dw, p->dx, p->work);
}

/* Floats up to the next multiple of 64 bytes. */
static size_t aligned(size_t count) {
  return (count + 15) / 16 * 16;
}

/* Of the points, one leaves out the last, the other the first. */
static void thread_safety(const check_subject *s) {
  passes both[2];
  check_call calls[2];
  const size_t weights = aligned(s->weights), xs = aligned(CHECK_POINTS * s->d);
  const size_t count = weights + xs + CHECK_POINTS * s->outputs;
  for (size_t k = 0; k < 2; k++) {
    float *out = check_floats(s->c, count);
    both[k] = (passes){.s = s,
                       .batch = {.n = CHECK_POINTS - 1,
                                 .nz = CHECK_POINTS - 1,
                                 .x = s->x + k * s->d,
                                 .z = s->z + k},
                       .out = out,
                       .dw = out,
                       .dx = out + weights,
                       .v = out + weights + xs,
                       .bytes = count * sizeof *out,
                       .work = check_guarded(s->c, s->work_bytes)};
    calls[k] = (check_call){pass, &both[k], out, count * sizeof *out};
  }
  check_two_threads(s->c, calls);
}

/* Centred points stay centred: the sum of v_y over particles is zero to rounding. */
static void centred(check_subject *s, const float *v) {
  const size_t space = s->domain->space;
  double worst = 0;
  for (size_t i = 0; i < CHECK_POINTS; i++)
    for (size_t k = 0; k < space; k++) {
      double sum = 0;
      for (size_t j = k; j < s->d; j += space) sum += (double)v[i * s->outputs + j];
      worst = fmax(worst, fabs(sum));
    }
  check_within(s->c, "v keeps the centre of mass", worst / largest(v, CHECK_POINTS * s->outputs),
               1e-5);
}

static bool accepted(check *c, const check_subject *s) {
  hifm_error why = {.message = "it does not say why"};
  if (!s->ops->accepts || s->ops->accepts(s->self, &s->task, &why) == HIFM_OK) return true;
  check_verdict(c, "defaults are accepted", false, "%s: %s",
                s->task.vz ? "has_vz is declared, but v_z is refused" : "v without v_z is refused",
                why.message);
  return false;
}

static void check_task(check *c, const hifm_bound *bound, const hifm_task *task) {
  check_subject s = {.c = c,
                     .ops = bound->plugin->ops.network,
                     .domain = task->domain,
                     .task = *task,
                     .self = bound->self,
                     .d = task->domain->d,
                     .outputs = task->domain->d + (size_t)task->vz};
  if (!accepted(c, &s) || !tensors_sound(&s)) return;
  chunk_sound(&s);
  prepare(&s);
  const hifm_batch batch = check_batch(&s);
  const size_t n = CHECK_POINTS * s.outputs;
  float *v = check_floats(c, n);
  check_forward(&s, &batch, v);
  double size = largest(v, n);
  check_verdict(c, "v is finite and not zero", size > 0, "largest |v| %.3g", size);
  basics(&s, v);
  singles(&s, v);
  shared_z(&s);
  if (s.domain->centred) centred(&s, v);
  thread_safety(&s);
  check_network_slopes(&s);
}

/* Once more with v_z, for networks that answer it. */
void check_network(check *c, const hifm_bound *bound, const hifm_domain *domain) {
  const char *where = c->where;
  check_task(c, bound, &(hifm_task){domain, false});
  if (!bound->plugin->ops.network->has_vz) return;
  c->where = arena_format(c->memory, "%s, with v_z", where);
  check_task(c, bound, &(hifm_task){domain, true});
  c->where = where;
}
