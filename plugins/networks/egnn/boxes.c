#include "boxes.h"

#include <string.h>

/* An axis that needs more than HALVE_AT nodes is halved if it has two cells or more. An axis has at
 * least NODES_MIN nodes. Two halves are joined if they have at most JOINED_MAX nodes together. */
enum { HALVE_AT = 24, NODES_MIN = 4, JOINED_MAX = 16 };

static void add(boxes *all, size_t u, size_t u_cells, size_t nu, size_t nz) {
  all->box[all->count++] = (box){.u = (uint16_t)u,
                                 .u_cells = (uint16_t)u_cells,
                                 .z_cells = BOXES_Z,
                                 .nu = (uint8_t)nu,
                                 .nz = (uint8_t)nz};
}

/* Many z: a training batch, whose boxes adapt from step to step. One z: a likelihood, where each
 * evaluation starts here, with boxes so fine that a second pass is rare. In cells of u: boxes of
 * width[k] up to end[k]. */
void boxes_begin(boxes *all, bool one_z) {
  static const size_t END[] = {32, 64, 128, 256}, MANY_Z[] = {32, 32, 64, 128},
                      ONE_Z[] = {4, 8, 16, 32};
  const size_t *width = one_z ? ONE_Z : MANY_Z;
  all->count = 0;
  for (size_t k = 0, u = 0; k < 4; k++)
    for (; u < END[k]; u += width[k]) add(all, u, width[k], one_z ? 16 : 12, one_z ? 1 : 10);
}

void boxes_index(const boxes *all, unsigned char *index) {
  for (size_t k = 0; k < all->count; k++) {
    const box *b = &all->box[k];
    for (size_t z = b->z; z < (size_t)b->z + b->z_cells; z++)
      memset(index + z * BOXES_U + b->u, (int)k, b->u_cells);
  }
}

/* The nodes that an axis of n nodes should have next: two more where it has not converged, and a
 * quarter more where it is far from it; one less where the series would converge without it. */
static size_t nodes_wanted(size_t n, float tail, float less, float bound) {
  if (tail > bound) return n + 2 + (tail > 16 * bound ? n / 4 : 0);
  return n > NODES_MIN && less < bound / 4 ? n - 1 : n;
}

static uint8_t at_most(size_t n, size_t most) {
  return (uint8_t)(n < most ? n : most);
}

/* Box k becomes its lower half; the upper half is added. A half needs fewer nodes. */
static void halve(boxes *all, size_t k, bool in_u) {
  box *first = &all->box[k], *second = &all->box[all->count++];
  uint8_t *nodes = in_u ? &first->nu : &first->nz;
  *nodes = (uint8_t)(*nodes * 3 / 4);
  if (in_u)
    first->u_cells /= 2;
  else
    first->z_cells /= 2;
  *second = *first;
  if (in_u)
    second->u = (uint16_t)(first->u + first->u_cells);
  else
    second->z = (uint8_t)(first->z + first->z_cells);
}

/* Halves the axis with the larger tail, or else changes the numbers of nodes. Returns whether box k
 * needed more of them. */
static bool adapt(boxes *all, size_t k, const box_tails *tails) {
  box *b = &all->box[k];
  const size_t nu = nodes_wanted(b->nu, tails->u, tails->u_less, tails->bound);
  const size_t nz = b->nz == 1 ? 1 : nodes_wanted(b->nz, tails->z, tails->z_less, tails->bound);
  const bool room = all->count < BOXES_MOST;
  const bool halve_u = nu > HALVE_AT && b->u_cells > 1 && room;
  const bool halve_z = nz > HALVE_AT && b->z_cells > 1 && room;
  const bool more = nu > b->nu || nz > b->nz;
  if (halve_u || halve_z) {
    halve(all, k, halve_u && (!halve_z || tails->u >= tails->z));
  } else {
    b->direct = nu > BOXES_NODES || nz > BOXES_NODES;
    b->nu = at_most(nu, BOXES_NODES);
    b->nz = at_most(nz, BOXES_NODES);
  }
  return more;
}

size_t boxes_adapt(boxes *all, const box_tails *tails) {
  const size_t count = all->count;
  size_t changed = 0;
  for (size_t k = 0; k < count; k++)
    if (tails[k].bound > 0) changed += adapt(all, k, &tails[k]);
  return changed;
}

/* Are a and b the two halves of one box, a the lower one? */
static bool halves_in_u(const box *a, const box *b) {
  return a->z == b->z && a->z_cells == b->z_cells && a->u_cells == b->u_cells &&
         a->u % (2 * a->u_cells) == 0 && b->u == a->u + a->u_cells;
}

static bool halves_in_z(const box *a, const box *b) {
  return a->u == b->u && a->u_cells == b->u_cells && a->z_cells == b->z_cells &&
         a->z % (2 * a->z_cells) == 0 && b->z == a->z + a->z_cells;
}

static uint8_t larger(uint8_t a, uint8_t b) {
  return a > b ? a : b;
}

/* Joins b into a; false when they are not halves of one box, or have too many nodes. */
static bool join(box *a, const box *b) {
  if (halves_in_u(a, b) && a->nu + b->nu <= JOINED_MAX) {
    a->nu = (uint8_t)(a->nu + b->nu);
    a->nz = larger(a->nz, b->nz);
    a->u_cells = (uint16_t)(2 * a->u_cells);
    return true;
  }
  if (halves_in_z(a, b) && a->nz + b->nz <= JOINED_MAX) {
    a->nz = (uint8_t)(a->nz + b->nz);
    a->nu = larger(a->nu, b->nu);
    a->z_cells = (uint8_t)(2 * a->z_cells);
    return true;
  }
  return false;
}

void boxes_join(boxes *all) {
  for (size_t k = 0; k < all->count; k++) all->box[k].direct = 0;
  for (size_t a = 0; a < all->count; a++)
    for (size_t b = 0; b < all->count; b++)
      if (a != b && join(&all->box[a], &all->box[b])) {
        all->box[b] = all->box[--all->count];
        if (a == all->count) break; /* a itself has moved to b's place */
      }
}
