// The checker must accept right rules and reject each kind of wrong one.
#include <doctest/doctest.h>
#include <tengen/autograd/gradcheck.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/autograd/record.h>

#include <cmath>

using namespace tengen;
using namespace tengen::autograd;

namespace {

Tensor input(std::vector<int64_t> sizes) {
  manual_seed(3);
  return (rand(sizes, kDouble) + 0.5).set_requires_grad(true);
}

GradcheckOptions quiet(bool fast = false) {
  GradcheckOptions options;
  options.raise_exception = false;
  options.fast_mode = fast;
  return options;
}

// Softmax along the last dimension with a rule of the caller's choice.
template <class Rule>
Tensor softmax_with(const Tensor& x, Rule rule) {
  Tensor out;
  {
    NoGradGuard guard;
    Tensor e = (x - x.amax(-1, true)).exp();
    out = e / e.sum(-1, true);
  }
  return record("softmax", out, {x}, {out, x}, rule);
}

Tensor right_rule(const Tensor& g, const Tensor& y) { return (g - (g * y).sum(-1, true)) * y; }

}  // namespace

TEST_CASE("right rules pass, slow and fast, first and second order") {
  auto softmax = [](const variable_list& x) {
    return softmax_with(x[0], [](Node& n, const Tensor& g) -> Grads { return {right_rule(g, n.saved(0))}; });
  };
  for (bool fast : {false, true}) {
    CHECK(gradcheck(softmax, {input({2, 3})}, quiet(fast)));
    CHECK(gradgradcheck(softmax, {input({2, 3})}, {}, quiet(fast)));
  }
}

TEST_CASE("a wrong sign and a wrong scale are rejected even where rows sum to one") {
  for (double factor : {-1.0, 3.0})
    for (bool fast : {false, true}) {
      auto wrong = [factor](const variable_list& x) {
        return softmax_with(x[0], [factor](Node& n, const Tensor& g) -> Grads {
          return {right_rule(g, n.saved(0)) * factor};
        });
      };
      CHECK(!gradcheck(wrong, {input({2, 3})}, quiet(fast)));
    }
}

TEST_CASE("a rule that uses a stale value is rejected") {
  auto stale = [](const variable_list& x) {
    return softmax_with(x[0], [](Node& n, const Tensor& g) -> Grads { return {right_rule(g, n.saved(1))}; });
  };
  CHECK(!gradcheck(stale, {input({2, 3})}, quiet()));
}

TEST_CASE("a rule that detaches passes the first order and is rejected at the second") {
  auto detached = [](const variable_list& x) {
    return softmax_with(
        x[0], [](Node& n, const Tensor& g) -> Grads { return {right_rule(g, n.saved(0).detach())}; });
  };
  CHECK(gradcheck(detached, {input({2, 3})}, quiet()));
  CHECK(!gradgradcheck(detached, {input({2, 3})}, {}, quiet()));
  CHECK(!gradgradcheck(detached, {input({2, 3})}, {}, quiet(true)));
}

TEST_CASE("a NaN is rejected") {
  auto nan = [](const variable_list& x) {
    return softmax_with(x[0], [](Node&, const Tensor& g) -> Grads { return {g * std::nan("")}; });
  };
  CHECK(!gradcheck(nan, {input({2, 3})}, quiet()));
  CHECK(!gradcheck(nan, {input({2, 3})}, quiet(true)));
}

TEST_CASE("a rule that ignores its cotangent is rejected") {
  auto constant = [](const variable_list& x) {
    return record("wrong", x[0].detach() * 1, {x[0]}, {},
                  [](Node&, const Tensor& g) -> Grads { return {ones_like(g)}; });
  };
  CHECK(!gradcheck(constant, {input({1})}, quiet()));
}

TEST_CASE("the error says which entry differs and by how much") {
  auto wrong = [](const variable_list& x) {
    return softmax_with(x[0],
                        [](Node& n, const Tensor& g) -> Grads { return {right_rule(g, n.saved(0)) * 2}; });
  };
  std::string text;
  try {
    gradcheck(wrong, {input({2, 3})});
  } catch (const Error& error) {
    text = error.what();
  }
  CHECK(text.find("Jacobian mismatch for output 0 with respect to input 0") != std::string::npos);
  CHECK_THROWS_AS(gradcheck([](const variable_list& x) { return x[0] * 2; }, {ones({2}, kDouble)}), Error);
  Tensor expanded = ones({1}, kDouble).expand({3}).detach().set_requires_grad(true);
  CHECK_THROWS_AS(gradcheck([](const variable_list& x) { return x[0] * 2; }, {expanded}), Error);
}
