/* s(d2, z) as a Chebyshev series on a box of (log(1 + d2), z).
 *
 * The MLPs are evaluated at nu x nz nodes in place of every pair; each axis has as many nodes as
 * its last coefficients ask for. The box is that of the pairs at hand, so nothing is ever outside
 * it. Where the series does not converge within the limits the caller evaluates directly. */
#ifndef EGNN_SPECTRAL_H
#define EGNN_SPECTRAL_H

#include "layers/chebyshev.h"
#include "scalar.h"

/* Nodes of one series; tiles that all series of a batch share. */
enum { SPECTRAL_NODES_MOST = 4096, SPECTRAL_TILES = 40 };

/* Where the nodes of a fit lie; a backward pass needs it again. */
typedef struct spectral_grid {
  size_t nu, nz;
  float u_low, u_scale, z_low, z_scale; /* t = (x - low) scale - 1 */
} spectral_grid;

typedef struct spectral {
  spectral_grid at;
  float *d2, *z, *s, *ds;     /* nodes [nz, nu], nu fastest */
  float *c, *c_slope, *spare; /* coefficients [nz, nu] of s and of ds/dd2; spare */
  float *by_u, *by_z;         /* matrices of values to coefficients */
  float *tapes;               /* one per tile of nodes; `room` of them */
  size_t room;
} spectral;

/* Floats of memory for the arrays (the tapes are the caller's); spectral_open points into it. */
size_t spectral_floats(void);
void spectral_open(spectral *f, float *memory);

/* Sets the box. */
void spectral_box(spectral *f, float d2_low, float d2_high, float z_low, float z_high);

/* Fits s on the box beginning with nu x nz nodes (nz = 1: one z), more where an axis needs them.
 * False where the limits do not suffice. f->at holds the sizes used; *shrink_u, *shrink_z say that
 * fewer would do. */
bool spectral_fit(spectral *f, const scalar *s, size_t nu, size_t nz, bool *shrink_u,
                  bool *shrink_z);
/* After a fit, of the derivative ds/dd2 at the same nodes: exact tangents, interpolated. */
void spectral_fit_slope(spectral *f, const scalar *s);

/* Tiles that the last fit took of the room. */
size_t spectral_tiles(const spectral *f);

/* t of d2 values and of a z. */
void spectral_map(const spectral *f, size_t count, const float *d2, float *t);
float spectral_map_z(const spectral *f, float z);

/* From dc [nz, nu], the gradient by the coefficients c, to dw. */
void spectral_backward(spectral *f, scalar *s, const float *dc, float *dw);

#endif
