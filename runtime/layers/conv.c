#include "layers/conv.h"

#include <string.h>

static size_t line(map m) {
  return (m.width + 2) * m.channels;
}

static size_t inside(map m) {
  return line(m) + m.channels;
}

size_t layers_lanes(size_t channels) {
  return (channels + LAYERS_LANES - 1) / LAYERS_LANES * LAYERS_LANES;
}

size_t layers_map_size(map m) {
  return layers_lanes((m.height + 2) * line(m));
}

void layers_frame(map m, const float *image, float *x) {
  const size_t row = m.width * m.channels;
  memset(x, 0, layers_map_size(m) * sizeof *x);
  for (size_t i = 0; i < m.height; i++)
    memcpy(x + inside(m) + i * line(m), image + i * row, row * sizeof *x);
}

void layers_unframe(map m, size_t channels, const float *x, float *image) {
  for (size_t i = 0; i < m.height; i++)
    for (size_t j = 0; j < m.width; j++, image += channels)
      memcpy(image, x + inside(m) + i * line(m) + j * m.channels, channels * sizeof *x);
}

void layers_shift(map m, const float *vector, float *y) {
  for (size_t i = 0; i < m.height; i++)
    for (size_t j = 0; j < m.width; j++) {
      float *at = y + inside(m) + i * line(m) + j * m.channels;
      for (size_t c = 0; c < m.channels; c++) at[c] += vector[c];
    }
}

void layers_sum(map m, const float *x, float *vector) {
  for (size_t i = 0; i < m.height; i++)
    for (size_t j = 0; j < m.width; j++) {
      const float *at = x + inside(m) + i * line(m) + j * m.channels;
      for (size_t c = 0; c < m.channels; c++) vector[c] += at[c];
    }
}

/* The three pixels that a row of the kernel sees are side by side: 3 in.channels numbers. */
void layers_conv(map in, size_t out, const float *x, const float *w, float *y) {
  const map to = {in.height, in.width, out};
  layers_strided_gemm(&(strided_gemm){.lines = in.height,
                                      .rows = in.width,
                                      .columns = out,
                                      .groups = 3,
                                      .depth = 3 * in.channels,
                                      .a = x,
                                      .a_line = line(in),
                                      .a_row = in.channels,
                                      .a_group = line(in),
                                      .a_depth = 1,
                                      .b = w,
                                      .b_group = 3 * in.channels * out,
                                      .b_depth = out,
                                      .c = y + inside(to),
                                      .c_line = line(to),
                                      .c_row = out});
}

void layers_conv_weights(map in, size_t out, const float *x, const float *dy, float *dw) {
  const map to = {in.height, in.width, out};
  layers_strided_gemm(&(strided_gemm){.lines = 3,
                                      .rows = 3 * in.channels,
                                      .columns = out,
                                      .groups = in.height,
                                      .depth = in.width,
                                      .a = x,
                                      .a_line = line(in),
                                      .a_row = 1,
                                      .a_group = line(in),
                                      .a_depth = in.channels,
                                      .b = dy + inside(to),
                                      .b_group = line(to),
                                      .b_depth = out,
                                      .c = dw,
                                      .c_line = 3 * in.channels * out,
                                      .c_row = out});
}

/* to [out, stride] = transpose of from [in, out]; columns behind `in` are zero. */
static void transpose(size_t in, size_t out, size_t stride, const float *from, float *to) {
  for (size_t o = 0; o < out; o++) {
    for (size_t i = 0; i < in; i++) to[o * stride + i] = from[i * out + o];
    for (size_t i = in; i < stride; i++) to[o * stride + i] = 0;
  }
}

void layers_conv_turn(size_t in, size_t out, const float *w, float *turned) {
  const size_t stride = layers_lanes(in);
  for (size_t tap = 0; tap < 9; tap++)
    transpose(in, out, stride, w + tap * in * out, turned + (8 - tap) * out * stride);
}

