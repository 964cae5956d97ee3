/* A partition of the plane of (u, z), u = log(1 + d2), into boxes, each with as many Chebyshev
 * nodes as s needs there.
 *
 * Near z = 1 a trained network changes with u over far shorter distances than elsewhere. A box that
 * does not converge with few nodes is halved, so that nodes are spent only where they are needed. A
 * box is a rectangle of cells; what is outside of the cells belongs to no box. */
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
  uint16_t direct; /* no series was found: its pairs are evaluated one by one */
} box;

typedef struct boxes {
  uint32_t count;
  box box[BOXES_MOST];
} boxes;

/* How well the series of a box has converged. A bound of 0: the box had no series. */
typedef struct box_tails {
  float bound;          /* what the tails may be */
  float u, z;           /* the largest coefficient of the last two orders of each axis */
  float u_less, z_less; /* the same with one node less: of the two orders before the last */
} box_tails;

/* The partition at the start; one_z: all pairs have one z. */
void boxes_begin(boxes *all, bool one_z);

/* index [BOXES_Z, BOXES_U]: the box of each cell. */
void boxes_index(const boxes *all, unsigned char *index);

/* The index of the cell of (u, z); BOXES_U * BOXES_Z for no cell, as of a NaN. */
static inline size_t boxes_cell(float u, float z) {
  if (!(u >= 0 && u < BOXES_U / 32.0f && z >= 0 && z <= 1)) return (size_t)BOXES_U * BOXES_Z;
  const size_t cell = (size_t)(z * BOXES_Z);
  return (cell < BOXES_Z ? cell : BOXES_Z - 1) * BOXES_U + (size_t)(u * 32);
}

/* Boxes whose tails exceed their bound get more nodes, or are halved; boxes that need fewer nodes
 * get fewer. New boxes come at the end. Returns how many boxes needed more nodes. */
size_t boxes_adapt(boxes *all, const box_tails *tails);

/* Joins halves that need few nodes, and lets boxes without a series try again. */
void boxes_join(boxes *all);

#endif
