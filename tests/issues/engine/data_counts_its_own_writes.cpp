// data() shares memory but not the count of writes; detach() shares both.
#include <doctest/doctest.h>

#include <tengen/torch.h>

#include "../../temporary.h"

using torch::Tensor;

namespace {

Tensor leaf(std::vector<float> values) { return torch::tensor(values).set_requires_grad(true); }
bool same(const Tensor& found, std::vector<float> expected) {
  return torch::allclose(found, torch::tensor(expected));
}

}  // namespace

TEST_CASE("a step on data() between forward and backward") {
  Tensor w = leaf({2, 3}), y = w * w;
  y.sum().backward({}, true);
  w.data() -= w.grad() * 0.5;
  CHECK(same(w, {0, 0}));
  CHECK(w._version() == 0);
  y.sum().backward();  // with the values that w has by now
  CHECK(same(w.grad(), {4, 6}));
}

TEST_CASE("a write to detach() between forward and backward is found") {
  Tensor w = leaf({2, 3}), y = w * w;
  w.detach().add_(1);
  CHECK(w._version() == 1);
  CHECK(contains(error_of([&] { y.sum().backward(); }), "modified by an inplace operation"));
}

TEST_CASE("what is made of data() shares its count") {
  Tensor x = torch::arange(3, torch::kFloat), d = x.data(), view = d[0], detached = view.detach();
  detached.add_(1);
  view.mul_(2);
  CHECK(x._version() == 0);
  CHECK(d._version() == 2);
  CHECK(view._version() == 2);
  CHECK(x.variable_data()._version() == 0);
  x.tensor_data().add_(1);
  CHECK(x._version() == 1);
  CHECK(d._version() == 2);
  CHECK(d.is_alias_of(x));
  CHECK(same(x, {3, 2, 3}));

  Tensor saved = x.data().set_requires_grad(true), y = saved * saved;
  {
    torch::NoGradGuard no_grad;
    saved.add_(1);
  }
  CHECK(contains(error_of([&] { y.sum().backward(); }), "is at version 1; expected version 0"));
}
