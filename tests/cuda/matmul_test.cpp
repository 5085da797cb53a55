// The matrix product on the device against the CPU's: every layout that views have, batches, types, TF32.
#include <array>

#include <tengen/tensor/context.h>
#include <tengen/tests/cuda/device_data.h>

using namespace tengen;
using namespace device_data;

namespace {

enum class Placement { kRows, kColumns, kSpread, kRepeatedRow, kOverlapping, kCount };

/// Strides of a (rows, cols) matrix; returns the elements it covers.
int64_t lay_out(Placement layout, int64_t rows, int64_t cols, int64_t& row, int64_t& col) {
  switch (layout) {
    case Placement::kRows:
      row = cols + 1, col = 1;
      break;
    case Placement::kColumns:
      row = 1, col = rows + 2;
      break;
    case Placement::kSpread:
      row = 2 * cols + 3, col = 2;
      break;
    case Placement::kRepeatedRow:
      row = 0, col = 1;
      break;
    default:
      row = 1, col = 1;
  }
  return rows * row + cols * col + 1;
}

template <class T>
constexpr double kTolerance = std::is_same_v<T, double>  ? 1e-14
                              : std::is_same_v<T, float> ? 1e-5
                                                         : 1e-2;

/// a, b, out point `offset` elements into their arrays.
template <class T>
void check(const MatmulShape& s, int64_t a_size, int64_t b_size, int64_t out_size, std::mt19937& random,
           int64_t offset = 0, double tolerance = kTolerance<T>) {
  INFO("batch " << s.batch << " m " << s.m << " n " << s.n << " k " << s.k << " a " << s.a_batch << " "
                << s.a_row << " " << s.a_col << " b " << s.b_batch << " " << s.b_row << " " << s.b_col
                << " out " << s.out_batch << " " << s.out_row << " " << s.out_col << " of " << sizeof(T)
                << " bytes at " << offset);
  const Values a = random_values<T>(a_size, random), b = random_values<T>(b_size, random);
  Values expected(static_cast<size_t>(out_size), 100);  // what lies between the elements must not change
  kernels(kCPU).matmul(kDouble, s, a.data(), b.data(), expected.data());
  const Array<T> device_a(a, offset), device_b(b, offset),
      device_out(Values(static_cast<size_t>(out_size), 100), offset);
  kernels(kCUDA).matmul(dtype_of<T>, s, device_a.data(), device_b.data(), device_out.data());
  const Values found = device_out.values();
  CHECK(error(found, expected, tolerance * (1 + std::sqrt(double(s.k))), tolerance) < 1);
}

template <class T>
void check(int64_t batch, int64_t m, int64_t n, int64_t k, std::array<Placement, 3> layouts, bool repeat_a,
           bool repeat_b, std::mt19937& random, int64_t offset = 0, double tolerance = kTolerance<T>) {
  MatmulShape s{};
  s.batch = batch, s.m = m, s.n = n, s.k = k;
  s.a_batch = lay_out(layouts[0], m, k, s.a_row, s.a_col);
  s.b_batch = lay_out(layouts[1], k, n, s.b_row, s.b_col);
  s.out_batch = lay_out(layouts[2], m, n, s.out_row, s.out_col);
  const int64_t a_size = batch * s.a_batch + 1, b_size = batch * s.b_batch + 1,
                out_size = batch * s.out_batch + 1;
  if (repeat_a) s.a_batch = 0;
  if (repeat_b) s.b_batch = 0;
  check<T>(s, a_size, b_size, out_size, random, offset, tolerance);
}

constexpr std::array kByRows{Placement::kRows, Placement::kRows, Placement::kRows};

}  // namespace

