// Losses and medians where formulas change.
#include <doctest/doctest.h>

#include <cmath>

#include <tengen/torch.h>

#include "../../temporary.h"

using namespace torch;
namespace F = torch::nn::functional;

namespace {

bool same(const Tensor& a, const Tensor& b) { return a.allclose(b, 1e-6, 1e-6, /*equal_nan=*/true); }

}  // namespace

TEST_CASE("losses at their edges: smooth_l1 with beta 0 is l1") {
  Tensor x = tensor({1., 2., 3.}).set_requires_grad(true);
  Tensor loss = F::smooth_l1_loss(x, tensor({1., 3., 3.5}), F::SmoothL1LossFuncOptions(kSum).beta(0));
  loss.backward();
  CHECK(loss.item<double>() == 1.5);
  CHECK(same(x.grad(), tensor({0., -1., -1.})));
  CHECK(contains(error_of([&] { smooth_l1_loss(x, x, Reduction::Mean, -1); }), "negative values for beta"));
}

TEST_CASE("losses at their edges: kl_div at targets of zero and below") {
  Tensor x = tensor({-1., -2., -3., -1.}).set_requires_grad(true);
  Tensor t = tensor(std::vector<double>{0, 0.5, -0.5, NAN}).set_requires_grad(true);
  Tensor loss = kl_div(x, t, Reduction::None);
  CHECK(same(loss, tensor(std::vector<double>{0, 0.6534264, NAN, NAN})));
  loss.sum().backward();
  CHECK(same(x.grad(), tensor(std::vector<double>{0, -0.5, 0.5, NAN})));
  CHECK(same(t.grad(), tensor(std::vector<double>{NAN, 2.3068528, NAN, NAN})));
}

TEST_CASE("losses at their edges: equal medians share the gradient") {
  const auto gradient = [](std::vector<double> values) {
    Tensor x = tensor(values).set_requires_grad(true);
    x.median().backward();
    return x.grad();
  };
  CHECK(same(gradient({2, 2, 1, 3}), tensor({0.5, 0.5, 0., 0.})));
  CHECK(same(gradient({2, 2, 2}), tensor({1., 1., 1.}) / 3));
  CHECK(same(gradient({NAN, 2, 1, NAN}), tensor({0.5, 0., 0., 0.5})));
  CHECK(gradient({4, 1, 3}).equal(tensor({0., 0., 1.})));
  CHECK(empty({0}).median().isnan().item<bool>());
  CHECK(tensor({3, 1, 2, 9}).median().item<int>() == 2);
}

TEST_CASE("losses at their edges: each NaN is an element of its own to unique") {
  auto [values, inverse, counts] = _unique2(tensor(std::vector<double>{NAN, 1, NAN, 2, 1}), true, true, true);
  CHECK(same(values, tensor(std::vector<double>{1, 2, NAN, NAN})));
  CHECK(inverse.equal(tensor({2, 0, 3, 1, 0})));
  CHECK(counts.equal(tensor({2, 1, 1, 1})));
}
