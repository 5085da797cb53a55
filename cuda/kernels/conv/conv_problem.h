// A convolution and its two gradients as one matrix product whose operands are gathered (implicit GEMM).
//
// For each group: result (m, n) = sum over k of a (m, k) * b (k, n), where a is read in place, b are pixels
// of planes and those outside of their plane count as 0:
//   output         m: out channel  n: (image, y, x) of the output  k: (in channel, tap y, tap x)
//   input gradient m: in channel   n: (image, y, x) of the input   k: (out channel, tap y, tap x)
//   weight gradient m: out channel n: (in channel, tap y, tap x)   k: (image, y, x) of the output
// With a stride s the input gradient falls into s*s such products: the pixels of one phase (position modulo
// the stride) see the same subset of taps, at steps of one pixel.
#pragma once

#include <tengen/cuda/kernels/common/divide.h>
#include <tengen/tensor/kernels.h>

namespace tengen::cuda {

/// Pixel coordinates that no other coordinate brings back into a plane.
constexpr int kOutside = -(1 << 30);

/// What an index k or n stands for: three digits (first, second, third) that say where in b it points, as an
/// offset and as coordinates in the plane, and an offset into the other tensor: a for k, the result for n.
/// Offsets and coordinates of k and n add up.
struct Axis {
  struct Point {
    int other, offset, y, x;
  };
  int size = 0;
  Divisor second, third;        // how many of these digits there are
  int plane = 0, pitch = 0;     // elements of b per first digit, per row of a plane
  int step_y = 0, begin_y = 0;  // y = second * step_y + begin_y
  int step_x = 0, begin_x = 0;  // x = third * step_x + begin_x
  int other[4] = {};            // of the digits; and a constant

  TENGEN_HD Point point(int index) const {
    int first = index;
    const int digit_x = third.split(first), digit_y = second.split(first);
    const int y = digit_y * step_y + begin_y, x = digit_x * step_x + begin_x;
    return {first * other[0] + digit_y * other[1] + digit_x * other[2] + other[3],
            first * plane + y * pitch + x, y, x};
  }
  TENGEN_HD int other_offset(int index) const {
    int first = index;
    const int digit_x = third.split(first), digit_y = second.split(first);
    return first * other[0] + digit_y * other[1] + digit_x * other[2] + other[3];
  }
};

struct ConvProblem {
  int m = 0, groups = 1;
  Axis n, k;
  int height = 0, width = 0;   // of the planes of b
  int a_row = 0, out_row = 0;  // elements from one m to the next
  int64_t a_group = 0, b_group = 0, out_group = 0;
  bool dense_rows =
      false;  // four consecutive n that begin at a multiple of four lie side by side in the result
};

/// `images` images, beginning with those that the pointers stand for.
ConvProblem output_problem(const Conv2dShape& shape, int64_t images);
ConvProblem weight_grad_problem(const Conv2dShape& shape, int64_t images);
/// The input pixels (phase_y + i * stride_h, phase_x + j * stride_w); n.size is 0 where there are none.
ConvProblem input_grad_problem(const Conv2dShape& shape, int64_t images, int64_t phase_y, int64_t phase_x);

}  // namespace tengen::cuda
