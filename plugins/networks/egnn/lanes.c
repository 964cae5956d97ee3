#include "lanes.h"

#include "layers/clones.h"

LAYERS_BODY along_body(size_t lanes, size_t space, float factor, const float *r,
                       const float *restrict xi, const float *restrict xj, float *restrict out) {
  for (size_t k = 0; k < lanes; k++) out[k] = 0;
  for (size_t c = 0; c < space; c++)
    for (size_t k = 0; k < lanes; k++)
      out[k] += factor * r[c] * (xi[c * lanes + k] - xj[c * lanes + k]);
}

LAYERS_BODY add_body(size_t lanes, float factor, const float *restrict x, float *restrict y) {
  for (size_t k = 0; k < lanes; k++) y[k] += factor * x[k];
}

LAYERS_BODY move_body(size_t lanes, size_t space, float sign, const float *r,
                      const float *restrict dpush, float push, const float *restrict xi,
                      const float *restrict xj, float *restrict move) {
  for (size_t c = 0; c < space; c++)
    for (size_t k = 0; k < lanes; k++)
      move[c * lanes + k] +=
          sign * r[c] * dpush[k] + push * (xi[c * lanes + k] - xj[c * lanes + k]);
}

LAYERS_CLONES(along,
              (size_t lanes, size_t space, float factor, const float *r, const float *xi,
               const float *xj, float *out),
              (lanes, space, factor, r, xi, xj, out))
LAYERS_CLONES(add, (size_t lanes, float factor, const float *x, float *y), (lanes, factor, x, y))
LAYERS_CLONES(move,
              (size_t lanes, size_t space, float sign, const float *r, const float *dpush,
               float push, const float *xi, const float *xj, float *to),
              (lanes, space, sign, r, dpush, push, xi, xj, to))

void lanes_along(size_t lanes, size_t space, float factor, const float *r, const float *xi,
                 const float *xj, float *out) {
  along(lanes, space, factor, r, xi, xj, out);
}

void lanes_add(size_t lanes, float factor, const float *x, float *y) {
  add(lanes, factor, x, y);
}

void lanes_move(size_t lanes, size_t space, float sign, const float *r, const float *dpush,
                float push, const float *xi, const float *xj, float *to) {
  move(lanes, space, sign, r, dpush, push, xi, xj, to);
}
