// Gradients at the places where an operator changes its formula, and at infinity.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include <cmath>
#include <limits>

using namespace tengen;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity(), kNaN = std::numeric_limits<float>::quiet_NaN();

Tensor leaf(const Tensor& values) { return values.clone().set_requires_grad(true); }

template <class F>
Tensor gradient(const Tensor& values, F function) {
  const Tensor x = leaf(values);
  return autograd::grad({function(x).sum()}, {x})[0];
}

}  // namespace

TEST_CASE("clamp: on a bound the whole gradient is the element's") {
  const Tensor x = tensor({-1.f, 0.f, 0.5f, 1.f, 2.f}), zero = zeros(5), one = ones(5);
  CHECK(gradient(x, [](const Tensor& t) { return t.clamp(0, 1); }).equal(tensor({0.f, 1.f, 1.f, 1.f, 0.f})));
  CHECK(gradient(x, [](const Tensor& t) { return t.clamp_min(0); }).equal(tensor({0.f, 1.f, 1.f, 1.f, 1.f})));
  CHECK(gradient(x, [&](const Tensor& t) {
          return t.clamp(zero, one);
        }).equal(tensor({0.f, 1.f, 1.f, 1.f, 0.f})));
  CHECK(gradient(zero, [&](const Tensor& min) {
          return x.clamp(min, one);
        }).equal(tensor({1.f, 0.f, 0.f, 0.f, 0.f})));
}

TEST_CASE("celu and softshrink at their kinks: the slope on the left, and zero") {
  const Tensor x = tensor({-kInf, -1.f, 0.f, 1.f, kInf});
  CHECK(gradient(x, [](const Tensor& t) {
          return nn::functional::celu(t);
        }).allclose(tensor({0.f, std::exp(-1.f), 1.f, 1.f, 1.f})));
  CHECK(gradient(x, [](const Tensor& t) {
          return nn::functional::softshrink(t, nn::functional::SoftshrinkFuncOptions(1));
        }).equal(tensor({1.f, 0.f, 0.f, 0.f, 1.f})));
}

TEST_CASE("atan2: the gradient at the origin is zero") {
  const Tensor y = leaf(tensor({0.f, 1.f})), x = leaf(tensor({0.f, 0.f}));
  atan2(y, x).sum().backward();
  CHECK(y.grad().equal(tensor({0.f, 0.f})));
  CHECK(x.grad().equal(tensor({0.f, -1.f})));
}

TEST_CASE("huber_loss and smooth_l1_loss: the gradient at an infinite distance is a finite slope") {
  const Tensor x = tensor({-kInf, -2.f, 0.25f, 2.f, kInf});
  const Tensor zero = zeros(5);
  const Tensor huber =
      gradient(x, [&](const Tensor& t) { return huber_loss(t, zero, Reduction::None, 0.5); });
  CHECK(huber.equal(tensor({-.5f, -.5f, .25f, .5f, .5f})));
  const Tensor smooth =
      gradient(x, [&](const Tensor& t) { return smooth_l1_loss(t, zero, Reduction::None, 0.5); });
  CHECK(smooth.equal(tensor({-1.f, -1.f, .5f, 1.f, 1.f})));
  CHECK(huber_loss(x, zero, Reduction::None, 0.5).equal(tensor({kInf, .875f, .03125f, .875f, kInf})));
  CHECK(smooth_l1_loss(x, zero, Reduction::None, 0.5).equal(tensor({kInf, 1.75f, .0625f, 1.75f, kInf})));
}

TEST_CASE("max and min of all: where the result is NaN, the elements that are NaN share the gradient") {
  const Tensor x = tensor({1.f, kNaN, 2.f, kNaN});
  CHECK(gradient(x, [](const Tensor& t) { return t.max(); }).equal(tensor({0.f, .5f, 0.f, .5f})));
  CHECK(gradient(x, [](const Tensor& t) { return t.min(); }).equal(tensor({0.f, .5f, 0.f, .5f})));
}
