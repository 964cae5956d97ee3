/* A partition of the plane of (u, z), u = log(1 + d2), into boxes, each with as many Chebyshev
 * nodes as s needs there.
 *
 * Near z = 1 a trained network has features of u that are far narrower than elsewhere: a box that
 * does not converge with few nodes is halved, so that only the places that need nodes pay for them.
 * A box is a rectangle of cells; what lies outside the cells belongs to no box. */
#ifndef EGNN_BOXES_H
#define EGNN_BOXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Cells: BOXES_U of width 1/32 in u from 0, BOXES_Z over z in [0, 1]. */
enum { BOXES_U = 256, BOXES_Z = 32, BOXES_MOST = 200, BOXES_NONE = 255, BOXES_NODES = 32 };

typedef struct box {
  uint16_t u, u_cells; /* cells [u, u + u_cells) */
  uint8_t z, z_cells;
  uint8_t nu, nz;  /* nodes, at most BOXES_NODES */
  uint16_t direct; /* its pairs are evaluated one by one: no series was found */
} box;

typedef struct boxes {
  uint32_t count;
  box box[BOXES_MOST];
} boxes;

/* How well the series of a box with nodes converged: the largest of the last two coefficients of
 * each axis, and of the two before the last one. A bound of 0: the box had no series. */
typedef struct box_tails {
  float bound, u, z, u_less, z_less;
} box_tails;

/* The partition to begin with; one_z: all pairs at one z, nz = 1. */
void boxes_begin(boxes *all, bool one_z);

/* index [BOXES_Z, BOXES_U]: the box of each cell. */
void boxes_index(const boxes *all, unsigned char *index);

/* Where in the index (u, z) lies; BOXES_U * BOXES_Z when in no cell. */
static inline size_t boxes_cell(float u, float z) {
  if (!(u >= 0 && u < BOXES_U / 32.0f && z >= 0 && z <= 1)) return (size_t)BOXES_U * BOXES_Z;
  const size_t cell = (size_t)(z * BOXES_Z);
  return (cell < BOXES_Z ? cell : BOXES_Z - 1) * BOXES_U + (size_t)(u * 32);
}

/* More nodes, or two halves, for each of the boxes whose tails exceed their bound; fewer where they
 * would do. New boxes come at the end. Returns how many were changed for want of nodes. */
size_t boxes_adapt(boxes *all, const box_tails *tails);

/* Joins halves that need few nodes, and lets boxes that were given up try again. */
void boxes_join(boxes *all);

#endif
