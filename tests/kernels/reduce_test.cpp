// Reductions and copies of the sizes at which their kernels change the way they read, against plain loops.
#include <cmath>

#include <doctest/doctest.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/tensor/parallel/parallel.h>

using namespace tengen;

namespace {

struct Matrix {
  int64_t rows, columns;
};
// Rows beyond 8192 are read as four streams, others four at a time; columns in tiles of 1024, a few as one
// wide row.
constexpr Matrix kMatrices[] = {{1, 70001},  {3, 8200}, {37, 1000}, {2, 40000},
                                {300, 1500}, {9001, 3}, {5000, 17}};

/// The largest distance of `found` from the sums, in double, of x (rows, columns) along dim.
double error(const Tensor& found, const Tensor& x, int64_t dim) {
  const Tensor plain = x.to(kDouble).contiguous();
  const int64_t rows = x.size(0), columns = x.size(1);
  std::vector<double> sums(size_t(dim ? rows : columns));
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c)
      sums[size_t(dim ? r : c)] += plain.data_ptr<double>()[r * columns + c];
  double worst = 0;
  for (size_t i = 0; i < sums.size(); ++i)
    worst = std::max(worst, std::abs(double(found.data_ptr<float>()[i]) - sums[i]));
  return worst;
}

}  // namespace

TEST_CASE(
    "sums along rows and columns: exact but for the last rounding, the same for any number of threads") {
  const int threads = get_num_threads();
  for (auto [rows, columns] : kMatrices) {
    INFO(rows << " x " << columns);
    const Tensor x = randn({rows, columns});
    for (int64_t dim : {0, 1})
      for (const Tensor& view : {x, x.t().contiguous().t()}) {
        set_num_threads(1);
        const Tensor one = view.sum({dim});
        set_num_threads(2);
        CHECK(equal(one, view.sum({dim})));
        CHECK(error(one, x, dim) < 2e-7 * (10 + std::sqrt(double(dim ? columns : rows))));
      }
  }
  set_num_threads(threads);
}

TEST_CASE("extremes along rows and columns find one element and NaN wherever it stands") {
  for (auto [rows, columns] : kMatrices) {
    INFO(rows << " x " << columns);
    const int64_t places[] = {0, 1, columns / 4 + 1, columns / 2, columns - 1};
    for (int64_t place : places) {
      if (place >= columns) continue;
      Tensor x = randn({rows, columns});
      x.select(0, rows / 2).select(0, place).fill_(100);
      CHECK(x.amax({1}).select(0, rows / 2).item<float>() == 100);
      CHECK(x.amax({0}).select(0, place).item<float>() == 100);
      CHECK(x.argmax(1).select(0, rows / 2).item<int64_t>() == place);
      CHECK(x.argmax(0).select(0, place).item<int64_t>() == rows / 2);
      x.select(0, rows / 2).select(0, place).fill_(NAN);
      CHECK(std::isnan(x.amin({1}).select(0, rows / 2).item<float>()));
      CHECK(std::isnan(x.amin({0}).select(0, place).item<float>()));
    }
  }
}

TEST_CASE("transposing and reversing copies move every element, of any size") {
  for (ScalarType type : {kByte, kShort, kFloat, kDouble, kLong})
    for (auto [rows, columns] : {Matrix{1, 5}, Matrix{16, 16}, Matrix{37, 19}, Matrix{1000, 70}}) {
      INFO(int(type) << ": " << rows << " x " << columns);
      const Tensor x = arange(rows * columns).reshape({rows, columns}).remainder(251).to(type);
      const Tensor turned = x.t().contiguous(), reversed = x.flip({1});
      bool same = true;
      const Tensor a = x.to(kLong), t = turned.to(kLong), f = reversed.to(kLong);
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t c = 0; c < columns; ++c) {
          const int64_t value = a.data_ptr<int64_t>()[r * columns + c];
          same &= t.data_ptr<int64_t>()[c * rows + r] == value;
          same &= f.data_ptr<int64_t>()[r * columns + columns - 1 - c] == value;
        }
      CHECK(same);
    }
}

TEST_CASE("BCE with logits: the mean and the sum taken on the way are those of the single losses") {
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{7}, {300, 301}}) {
    const Tensor x = (randn(shape) * 5).requires_grad_(), y = rand(shape);
    const Tensor single = binary_cross_entropy_with_logits(x, y, {}, {}, Reduction::None);
    const Tensor mean = binary_cross_entropy_with_logits(x, y), sum = single.sum();
    CHECK(std::abs(mean.item<float>() * double(x.numel()) / sum.item<float>() - 1) < 1e-6);
    CHECK(allclose(binary_cross_entropy_with_logits(x.t().contiguous().t(), y, {}, {}, Reduction::Sum), sum));
    mean.backward();
    CHECK(allclose(x.grad(), ((x.sigmoid() - y) / double(x.numel())).detach(), 1e-5, 1e-9));
  }
}
