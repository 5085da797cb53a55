// Normal numbers from uniform ones.
//
// The single precision logarithm, sine and cosine are those of S. Moshier's Cephes library
// (netlib.org/cephes: logf.c, sinf.c), evaluated with fused multiply-add in one fixed order: the numbers
// depend on the seed alone, not on the processor or the C library, and are those of PyTorch on a processor
// with AVX2, to the last bit.
#include <bit>
#include <cmath>
#include <numbers>

#include <tengen/tensor/cpu/families.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

// log(x) for 0 < x <= 1: x = 2^e * m with m in [sqrt(1/2), sqrt(2)), log(m) by a polynomial in m - 1.
inline float log_unit(float x) {
  const uint32_t word = std::bit_cast<uint32_t>(x);
  const uint32_t mantissa = (word & 0x007fffffu) | 0x3f000000u;  // of [1/2, 1)
  const uint32_t low = 0u - uint32_t(mantissa < std::bit_cast<uint32_t>(0.707106781186547524f));
  const float e = float(int32_t(word >> 23) - 126 - int32_t(low & 1));
  const float m = std::bit_cast<float>(mantissa) - 1 + std::bit_cast<float>(mantissa & low);
  const float z = m * m;
  float y = 7.0376836292e-2f;
  y = std::fma(y, m, -1.1514610310e-1f);
  y = std::fma(y, m, 1.1676998740e-1f);
  y = std::fma(y, m, -1.2420140846e-1f);
  y = std::fma(y, m, 1.4249322787e-1f);
  y = std::fma(y, m, -1.6668057665e-1f);
  y = std::fma(y, m, 2.0000714765e-1f);
  y = std::fma(y, m, -2.4999993993e-1f);
  y = std::fma(y, m, 3.3333331174e-1f);
  y = std::fma(y * m, z, e * -2.12194440e-4f);  // log(2) = 0.693359375 - 2.12194440e-4
  y = std::fma(z, -0.5f, y);
  return std::fma(e, 0.693359375f, m + y);
}

// sine and cosine for x >= 0: x less the nearest multiple of pi/2 in three parts, then polynomials on [-pi/4,
// pi/4].
inline void sine_cosine(float x, float& sine, float& cosine) {
  const int32_t octant = (int32_t(x * 1.27323954473516f) + 1) & ~1;
  const float y = float(octant);
  x = std::fma(y, -0.78515625f, x);
  x = std::fma(y, -2.4187564849853515625e-4f, x);
  x = std::fma(y, -3.77489497744594108e-8f, x);
  const float z = x * x;
  float c = 2.443315711809948e-5f;
  c = std::fma(c, z, -1.388731625493765e-3f);
  c = std::fma(c, z, 4.166664568298827e-2f);
  c = std::fma(c * z, z, -(z * 0.5f)) + 1;
  float s = -1.9515295891e-4f;
  s = std::fma(s, z, 8.3321608736e-3f);
  s = std::fma(s, z, -1.6666654611e-1f);
  s = std::fma(s * z, x, x);
  // Bit 1 swaps the two, bit 2 is the sign; without branches, so that the loop becomes vector code.
  const uint32_t n = uint32_t(octant), swap = 0u - (n >> 1 & 1);
  const uint32_t sine_bits = std::bit_cast<uint32_t>(s), cosine_bits = std::bit_cast<uint32_t>(c);
  const uint32_t changed = (sine_bits ^ cosine_bits) & swap;
  sine = std::bit_cast<float>(sine_bits ^ changed ^ ((n & 4) << 29));
  cosine = std::bit_cast<float>(cosine_bits ^ changed ^ (((n + 2) & 4) << 29));
}

void block(float* data, double mean, double std) {
  const float m = float(mean), s = float(std);
  for (int j = 0; j < 8; ++j) {
    const float radius = std::sqrt(-2 * log_unit(1 - data[j]));
    float sine, cosine;
    sine_cosine(2 * std::numbers::pi_v<float> * data[j + 8], sine, cosine);
    data[j] = std::fma(radius * cosine, s, m);
    data[j + 8] = std::fma(radius * sine, s, m);
  }
}

void block(double* data, double mean, double std) {
  for (int j = 0; j < 8; ++j) {
    const double radius = std::sqrt(-2 * std::log(1 - data[j]));
    const double angle = 2 * std::numbers::pi * data[j + 8];
    data[j] = std::fma(radius * std::cos(angle), std, mean);
    data[j + 8] = std::fma(radius * std::sin(angle), std, mean);
  }
}

void box_muller(Dtype dtype, int64_t blocks, void* data, double mean, double std) {
  visit_floating(dtype, "normal_", [&](auto zero) {
    auto* values = static_cast<decltype(zero)*>(data);
    parallel_ranges(blocks, kGrainSize / 16, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) block(values + 16 * i, mean, std);
    });
  });
}

}  // namespace

void add_random_kernels(Kernels& table) { table.box_muller = box_muller; }

}  // namespace tengen::cpu::TENGEN_ISA
