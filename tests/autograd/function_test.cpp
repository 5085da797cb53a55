// Operators with a rule of one's own.
#include <doctest/doctest.h>

#include <tengen/autograd/autograd.h>
#include <tengen/autograd/function.h>
#include <tengen/autograd/gradcheck.h>
#include <tengen/autograd/ops/ops.h>

#include "../temporary.h"

using namespace tengen;
using namespace tengen::autograd;

namespace {

struct Cube : Function<Cube> {
  static Tensor forward(AutogradContext* ctx, Tensor x) {
    ctx->save_for_backward({x});
    return x * x * x;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    Tensor x = ctx->get_saved_variables()[0];
    return {grads[0] * 3 * x * x};
  }
};

// Saves its output, as exp's rule wants it.
struct Exp : Function<Exp> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x) {
    Tensor y = x.exp();
    ctx->save_for_backward({y});
    return y;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    return {grads[0] * ctx->get_saved_variables()[0]};
  }
};

// weight * x + offset * b, with arguments of other kinds between; two outputs.
struct Mixed : Function<Mixed> {
  static variable_list forward(AutogradContext* ctx, Tensor x, double weight, std::optional<Tensor> b,
                               int64_t offset) {
    ctx->saved_data["weight"] = weight;
    ctx->saved_data["offset"] = offset;
    ctx->saved_data["shape"] = x.sizes();
    ctx->saved_data["name"] = "mixed";
    Tensor y = x * weight;
    return {b ? y + *b * offset : y, x.sign()};
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    CHECK(ctx->saved_data["shape"].toIntVector() == std::vector<int64_t>{2});
    CHECK(ctx->saved_data["name"].toStringRef() == "mixed");
    CHECK(grads[1].defined());  // zeros where nobody gave a gradient
    needs_b = ctx->needs_input_grad(1);
    Tensor b = needs_b ? grads[0] * ctx->saved_data["offset"].toInt() : Tensor();
    return {grads[0] * ctx->saved_data["weight"].toDouble(), Tensor(), b, Tensor()};
  }
  static inline bool needs_b = false;
};

struct DoubleInPlace : Function<DoubleInPlace> {
  static Tensor forward(AutogradContext* ctx, Tensor x) {
    x.mul_(2);
    ctx->mark_dirty({x});
    return x;
  }
  static variable_list backward(AutogradContext*, variable_list grads) { return {grads[0] * 2}; }
};

struct PassAndArgmax : Function<PassAndArgmax> {
  static variable_list forward(AutogradContext* ctx, Tensor x) {
    Tensor largest = x.max();
    ctx->mark_non_differentiable({largest});
    ctx->set_materialize_grads(false);
    return {x, largest};
  }
  static variable_list backward(AutogradContext*, variable_list grads) {
    CHECK(!grads[1].defined());
    return {grads[0] * 10};
  }
};

struct WrongCount : Function<WrongCount> {
  static Tensor forward(AutogradContext*, Tensor x, int) { return x * 1; }
  static variable_list backward(AutogradContext*, variable_list grads) { return {grads[0]}; }
};

Tensor leaf(std::vector<double> values) { return tensor(values, kDouble).requires_grad_(); }

}  // namespace

TEST_CASE("a Function is differentiated by its own rule, to any order") {
  Tensor x = leaf({1, 2});
  Tensor y = Cube::apply(x);
  CHECK(y.grad_fn()->name() == "CubeBackward");
  y.sum().backward();
  CHECK(x.grad().equal(tensor({3.0, 12.0}, kDouble)));
  CHECK(gradcheck([](const variable_list& in) { return variable_list{Cube::apply(in[0])}; },
                  {leaf({0.3, -1.2})}));
  CHECK(gradgradcheck([](const variable_list& in) { return variable_list{Exp::apply(in[0])}; },
                      {leaf({0.3, -1.2})}));
  NoGradGuard no_grad;
  CHECK(!Cube::apply(x).requires_grad());
}

TEST_CASE("saved tensors of a Function are checked for in-place changes and for a second pass") {
  Tensor x = leaf({1, 2});
  Tensor a = x * 1, y = Cube::apply(a);
  a.add_(1);
  CHECK(contains(error_of([&] { y.sum().backward(); }), "modified by an inplace operation"));
  Tensor z = Exp::apply(x).sum();
  z.backward();
  CHECK(contains(error_of([&] { z.backward(); }), "second time"));
}

TEST_CASE("arguments of other kinds, several outputs") {
  Tensor x = leaf({1, -2}), b = leaf({3, 4});
  variable_list out = Mixed::apply(x, 2.5, b, 7);
  out[0].sum().backward();
  CHECK(Mixed::needs_b);
  CHECK(x.grad().equal(full({2}, 2.5, kDouble)));
  CHECK(b.grad().equal(full({2}, 7.0, kDouble)));
  Mixed::apply(x, 2.5, b.detach(), 7)[0].sum().backward();
  CHECK(!Mixed::needs_b);
  x.mutable_grad().reset();
  Mixed::apply(x, 1.5, std::nullopt, 7)[0].sum().backward();
  CHECK(x.grad().equal(full({2}, 1.5, kDouble)));
}

TEST_CASE("dirty inputs, inputs passed through, outputs without gradient") {
  Tensor x = leaf({1, 2});
  Tensor a = x * 1;
  Tensor y = DoubleInPlace::apply(a);
  CHECK(y.is_same(a));
  CHECK(a.equal(tensor({2.0, 4.0}, kDouble)));
  (a * a).sum().backward();
  CHECK(x.grad().equal(tensor({8.0, 16.0}, kDouble)));
  CHECK(contains(error_of([&] { DoubleInPlace::apply(x); }), "leaf"));

  x = leaf({1, 2});
  variable_list out = PassAndArgmax::apply(x);
  CHECK(!out[0].is_same(x));
  CHECK(!out[1].requires_grad());
  out[0].sum().backward();
  CHECK(x.grad().equal(full({2}, 10.0, kDouble)));
}

TEST_CASE("what a Function does wrong is said") {
  Tensor x = leaf({1});
  CHECK(contains(error_of([&] { WrongCount::apply(x, 1).backward(); }), "expected 2, got 1"));
  CHECK(contains(error_of([] { IValue(2.5).toInt(); }), "expected a int64_t"));
  CHECK(IValue(3).toDouble() == 3);
  CHECK(IValue().isNone());
}
