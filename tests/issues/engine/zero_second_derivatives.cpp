// A first gradient that does not depend on the input's values leads to the input all the same, where
// PyTorch's does: the second derivative is zero. Without that edge grad() says that the input was not used.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include <functional>

namespace F = torch::nn::functional;

namespace {

/// d/dx of the sum of d f(x) / dx, as autograd::grad gives it.
torch::Tensor second(const std::function<torch::Tensor(torch::Tensor)>& f, const torch::Tensor& values) {
  const torch::Tensor x = values.clone().set_requires_grad(true);
  const torch::Tensor y = f(x);
  const torch::Tensor first =
      torch::autograd::grad({y}, {x}, {torch::full(y.sizes(), 0.7, y.options())}, true, true)[0];
  return torch::autograd::grad({first.sum()}, {x})[0];
}

}  // namespace

TEST_CASE("zero second derivatives: operators") {
  const torch::Tensor x = torch::arange(32, torch::kDouble).div(16).sub(1).add(0.01).reshape({1, 2, 4, 4});
  const auto vanishes = [&](const char* name, const std::function<torch::Tensor(torch::Tensor)>& f) {
    INFO(name);
    torch::Tensor found;
    REQUIRE_NOTHROW(found = second(f, x));
    CHECK(found.equal(torch::zeros_like(x)));
  };
  vanishes("relu", [](auto x) { return torch::relu(x); });
  vanishes("relu_", [](auto x) { return x.clone().relu_(); });
  vanishes("relu6", [](auto x) { return torch::relu6(x); });
  vanishes("leaky_relu", [](auto x) { return torch::leaky_relu(x, 0.1); });
  vanishes("hardtanh", [](auto x) { return torch::hardtanh(x, -0.5, 0.5); });
  vanishes("threshold", [](auto x) { return F::threshold(x, F::ThresholdFuncOptions(0.3, 0.1)); });
  vanishes("hardshrink", [](auto x) { return F::hardshrink(x); });
  vanishes("softshrink", [](auto x) { return F::softshrink(x); });
  vanishes("prelu", [](auto x) { return F::prelu(x, torch::full({1}, 0.25, torch::kDouble)); });
  vanishes("abs", [](auto x) { return torch::abs(x); });
  vanishes("max_pool2d", [](auto x) { return torch::max_pool2d(x, 2); });
  vanishes("max_pool1d", [](auto x) { return torch::max_pool1d(x.flatten(1, 2), 2); });
  vanishes("avg_pool2d", [](auto x) { return torch::avg_pool2d(x, 2); });
  vanishes("avg_pool1d", [](auto x) { return torch::avg_pool1d(x.flatten(1, 2), 2); });
  vanishes("adaptive_avg_pool2d", [](auto x) { return torch::adaptive_avg_pool2d(x, {2, 2}); });
  vanishes("adaptive_avg_pool2d, windows of two sizes", [](auto x) {
    return torch::adaptive_avg_pool2d(x, {3, 3});
  });
  vanishes("adaptive_avg_pool1d", [](auto x) { return torch::adaptive_avg_pool1d(x.flatten(1, 2), 2); });
  vanishes("reflect", [](auto x) { return torch::pad(x, {1, 1, 1, 1}, "reflect"); });
  vanishes("replicate", [](auto x) { return torch::pad(x, {1, 1, 1, 1}, "replicate"); });
  vanishes("nll_loss", [](auto x) {
    return torch::nll_loss(x.reshape({8, 4}), torch::zeros({8}, torch::kLong));
  });
  vanishes("l1_loss", [](auto x) { return torch::l1_loss(x, torch::zeros_like(x)); });
}

TEST_CASE("zero second derivatives: what depends on the gradient that arrives still does") {
  const torch::Tensor x = torch::tensor({-1.0, 2.0, 3.0}).set_requires_grad(true);
  const torch::Tensor v = torch::tensor({1.0, 1.0, 1.0}).set_requires_grad(true);
  const torch::Tensor first = torch::autograd::grad({torch::relu(x * x * x)}, {x}, {v}, true, true)[0];
  const auto both = torch::autograd::grad({first.sum()}, {x, v});
  CHECK(both[0].equal(torch::tensor({0.0, 12.0, 18.0})));
  CHECK(both[1].equal(torch::tensor({0.0, 12.0, 27.0})));
}

TEST_CASE("zero second derivatives: linear operators stay unused, as in PyTorch") {
  const torch::Tensor x = torch::ones({4}).set_requires_grad(true);
  const torch::Tensor first = torch::autograd::grad({(x * 2).sum()}, {x}, {}, true, true)[0];
  CHECK_FALSE(first.requires_grad());
}
