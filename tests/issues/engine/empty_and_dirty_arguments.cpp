// Empty lists where something is expected, and inputs that a Function says it has changed.
#include <doctest/doctest.h>

#include <tengen/torch.h>

#include "../../temporary.h"

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

struct Touch : torch::autograd::Function<Touch> {  // writes where the count of writes does not see it
  static Tensor forward(AutogradContext* context, Tensor x) {
    x.data_ptr<float>()[0] += 1;
    context->mark_dirty({x});
    return x;
  }
  static variable_list backward(AutogradContext*, variable_list grads) { return grads; }
};

}  // namespace

TEST_CASE("an empty list of indices") {
  Tensor x = torch::zeros({2});
  CHECK(contains(error_of([&] { x.index({}); }),
                 "Passing an empty index list to Tensor::index() is not valid syntax"));
  CHECK(contains(error_of([&] { x.index_put_({}, 1); }),
                 "Passing an empty index list to Tensor::index_put_() is not valid syntax"));
}

TEST_CASE("an empty list of inputs of backward") {
  Tensor a = torch::ones({2}).set_requires_grad(true), y = a.sum();
  CHECK(contains(error_of([&] { y.backward({}, std::nullopt, false, std::vector<Tensor>{}); }),
                 "`inputs` argument to `backward()` cannot be empty"));
  CHECK_FALSE(a.grad().defined());
  y.backward({}, std::nullopt, false, std::vector<Tensor>{a});
  CHECK(a.grad().defined());
}

TEST_CASE("an input marked dirty counts as written") {
  Tensor a = torch::ones({2}).set_requires_grad(true), b = a * 1, y = b * b;
  Touch::apply(b);
  CHECK(b._version() == 1);
  CHECK(contains(error_of([&] { y.sum().backward(); }), "modified by an inplace operation"));
  Tensor plain = torch::ones({2});
  Touch::apply(plain);
  CHECK(plain._version() == 1);
}
