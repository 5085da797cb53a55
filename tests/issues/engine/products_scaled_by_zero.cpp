// What addmm and its kin scale by zero does not matter, be it NaN or infinite.
#include <doctest/doctest.h>

#include <cmath>

#include <tengen/torch.h>

using namespace torch;

TEST_CASE("products scaled by zero: values") {
  const Tensor one = ones({2, 2}), nan = full({2, 2}, NAN);
  CHECK(addmm(one, nan, one, 1, 0).equal(one));
  CHECK(addmm(nan, one, one, 0, 1).equal(one * 2));
  CHECK(addmm(nan, nan, one, 0, 0).equal(zeros({2, 2})));
  CHECK(addmm(tensor({NAN, NAN}), one, one, 0).equal(one * 2));
  CHECK(nan.addmm(one, one, 0).equal(one * 2));
  const Tensor many = ones({3, 2, 2}), bad = full({3, 2, 2}, INFINITY);
  CHECK(baddbmm(many, bad, many, 1, 0).equal(many));
  CHECK(baddbmm(bad, many, many, 0, 1).equal(many * 2));
  CHECK(addmm(one.to(kBFloat16), nan.to(kBFloat16), one.to(kBFloat16), 1, 0).equal(one.to(kBFloat16)));
}

TEST_CASE("products scaled by zero: gradients") {
  Tensor self = ones({2, 2}, requires_grad()), a = full({2, 2}, NAN, requires_grad()), b = ones({2, 2});
  addmm(self, a, b, 1, 0).sum().backward();
  CHECK(self.grad().equal(ones({2, 2})));
  CHECK(a.grad().equal(zeros({2, 2})));
  Tensor bad = full({2, 2}, NAN, requires_grad()), c = ones({2, 2}, requires_grad());
  addmm(bad, c, b, 0, 1).sum().backward();
  CHECK(bad.grad().equal(zeros({2, 2})));
  CHECK(c.grad().equal(ones({2, 2}) * 2));
}

TEST_CASE("products scaled by zero: matrices of integers take whole factors") {
  const Tensor i = ones({2, 2}, kInt);
  const Tensor out = addmm(i, i, i, 1.5, 1.5);
  CHECK(out.dtype() == kInt);
  CHECK(out.equal(i * 3));
  CHECK(addmm(i, i, i, 2, 3).equal(i * 8));
}
