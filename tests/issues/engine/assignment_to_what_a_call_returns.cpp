// `x[0] = y` writes into x; a variable that is assigned to becomes another handle.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include <tengen/torch.h>

#include "../../temporary.h"

using torch::Tensor;
using namespace torch::indexing;

namespace {

Tensor row(std::initializer_list<float> values) { return torch::tensor(std::vector<float>(values)); }
bool same(const Tensor& found, const Tensor& expected) { return torch::equal(found, expected); }
Tensor leaf(const Tensor& t) { return t.clone().set_requires_grad(true); }

}  // namespace

TEST_CASE("assignment to an indexed tensor writes through") {
  Tensor x = torch::zeros({2, 3});
  x[0] = row({1, 2, 3});
  x.index({1, Slice(1)}) = row({5, 6});
  CHECK(same(x, torch::tensor({{1.f, 2.f, 3.f}, {0.f, 5.f, 6.f}})));
  x.index({Slice(), 1}) = row({7, 8});
  CHECK(same(x, torch::tensor({{1.f, 7.f, 3.f}, {0.f, 8.f, 6.f}})));
  x.select(0, 1) = torch::ones({3});
  x[0][2] = x[1][0];
  CHECK(same(x, torch::tensor({{1.f, 7.f, 1.f}, {1.f, 1.f, 1.f}})));
  x.slice(1, 0, 2) = row({4, 9});  // broadcast
  CHECK(same(x, torch::tensor({{4.f, 9.f, 1.f}, {4.f, 9.f, 1.f}})));
  x.narrow(0, 0, 1) = std::move(torch::zeros({1, 3}));
  x.t()[2] = torch::arange(2);  // and converted
  CHECK(same(x, torch::tensor({{0.f, 0.f, 0.f}, {4.f, 9.f, 1.f}})));
}

TEST_CASE("assignment of numbers to an indexed tensor") {
  Tensor x = torch::zeros({2, 3});
  x[0] = 1;
  x[1][1] = 5.5;
  x.index({1, 2}) = 3.5;
  x.index({"...", 0}) = -1;
  CHECK(same(x, torch::tensor({{-1.f, 1.f, 1.f}, {-1.f, 5.5f, 3.5f}})));
  Tensor mask = torch::zeros({2}, torch::kBool);
  mask[0] = true;
  CHECK(same(mask, torch::tensor({true, false})));
}

TEST_CASE("assignment to an indexed tensor counts as a write and takes part in the history") {
  Tensor w = leaf(row({1, 2, 3})), x = torch::zeros({2, 3});
  x[0] = w * 2;
  CHECK(x._version() == 1);
  CHECK(x.requires_grad());
  (x * torch::tensor({{1.f, 10.f, 100.f}, {1.f, 1.f, 1.f}})).sum().backward();
  CHECK(same(w.grad(), row({2, 20, 200})));

  Tensor y = w * 1, squares = y * y;
  y[1] = 0;
  CHECK(contains(error_of([&] { squares.sum().backward(); }), "modified by an inplace operation"));
  CHECK(contains(error_of([&] { w[0] = 1; }), "a view of a leaf Variable that requires grad"));
  CHECK(contains(error_of([&] { x[0] = torch::ones({4}); }), "must match the existing size"));
}

// Index tensors and masks read a copy, so that what is assigned goes into the copy: index_put_ is for that.
TEST_CASE("assignment to what index tensors select leaves the tensor alone") {
  Tensor x = torch::arange(4, torch::kFloat);
  x.index({x > 1}) = row({8, 9});
  x.index({torch::tensor({0, 1})}) = 7;
  CHECK(same(x, torch::arange(4, torch::kFloat)));
  x.index_put_({x > 1}, row({8, 9}));
  CHECK(same(x, row({0, 1, 8, 9})));
}

TEST_CASE("assignment to a variable rebinds it") {
  Tensor x = torch::zeros({2}), r = x[0], kept = r;
  r = torch::ones({2});
  CHECK(same(x, torch::zeros({2})));
  CHECK(kept.dim() == 0);

  Tensor a = row({1}), b = row({2});
  const Tensor first = a, second = b;
  std::swap(a, b);
  CHECK(a.is_same(second));
  CHECK(b.is_same(first));
  std::tie(a, b) = std::make_tuple(first, second);
  CHECK(a.is_same(first));
  std::tie(a, std::ignore) = torch::max(row({3, 4}), 0);
  CHECK(a.item<float>() == 4);
  CHECK(same(first, row({1})));
  auto [values, indices] = torch::max(row({3, 5}), 0);
  values = first;
  CHECK(values.is_same(first));
  a = std::move(b);
  CHECK(a.is_same(second));
  CHECK(std::exchange(a, first).is_same(second));
  CHECK(same(second, row({2})));
  a = {};
  CHECK_FALSE(a.defined());
}

TEST_CASE("containers of tensors rebind their elements") {
  const Tensor one = row({1}), two = row({2}), three = row({3});
  std::vector<Tensor> list{one, two, three};
  list[0] = two;
  list.erase(list.begin());
  list.insert(list.begin(), three);
  std::reverse(list.begin(), list.end());
  std::rotate(list.begin(), list.begin() + 1, list.end());
  list.front() = one;
  list.assign(3, two);
  CHECK(list[2].is_same(two));
  std::optional<Tensor> maybe = one;
  maybe = two;
  *maybe = three;
  CHECK(maybe->is_same(three));
  std::variant<int, Tensor> either = one;
  either = two;
  std::get<Tensor>(either) = three;
  CHECK(std::get<Tensor>(either).is_same(three));
  std::pair<Tensor, Tensor> pair{one, two};
  pair.first = three;
  pair = {two, three};
  CHECK(pair.second.is_same(three));
  CHECK(same(one, row({1})));
  CHECK(same(two, row({2})));
  CHECK(same(three, row({3})));
}
