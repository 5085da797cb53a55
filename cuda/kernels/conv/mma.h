// Products of small matrices by the tensor cores of one warp (PTX ISA, "Warp Level Matrix Multiply-Accumulate
// Instructions": mma.m16n8k8 for tf32, mma.m16n8k16 for f16 and bf16).
//
// sum (16, 8) += a (16, K) * b (K, 8) for 8 words of depth: a word is one tf32 (K = 8) or two 16-bit numbers
// that follow each other along K (K = 16), the first in the lower half. With g = lane / 4 and t = lane % 4 a
// lane holds
//   a[0] (g, t)  a[1] (g+8, t)  a[2] (g, t+4)  a[3] (g+8, t+4)     by (row, word of depth)
//   b[0] (t, g)  b[1] (t+4, g)                                     by (word of depth, column)
//   sum[0] (g, 2t)  sum[1] (g, 2t+1)  sum[2] (g+8, 2t)  sum[3] (g+8, 2t+1)
#pragma once

#include <tengen/cuda/kernels/common/common.h>

namespace tengen::cuda {

/// Names float numbers that are rounded to TF32.
struct Tf32 {};

#if defined(TENGEN_CUDA_EMULATOR)
/// float -> tf32: 10 bits of mantissa, to nearest, ties away from zero.
inline uint32_t round_to_tf32(float x) {
  const uint32_t word = __float_as_uint(x);
  return (word & 0x7f800000u) == 0x7f800000u ? word : (word + 0x1000u) & ~0x1fffu;
}
template <class T>
void mma(float (&sum)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
  struct Fragments {
    uint32_t a[4], b[2];
  };
  __shared__ Fragments of_lane[32][kWarp];
  const int lane = int(threadIdx.x) % kWarp, row = lane / 4, col = lane % 4 * 2;
  Fragments* warp = of_lane[threadIdx.x / kWarp];
  for (int i = 0; i < 4; ++i) warp[lane].a[i] = a[i];
  for (int i = 0; i < 2; ++i) warp[lane].b[i] = b[i];
  __syncwarp();
  const auto product = [](uint32_t x, uint32_t y) {
    if constexpr (std::is_same_v<T, Tf32>) {
      return __uint_as_float(x & ~0x1fffu) * __uint_as_float(y & ~0x1fffu);
    } else {
      const auto half = [](uint32_t word, int which) {
        T number;
        number.bits = uint16_t(word >> (16 * which));
        return widen(number);
      };
      return half(x, 0) * half(y, 0) + half(x, 1) * half(y, 1);
    }
  };
  for (int i = 0; i < 4; ++i)  // sum[i] is at (row + 8 * (i / 2), col + i % 2)
    for (int word = 0; word < 8; ++word)
      sum[i] += product(warp[row * 4 + word % 4].a[word / 4 * 2 + i / 2],
                        warp[(col + i % 2) * 4 + word % 4].b[word / 4]);
  __syncwarp();
}
#elif defined(__CUDACC__)
__device__ inline uint32_t round_to_tf32(float x) {
  uint32_t word;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(word) : "f"(x));
  return word;
}
template <class T>
__device__ void mma(float (&sum)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
  if constexpr (std::is_same_v<T, Tf32>)
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  else if constexpr (std::is_same_v<T, Half>)
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  else
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
#endif

}  // namespace tengen::cuda
