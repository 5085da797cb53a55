// Calls in which a number, a bool and a list stand for different things.
#include <doctest/doctest.h>

#include <cmath>

#include <tengen/torch.h>

#include "../../temporary.h"

using torch::Tensor;

namespace {

const double kNaN = std::nan("");
Tensor reals(std::vector<double> values) { return torch::tensor(values, torch::kDouble); }
Tensor table() { return torch::tensor({{1.0, 2.0, 6.0}, {3.0, 8.0, 1.0}}, torch::kDouble); }
bool near(const Tensor& found, const Tensor& expected) {
  return found.sizes() == expected.sizes() &&
         torch::allclose(found.to(torch::kDouble), expected.to(torch::kDouble), 1e-9, 1e-12, true);
}

}  // namespace

TEST_CASE("a number is a dimension of var and std, a bool alone is unbiased") {
  const Tensor x = table();
  const Tensor rows = reals({7, 13}), columns = reals({2, 18, 12.5});
  const int64_t dim = 1;
  CHECK(near(x.var(1), rows));
  CHECK(near(x.var(dim), rows));
  CHECK(near(x.var(-1), rows));
  CHECK(near(x.var(0), columns));
  CHECK(near(x.var({1}), rows));
  CHECK(near(torch::var(x, 1), rows));
  CHECK(near(torch::var(x, {0}), columns));
  CHECK(near(x.var(1, false), rows * 2 / 3));
  CHECK(near(x.var(1, true, true), rows.unsqueeze(1)));
  CHECK(near(x.std(0, false, true), (columns / 2).sqrt().unsqueeze(0)));
  CHECK(near(x.std(1), rows.sqrt()));
  CHECK(near(x.std({0, 1}), torch::std(x)));
  CHECK(near(torch::std(x, 1, true, true), rows.sqrt().unsqueeze(1)));
  CHECK(near(x.var(), x.flatten().var(0)));
  CHECK(near(x.var(true), x.flatten().var(0)));
  CHECK(near(x.var(false), x.flatten().var(0) * 5 / 6));
  CHECK(near(torch::var(x, false), x.var(false)));
  CHECK(near(torch::std(x, false), x.var(false).sqrt()));
  CHECK(near(std::get<0>(torch::var_mean(x, false)), x.var(false)));
  CHECK(near(std::get<0>(torch::var_mean(x, 1)), rows));
  CHECK(near(std::get<1>(torch::var_mean(x)), x.mean()));
  CHECK(near(torch::ones({3, 1}).std(1), torch::full({3}, kNaN)));
}

TEST_CASE("sums and their like: lists of one, two and equal numbers") {
  const Tensor x = table();
  const Tensor rows = reals({9, 12}), total = torch::scalar_tensor(21);
  CHECK(near(x.sum({0, 1}), total));
  CHECK(near(x.sum({1, 0}), total));
  CHECK(near(x.sum({1}), rows));
  CHECK(near(x.sum(1), rows));
  CHECK(near(x.sum({0}), reals({4, 10, 7})));
  CHECK(near(x.sum({0, 1}, true), torch::full({1, 1}, 21)));
  CHECK(contains(error_of([&] { x.sum({0, 0}); }), "appears multiple times"));
  CHECK(contains(error_of([&] { x.mean({0, 0}); }), "appears multiple times"));
  CHECK(near(torch::mean(x, {0, 1}), total / 6));
  CHECK(near(x.mean(-1, true), (rows / 3).unsqueeze(1)));
  CHECK(near(x.norm(1, 1), rows));
  CHECK(near(x.norm(1, {0, 1}), total));
  CHECK(near(x.amax({0, 1}), torch::scalar_tensor(8)));
  CHECK(near(x.logsumexp({1}), x.logsumexp(1)));
  CHECK(near(x.all(1), torch::ones({2}, torch::kBool)));
  CHECK(near((x > 7).any(0), torch::tensor({false, true, false})));
  CHECK(near(x.count_nonzero(), torch::tensor(6)));
  CHECK(near(x.count_nonzero(1), torch::tensor({3, 3})));
  CHECK(near(x.count_nonzero({0, 1}), torch::tensor(6)));
  CHECK(near(torch::count_nonzero(x, 0), torch::tensor({2, 2, 2})));
}

