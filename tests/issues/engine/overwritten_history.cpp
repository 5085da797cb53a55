// An operator that overwrites a tensor leaves it a history, whose gradient to the old values is zero.
#include <doctest/doctest.h>

#include <functional>

#include <tengen/torch.h>

#include "../../temporary.h"

using torch::Tensor;

namespace {

Tensor leaf(std::vector<float> values) { return torch::tensor(values).set_requires_grad(true); }
bool same(const Tensor& found, std::vector<float> expected) {
  return found.defined() && torch::allclose(found, torch::tensor(expected));
}
using Write = std::function<void(const Tensor&)>;

const std::pair<const char*, Write> kWrites[] = {
    {"zero_", [](const Tensor& y) { y.zero_(); }},
    {"fill_", [](const Tensor& y) { y.fill_(3); }},
    {"copy_", [](const Tensor& y) { y.copy_(torch::ones({2})); }},
    {"uniform_", [](const Tensor& y) { y.uniform_(); }},
    {"normal_", [](const Tensor& y) { y.normal_(); }},
    {"bernoulli_", [](const Tensor& y) { y.bernoulli_(); }},
    {"random_", [](const Tensor& y) { y.random_(); }},
    {"exponential_", [](const Tensor& y) { y.exponential_(); }},
};

}  // namespace

TEST_CASE("overwritten tensors keep a history") {
  for (const auto& [name, write] : kWrites) {
    CAPTURE(name);
    Tensor a = leaf({1, 2}), y = a * 2;
    write(y);
    CHECK(y.requires_grad());
    CHECK_FALSE(y.is_leaf());
    (y * 3).sum().backward();
    CHECK(same(a.grad(), {0, 0}));

    Tensor b = leaf({1, 2}), whole = torch::stack({b, b * 5});
    write(whole[1]);
    whole.sum().backward();
    CHECK(same(b.grad(), {1, 1}));
  }
}

TEST_CASE("overwriting without history leaves no trace in the source") {
  Tensor a = leaf({1, 2}), y = a * 2, source = torch::ones({2});
  y.copy_(source);
  CHECK_FALSE(source.requires_grad());
  Tensor plain = torch::zeros({2});
  plain.copy_(source).zero_();
  CHECK_FALSE(plain.requires_grad());
}

TEST_CASE("copy_ sends the gradient to its source and zero to what was overwritten") {
  Tensor a = leaf({1, 2}), w = leaf({5, 6}), y = a * 2;
  y.copy_(w.slice(0, 0, 1));  // broadcast
  y.sum().backward();
  CHECK(same(a.grad(), {0, 0}));
  CHECK(same(w.grad(), {2, 0}));
  Tensor x = torch::zeros({2}, torch::kDouble);
  x.copy_(w * 3);
  x.sum().backward();
  CHECK(w.grad().dtype() == torch::kFloat);
  CHECK(same(w.grad(), {5, 3}));
}

TEST_CASE("an operand that is the written tensor itself is caught when its old values are needed") {
  const std::pair<const char*, Write> needed[] = {
      {"mul_", [](const Tensor& x) { x.mul_(x); }},
      {"div_", [](const Tensor& x) { x.div_(x); }},
      {"pow_", [](const Tensor& x) { x.pow_(x); }},
      {"addcmul_", [](const Tensor& x) { x.addcmul_(x, x); }},
  };
  for (const auto& [name, write] : needed) {
    CAPTURE(name);
    Tensor a = leaf({2, 3}), x = a * 1;
    write(x);
    std::string error = error_of([&] { x.sum().backward(); });
    CHECK(contains(error,
                   "one of the variables needed for gradient computation has been modified by an inplace"));
    CHECK(contains(error, name));
  }
  Tensor a = leaf({2, 3}), x = a * 1;
  x += x;
  x.lerp_(x, 0.5);
  x.sum().backward();
  CHECK(same(a.grad(), {2, 2}));
}

TEST_CASE("a graph that saved the written tensor is freed") {
  const Tensor a = leaf({2, 3});
  {
    Tensor x = a * 1, y = a * 1;
    x.mul_(x);
    y.slice(0, 0, 1).mul_(y.slice(0, 0, 1));
  }
  CHECK(a.use_count() == 1);  // nor does anything that is left of the graph refer to the leaf
}
