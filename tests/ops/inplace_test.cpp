// In-place forms that the table of operators does not reach: those of integers and of views.
#include <doctest/doctest.h>

#include <tengen/autograd/ops/ops.h>

using namespace tengen;

TEST_CASE("bits in place") {
  Tensor x = tensor({12, 10, 7}, kInt);
  CHECK(x.clone().bitwise_and_(6).equal(tensor({4, 2, 6}, kInt)));
  CHECK(x.clone().bitwise_or_(tensor({1, 2, 8}, kInt)).equal(tensor({13, 10, 15}, kInt)));
  CHECK(x.clone().bitwise_xor_(3).equal(tensor({15, 9, 4}, kInt)));
  CHECK(x.clone().bitwise_not_().equal(tensor({-13, -11, -8}, kInt)));
  CHECK(x.clone().bitwise_left_shift_(2).equal(tensor({48, 40, 28}, kInt)));
  CHECK(x.clone().bitwise_right_shift_(tensor({1, 2, 3}, kInt)).equal(tensor({6, 2, 0}, kInt)));
  CHECK(x.clone().gcd_(tensor({8, 15, 14}, kInt)).equal(tensor({4, 5, 7}, kInt)));
  CHECK(x.clone().lcm_(tensor({8, 15, 14}, kInt)).equal(tensor({24, 30, 14}, kInt)));
  Tensor mask = tensor({true, false, true});
  mask &= tensor({true, true, false});
  CHECK(mask.equal(tensor({true, false, false})));
  mask |= tensor({false, true, false});
  CHECK(mask.equal(tensor({true, true, false})));
  mask ^= tensor({true, false, false});
  CHECK(mask.equal(tensor({false, true, false})));
  CHECK_THROWS_WITH_AS(ones({2}).bitwise_and_(1), "bitwise_and_: expected integers or bools but got Float",
                       Error);
}

TEST_CASE("shifts lose what an element has no room for") {
  CHECK(tensor({1, 1, 1}, kInt)
            .bitwise_left_shift(tensor({31, 32, -1}, kInt))
            .equal(tensor({INT32_MIN, 0, 0}, kInt)));
  CHECK(tensor({-5, 5, 5}, kInt)
            .bitwise_right_shift(tensor({40, -1, 1}, kInt))
            .equal(tensor({-1, 0, 2}, kInt)));
  CHECK(tensor({1, 3, 200}, kByte)
            .bitwise_left_shift(tensor({7, 8, 1}, kByte))
            .equal(tensor({128, 0, 144}, kByte)));
}

TEST_CASE("comparisons in place keep the type") {
  Tensor x = tensor({1.0, 2.0, 3.0});
  CHECK(x.gt_(1.5).equal(tensor({0.0, 1.0, 1.0})));
  CHECK(x.dtype() == kFloat);
  CHECK(x.logical_not_().equal(tensor({1.0, 0.0, 0.0})));
}

TEST_CASE("dimensions exchanged in place keep the handle, the memory and the history") {
  Tensor x = arange(6, kDouble).view({1, 2, 3}), same = x;
  void* memory = x.data_ptr();
  x.transpose_(0, 2);
  CHECK(same.sizes() == IntArrayRef{3, 2, 1});
  CHECK(x.data_ptr() == memory);
  CHECK(x.squeeze_({0, 2}).sizes() == IntArrayRef{3, 2});
  CHECK(x.t_().equal(arange(6, kDouble).view({2, 3})));
  CHECK(x.swapaxes_(0, 1).swapdims_(0, 1).sizes() == IntArrayRef{2, 3});

  Tensor leaf = ones({2, 3}, TensorOptions(kDouble).requires_grad(true)), y = leaf * 2;
  y.t_();
  (y * arange(6, kDouble).view({3, 2})).sum().backward();
  CHECK(leaf.grad().equal(arange(6, kDouble).view({3, 2}).t() * 2));
}

TEST_CASE("rrelu draws PyTorch's slopes: one for every element that is not positive") {
  manual_seed(3);
  const Tensor x = tensor({{-1.0, 2.0, -3.0}, {0.0, -0.5, 4.0}});
  const Tensor expected = tensor({{-0.1171, 2.0, -0.7301}, {0.0, -0.0937, 4.0}});
  CHECK(allclose(rrelu(x, 0.1, 0.6, true), expected, 0, 1e-4));
}
