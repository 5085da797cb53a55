// Variances do not lose their digits where the data lie far from zero, and have the same bits for any number
// of threads.
#include <doctest/doctest.h>

#include <cmath>

#include <tengen/torch.h>

using namespace torch;

namespace {

/// The largest difference, in relation to `exact`.
double error(const Tensor& found, const Tensor& exact) {
  return ((found.to(kDouble) - exact) / exact).abs().max().item<double>();
}
Tensor samples(IntArrayRef sizes, double offset) { return randn(sizes) * 0.3 + offset; }

}  // namespace

TEST_CASE("variance far from zero: over all elements and over some dimensions") {
  manual_seed(1);
  for (double offset : {0., 1e4, 1e6, -1e7})
    for (const auto& sizes : {DimVector{70, 40, 30}, DimVector{3, 5, 7}, DimVector{9000, 3}}) {
      const Tensor x = samples(sizes, offset), exact = x.to(kDouble);
      CHECK(error(x.var(), exact.sub(exact.mean()).square().sum() / double(x.numel() - 1)) < 1e-6);
      CHECK(error(x.std(), exact.var().sqrt()) < 1e-6);
      for (int64_t d = 0; d < x.dim(); ++d) {
        const DimVector dims{d};
        const Tensor distance = exact - exact.mean(dims, true);
        const Tensor wanted = distance.square().sum(dims) / double(x.size(d) - 1);
        CHECK(error(x.var(dims) + 1e-30, wanted + 1e-30) < 1e-5);
        CHECK(error(x.transpose(0, 1).contiguous().transpose(0, 1).var(dims) + 1e-30, wanted + 1e-30) < 1e-5);
      }
    }
}

TEST_CASE("variance far from zero: an outlier first, infinity, 16-bit types, few elements") {
  const Tensor outlier = cat({tensor({1e6f}), zeros({9999})});
  CHECK(error(outlier.var(), outlier.to(kDouble).var()) < 1e-6);
  CHECK(tensor({INFINITY, 1.f}).var().isnan().item<bool>());
  CHECK(tensor({NAN, 1.f}).var().isnan().item<bool>());
  CHECK(ones({1}).var().isnan().item<bool>());
  CHECK(empty({0}).var().isnan().item<bool>());
  CHECK(ones({1}).var(false).item<float>() == 0);
  const Tensor half = (arange(1000) * 0.25 + 100).to(kHalf);
  CHECK(error(half.var(), half.to(kDouble).var()) < 1e-3);  // the sum of squares is beyond the type
}

TEST_CASE("variance far from zero: the same bits for any number of threads") {
  const Tensor x = samples({300, 400}, 1e4);
  const int before = get_num_threads();
  std::vector<Tensor> found;
  for (int threads : {1, 2, 3}) {
    set_num_threads(threads);
    found.push_back(
        cat({x.var().reshape(1), x.var(DimVector{0}), x.var(DimVector{1}), x.t().var(DimVector{0})}));
  }
  set_num_threads(before);
  CHECK(found[1].equal(found[0]));
  CHECK(found[2].equal(found[0]));
}

TEST_CASE("variance far from zero: normalisations") {
  manual_seed(2);
  for (const std::vector<int64_t>& sizes :
       {std::vector<int64_t>{4, 6, 10, 10}, std::vector<int64_t>{6, 6, 3}, std::vector<int64_t>{50, 6}}) {
    const Tensor x = samples(sizes, 1e4), exact = x.to(kDouble);
    const auto variance_of = [&](const Tensor& y) {
      return y.transpose(0, 1).reshape({6, -1}).var(DimVector{1});
    };
    Tensor mean = zeros({6}), var = zeros({6});
    batch_norm(x, {}, {}, mean, var, true, 1.0, 1e-5);
    CHECK(error(var, variance_of(exact)) < 1e-5);
    // What is left is the rounding of the mean, by which no element may be off more than this.
    const double allowed = 1e4 * 0x1p-24 / 0.3 * 4;
    const auto off = [&](const Tensor& y, const Tensor& wanted) {
      return (y.to(kDouble) - wanted).abs().max().item<double>();
    };
    CHECK(off(batch_norm(x, {}, {}, {}, {}, true, 0.1, 1e-5),
              batch_norm(exact, {}, {}, {}, {}, true, 0.1, 1e-5)) < allowed);
    if (x.dim() < 4) continue;  // where few elements are alike, the rounding counts for more
    CHECK(off(group_norm(x, 2), group_norm(exact, 2)) < allowed);
    const DimVector last{x.size(-1)};
    CHECK(off(layer_norm(x, last), layer_norm(exact, last)) < allowed);
  }
}
