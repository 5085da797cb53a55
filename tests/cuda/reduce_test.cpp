// Reductions and scans on a device, of the sizes at which work is cut differently.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include <cmath>

using namespace tengen;

namespace {

/// The same type and values.
bool same(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.cpu().to(kDouble).equal(b.cpu().to(kDouble));
}
bool near(const Tensor& found, const Tensor& expected, double tolerance) {
  return allclose(found.cpu().to(kDouble), expected.to(kDouble), tolerance, tolerance);
}

}  // namespace

TEST_CASE("reductions along rows, columns and all: as on the CPU, the same in every run") {
  struct Matrix {
    int64_t rows, columns;
  };
  for (auto [rows, columns] : {Matrix{1, 70001}, Matrix{3, 8200}, Matrix{37, 1000}, Matrix{300, 150},
                               Matrix{9001, 3}, Matrix{5000, 17}, Matrix{70001, 1}, Matrix{2, 2}}) {
    INFO(rows << " x " << columns);
    const Tensor host = randn({rows, columns}), x = host.to(kCUDA);
    const Tensor whole = (host * 50).to(kInt), k = whole.to(kCUDA);
    for (const std::vector<int64_t>& dims : {std::vector<int64_t>{0}, {1}, {0, 1}})
      for (bool turned : {false, true}) {
        const Tensor a = turned ? x.t().contiguous().t() : x, b = turned ? k.t().contiguous().t() : k;
        const double scale = std::sqrt(double(host.numel()));
        CHECK(near(a.sum(dims), host.to(kDouble).sum(dims), 3e-7 * scale));
        CHECK(same(a.sum(dims), a.sum(dims)));
        CHECK(near(a.to(kDouble).sum(dims), host.to(kDouble).sum(dims), 1e-12));
        CHECK(same(a.amax(dims), host.amax(dims)));
        CHECK(same(a.amin(dims), host.amin(dims)));
        CHECK(near(a.norm(2, dims), host.norm(2, dims), 1e-6));
        CHECK(same(b.sum(dims), whole.sum(dims)));
        CHECK(same(b.amax(dims), whole.amax(dims)));
      }
    for (int64_t dim : {0, 1}) {
      CHECK(same(x.argmax(dim), host.argmax(dim)));
      CHECK(same(k.argmin(dim), whole.argmin(dim)));  // the first of equals
      CHECK(same((k > 120).any(dim), (whole > 120).any(dim)));
      CHECK(same((k < 120).all(dim), (whole < 120).all(dim)));
      CHECK(near((1 + x * 1e-3).prod(dim), (1 + host * 1e-3).prod(dim), 1e-5));
    }
    CHECK(same(k.argmax(), whole.argmax()));
    CHECK(same(x.argmin(), host.argmin()));
  }
}

TEST_CASE("sums over batch and pixels for each channel, and over middle dimensions") {
  for (int64_t pixels : {1, 7, 64, 1000}) {
    const Tensor host = randn({9, 5, pixels}), x = host.to(kCUDA);
    for (const std::vector<int64_t>& dims : {std::vector<int64_t>{0, 2}, {1}, {0, 1}, {1, 2}}) {
      CHECK(near(x.sum(dims), host.to(kDouble).sum(dims), 1e-5));
      CHECK(near(x.permute({2, 1, 0}).sum(dims), host.permute({2, 1, 0}).to(kDouble).sum(dims), 1e-5));
      CHECK(same(x.amax(dims), host.amax(dims)));
    }
    CHECK(near(x.unsqueeze(3).expand({9, 5, pixels, 4}).sum({0, 3}), host.to(kDouble).sum({0}) * 4, 1e-5));
  }
}

TEST_CASE("NaN wins wherever it stands, and the first of several is found") {
  for (int64_t n : {5, 1000, 100000})
    for (int64_t place : {int64_t{0}, n / 3, n - 1}) {
      Tensor host = randn({n});
      host[place].fill_(NAN), host[n - 1].fill_(NAN);
      const Tensor x = host.to(kCUDA);
      CHECK(std::isnan(x.amax().item<float>()));
      CHECK(std::isnan(x.amin().item<float>()));
      CHECK(x.argmax().item<int64_t>() == place);
      CHECK(x.argmin().item<int64_t>() == place);
    }
}

TEST_CASE("16-bit numbers are reduced as floats and rounded once") {
  const Tensor host = (arange(50 * 1003).remainder(101).to(kFloat) - 50).reshape({50, 1003}) / 8;
  for (ScalarType type : {kHalf, kBFloat16}) {
    const Tensor x = host.to(kCUDA).to(type);
    for (const std::vector<int64_t>& dims : {std::vector<int64_t>{0}, {1}, {0, 1}}) {
      CHECK(same(x.sum(dims), x.to(kFloat).sum(dims).to(type)));
      CHECK(same(x.amax(dims), x.to(kFloat).amax(dims).to(type)));
    }
    CHECK(same(x.argmax(1), x.to(kFloat).argmax(1)));
  }
}

TEST_CASE(
    "running sums and products: short and long rows, few and many, across memory, the same in every run") {
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{1, 1},
                                            {3, 1023},
                                            {2, 1025},
                                            {1, 60001},
                                            {600, 9000},
                                            {5, 20000},
                                            {33000, 40},
                                            {1500, 31}}) {
    INFO(shape[0] << " x " << shape[1]);
    const Tensor host = randn(shape), x = host.to(kCUDA);
    for (int64_t dim : {0, 1}) {
      CHECK(near(x.cumsum(dim), host.to(kDouble).cumsum(dim), 1e-4));
      CHECK(same(x.cumsum(dim), x.cumsum(dim)));
      CHECK(near((1 + x * 1e-2).cumprod(dim), (1 + host * 1e-2).to(kDouble).cumprod(dim), 1e-4));
    }
    const Tensor whole = (host * 20).to(kLong);
    CHECK(same(whole.to(kCUDA).cumsum(1), whole.cumsum(1)));
    CHECK(same(whole.to(kCUDA).cumsum(0), whole.cumsum(0)));
  }
}