TEST_CASE("argsort's first bool is stable, its first number a dimension") {
  const Tensor x = torch::tensor({{3, 1}, {1, 2}});
  CHECK(near(x.argsort(true), torch::tensor({{1, 0}, {0, 1}})));
  CHECK(near(torch::argsort(x, true, 0, true), torch::tensor({{0, 1}, {1, 0}})));
  CHECK(near(x.argsort(0, false), torch::tensor({{1, 0}, {0, 1}})));
  CHECK(near(x.argsort(0), torch::tensor({{1, 0}, {0, 1}})));
  CHECK(near(x.argsort(1, true), torch::tensor({{0, 1}, {1, 0}})));
}

TEST_CASE("lists of dimensions: squeeze, flip, roll, median along one") {
  CHECK(torch::ones({1, 2, 1}).squeeze({0, 2}).sizes() == torch::IntArrayRef{2});
  CHECK(torch::ones({1, 2, 1}).squeeze({0}).sizes() == torch::IntArrayRef({2, 1}));
  CHECK(torch::squeeze(torch::ones({1, 2, 1}), {0, 1}).sizes() == torch::IntArrayRef({2, 1}));
  const Tensor x = table();
  CHECK(near(x.flip(0), x.flip({0})));
  CHECK(near(x.roll(1, 0), x.roll({1}, {0})));
  CHECK(near(x.median(), torch::scalar_tensor(2)));
  auto [values, indices] = x.median(1);
  CHECK(near(values, reals({2, 3})));
  CHECK(near(indices, torch::tensor({1, 0})));
  CHECK(std::get<0>(x.median(0, true)).sizes() == torch::IntArrayRef({1, 3}));
  auto [with_nan, where] = torch::median(torch::tensor({{4.0, kNaN, 1.0, kNaN}}, torch::kDouble), 1);
  CHECK(near(with_nan, reals({kNaN})));
  CHECK(near(where, torch::tensor({1})));
  CHECK(std::get<0>(torch::scalar_tensor(5).median(0)).item<double>() == 5);
  Tensor leaf = x.clone().set_requires_grad(true);
  std::get<0>(leaf.median(1)).sum().backward();
  CHECK(near(leaf.grad(), torch::tensor({{0.0, 1.0, 0.0}, {1.0, 0.0, 0.0}}, torch::kDouble)));
}

TEST_CASE("index_put_ of numbers, tensors and sums") {
  Tensor x = torch::zeros({2, 3});
  x.index_put_({0}, 1.0);
  x.index_put_({0, 1}, torch::tensor(3.f));
  CHECK(near(x, torch::tensor({{1.f, 3.f, 1.f}, {0.f, 0.f, 0.f}})));
  x.index_put_({x > 2}, 0);
  CHECK(near(x, torch::tensor({{1.f, 0.f, 1.f}, {0.f, 0.f, 0.f}})));
  x.index_put_({torch::tensor({1, 1})}, torch::ones({3}), true);
  CHECK(near(x[1], torch::full({3}, 2.f)));
  x.index_put_({1, torch::indexing::Slice()}, torch::ones({3}), true);
  CHECK(near(x[1], torch::full({3}, 3.f)));
}

TEST_CASE("numbers and tensors compare both ways") {
  const Tensor x = torch::tensor({1, 2, 3});
  CHECK(near(2 < x, torch::tensor({false, false, true})));
  CHECK(near(2 <= x, torch::tensor({false, true, true})));
  CHECK(near(1.5 > x, torch::tensor({true, false, false})));
  CHECK(near(2 >= x, torch::tensor({true, true, false})));
  CHECK(near(2 == x, torch::tensor({false, true, false})));
  CHECK(near(2 != x, torch::tensor({true, false, true})));
  const Tensor below = x<2, turned = 2> x;
  CHECK(near(below, turned));
  CHECK(near(1 & x, torch::tensor({1, 0, 1})));
  CHECK(near(4 | x, torch::tensor({5, 6, 7})));
  CHECK(near(1 ^ x, torch::tensor({0, 3, 2})));
}
