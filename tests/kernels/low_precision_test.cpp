// 16-bit types in the kernels of every instruction set: conversions bit for bit, results rounded once.
#include <doctest/doctest.h>
#include <tengen/autograd/ops/ops.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace tengen;

namespace {

template <class T>
Tensor all_numbers() {
  Tensor t = empty({0x10000}, dtype_of<T>);
  for (int64_t i = 0; i < t.numel(); ++i) t.data_ptr<T>()[i].bits = uint16_t(i);
  return t;
}

template <class T>
bool same(T a, T b) {
  return a.bits == b.bits || (std::isnan(float(a)) && std::isnan(float(b)));
}

// What T rounds to in interesting ways: numbers, what lies halfway between two, neighbours of those, and
// patterns of bits of any kind.
template <class T>
std::vector<float> interesting() {
  constexpr float inf = std::numeric_limits<float>::infinity();
  std::vector<float> values = {0.0f, -0.0f, inf, -inf, std::nanf(""), 65519.0f, 65520.0f, 1e30f, 1e-30f};
  for (uint32_t i = 0; i < 0x10000; ++i) {
    T low, high;
    low.bits = uint16_t(i), high.bits = uint16_t(i + 1);
    const float middle = (float(low) + float(high)) / 2;
    for (float v : {float(low), middle, std::nextafter(middle, inf), std::nextafter(middle, -inf)})
      values.push_back(v);
  }
  std::mt19937 random(1);
  for (int i = 0; i < 100003; ++i) values.push_back(std::bit_cast<float>(uint32_t(random())));
  return values;
}

template <class T>
void check_conversions() {
  const Tensor narrow = all_numbers<T>(), wide = narrow.to(kFloat);
  for (int64_t i = 0; i < narrow.numel(); ++i) {
    const float expected = narrow.data_ptr<T>()[i], found = wide.data_ptr<float>()[i];
    REQUIRE((found == expected || (std::isnan(found) && std::isnan(expected))));
    REQUIRE(std::signbit(found) == std::signbit(expected));
  }
  std::vector<float> values = interesting<T>();
  const Tensor source = from_blob(values.data(), {int64_t(values.size())}, kFloat);
  const Tensor apart = empty({int64_t(values.size()), 2}, kFloat).select(1, 0);
  apart.copy_(source);
  for (const Tensor& x : {source, apart, source.to(kDouble)}) {
    const Tensor out = x.to(dtype_of<T>);
    for (size_t i = 0; i < values.size(); ++i) REQUIRE(same(out.data_ptr<T>()[i], T(values[i])));
  }
  // Through the buffers of pointwise kernels.
  const Tensor sum = narrow + narrow.flip(0);
  for (int64_t i = 0; i < narrow.numel(); ++i)
    REQUIRE(same(sum.data_ptr<T>()[i],
                 T(float(narrow.data_ptr<T>()[i]) + float(narrow.data_ptr<T>()[narrow.numel() - 1 - i]))));
  CHECK(narrow.to(kBool).sum().item<int64_t>() == 0x10000 - 2);
  CHECK(narrow.nonzero().size(0) == 0x10000 - 2);
}

}  // namespace

TEST_CASE("16-bit types: every conversion rounds as the types' own do") {
  check_conversions<Half>();
  check_conversions<BFloat16>();
}

TEST_CASE("16-bit types: sums, means, orders") {
  for (ScalarType type : {kHalf, kBFloat16}) {
    INFO(std::string(to_string(type)));
    // Ones are lost in a 16-bit sum from 256 (BFloat16) or 2048 (Half) on.
    const Tensor ones_of = ones({4096}, type);
    CHECK(ones_of.sum().item<float>() == 4096);
    CHECK(ones_of.view({2, 2048}).sum({0}).sum().item<float>() == 4096);
    CHECK(ones_of.cumsum(0)[4095].item<float>() == 4096);
    CHECK(full({1 << 18}, 1, type).mean().item<float>() == 1);  // a sum beyond Half's range
    CHECK(full({1 << 10}, 300, type).norm().item<float>() == doctest::Approx(9600).epsilon(0.005));
    const Tensor x = tensor({3.0, -1.0, double(NAN), 0.5, -1.0, double(INFINITY)}).to(type);
    CHECK(x.argsort().equal(tensor({1, 4, 3, 0, 5, 2})));
    CHECK(x.argmax().item<int64_t>() == 2);
    CHECK(std::get<0>(x.topk(2, 0, false)).equal(tensor({-1.0, -1.0}).to(type)));
    CHECK(searchsorted(tensor({1.0, 2.0}).to(type), tensor({1.5}).to(type)).item<int64_t>() == 1);
    // A number is not rounded to the tensor's type before it takes part.
    const Tensor big = full({3}, 256, type);
    CHECK((big * 1.001).equal(full({3}, 256.256, kFloat).to(type)));
    CHECK((big + 0.6).dtype() == type);
    CHECK(arange(4, type).equal(tensor({0, 1, 2, 3}).to(type)));
  }
  CHECK((ones({2}, kHalf) + ones({2}, kBFloat16)).dtype() == kFloat);
}
