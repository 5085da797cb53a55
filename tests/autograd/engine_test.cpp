#include <doctest/doctest.h>
#include <tengen/autograd/autograd.h>
#include <tengen/autograd/ops/ops.h>

#include <cmath>
#include <thread>

using namespace tengen;
using autograd::grad;

namespace {
Tensor leaf(std::initializer_list<double> values) {
  std::vector<double> v(values);
  return tensor(v).set_requires_grad(true);
}
double element(const Tensor& t, int64_t i) { return t.flatten()[i].item<double>(); }

std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}
bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
}  // namespace

TEST_CASE("backward accumulates into leaves") {
  Tensor x = leaf({2, 3}), y = leaf({5, 7});
  Tensor z = (x * y + x).sum();
  z.backward({}, true);
  CHECK(element(x.grad(), 0) == 6);
  CHECK(element(x.grad(), 1) == 8);
  CHECK(element(y.grad(), 1) == 3);
  z.backward();
  CHECK(element(x.grad(), 1) == 16);
}

TEST_CASE("a tensor used several times gets the sum of its gradients") {
  Tensor x = leaf({3});
  Tensor a = x * 2, b = a * a + a;  // d/dx (4x^2 + 2x) = 8x + 2
  b.sum().backward();
  CHECK(element(x.grad(), 0) == 26);
}

TEST_CASE("grad leaves .grad alone, prunes what is not asked for and differentiates twice") {
  Tensor x = leaf({2}), y = leaf({3});
  Tensor z = x * x * x * y;
  Tensor dx = grad({z}, {x}, {}, true, true)[0];
  CHECK(element(dx, 0) == 36);
  CHECK(!x.grad().defined());
  CHECK(!y.grad().defined());
  Tensor dxx = grad({dx}, {x}, {}, true, true)[0];
  CHECK(element(dxx, 0) == 36);  // 6xy
  CHECK(element(grad({dxx}, {x}, {}, true)[0], 0) == 18);
  CHECK(element(grad({dx}, {y}, {}, true)[0], 0) == 12);
}

TEST_CASE("grad with respect to tensors inside the graph") {
  Tensor x = leaf({2});
  Tensor a = x.exp(), b = a * a, c = b + a;
  auto g = grad({c}, {a, b, x}, {}, true);
  CHECK(element(g[0], 0) == doctest::Approx(2 * std::exp(2.0) + 1));
  CHECK(element(g[1], 0) == 1);
  CHECK(element(g[2], 0) == doctest::Approx((2 * std::exp(2.0) + 1) * std::exp(2.0)));
}

TEST_CASE("grad of an unused input is an error unless it is allowed") {
  Tensor x = leaf({1}), y = leaf({1});
  CHECK(contains(error_of([&] { grad({x * 2}, {x, y}); }), "not have been used in the graph"));
  auto g = grad({x * 2}, {x, y}, {}, std::nullopt, false, true);
  CHECK(g[0].defined());
  CHECK(!g[1].defined());
}

TEST_CASE("backward to chosen inputs only") {
  Tensor x = leaf({2}), y = leaf({3});
  Tensor inputs[] = {x};
  (x * y).backward({}, std::nullopt, false, TensorList(inputs, 1));
  CHECK(element(x.grad(), 0) == 3);
  CHECK(!y.grad().defined());
}

TEST_CASE("errors of backward name what is wrong") {
  Tensor x = leaf({1, 2});
  CHECK(contains(error_of([&] { (x * 2).backward(); }), "only for scalar outputs"));
  CHECK(contains(error_of([&] { (x * 2).backward(ones({3}, kDouble)); }), "Mismatch in shape"));
  CHECK(contains(error_of([&] { ones({1}).backward(); }), "does not require grad"));
  Tensor y = (x * x).sum();
  y.backward();
  CHECK(contains(error_of([&] { y.backward(); }), "second time"));
}

TEST_CASE("broadcasting and type promotion are undone") {
  Tensor x = leaf({1, 2, 3}).detach().reshape({3, 1}).set_requires_grad(true);
  Tensor w = ones({4}, kFloat).set_requires_grad(true);
  (x * w).sum().backward();
  CHECK(x.grad().sizes() == IntArrayRef({3, 1}));
  CHECK(w.grad().dtype() == kFloat);
  CHECK(element(w.grad(), 3) == 6);
  CHECK(element(x.grad(), 2) == 4);
}

TEST_CASE("hooks see and replace gradients") {
  Tensor x = leaf({2});
  Tensor y = x * 3;
  double seen = 0;
  y.register_hook([&](Tensor g) { seen = element(g, 0); });
  y.register_hook([](Tensor g) { return g * 10; });
  unsigned id = x.register_hook([](Tensor g) { return g + 1; });
  (y * 5).sum().backward();
  CHECK(seen == 5);
  CHECK(element(x.grad(), 0) == 151);
  x.remove_hook(id);
  x.mutable_grad().reset();
  (x * 3).sum().backward();
  CHECK(element(x.grad(), 0) == 3);
  CHECK_THROWS_AS(x.remove_hook(id), Error);
}

