// The matrix product against plain loops: any strides, batches, sizes around every blocking boundary.
#include <tengen/tests/kernels/reference.h>

using namespace tengen;
using namespace reference;

namespace {

enum class Strides { kRows, kColumns, kSpread };

/// Strides of a (rows, cols) matrix; returns the elements it covers.
int64_t lay_out(Strides layout, int64_t rows, int64_t cols, int64_t& row, int64_t& col) {
  if (layout == Strides::kRows) row = cols + 1, col = 1;
  if (layout == Strides::kColumns) row = 1, col = rows + 2;
  if (layout == Strides::kSpread) row = 2 * cols + 3, col = 2;
  return rows * row + cols * col + 1;
}

template <class T>
void check(int64_t batch, int64_t m, int64_t n, int64_t k, Strides a_layout, Strides b_layout,
           Strides out_layout, bool repeat_b, std::mt19937& random) {
  INFO("batch " << batch << " m " << m << " n " << n << " k " << k << " layouts " << int(a_layout)
                << int(b_layout) << int(out_layout) << " of " << sizeof(T) << " bytes");
  MatmulShape s{};
  s.batch = batch, s.m = m, s.n = n, s.k = k;
  s.a_batch = lay_out(a_layout, m, k, s.a_row, s.a_col);
  s.b_batch = lay_out(b_layout, k, n, s.b_row, s.b_col);
  s.out_batch = lay_out(out_layout, m, n, s.out_row, s.out_col);
  auto a = as<T>(random_values(batch * s.a_batch + 1, random));
  auto b = as<T>(random_values(batch * s.b_batch + 1, random));
  if (repeat_b) s.b_batch = 0;
  const size_t size = size_t(batch * s.out_batch + 1);
  auto run = [&](int threads) {
    set_num_threads(threads);
    std::vector<T> out(size, T(1e30));
    kernels(kCPU).matmul(dtype_of<T>, s, a.data(), b.data(), out.data());
    return out;
  };
  Values expected(size, double(T(1e30)));  // what lies between the elements must not change
  for (int64_t i = 0; i < batch; ++i)
    for (int64_t r = 0; r < m; ++r)
      for (int64_t c = 0; c < n; ++c) {
        double sum = 0;
        for (int64_t p = 0; p < k; ++p)
          sum += double(a[size_t(i * s.a_batch + r * s.a_row + p * s.a_col)]) *
                 double(b[size_t(i * s.b_batch + p * s.b_row + c * s.b_col)]);
        expected[size_t(i * s.out_batch + r * s.out_row + c * s.out_col)] = sum;
      }
  auto found = run(1);
  CHECK(error(found, expected, k) < 1);
  CHECK(std::memcmp(run(2).data(), found.data(), size * sizeof(T)) == 0);
}

}  // namespace

TEST_CASE("matmul: every layout, random sizes") {
  std::mt19937 random(1);
  auto pick = [&](int64_t high) { return std::uniform_int_distribution<int64_t>(0, high)(random); };
  for (int i = 0; i < 400; ++i) {
    int64_t high = i % 4 ? 40 : 120, k = i % 10 ? pick(high) : pick(700);
    auto layout = [&] { return Strides(pick(2)); };
    check<float>(pick(3), pick(high), pick(high), k, layout(), layout(), layout(), i % 3 == 0, random);
    check<double>(pick(3), pick(high), pick(high), k, layout(), layout(), layout(), i % 3 == 0, random);
  }
}

TEST_CASE("matmul: vectors on either side") {
  std::mt19937 random(2);
  for (Strides a : {Strides::kRows, Strides::kColumns, Strides::kSpread})
    for (Strides b : {Strides::kRows, Strides::kColumns, Strides::kSpread})
      for (int64_t size : {1, 7, 64, 333}) {
        check<float>(1, size, 1, 129, a, b, Strides::kRows, false, random);
        check<float>(2, 1, size, 65, a, b, Strides::kRows, false, random);
        check<double>(1, size, size, 1, a, b, Strides::kColumns, false, random);
      }
}

TEST_CASE("matmul: larger than one chunk") {
  std::mt19937 random(3);
  check<float>(1, 530, 290, 210, Strides::kRows, Strides::kRows, Strides::kRows, false, random);
  check<float>(1, 130, 1100, 90, Strides::kColumns, Strides::kColumns, Strides::kRows, false, random);
  check<double>(1, 270, 300, 130, Strides::kRows, Strides::kColumns, Strides::kColumns, false, random);
  check<float>(700, 9, 9, 9, Strides::kRows, Strides::kColumns, Strides::kRows, false, random);
}
