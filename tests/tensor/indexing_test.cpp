// Indexing with PyTorch's values and error texts; what views share; writes through views and their gradients.
#include <doctest/doctest.h>
#include <tengen/autograd/autograd.h>
#include <tengen/autograd/gradcheck.h>
#include <tengen/autograd/ops/ops.h>

#include <numeric>

using namespace tengen;
using namespace tengen::indexing;

namespace {

std::vector<double> values(const Tensor& t) {
  Tensor flat = t.detach().to(kDouble).contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}
std::vector<int64_t> sizes(const Tensor& t) { return t.sizes().vec(); }

template <class F>
std::string error(const F& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

/// 0, 1, 2, ... in (2,3,4).
Tensor count() { return arange(24).view({2, 3, 4}); }
Tensor leaf(std::vector<int64_t> shape) {
  int64_t n = std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
  return (arange(n, kDouble) + 1).reshape(shape).detach().requires_grad_();
}

}  // namespace

TEST_CASE("index gives PyTorch's elements") {
  Tensor x = count();
  struct Case {
    std::function<Tensor()> call;
    std::vector<int64_t> shape;
    std::vector<double> elements;
  };
  const std::vector<Case> cases{
      {[&] { return x.index({1}); }, {3, 4}, {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}},
      {[&] {
         return x.index({-1, 2});
       },
       {4},
       {20, 21, 22, 23}},
      {[&] {
         return x.index({"...", 0});
       },
       {2, 3},
       {0, 4, 8, 12, 16, 20}},
      {[&] {
         return x.index({Slice(), Slice(1)});
       },
       {2, 2, 4},
       {4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23}},
      {[&] {
         return x.index({Slice(None, None, 2), Ellipsis, Slice(-2, -1)});
       },
       {1, 3, 1},
       {2, 6, 10}},
      {[&] {
         return x.index({0, None, 1});
       },
       {1, 4},
       {4, 5, 6, 7}},
      {[&] {
         return x.index({None, Slice(1, 2), Ellipsis, 0, None});
       },
       {1, 1, 3, 1},
       {12, 16, 20}},
      {[&] {
         return x.index({tensor({1, 0, 1})});
       },
       {3, 3, 4},
       {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 0,  1,  2,  3,  4,  5,
        6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}},
      {[&] {
         return x.index({Slice(), tensor({{0, 2}, {-1, 1}}), 3});
       },
       {2, 2, 2},
       {3, 11, 11, 7, 15, 23, 23, 19}},
      {[&] {
         return x.index({tensor({0, 1}), Slice(), tensor({1, 2})});
       },
       {2, 3},
       {1, 5, 9, 14, 18, 22}},
      {[&] {
         return x.index({tensor({0, 1}), 1, tensor({1, 2})});
       },
       {2},
       {5, 18}},
      {[&] {
         return x.index({tensor({0, 1}), None, tensor({1, 2})});
       },
       {2, 1, 4},
       {4, 5, 6, 7, 20, 21, 22, 23}},
      {[&] {
         return x.index({tensor({{0}, {1}}), tensor({0, 2}), Slice(2)});
       },
       {2, 2, 2},
       {2, 3, 10, 11, 14, 15, 22, 23}},
      {[&] {
         return x.index({0, tensor({2, 0}), Slice(None, None, 3), None});
       },
       {2, 2, 1},
       {8, 11, 0, 3}},
      {[&] {
         return x.index({Slice(), tensor({true, false, true}), 1});
       },
       {2, 2},
       {1, 9, 13, 21}},
      {[&] { return x.index({x % 5 == 0}); }, {5}, {0, 5, 10, 15, 20}},
      {[&] { return x[0].index({true}); }, {1, 3, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {[&] { return x.index({false}); }, {0, 2, 3, 4}, {}},
      {[&] {
         return x.index({tensor(1), tensor(2)});
       },
       {4},
       {20, 21, 22, 23}},
      {[&] {
         return x.index({tensor(true), 1});
       },
       {1, 3, 4},
       {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}},
      {[&] { return x.index({empty({0}, kLong)}); }, {0, 3, 4}, {}},
      {[&] {
         return x.index({Slice(5), 1});
       },
       {0, 4},
       {}},
      {[&] {
         return x.index({tensor({true, false}), tensor({1})});
       },
       {1, 4},
       {4, 5, 6, 7}},
      {[&] {
         return x.index({1, Slice(), tensor({0, 1, 3})});
       },
       {3, 3},
       {12, 13, 15, 16, 17, 19, 20, 21, 23}},
      {[&] {
         return x.index({Slice(), 1, tensor({0, 3})});
       },
       {2, 2},
       {4, 7, 16, 19}},
      {[&] { return x[tensor({1})][0]; }, {3, 4}, {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}},
      // NumPy's meaning, where older PyTorch fails: a mask takes as many dimensions as it has.
      {[&] {
         return x.index({x.select(2, 0) % 8 == 0, Slice(2)});
       },
       {3, 2},
       {2, 3, 10, 11, 18, 19}},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    INFO("case ", i);
    Tensor found = cases[i].call();
    CHECK(sizes(found) == cases[i].shape);
    CHECK(values(found) == cases[i].elements);
  }
  Tensor strided = count().permute({2, 0, 1});
  CHECK(values(strided.index({tensor({3, 0}), 1})) == std::vector<double>{15, 19, 23, 12, 16, 20});
  CHECK(values(strided.index({Slice(), tensor({1, 0}), tensor({2, 2})})) ==
        std::vector<double>{20, 8, 21, 9, 22, 10, 23, 11});
}

TEST_CASE("index_put_ writes PyTorch's elements") {
  struct Case {
    std::function<void(const Tensor&)> write;
    std::vector<double> elements;
  };
  const std::vector<Case> cases{
      {[](const Tensor& x) { x.index_put_({1}, 7); },
       {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7}},
      {[](const Tensor& x) {
         x.index_put_({Ellipsis, 0}, tensor({1, 2, 3}));
       },
       {1, 1, 2, 3, 2, 5, 6, 7, 3, 9, 10, 11, 1, 13, 14, 15, 2, 17, 18, 19, 3, 21, 22, 23}},
      {[](const Tensor& x) {
         x.index_put_({tensor({1, 1}), Slice(1)}, -1);
       },
       {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1}},
      {[](const Tensor& x) {
         x.index_put_({Slice(), tensor({0, 2}), tensor({1, 3})}, tensor({{-1, -2}, {-3, -4}}));
       },
       {0, -1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -2, 12, -3, 14, 15, 16, 17, 18, 19, 20, 21, 22, -4}},
      {[](const Tensor& x) { x.index_put_({x % 3 == 0}, 0); },
       {0, 1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11, 0, 13, 14, 0, 16, 17, 0, 19, 20, 0, 22, 23}},
      {[](const Tensor& x) {
         x.index_put_({x % 11 == 1}, tensor({100, 200, 300}));
       },
       {0, 100, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 200, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 300}},
      {[](const Tensor& x) {
         x.index_put_({0, tensor({false, true, false})}, tensor({{{9, 8, 7, 6}}}));
       },
       {0, 1, 2, 3, 9, 8, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}},
      {[](const Tensor& x) {
         x.index_put_({Slice(0, 1), Slice(None, None, 2), 3}, tensor({{{50, 60}}}));
       },
       {0, 1, 2, 50, 4, 5, 6, 7, 8, 9, 10, 60, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    INFO("case ", i);
    Tensor x = count();
    int64_t version = x._version();
    cases[i].write(x);
    CHECK(values(x) == cases[i].elements);
    CHECK(x._version() > version);
    // Through other strides: the same writes into a transposed copy.
    Tensor memory = count().permute({2, 0, 1}).contiguous(), view = memory.permute({1, 2, 0});
    cases[i].write(view);
    CHECK(values(memory.permute({1, 2, 0})) == cases[i].elements);
  }
}

TEST_CASE("index errors have PyTorch's texts") {
  Tensor x = zeros({3, 4});
  CHECK(error([&] { x.index({5}); }) == "index 5 is out of bounds for dimension 0 with size 3");
  CHECK(error([&] { x.index({Slice(), -5}); }) == "index -5 is out of bounds for dimension 1 with size 4");
  CHECK(error([&] { x.index({0, 4}); }) == "index 4 is out of bounds for dimension 1 with size 4");
  CHECK(error([&] { x.index({tensor({0, 3})}); }) == "index 3 is out of bounds for dimension 0 with size 3");
  CHECK(error([&] {
          x.index({None, Slice(), tensor({-5})});
        }) == "index -5 is out of bounds for dimension 2 with size 4");
  CHECK(error([&] { x.index({0, 0, 0}); }) == "too many indices for tensor of dimension 2");
  CHECK(error([&] {
          x.index({"..", 0});
        }) == "index: expected \"...\" to represent an ellipsis index, but got \"..\"");
  CHECK(error([&] { x.index({"...", Ellipsis}); }) == "an index can only have a single ellipsis ('...')");
  CHECK(error([&] {
          x.index({tensor({true, false})});
        }) ==
        "The shape of the mask [2] at index 0 does not match the shape of the indexed tensor [3, 4] at index "
        "0");
  CHECK(error([&] { x[0][0].index({0}); }).find("invalid index of a 0-dim tensor") == 0);
  CHECK(error([&] { x[3]; }) == "select(): index 3 out of range for tensor of size [3, 4] at dimension 0");
  CHECK(error([&] { x.index({Slice(None, None, 0)}); }).find("slice step must be positive") == 0);
  CHECK_THROWS_AS(x.index({7}), IndexError);
  CHECK_THROWS_AS(x.index({tensor({7})}), IndexError);
  Tensor y = x.clone();
  CHECK_THROWS_AS(y.index_put_({tensor({0, 7})}, 1), IndexError);
  CHECK(values(y) == std::vector<double>(12, 0));  // nothing was written
}

TEST_CASE("Repeated indices: the last value stays, sums are exact and the same for any number of threads") {
  Tensor x = zeros({3});
  x.index_put_({tensor({1, 1, 1})}, tensor({4.f, 5.f, 6.f}));
  CHECK(values(x) == std::vector<double>{0, 6, 0});
  CHECK(values(index_put(zeros({3}), std::optional<Tensor>(tensor({1, -2, 0})), tensor({4.f, 5.f, 6.f}),
                         true)) == std::vector<double>{6, 9, 0});
  CHECK(values(zeros({3}, kBool).index_add(0, tensor({1, 1}), tensor({true, true}))) ==
        std::vector<double>{0, 1, 0});
  for (ScalarType type : {kByte, kChar, kShort, kInt, kLong, kHalf, kFloat, kDouble, kBFloat16}) {
    INFO(to_string(type));
    Tensor self = tensor({1, 2, 3}).to(type), src = tensor({10, 20, 30}).to(type), at = tensor({2, 0, 2});
    CHECK(values(self.scatter_add(0, at, src)) == std::vector<double>{21, 2, 43});
    CHECK(values(self.scatter(0, at, src)) == std::vector<double>{20, 2, 30});
    CHECK(values(self.index_add(0, at, src)) == std::vector<double>{21, 2, 43});
    CHECK(values(self.gather(0, at)) == std::vector<double>{3, 1, 3});
    CHECK(values(self.index({at})) == std::vector<double>{3, 1, 3});
  }
}

TEST_CASE("Views share memory and know their base; copies do not") {
  Tensor x = count();
  for (const Tensor& view :
       {x[0], x.transpose(0, 1), x.view({6, 4}), x.reshape(-1), x.slice(1, 1, 3), x.unsqueeze(0),
        x.expand({5, 2, 3, 4}), x.diagonal(), x.unfold(2, 2, 1), x.index({"...", 1}), x.alias(),
        x.chunk(2)[1], x.unbind(1)[2], x.flatten(1), x.squeeze()}) {
    CHECK(view.is_alias_of(x));
    CHECK(view.is_view());
  }
  for (const Tensor& copy : {x.transpose(0, 1).reshape(-1), x.index({tensor({0})}), x.repeat({1, 1, 1}),
                             x.flip(0), cat({x}), x.roll(1, 0), constant_pad_nd(x, {0, 0}), x.rot90(0)})
    CHECK_FALSE(copy.is_alias_of(x));
  x[0].transpose(0, 1)[1].fill_(-1);
  CHECK(values(x.select(2, 1)) == std::vector<double>{-1, -1, -1, 13, 17, 21});
  CHECK(error([&] { x.transpose(0, 1).view(-1); }).find("Use .reshape(...) instead") != std::string::npos);
  CHECK(sizes(x.permute({1, 0, 2}).view({3, 2, 2, 2})) == std::vector<int64_t>{3, 2, 2, 2});
  CHECK(x.expand({2, 2, 3, 4}).view({2, 2, 12}).is_alias_of(x));
}

TEST_CASE("Writes through views change the history of the base and of views made before") {
  Tensor w = leaf({3, 2}), y = leaf({2});
  Tensor x = w * 2;
  Tensor before = x[0], row = x[1];  // made before the write
  x[0] += y * 3;
  CHECK(values(before) == std::vector<double>{5, 10});
  Tensor cotangent = tensor({10., 100.});
  auto g = autograd::grad({(before * cotangent).sum() + row.sum()}, {w, y}, {}, true);
  CHECK(values(g[0]) == std::vector<double>{20, 200, 2, 2, 0, 0});
  CHECK(values(g[1]) == std::vector<double>{30, 300});
  // Overwritten elements no longer depend on w.
  x.index_put_({Slice(1), 0}, 0);
  x.transpose(0, 1)[1].mul_(x.detach().select(1, 1).clone());
  g = autograd::grad({x.sum()}, {w, y}, {}, false);
  CHECK(values(g[0]) == std::vector<double>{2, 20, 0, 16, 0, 24});
  CHECK(values(g[1]) == std::vector<double>{3, 30});
}

TEST_CASE("index_put_, scatter_ and index_add_ into a tensor with history") {
  Tensor w = leaf({4}), v = leaf({2});
  auto check = [&](auto write, std::vector<double> of_w, std::vector<double> of_v) {
    Tensor x = w * 1;
    write(x);
    auto g =
        autograd::grad({(x * tensor({1., 10., 100., 1000.})).sum()}, {w, v}, {}, std::nullopt, false, true);
    CHECK(values(g[0]) == of_w);
    CHECK(values(g[1]) == of_v);
  };
  check([&](Tensor& x) { x.index_put_({tensor({3, 1})}, v); }, {1, 0, 100, 0}, {1000, 10});
  check(
      [&](Tensor& x) {
        x.index_put_({tensor({false, true, true, false})}, v);
      },
      {1, 0, 0, 1000}, {10, 100});
  check([&](Tensor& x) { x.index_put_({Slice(None, None, 2)}, v); }, {0, 10, 0, 1000}, {1, 100});
  check([&](Tensor& x) { x.scatter_(0, tensor({2, 0}), v); }, {0, 10, 0, 1000}, {100, 1});
  check([&](Tensor& x) { x.scatter_add_(0, tensor({2, 2}), v); }, {1, 10, 100, 1000}, {100, 100});
  check([&](Tensor& x) { x.index_add_(0, tensor({3, 3}), v, 2); }, {1, 10, 100, 1000}, {2000, 2000});
  check([&](Tensor& x) { x.view({2, 2}).t()[0].copy_(v); }, {0, 10, 0, 1000}, {1, 100});
  CHECK(error([&] { w.index_put_({0}, 1); }).find("leaf Variable that requires grad") != std::string::npos);
  CHECK(error([&] {
          w.view({2, 2}).scatter_(0, tensor({{0}}), 1);
        }).find("leaf Variable") != std::string::npos);
  Tensor plain = zeros({4}, kDouble);  // no history until v is written into it
  plain.index_put_({tensor({1, 2})}, v);
  CHECK(plain.requires_grad());
  CHECK(values(autograd::grad({plain.sum()}, {v})[0]) == std::vector<double>{1, 1});
}

TEST_CASE("squeeze_ and unsqueeze_ keep the handle, the data and the gradient") {
  Tensor w = leaf({2, 1, 3});
  Tensor x = w * 2, same = x;
  x.unsqueeze_(0);
  CHECK(sizes(same) == std::vector<int64_t>{1, 2, 1, 3});
  x.squeeze_();
  CHECK(sizes(x) == std::vector<int64_t>{2, 3});
  x.unsqueeze_(-1).squeeze_(2);
  CHECK(values(autograd::grad({(x * tensor({1., 2., 3.})).sum()}, {w})[0]) ==
        std::vector<double>{2, 4, 6, 2, 4, 6});
  CHECK_THROWS_AS(w.squeeze_(), Error);
  Tensor saved = w * 2, product = saved * saved;
  saved.squeeze_();
  CHECK_THROWS_AS(product.sum().backward(), Error);  // its saved tensor has changed its shape
}

TEST_CASE("as_strided differentiates through any base") {
  using Call = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;
  auto check = [](const Call& call, std::vector<int64_t> shape) {
    std::vector<Tensor> inputs{leaf(shape)};
    CHECK_NOTHROW(autograd::gradcheck(autograd::CheckedFunction(call), inputs));
    CHECK_NOTHROW(autograd::gradgradcheck(autograd::CheckedFunction(call), inputs));
  };
  using In = const std::vector<Tensor>&;
  SUBCASE("transposed") {
    check(
        [](In in) {
          return std::vector<Tensor>{(in[0] * in[0]).t().as_strided({2, 2}, {1, 3}, 1)};
        },
        {2, 3});
  }
  SUBCASE("a part") {
    check([](In in) { return std::vector<Tensor>{(in[0] * in[0]).slice(1, 1).as_strided({2}, {3})}; },
          {2, 3});
  }
  SUBCASE("overlapping result") {
    check([](In in) { return std::vector<Tensor>{(in[0] * in[0]).as_strided({3, 3}, {1, 1})}; }, {5});
  }
  SUBCASE("overlapping windows of a strided base") {
    check(
        [](In in) {
          return std::vector<Tensor>{(in[0] * in[0]).select(1, 0).as_strided({2, 2}, {2, 2})};
        },
        {3, 2});
  }
  // A base whose elements share memory: they share the gradient.
  Tensor w = leaf({2});
  Tensor seen = w.expand({3, 2}).as_strided({2}, {1});
  CHECK(values(seen) == std::vector<double>{1, 2});
  CHECK(values(autograd::grad({(seen * tensor({1., 10.})).sum()}, {w})[0])[1] == doctest::Approx(10));
}

TEST_CASE("The parts of a split share one node, and unused parts cost nothing") {
  Tensor w = leaf({6, 2});
  auto parts = (w * 1).chunk(3);
  CHECK(parts[0].grad_fn() == parts[2].grad_fn());
  CHECK(parts[2].output_nr() == 2);
  CHECK(values(autograd::grad({parts[1].sum()}, {w})[0]) ==
        std::vector<double>{0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0});
  auto rows = w.unbind();
  CHECK(values(autograd::grad({rows[5].sum() * 2}, {w})[0]) ==
        std::vector<double>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2});
}

TEST_CASE("embedding sends no gradient to the padding row") {
  Tensor weight = leaf({3, 2}), at = tensor({{0, 2}, {2, 1}});
  CHECK(values(embedding(weight, at, 2)) == std::vector<double>{1, 2, 5, 6, 5, 6, 3, 4});
  CHECK(values(autograd::grad({embedding(weight, at, 2).sum()}, {weight})[0]) ==
        std::vector<double>{1, 1, 1, 1, 0, 0});
  CHECK(values(autograd::grad({embedding(weight, at).sum()}, {weight})[0]) ==
        std::vector<double>{1, 1, 1, 1, 2, 2});
}

TEST_CASE("cat promotes types; gradients come back in the inputs' own") {
  Tensor a = tensor({1.f, 2.f}).requires_grad_(), b = tensor({3., 4.}, kDouble).requires_grad_();
  Tensor joined = cat({a, b, tensor({5})});
  CHECK(joined.dtype() == kDouble);
  joined.sum().backward();
  CHECK(a.grad().dtype() == kFloat);
  CHECK(b.grad().dtype() == kDouble);
  CHECK(cat({tensor({true}), tensor({2})}).dtype() == kLong);
  CHECK(stack({tensor(1), tensor(2.f)}).dtype() == kFloat);
}