TEST_CASE("retain_grad keeps the gradient of a tensor inside the graph") {
  Tensor x = leaf({2});
  Tensor y = x * 3;
  y.retain_grad();
  (y * y).sum().backward();
  CHECK(element(y.grad(), 0) == 12);
}

TEST_CASE("NoGradGuard, AutoGradMode and detach stop recording") {
  Tensor x = leaf({2});
  {
    NoGradGuard guard;
    CHECK(!(x * 2).requires_grad());
    AutoGradMode on(true);
    CHECK((x * 2).requires_grad());
  }
  CHECK((x * 2).requires_grad());
  Tensor d = (x * 2).detach();
  CHECK(!d.requires_grad());
  CHECK(d.is_leaf());
  CHECK_THROWS_AS((x * 2).set_requires_grad(false), Error);
  CHECK_THROWS_AS(ones({2}, kLong).set_requires_grad(true), Error);
}

TEST_CASE("a saved tensor that was written to is an error that names operator and versions") {
  Tensor x = leaf({2, 3});
  Tensor y = x.exp();
  Tensor z = y * y;
  y.add_(1);
  std::string text = error_of([&] { z.sum().backward(); });
  CHECK(contains(text, "modified by an inplace operation"));
  CHECK(contains(text, "MulBackward"));
  CHECK(contains(text, "version 1; expected version 0"));
  CHECK(contains(text, "'add_'"));
}

TEST_CASE("writing in place to a leaf that requires a gradient is an error") {
  Tensor x = leaf({2, 3});
  CHECK(contains(error_of([&] { x.add_(1); }), "leaf Variable that requires grad"));
  CHECK(contains(error_of([&] { x[0].fill_(1); }), "view of a leaf"));
  NoGradGuard guard;
  x.add_(1);
  CHECK(element(x, 0) == 3);
}

TEST_CASE("in-place writes take part in the history") {
  Tensor x = leaf({2});
  Tensor y = x * 1;
  y.mul_(x);
  y.mul_(3);
  y.sum().backward();  // 3 x^2
  CHECK(element(x.grad(), 0) == 12);
}

TEST_CASE("writes through a view change the history of the base and of other views") {
  Tensor x = leaf({2, 3, 4}), w = leaf({10});
  Tensor base = x * 1;
  Tensor first = base[0], last = base[2];
  first.copy_(w[0] * w[0]);
  CHECK(element(base, 0) == 100);
  (base.sum() + last * 2 + first).backward();
  CHECK(element(x.grad(), 0) == 0);
  CHECK(element(x.grad(), 1) == 1);
  CHECK(element(x.grad(), 2) == 3);
  CHECK(element(w.grad(), 0) == 40);
}

TEST_CASE("a plain tensor gains a history when a recorded value is written into it") {
  Tensor w = leaf({3});
  Tensor out = zeros({2, 2}, kDouble);
  out[1].copy_(w.expand({2}) * 2);
  CHECK(out.requires_grad());
  (out * out).sum().backward();
  CHECK(element(w.grad(), 0) == 48);  // 2 * (2w)^2 -> 16 w
}

TEST_CASE("a chain of a million nodes runs backward and is freed") {
  Tensor x = leaf({1});
  Tensor y = x;
  for (int i = 0; i < 1000000; ++i) y = y + 1;
  y.backward();
  CHECK(element(x.grad(), 0) == 1);
}

TEST_CASE("anomaly mode names the forward operator that made a NaN") {
  autograd::DetectAnomalyGuard guard;
  Tensor x = leaf({0});
  Tensor y = (x.sqrt() * 0).sum();  // 0 * inf
  std::string text = error_of([&] { y.backward(); });
  CHECK(contains(text, "SqrtBackward"));
  CHECK(contains(text, "nan"));
  CHECK(contains(text, "ran at"));
}

TEST_CASE("to_dot draws operators and leaves") {
  Tensor w = leaf({1, 2});
  std::string dot = to_dot((w * w).sum(), {{"weight \"w\"", w}});
  for (const char* part : {"digraph", "mul", "sum", "weight \\\"w\\\"", "[2]", "->"})
    CHECK(contains(dot, part));
}

TEST_CASE("several threads may run forward and backward on shared parameters of their own graphs") {
  Tensor w = ones({64}, kDouble).set_requires_grad(true);
  std::vector<Tensor> results(4);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (int k = 0; k < 50; ++k) results[i] = grad({(w * w * double(i)).sum()}, {w})[0];
    });
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < 4; ++i) CHECK(element(results[i], 5) == 2 * i);
}

TEST_CASE("retain_grad follows the tensor and does not outlive it") {
  Tensor x = leaf({2});
  Tensor y = x * 3;
  y.retain_grad();
  y.mul_(2);  // a new history for the same tensor
  (y * y).sum().backward({}, true);
  CHECK(element(y.grad(), 0) == 24);
  Tensor z;
  {
    Tensor inner = x * 5;
    inner.retain_grad();
    z = (inner * 2).sum();
  }
  z.backward();  // the tensor is gone: nothing to store
  CHECK(element(x.grad(), 0) == 24 * 6 + 10);
}