TEST_CASE("matmul on a device: every layout, random sizes") {
  if (no_device()) return;
  std::mt19937 random(1);
  const auto pick = [&](int64_t high) { return std::uniform_int_distribution<int64_t>(0, high)(random); };
  for (int i = 0; i < 300; ++i) {
    const int64_t high = i % 4 ? 12 : 60, k = i % 10 ? pick(high) : pick(400);
    const auto layout = [&](int64_t last) { return Placement(pick(last)); };
    const std::array layouts{layout(4), layout(4), layout(2)};
    const int64_t batch = pick(3), m = pick(high), n = pick(high), offset = pick(3);
    switch (i % 4) {
      case 0:
        check<float>(batch, m, n, k, layouts, i % 5 == 0, i % 3 == 0, random, offset);
        break;
      case 1:
        check<double>(batch, m, n, k, layouts, i % 5 == 0, i % 3 == 0, random, offset);
        break;
      case 2:
        check<Half>(batch, m, n, k, layouts, i % 5 == 0, i % 3 == 0, random, offset);
        break;
      case 3:
        check<BFloat16>(batch, m, n, k, layouts, i % 5 == 0, i % 3 == 0, random, offset);
    }
  }
}

TEST_CASE("matmul on a device: many left matrices and one right one, by rows without gaps") {
  if (no_device()) return;
  std::mt19937 random(2);
  for (int64_t m : {1, 5})
    for (int64_t out_gap : {0, 3}) {
      const int64_t batch = 4, n = 6, k = 7;
      check<float>({batch, m, n, k, m * k, k, 1, 0, n, 1, m * n + out_gap, n, 1}, batch * m * k, k * n,
                   batch * (m * n + out_gap), random);
    }
  // Batches between the rows: (m, batch, k) permuted.
  check<float>({3, 4, 5, 6, 6, 18, 1, 30, 5, 1, 5, 15, 1}, 72, 90, 60, random);
}

TEST_CASE("matmul on a device: more batches than one launch takes, negative strides, deep products") {
  if (no_device()) return;
  std::mt19937 random(3);
  check<float>(66000, 1, 2, 2, kByRows, false, false, random);
  check<float>(1, 33, 40, 1000, kByRows, false, false, random);
  // Rows of a and batches of b in reverse: the pointers stand for the last of them.
  const Values a = random_values<float>(2 * 3 * 4, random), b = random_values<float>(2 * 4 * 5, random);
  const Array<float> device_a(a), device_b(b), out(2 * 3 * 5);
  const MatmulShape s{2, 3, 5, 4, 12, -4, 1, -20, 5, 1, 15, 5, 1};
  Values expected(30);
  kernels(kCPU).matmul(kDouble, s, a.data() + 8, b.data() + 20, expected.data());
  kernels(kCUDA).matmul(kFloat, s, device_a.data() + 8, device_b.data() + 20, out.data());
  CHECK(error(out.values(), expected, 1e-6, 1e-6) < 1);
}

TEST_CASE("matmul on a device: TF32 rounds its inputs, and only when asked") {
  if (no_device()) return;
  std::mt19937 random(4);
  const int64_t size = 64;
  const MatmulShape s{1, size, size, size, 0, size, 1, 0, size, 1, 0, size, 1};
  const Values a = random_values<float>(size * size, random), b = random_values<float>(size * size, random);
  Values expected(size * size);
  kernels(kCPU).matmul(kDouble, s, a.data(), b.data(), expected.data());
  const Array<float> device_a(a), device_b(b), out(size * size);
  const auto worst = [&] {
    kernels(kCUDA).matmul(kFloat, s, device_a.data(), device_b.data(), out.data());
    return error(out.values(), expected, 1, 0);
  };
  CHECK(worst() < 1e-5);
  globalContext().setFloat32MatmulPrecision("high");
  const double rounded = worst();
  globalContext().setFloat32MatmulPrecision("highest");
  CHECK(rounded < 1e-2);
  CHECK(rounded > 1e-4);
  CHECK(worst() < 1e-5);
}

TEST_CASE("matmul on a device: what it refuses") {
  if (no_device()) return;
  const MatmulShape s{1, 2, 2, 2, 0, 2, 1, 0, 2, 1, 0, 2, 1};
  const Array<float> some(8);
  CHECK_THROWS_WITH_AS(kernels(kCUDA).matmul(kInt, s, some.data(), some.data(), some.data()),
                       doctest::Contains("matmul"), NotImplementedError);
}
