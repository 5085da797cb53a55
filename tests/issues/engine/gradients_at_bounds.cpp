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

TEST_CASE("clamp: a bound that is NaN makes everything NaN, with the gradient 0") {
  const torch::Tensor x = torch::randn({4}, torch::kDouble).requires_grad_();
  for (const bool upper : {false, true}) {
    const torch::Tensor y = upper ? x.clamp(-1, NAN) : x.clamp(NAN, 1);
    CHECK(y.isnan().all().item<bool>());
    CHECK(torch::autograd::grad({y.sum()}, {x})[0].equal(torch::zeros({4}, torch::kDouble)));
    CHECK((x * 1).clamp_min_(NAN).isnan().all().item<bool>());
  }
}

TEST_CASE("batch_norm: a channel without variance is its bias where eps is 0") {
  const torch::Tensor x = torch::full({3, 2}, 5., torch::kDouble).requires_grad_(),
                      weight = torch::tensor({2., 3.}, torch::kDouble).requires_grad_(),
                      bias = torch::tensor({0.25, -1.}, torch::kDouble).requires_grad_();
  x.data().index_put_({torch::indexing::Slice(), 1}, torch::tensor({1., 2., 6.}, torch::kDouble));
  for (const bool create_graph : {false, true}) {
    const torch::Tensor y = torch::batch_norm(x, weight, bias, {}, {}, true, 0.1, 0., false);
    CHECK(y.select(1, 0).equal(torch::full({3}, 0.25, torch::kDouble)));
    const auto grads = torch::autograd::grad({(y * y * y).sum()}, {x, weight, bias}, {}, true, create_graph);
    CHECK(grads[0].select(1, 0).equal(torch::zeros({3}, torch::kDouble)));
    CHECK(grads[1][0].item<double>() == 0);
    CHECK(torch::isfinite(grads[0]).all().item<bool>());
  }
}

TEST_CASE("batch_norm: an empty batch has the gradient 0") {
  const torch::Tensor x = torch::ones({0, 2}).requires_grad_(), weight = torch::ones({2}).requires_grad_();
  const auto grads = torch::autograd::grad(
      {torch::batch_norm(x, weight, {}, {}, {}, true, 0.1, 1e-5, false).sum()}, {x, weight});
  CHECK(grads[0].sizes() == x.sizes());
  CHECK(grads[1].equal(torch::zeros({2})));
}
