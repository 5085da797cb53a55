// Operators that write where they also read, and tensors whose elements share memory.
#include <doctest/doctest.h>

#include <functional>

#include <tengen/torch.h>

#include "../../temporary.h"

using torch::Tensor;
using torch::indexing::Slice;

namespace {

Tensor count(int64_t n) { return torch::arange(n, torch::kFloat); }
bool same(const Tensor& found, const Tensor& expected) { return torch::equal(found, expected); }
Tensor row(std::vector<float> values) { return torch::tensor(values); }

const char* const kPartial =
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single "
    "memory location. Please clone() the tensor before performing the operation.";
const char* const kRepeated =
    "unsupported operation: more than one element of the written-to tensor refers to a single memory "
    "location. "
    "Please clone() the tensor before performing the operation.";

void refused(const char* op, const char* why, const std::function<void()>& call) {
  CAPTURE(op);
  const std::string error = error_of(call);
  CHECK(contains(error, std::string(op) + ": " + why));
}

}  // namespace

TEST_CASE("reading and writing memory that overlaps is refused") {
  Tensor x = count(12), square = count(9).reshape({3, 3}).clone(), rows = count(6).view({3, 2});
  refused("add_", kPartial, [&] { x.slice(0, 1).add_(x.slice(0, 0, 11)); });
  refused("copy_", kPartial, [&] { x.slice(0, 1).copy_(x.slice(0, 0, 11)); });
  refused("copy_", kPartial, [&] { x.slice(0, 1) = x.slice(0, 0, 11); });
  refused("index_put_", kPartial, [&] { x.index_put_({torch::arange(12)}, x); });
  refused("copy_", kPartial, [&] { x.index_put_({Slice(1, 4)}, x.slice(0, 0, 3)); });
  refused("add_", kPartial, [&] { square.add_(square.t()); });
  refused("copy_", kPartial, [&] { square.copy_(square.t()); });
  refused("sub_", kPartial, [&] { rows.sub_(rows[0]); });
  refused("div_", kPartial, [&] { rows.div_(rows[0]); });
  refused("sub_", kPartial, [&] { x -= x[0]; });
  refused("addcmul_", kPartial, [&] { x.addcmul_(x, x[3]); });
  refused("lerp_", kPartial, [&] { x.slice(0, 0, 3).lerp_(x.slice(0, 2, 5), 0.5); });
  refused("bernoulli_", kPartial, [&] { x.slice(0, 0, 3).bernoulli_(x.slice(0, 2, 5)); });
  refused("scatter_", kPartial, [&] { x.scatter_(0, torch::arange(12), x); });
  refused("scatter_add_", kPartial, [&] { x.scatter_add_(0, torch::arange(12), x); });
  refused("index_add_", kPartial, [&] { x.index_add_(0, torch::arange(12), x); });
  Tensor numbers = torch::arange(3);
  refused("scatter_", kPartial, [&] { numbers.scatter_(0, numbers, torch::ones({3}, torch::kLong)); });
  refused("index_put_", kPartial, [&] { numbers.index_put_({numbers}, torch::ones({3}, torch::kLong)); });
  refused("index_add_", kPartial, [&] { numbers.index_add_(0, numbers, torch::ones({3}, torch::kLong)); });
  Tensor bits = torch::tensor({true, false, true});
  refused("masked_fill_", kPartial, [&] { bits.slice(0, 0, 2).masked_fill_(bits.slice(0, 1), false); });
  Tensor leaf = count(4).set_requires_grad(true), recorded = leaf * 1;
  refused("mul_", kPartial, [&] { recorded.slice(0, 1).mul_(recorded.slice(0, 0, 3)); });
  CHECK(same(x, count(12)));
  CHECK(same(numbers, torch::arange(3)));
}

TEST_CASE("operands that are the written tensor, or beside it in the same memory") {
  Tensor x = count(6);
  x.add_(x);
  x.slice(0, 0, 4).mul_(x.slice(0, 0, 4));
  CHECK(same(x, row({0, 4, 16, 36, 8, 10})));
  x.slice(0, 0, 3) = x.slice(0, 3);
  x.copy_(x);
  CHECK(same(x, row({36, 8, 10, 36, 8, 10})));
  x.fill_(x[1]);
  CHECK(same(x, torch::full({6}, 8.f)));
  Tensor y = row({1, 2, 3});
  y.masked_fill_(y > 2, y[0]).scatter_(0, torch::tensor({0}), 9);
  CHECK(same(y, row({9, 2, 1})));
  y.copy_(y.flip(0));
  CHECK(same(y, row({1, 2, 9})));
  Tensor bits = torch::tensor({true, false});
  bits.masked_fill_(bits, false);
  CHECK(same(bits, torch::tensor({false, false})));
}