/* Input pixel (i, j) makes the output pixels (2i + a, 2j + b), each by another kernel. */
void layers_up(map in, size_t out, const float *x, const float *w, float *y) {
  const map to = {2 * in.height, 2 * in.width, out};
  for (size_t a = 0; a < 2; a++)
    for (size_t b = 0; b < 2; b++)
      layers_strided_gemm(&(strided_gemm){.lines = in.height,
                                          .rows = in.width,
                                          .columns = out,
                                          .groups = 1,
                                          .depth = in.channels,
                                          .a = x + inside(in),
                                          .a_line = line(in),
                                          .a_row = in.channels,
                                          .a_depth = 1,
                                          .b = w + (2 * a + b) * in.channels * out,
                                          .b_depth = out,
                                          .c = y + inside(to) + a * line(to) + b * out,
                                          .c_line = 2 * line(to),
                                          .c_row = 2 * out});
}

void layers_up_weights(map in, size_t out, const float *x, const float *dy, float *dw) {
  const map to = {2 * in.height, 2 * in.width, out};
  for (size_t a = 0; a < 2; a++)
    for (size_t b = 0; b < 2; b++)
      layers_strided_gemm(&(strided_gemm){.lines = 1,
                                          .rows = in.channels,
                                          .columns = out,
                                          .groups = in.height,
                                          .depth = in.width,
                                          .a = x + inside(in),
                                          .a_row = 1,
                                          .a_group = line(in),
                                          .a_depth = in.channels,
                                          .b = dy + inside(to) + a * line(to) + b * out,
                                          .b_group = 2 * line(to),
                                          .b_depth = 2 * out,
                                          .c = dw + (2 * a + b) * in.channels * out,
                                          .c_row = out});
}

void layers_up_turn(size_t in, size_t out, const float *w, float *turned) {
  for (size_t tap = 0; tap < 4; tap++)
    transpose(in, out, in, w + tap * in * out, turned + tap * in * out);
}

/* The two pixels that a row of the kernel made are side by side: 2 out numbers. */
void layers_up_back(map in, size_t out, const float *dy, const float *turned, float *dx) {
  const map to = {2 * in.height, 2 * in.width, out};
  layers_strided_gemm(&(strided_gemm){.lines = in.height,
                                      .rows = in.width,
                                      .columns = in.channels,
                                      .groups = 2,
                                      .depth = 2 * out,
                                      .a = dy + inside(to),
                                      .a_line = 2 * line(to),
                                      .a_row = 2 * out,
                                      .a_group = line(to),
                                      .a_depth = 1,
                                      .b = turned,
                                      .b_group = 2 * out * in.channels,
                                      .b_depth = in.channels,
                                      .c = dx + inside(in),
                                      .c_line = line(in),
                                      .c_row = in.channels});
}

void layers_pool(map in, const float *x, float *y) {
  const map to = {in.height / 2, in.width / 2, in.channels};
  memset(y, 0, layers_map_size(to) * sizeof *y);
  for (size_t i = 0; i < to.height; i++)
    for (size_t j = 0; j < to.width; j++) {
      const float *above = x + inside(in) + 2 * i * line(in) + 2 * j * in.channels;
      const float *below = above + line(in);
      float *at = y + inside(to) + i * line(to) + j * in.channels;
      for (size_t c = 0; c < in.channels; c++)
        at[c] = 0.25f * (above[c] + above[c + in.channels] + below[c] + below[c + in.channels]);
    }
}

void layers_pool_back(map in, const float *dy, float *dx) {
  const map to = {in.height / 2, in.width / 2, in.channels};
  for (size_t i = 0; i < in.height; i++)
    for (size_t j = 0; j < in.width; j++) {
      const float *from = dy + inside(to) + i / 2 * line(to) + j / 2 * in.channels;
      float *at = dx + inside(in) + i * line(in) + j * in.channels;
      for (size_t c = 0; c < in.channels; c++) at[c] += 0.25f * from[c];
    }
}
