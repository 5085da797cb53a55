// Pooling and resampling on a device, where the op table does not reach: several blocks per plane, windows
// that share their maxima, windows so large that warps share them, odd scales.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include <cmath>

using namespace tengen;

namespace {

/// The values and the gradient of op(x) on a device, both multiplied into one number less: compared to the
/// CPU's.
template <class F>
void check_alike(const Tensor& x, const F& op, bool exact) {
  Tensor results[2], grads[2];
  for (bool device : {false, true}) {
    manual_seed(5);
    Tensor leaf = (device ? x.to(kCUDA) : x.clone()).set_requires_grad(true);
    Tensor out = op(leaf);
    Tensor weights = randn(out.sizes()).to(x.dtype());
    out.backward(device ? weights.to(kCUDA) : weights);
    results[device] = out.detach().cpu();
    grads[device] = leaf.grad().cpu();
  }
  const double tolerance = x.dtype() == kFloat ? 1e-5 : 1e-12;
  CHECK(results[1].allclose(results[0], exact ? 0 : tolerance, exact ? 0 : tolerance, true));
  CHECK(grads[1].allclose(grads[0], exact ? 0 : tolerance, exact ? 0 : tolerance, true));
}

}  // namespace

TEST_CASE("max_pool2d: overlapping windows, ties, NaN, padding, ceil mode: the bits of the CPU's") {
  manual_seed(21);
  for (ScalarType type : {kFloat, kDouble}) {
    INFO(to_string(type));
    Tensor ties = randint(0, 4, {2, 3, 37, 41}).to(type), large = randn({1, 2, 150, 130}).to(type);
    ties.index_put_({0, 1, 5, 6}, NAN);
    ties.index_put_({1, 2, 8, 8}, -INFINITY);
    check_alike(
        ties, [](const Tensor& x) { return max_pool2d(x, 5, 1, 2); }, true);
    check_alike(
        ties, [](const Tensor& x) { return max_pool2d(x, 3, 2, 1, 1, true); }, true);
    check_alike(
        ties,
        [](const Tensor& x) {
          return max_pool2d(x, {2, 3}, {3, 1}, {1, 0}, {2, 3});
        },
        true);
    check_alike(
        large, [](const Tensor& x) { return max_pool2d(x, 2); }, true);
    check_alike(
        large, [](const Tensor& x) { return max_pool2d(x, 3, 2, 1); }, true);
    // All outputs of a block point to one input.
    check_alike(
        large * 0,
        [](const Tensor& x) {
          return max_pool2d(x, {20, 20}, 1);
        },
        true);
  }
  Tensor x = randint(0, 3, {3, 9, 9}).to(kFloat);
  CHECK(std::get<1>(max_pool2d_with_indices(x, 3, 2, 1))
            .equal(std::get<1>(max_pool2d_with_indices(x.to(kCUDA), 3, 2, 1)).cpu()));
}

TEST_CASE("avg_pool2d: small windows and such as a warp shares") {
  manual_seed(22);
  for (ScalarType type : {kFloat, kDouble}) {
    Tensor x = randn({2, 3, 28, 36}).to(type);
    check_alike(
        x, [](const Tensor& t) { return avg_pool2d(t, 2); }, false);
    check_alike(
        x, [](const Tensor& t) { return avg_pool2d(t, 3, 2, 1, true, false); }, false);
    check_alike(
        x,
        [](const Tensor& t) {
          return avg_pool2d(t, {5, 2}, {2, 3}, {2, 1}, true, true, 7);
        },
        false);
    check_alike(
        x, [](const Tensor& t) { return avg_pool2d(t, 9, 4, 3, true); }, false);
    check_alike(
        x,
        [](const Tensor& t) {
          return adaptive_avg_pool2d(t, {1, 1});
        },
        false);
  }
}

TEST_CASE("resampling: up, down and by odd scales") {
  manual_seed(23);
  namespace F = nn::functional;
  for (ScalarType type : {kFloat, kDouble}) {
    Tensor x = randn({2, 3, 13, 10}).to(type);
    for (std::vector<int64_t> size :
         {std::vector<int64_t>{26, 20}, {13, 40}, {31, 17}, {5, 3}, {1, 1}, {100, 7}}) {
      INFO(IntArrayRef(size));
      const auto resize = [&](auto mode, std::optional<bool> align) {
        return [=](const Tensor& t) {
          auto options = F::InterpolateFuncOptions().size(size).mode(mode);
          if (align) options.align_corners(*align);
          return F::interpolate(t, options);
        };
      };
      check_alike(x, resize(kNearest, std::nullopt), type == kDouble);
      check_alike(x, resize(kBilinear, false), false);
      check_alike(x, resize(kBilinear, true), false);
    }
  }
}