// Whether their elements coincide is not looked at: the operand is copied first.
TEST_CASE("operands interleaved with the written tensor") {
  Tensor x = count(6);
  x.slice(0, 0, 6, 2).add_(x.slice(0, 1, 6, 2));
  CHECK(same(x, row({1, 1, 5, 3, 9, 5})));
  Tensor table = count(6).view({2, 3}).clone();
  table.slice(1, 0, 2).add_(table.slice(1, 1));
  CHECK(same(table, torch::tensor({{1.f, 3.f, 2.f}, {7.f, 9.f, 5.f}})));
  table.slice(1, 1) = table.slice(1, 0, 2);
  CHECK(same(table, torch::tensor({{1.f, 1.f, 3.f}, {7.f, 7.f, 9.f}})));
  Tensor columns = count(8).view({4, 2}).clone();
  columns.t()[0].index_add_(0, torch::tensor({3, 2, 1, 0}), columns.t()[1]);
  CHECK(same(columns.t()[0], row({7, 7, 7, 7})));
  columns.t()[0].scatter_(0, torch::tensor({3, 2, 1, 0}), columns.t()[1]);
  CHECK(same(columns.t()[0], row({7, 5, 3, 1})));
  columns.t()[0].index_put_({torch::tensor({1, 0, 2, 3})}, columns.t()[1]);
  CHECK(same(columns.t()[0], row({3, 1, 5, 7})));
}

TEST_CASE("expanded tensors take one value for all elements") {
  Tensor x = torch::zeros({3}), wide = x.expand({2, 3});
  wide.fill_(2);
  CHECK(same(x, row({2, 2, 2})));
  wide.zero_();
  CHECK(same(x, row({0, 0, 0})));
  wide.masked_fill_(torch::tensor({{true, false, false}, {false, false, true}}), 5);
  CHECK(same(x, row({5, 0, 5})));
  wide.masked_fill_(torch::tensor({false, true, false}), torch::tensor(6.f));
  CHECK(same(wide, torch::tensor({{5.f, 6.f, 5.f}, {5.f, 6.f, 5.f}})));
  wide.index_put_({1, 0}, 7);
  CHECK(same(x, row({7, 6, 5})));
  CHECK(wide.unsqueeze_(0).squeeze_().sizes() == torch::IntArrayRef({2, 3}));

  Tensor leaf = count(3).set_requires_grad(true), y = leaf * 2;
  y.expand({2, 3}).masked_fill_(torch::tensor({true, false, false}), 1);
  y.sum().backward();
  CHECK(same(leaf.grad(), row({0, 2, 2})));
}

TEST_CASE("expanded tensors take no other writes") {
  Tensor x = torch::zeros({1}).expand({3});
  refused("add_", kRepeated, [&] { x.add_(1); });
  refused("copy_", kRepeated, [&] { x.copy_(count(3)); });
  refused("copy_", kRepeated, [&] { x.fill_(torch::tensor(1.f)); });
  refused("uniform_", kRepeated, [&] { x.uniform_(); });
  refused("relu_", kRepeated, [&] { x.relu_(); });
  refused("frac_", kRepeated, [&] { x.frac_(); });
  refused("clamp_", kRepeated, [&] { x.clamp_(0, 1); });
  refused("scatter_", kRepeated, [&] { x.scatter_(0, torch::tensor({0}), 1.0); });
  refused("index_add_", kRepeated, [&] { x.index_add_(0, torch::tensor({0}), torch::ones({1})); });
  refused("index_put_", kRepeated, [&] { x.index_put_({torch::tensor({0})}, torch::ones({1})); });
}

TEST_CASE("expanded tensors without elements take any write") {
  const torch::Tensor x = torch::ones({2, 0, 1}).expand({2, 0, 3});
  CHECK_NOTHROW(x.sin_());
  CHECK_NOTHROW(x.div_(0));
  CHECK_NOTHROW(x.exponential_());
}

TEST_CASE("overlapping views behind a cat: each piece gets its own part of the gradient") {
  for (const bool stacked : {false, true}) {
    const torch::Tensor memory = torch::arange(5, torch::kDouble).requires_grad_(),
                        other = torch::zeros({2, 3}, torch::kDouble).requires_grad_();
    const torch::Tensor windows = memory.as_strided({2, 3}, {2, 1});
    const torch::Tensor all = stacked ? torch::stack({other, windows}) : torch::cat({other, windows});
    const torch::Tensor weight = torch::arange(12, torch::kDouble).view_as(all);
    (all * weight).sum().backward();
    CHECK(other.grad().flatten().equal(torch::arange(6, torch::kDouble)));
    // The middle element is in both windows: 8 + 9.
    CHECK(memory.grad().equal(torch::tensor({6., 7., 17., 10., 11.}, torch::kDouble)));
  }
}
