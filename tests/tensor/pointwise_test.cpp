// Corners of elementwise operators and reductions; expected values are PyTorch's.
#include <doctest/doctest.h>
#include <tengen/autograd/ops/ops.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace tengen;

namespace {

constexpr double kInf = INFINITY, kNaN = NAN;

std::vector<double> numbers(const Tensor& t) {
  Tensor flat = t.detach().to(kDouble).contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

bool same(const Tensor& t, std::vector<double> expected, double tolerance = 0) {
  std::vector<double> found = numbers(t);
  if (found.size() != expected.size()) return false;
  for (size_t i = 0; i < found.size(); ++i) {
    if (std::isnan(expected[i]) ? !std::isnan(found[i])
                                : !(found[i] == expected[i] ||
                                    std::abs(found[i] - expected[i]) <= tolerance * std::abs(expected[i]))) {
      MESSAGE("element ", i, ": found ", found[i], ", expected ", expected[i]);
      return false;
    }
  }
  return true;
}

Tensor reals(std::vector<double> values, ScalarType type = kFloat) {
  return tensor(values, kDouble).to(type);
}
Tensor whole(std::vector<int64_t> values, ScalarType type = kLong) { return tensor(values).to(type); }

template <class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("special values of elementwise functions") {
  for (ScalarType type : {kFloat, kDouble}) {
    Tensor x = reals({0, -0.0, 1, -1, kInf, -kInf, kNaN}, type);
    CHECK(same(x.exp(), {1, 1, M_E, 1 / M_E, kInf, 0, kNaN}, 1e-6));
    CHECK(same(x.expm1(), {0, 0, std::expm1(1), std::expm1(-1), kInf, -1, kNaN}, 1e-6));
    CHECK(same(x.log(), {-kInf, -kInf, 0, kNaN, kInf, kNaN, kNaN}));
    CHECK(same(x.log1p(), {0, 0, std::log1p(1), -kInf, kInf, kNaN, kNaN}, 1e-6));
    CHECK(same(x.log2(), {-kInf, -kInf, 0, kNaN, kInf, kNaN, kNaN}));
    CHECK(same(x.sqrt(), {0, -0.0, 1, kNaN, kInf, kNaN, kNaN}));
    CHECK(same(x.rsqrt(), {kInf, -kInf, 1, kNaN, 0, kNaN, kNaN}));
    CHECK(same(x.reciprocal(), {kInf, -kInf, 1, -1, 0, -0.0, kNaN}));
    CHECK(same(x.sin(), {0, 0, std::sin(1), -std::sin(1), kNaN, kNaN, kNaN}, 1e-6));
    CHECK(same(x.cos(), {1, 1, std::cos(1), std::cos(1), kNaN, kNaN, kNaN}, 1e-6));
    CHECK(same(x.tanh(), {0, 0, std::tanh(1), -std::tanh(1), 1, -1, kNaN}, 1e-6));
    CHECK(same(x.erf(), {0, 0, std::erf(1), -std::erf(1), 1, -1, kNaN}, 1e-6));
    CHECK(same(x.sigmoid(), {0.5, 0.5, 1 / (1 + 1 / M_E), 1 / (1 + M_E), 1, 0, kNaN}, 1e-6));
    CHECK(same(silu(x), {0, 0, 1 / (1 + 1 / M_E), -1 / (1 + M_E), kInf, kNaN, kNaN}, 1e-6));
    CHECK(same(x.relu(), {0, 0, 1, 0, kInf, 0, kNaN}));
    CHECK(same(x.sign(), {0, 0, 1, -1, 1, -1, 0}));
    CHECK(same(x.abs(), {0, 0, 1, 1, kInf, kInf, kNaN}));
    CHECK(same(x.clamp(-0.5, 0.5), {0, 0, 0.5, -0.5, 0.5, -0.5, kNaN}));
    CHECK(same(softplus(x), {M_LN2, M_LN2, std::log1p(M_E), std::log1p(1 / M_E), kInf, 0, kNaN}, 1e-6));
    CHECK(
        same(log_sigmoid(x), {-M_LN2, -M_LN2, -std::log1p(1 / M_E), -std::log1p(M_E), 0, -kInf, kNaN}, 1e-6));
    CHECK(std::signbit(x.sqrt()[1].item<double>()));
    CHECK(std::signbit(x.sin()[1].item<double>()));
    CHECK(std::signbit(x.tanh()[1].item<double>()));
  }
  CHECK(same(reals({-0.5, 0.5, 1.5, 2.5, -2.5}).round(), {0, 0, 2, 2, -2}));  // half to even
  CHECK(same(reals({4, 5, 3}).clamp(4, 2), {2, 2, 2}));                       // max wins
}

TEST_CASE("exp reaches subnormal numbers and the largest ones") {
  CHECK(same(reals({-104, -90, 88.72, 88.73}).exp(), {0, std::exp(-90.0), std::exp(88.72), kInf}, 2e-2));
  CHECK(same(reals({-90}).exp(), {8.194012564e-40}, 1e-5));
  CHECK(same(reals({-746, -740, 709.78, 709.79}, kDouble).exp(),
             {0, std::exp(-740.0), std::exp(709.78), kInf}, 1e-3));
}

TEST_CASE("vector functions stay within a few units in the last place") {
  auto worst = [](const Tensor& x, Tensor (*f)(const Tensor&), double (*exact)(double)) {
    std::vector<double> in = numbers(x), out = numbers(f(x));
    double worst = 0;
    for (size_t i = 0; i < in.size(); ++i) {
      float expected = float(exact(in[i]));
      double unit = double(std::nextafter(std::abs(expected), INFINITY)) - std::abs(expected);
      worst = std::max(worst, std::abs(out[i] - exact(in[i])) / unit);
    }
    return worst;
  };
  Tensor wide = linspace(-80, 80, 50001), positive = linspace(1e-3, 300, 50001),
         near = linspace(-0.99, 3, 50001);
  CHECK(worst(wide, exp, std::exp) < 2);
  CHECK(worst(near, expm1, std::expm1) < 3);
  CHECK(worst(positive, log, std::log) < 2);
  CHECK(worst(near, log1p, std::log1p) < 3);
  CHECK(worst(positive, log2, std::log2) < 3);
  CHECK(worst(wide, sin, std::sin) < 3);
  CHECK(worst(wide, cos, std::cos) < 3);
  CHECK(worst(linspace(-1e6, 1e6, 5001), sin, std::sin) < 3);
  CHECK(worst(near, tanh, std::tanh) < 4);
  CHECK(worst(near, erf, std::erf) < 4);
}

TEST_CASE("division of integers") {
  Tensor a = whole({7, -7, 7, -7}), b = whole({2, 2, -2, -2});
  CHECK(same(div(a, b, "trunc"), {3, -3, -3, 3}));
  CHECK(same(div(a, b, "floor"), {3, -4, -4, 3}));
  CHECK(same(floor_divide(a, b), {3, -4, -4, 3}));
  CHECK(same(a % b, {1, 1, -1, -1}));
  CHECK(same(fmod(a, b), {1, -1, 1, -1}));
  CHECK(same(a / b, {3.5, -3.5, -3.5, 3.5}));
  CHECK((a / b).dtype() == kFloat);
  CHECK(div(a, b, "floor").dtype() == kLong);
  CHECK(same(floor_divide(whole({100, -100}, kChar), -7), {-15, 14}));
  CHECK(error_of([&] { floor_divide(a, 0); }) == "ZeroDivisionError: integer division or modulo by zero");
  CHECK(error_of([&] {
          a % whole({1, 0, 1, 1});
        }) == "ZeroDivisionError: integer division or modulo by zero");
  Tensor lowest = full({1}, std::numeric_limits<int64_t>::min());
  CHECK(floor_divide(lowest, -1).item<int64_t>() == std::numeric_limits<int64_t>::min());
  CHECK(same(lowest % -1, {0}));
}

TEST_CASE("division of real numbers") {
  Tensor a = reals({7, -7, 7, -7, 1, 0});
  CHECK(same(div(a, reals({2, 2, -2, -2, 0, 0}), "floor"), {3, -4, -4, 3, kInf, kNaN}));
  CHECK(same(a % reals({2, 2, -2, -2, 0, 3}), {1, 1, -1, -1, kNaN, 0}));
  CHECK(same(fmod(a, reals({2, 2, -2, -2, 0, 3})), {1, -1, 1, -1, kNaN, 0}));
  CHECK(same(div(reals({-1}), 0.3, "floor"), {-4}));
  CHECK(same(reals({5.3}, kDouble) % -2.1, {std::fmod(5.3, -2.1) - 2.1}, 1e-15));
}

TEST_CASE("powers") {
  CHECK(same(whole({2, -3, 0}).pow(3), {8, -27, 0}));
  CHECK(same(whole({1, -1, 2}).pow(whole({-1, -3, -2})), {1, -1, 0}));
  CHECK(same(pow(2, whole({1, 2, 10})), {2, 4, 1024}));
  CHECK(pow(2, whole({1})).dtype() == kLong);
  CHECK(same(pow(2.5, whole({1, 2})), {2.5, 6.25}));
  CHECK(same(whole({4, 9}).pow(0.5), {2, 3}));
  CHECK(same(reals({-8}).pow(1.0 / 3), {kNaN}));
  CHECK(same(reals({0, kNaN, kInf}).pow(0), {1, 1, 1}));
  CHECK(same(whole({200}, kByte).pow(2), {64}));  // 40000 mod 256
}

TEST_CASE("which type a result has") {
  Tensor bytes = ones({2}, kByte), ints = ones({2}, kInt), longs = ones({2}, kLong), floats = ones({2}),
         doubles = ones({2}, kDouble), bools = ones({2}, kBool), zero_dim = ones({}, kDouble);
  CHECK((bytes + ints).dtype() == kInt);
  CHECK((bytes + ones({2}, kChar)).dtype() == kShort);
  CHECK((ints + floats).dtype() == kFloat);
  CHECK((floats + doubles).dtype() == kDouble);
  CHECK((floats + zero_dim).dtype() == kFloat);
  CHECK((longs + zero_dim).dtype() == kDouble);
  CHECK((ints + 1.5).dtype() == kFloat);
  CHECK((ints + 1).dtype() == kInt);
  CHECK((bools + bools).dtype() == kBool);
  CHECK((bools + 1).dtype() == kLong);
  CHECK((bools * 2.0).dtype() == kFloat);
  CHECK((ints / ints).dtype() == kFloat);
  CHECK(longs.exp().dtype() == kFloat);
  CHECK(bools.sum().dtype() == kLong);
  CHECK(bytes.sum().dtype() == kLong);
  CHECK(bytes.prod().dtype() == kLong);
  CHECK(bytes.cumsum(0).dtype() == kLong);
  CHECK(bytes.any().dtype() == kByte);
  CHECK(ints.all().dtype() == kBool);
  CHECK(ints.sum(kFloat).dtype() == kFloat);
  CHECK(longs.mean(kDouble).dtype() == kDouble);
  CHECK(where(bools, 1, floats).dtype() == kFloat);
  CHECK(where(bools, ints, longs).dtype() == kLong);
  CHECK(same(bools + bools, {1, 1}));
  CHECK(same(~whole({1, 0}, kByte), {254, 255}));
  CHECK(same(~(whole({1, 0}) > 0), {0, 1}));
  CHECK(same(-whole({1}, kByte), {255}));
  CHECK(same(whole({250}, kByte) + 10, {4}));
  CHECK(same(whole({2, 3}).masked_fill(whole({1, 0}) > 0, 2.5), {2, 3}));
  CHECK(same(where(whole({1, 0}) > 0, whole({5, 6}, kByte), whole({-7, -8}, kShort)), {5, -8}));
}

TEST_CASE("in-place operators keep their type and refuse what does not fit") {
  Tensor ints = whole({1, 2}, kInt);
  ints.add_(whole({10, 20}));
  CHECK(ints.dtype() == kInt);
  CHECK(same(ints, {11, 22}));
  CHECK(error_of([&] { ints.add_(1.5); }) ==
        "add_: result type Float can't be cast to the desired output type Int");
  CHECK(error_of([&] { ints.div_(2); }) ==
        "div_: result type Float can't be cast to the desired output type Int");
  CHECK(error_of([&] {
          ints.add_(ones({3, 2}, kInt));
        }).find("add_: output with shape [2] doesn't match the broadcast shape [3, 2]") == 0);
  Tensor floats = reals({1, 2});
  floats += reals({0.5, 0.25}, kDouble);
  CHECK(floats.dtype() == kFloat);
  CHECK(same(floats, {1.5, 2.25}));
  floats *= floats;
  CHECK(same(floats, {2.25, 5.0625}));
  Tensor columns = arange(6).to(kFloat).view({2, 3});
  columns.t().mul_(reals({1, 10}));
  CHECK(same(columns, {0, 1, 2, 30, 40, 50}));
  CHECK(error_of([] {
          ones({1}).expand({3}).add_(1);
        }).find("more than one element of the written-to tensor refers to a single memory location") !=
        std::string::npos);
}

TEST_CASE("a rule finds the values from before an in-place operator") {
  Tensor x = reals({0.5, 1.5}).requires_grad_(true);
  Tensor y = x * 2;
  y.sin_();
  y.mul_(y.detach().clone());
  y.sum().backward();
  CHECK(same(x.grad(), {2 * std::cos(1.0) * std::sin(1.0), 2 * std::cos(3.0) * std::sin(3.0)}, 1e-6));
}

TEST_CASE("NaN in extremes, equal elements, first positions") {
  Tensor x = reals({1, kNaN, 3, 2}).view({2, 2});
  auto [values, indices] = x.max(1);
  CHECK(same(values, {kNaN, 3}));
  CHECK(same(indices, {1, 0}));
  CHECK(same(x.amin(0), {1, kNaN}));
  CHECK(same(maximum(reals({1, kNaN, 2}), reals({kNaN, 1, 3})), {kNaN, kNaN, 3}));
  CHECK(reals({3, kNaN, kNaN}).argmax().item<int64_t>() == 1);
  CHECK(whole({2, 5, 5, 1, 1}).argmax().item<int64_t>() == 1);
  CHECK(whole({2, 5, 5, 1, 1}).argmin().item<int64_t>() == 3);
  CHECK(full({40000}, -kInf).argmax().item<int64_t>() == 0);
  Tensor late = zeros({100000});
  late[70000].fill_(1);
  CHECK(late.argmax().item<int64_t>() == 70000);
  CHECK(full({5}, std::numeric_limits<int64_t>::min()).max().item<int64_t>() ==
        std::numeric_limits<int64_t>::min());
  CHECK(same(reals({3, 1, kNaN}).median(), {kNaN}));
  CHECK(whole({3, 1, 2, 4}).median().item<int64_t>() == 2);

  Tensor equal = reals({2, 1, 2, 2}).requires_grad_(true);
  equal.max().backward();
  CHECK(same(equal.grad(), {1.0 / 3, 0, 1.0 / 3, 1.0 / 3}, 1e-6));
  equal.mutable_grad().reset();
  std::get<0>(equal.max(0)).backward();
  CHECK(same(equal.grad(), {1, 0, 0, 0}));
  equal.mutable_grad().reset();
  maximum(equal, reals({2, 2, 1, 0})).sum().backward();
  CHECK(same(equal.grad(), {0.5, 0, 1, 1}));
}

TEST_CASE("reductions of nothing, of one, of very many") {
  CHECK(same(zeros({0}).sum(), {0}));
  CHECK(same(zeros({0}).prod(), {1}));
  CHECK(same(zeros({0}).mean(), {kNaN}));
  CHECK(same(zeros({0}).any(), {0}));
  CHECK(same(zeros({0}).all(), {1}));
  CHECK(same(reals({1}).var(), {kNaN}));
  CHECK(same(zeros({3, 0}).amax(0), {}));
  CHECK(same(zeros({0, 3}).sum(0), {0, 0, 0}));
  CHECK(same(full({1 << 22}, 0.1f).sum(), {(1 << 22) * double(0.1f)}, 1e-7));  // no drift
  CHECK(same((ones({100000}) * 1e4 + arange(100000) % 2).var(), {0.25000250002500025}, 1e-6));
  CHECK(whole({1, 2}, kByte).view({2, 1}).expand({2, 1000}).sum().item<int64_t>() == 3000);
  CHECK(same(logsumexp(reals({1000, 1000}), 0), {1000 + M_LN2}, 1e-6));
  CHECK(same(logsumexp(reals({-kInf, -kInf}), 0), {-kInf}));
  CHECK(same(logsumexp(reals({kInf, 1}), 0), {kInf}));
  CHECK(same(norm(reals({3, -4})), {5}));
  CHECK(same(norm(reals({3, -4}), 1), {7}));
  CHECK(same(norm(reals({3, -4, 0}), 0), {2}));
  CHECK(same(norm(reals({3, -4}), kInf), {4}));
}

TEST_CASE("gradients at the edges of domains are PyTorch's") {
  auto gradient = [](Tensor x, Tensor (*f)(const Tensor&)) {
    x.requires_grad_(true);
    f(x).sum().backward();
    return x.grad();
  };
  CHECK(same(gradient(reals({0, -1, 1}), [](const Tensor& x) { return relu(x); }), {0, 0, 1}));
  CHECK(same(gradient(reals({0, 1}), abs), {0, 1}));
  CHECK(same(gradient(reals({0, 4}), sqrt), {kInf, 0.25}));
  CHECK(same(gradient(reals({0, 0}), [](const Tensor& x) { return x.norm(); }), {0, 0}));
  CHECK(same(gradient(reals({2, 2}), [](const Tensor& x) { return x.std(); }), {0, 0}));
  CHECK(same(gradient(reals({-1, 1, 2}), [](const Tensor& x) { return x.clamp(-1, 1); }), {1, 1, 0}));
  CHECK(same(gradient(reals({-1, 1, 0}), [](const Tensor& x) { return hardtanh(x); }), {0, 0, 1}));
  CHECK(same(gradient(reals({0, 2}), [](const Tensor& x) { return x.pow(0); }), {0, 0}));
  CHECK(same(gradient(reals({0, 3}), [](const Tensor& x) { return x.prod(); }), {3, 0}));
  CHECK(same(gradient(reals({0, 1}), [](const Tensor& y) { return reals({0, 0}).pow(y); }), {0, 0}));
}

TEST_CASE("large tensors of any strides") {
  Tensor x = arange(300 * 7 * 200).to(kDouble).view({300, 7, 200});
  Tensor y = x.permute({2, 0, 1});
  CHECK((y + 1).contiguous().equal(y.contiguous() + 1));
  CHECK((y * y.select(2, 3).unsqueeze(2)).sum().item<double>() ==
        (y.contiguous() * y.select(2, 3).contiguous().unsqueeze(2)).sum().item<double>());
  CHECK(y.sum({0, 2}).equal(y.contiguous().sum({0, 2})));
  CHECK(y.sum(1).equal(y.contiguous().sum(1)));
  CHECK(y.amax(2).equal(y.contiguous().amax(2)));
  CHECK(y.argmax(0).equal(y.contiguous().argmax(0)));
  CHECK(y.argmax().item<int64_t>() == y.contiguous().argmax().item<int64_t>());
  CHECK(y.cumsum(1).equal(y.contiguous().cumsum(1)));
  CHECK((y > 1000).sum().item<int64_t>() == 300 * 7 * 200 - 1001);
}
