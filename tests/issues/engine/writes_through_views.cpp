// Views that may not be written through while gradients are recorded, and views of tensors that need one.
#include <doctest/doctest.h>

#include <tengen/torch.h>

#include "../../temporary.h"

using torch::Tensor;

namespace {

Tensor leaf() { return torch::tensor({{1.f, 2.f}, {3.f, 4.f}}).set_requires_grad(true); }
template <class Make>
auto without_gradients(const Make& make) {
  torch::NoGradGuard no_grad;
  return make();
}

struct Rows : torch::autograd::Function<Rows> {
  static Tensor forward(torch::autograd::AutogradContext*, Tensor x) { return x.view({-1}); }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*,
                                                 torch::autograd::variable_list grads) {
    return {grads[0].view({2, 2})};
  }
};

const char* const kSeveral =
    "is being modified inplace. This view is the output of a function that returns multiple views. Such "
    "functions do not allow the output views to be modified inplace. You should replace the inplace "
    "operation "
    "by an out-of-place one";
const char* const kNoGrad =
    "created in no_grad mode and is being modified inplace with grad mode enabled. Given that this use case "
    "is ambiguous and error-prone, it is forbidden.";

}  // namespace

TEST_CASE("a view made without gradients needs one where its base does") {
  Tensor a = leaf(), b = a * 1;
  for (const Tensor& base : {a, b}) {
    Tensor v = without_gradients([&] { return base[0]; });
    CHECK(v.requires_grad());
    CHECK(v.is_leaf());
    CHECK((v * 2).requires_grad());
    CHECK_FALSE(v.detach().requires_grad());
    (v * 2).sum().backward();  // leads nowhere
    CHECK_FALSE(a.grad().defined());
    CHECK(contains(error_of([&] { v.backward(torch::ones({2})); }),
                   "does not require grad and does not have a grad_fn"));
    CHECK(contains(error_of([&] { torch::autograd::grad({a.sum()}, {v}); }), "does not require grad"));
  }
  Tensor plain = torch::zeros({2, 2}), v = without_gradients([&] { return plain[0]; });
  CHECK_FALSE(v.requires_grad());
}

TEST_CASE("writes to views made without gradients") {
  Tensor a = leaf(), b = a * 1;
  for (const Tensor& base : {a, b}) {
    Tensor v = without_gradients([&] { return base[0]; });
    CHECK(contains(error_of([&] { v.mul_(2); }), std::string("mul_: A view was ") + kNoGrad));
    CHECK(contains(error_of([&] { v[0].zero_(); }), kNoGrad));
    without_gradients([&] { return v.mul_(2); });
  }
  // The base needs none when the view is made: the write is recorded.
  Tensor buffer = torch::zeros({2, 2}), v = without_gradients([&] { return buffer[0]; });
  v.copy_(b[1]);
  buffer.sum().backward();
  CHECK(torch::equal(a.grad(), torch::tensor({{0.f, 0.f}, {1.f, 1.f}})));
}

TEST_CASE("writes to what operators returned without gradients") {
  Tensor w = torch::full({3}, 2.f).set_requires_grad(true), x = torch::ones({2, 2, 3});
  Tensor y = without_gradients([&] { return torch::linear(x, torch::ones({3, 3})); });
  y[0] = w;
  y[1] = w;
  (y * y).sum().backward();
  CHECK(torch::equal(w.grad(), torch::full({3}, 16.f)));
  Tensor spread = (w * torch::arange(3)).var(0);
  spread.mul_(3);
  w.mutable_grad() = Tensor();
  spread.backward();
  CHECK(torch::equal(w.grad(), torch::tensor({0.f, 0.f, 12.f})));
}

TEST_CASE("writes to one of several views") {
  Tensor a = leaf(), b = a * 1;
  CHECK(contains(error_of([&] { b.unbind()[0].mul_(2); }),
                 std::string("mul_: Output 0 of UnbindBackward is a view and ") + kSeveral));
  CHECK(contains(error_of([&] { b.split(1)[1].add_(2); }), "add_: Output 1 of SplitBackward is a view"));
  CHECK(contains(error_of([&] { b.chunk(2)[1].zero_(); }), kSeveral));
  CHECK(contains(error_of([&] { b.split_with_sizes({1, 1})[0].uniform_(); }), kSeveral));
  CHECK(contains(error_of([&] { b.unbind()[0][1].relu_(); }), kSeveral));
  CHECK(contains(error_of([&] { a.unbind()[0].mul_(2); }), kSeveral));
  Tensor plain = torch::zeros({2, 2});
  CHECK(contains(error_of([&] { plain.unbind()[0].copy_(b[0]); }), kSeveral));

  plain.unbind()[0].add_(1);  // without gradients all of it is allowed
  without_gradients([&] { return b.chunk(2)[0].zero_(); });
  CHECK(plain.sum().item<float>() == 2);
  CHECK(b.sum().item<float>() == 7);
}

TEST_CASE("writes to views of leaves and to what a Function returned") {
  Tensor a = leaf();
  CHECK(
      contains(error_of([&] { a[0].add_(1); }),
               "add_: a view of a leaf Variable that requires grad is being used in an in-place operation."));
  CHECK(contains(error_of([&] { a.add_(1); }),
                 "add_: a leaf Variable that requires grad is being used in an in-place operation."));
  Tensor rows = Rows::apply(a * 1);
  CHECK(contains(error_of([&] { rows.add_(1); }),
                 "is a view and is being modified inplace. This view was created inside a custom Function"));
  CHECK(contains(error_of([&] { (a * 1)[0].detach_(); }),
                 "Can't detach views in-place. Use detach() instead."));
  CHECK(contains(error_of([] { torch::zeros({2})[0].detach_(); }), "Can't detach views in-place."));
}

TEST_CASE("writes to ordinary views reach the base's history") {
  Tensor a = leaf(), b = a * 1;
  b[0].mul_(5);
  b.t()[1].zero_();
  b.squeeze_().unsqueeze_(0);
  b.sum().backward();
  CHECK(torch::equal(a.grad(), torch::tensor({{5.f, 0.f}, {1.f, 0.f}})));
}
