// Literals: torch 1.13.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <tengen/autograd/ops/ops.h>
#include <tengen/tensor/factories.h>

using namespace tengen;

namespace {

template <class T>
std::vector<T> values(const Tensor& t) {
  return std::vector<T>(t.data_ptr<T>(), t.data_ptr<T>() + t.numel());
}
using Doubles = std::vector<double>;
using Floats = std::vector<float>;
using Longs = std::vector<int64_t>;

}  // namespace

TEST_CASE("arange: type, length and values") {
  CHECK(values<int64_t>(arange(5)) == Longs{0, 1, 2, 3, 4});
  CHECK(values<int64_t>(arange(5, 0, -2)) == Longs{5, 3, 1});
  CHECK(values<int64_t>(arange(-7, 8, 4)) == Longs{-7, -3, 1, 5});
  CHECK(values<float>(arange(1, 2.5, 0.5)) == Floats{1, 1.5, 2});
  CHECK(values<float>(arange(3.0)) == Floats{0, 1, 2});
  CHECK(values<double>(arange(1, 1.1, 0.05, kDouble)) == Doubles{1, 1.05, 1.1});
  CHECK(values<uint8_t>(arange(0, 10, 3, kByte)) == std::vector<uint8_t>{0, 3, 6, 9});
  CHECK(values<int64_t>(arange(0.5, 3, kLong)) == Longs{0, 1, 2});
  CHECK(values<float>(arange(3, kFloat)) == Floats{0, 1, 2});
  CHECK(arange(0, 0).numel() == 0);
  CHECK(arange(0, 0).dtype() == kLong);
  CHECK(arange(3.0, requires_grad()).requires_grad());
  const int64_t large = int64_t{1} << 60;  // beyond what a double tells apart
  CHECK(values<int64_t>(arange(large, large + 3)) == Longs{large, large + 1, large + 2});
  CHECK_THROWS_WITH_AS(arange(0, 3, 0), doctest::Contains("nonzero"), Error);
  CHECK_THROWS_WITH_AS(arange(0, 3, -1), doctest::Contains("inconsistent"), Error);
  CHECK_THROWS_AS(arange(0, INFINITY), Error);
  CHECK_THROWS_AS(arange(0, 1e300, 1e-9), Error);
}

TEST_CASE("linspace and logspace: both ends exact") {
  CHECK(values<float>(linspace(0, 1, 5)) == Floats{0, 0.25, 0.5, 0.75, 1});
  CHECK(values<float>(linspace(-10, 10, 1)) == Floats{-10});
  CHECK(linspace(0, 1, 0).numel() == 0);
  CHECK(values<int64_t>(linspace(0, 10, 4, kLong)) == Longs{0, 3, 6, 10});
  CHECK(values<int32_t>(linspace(0, -7, 6, kInt)) == std::vector<int32_t>{0, -1, -2, -4, -5, -7});
  CHECK(values<int64_t>(linspace(1.5, 2.5, 3, kLong)) == Longs{1, 1, 2});
  Tensor fine = linspace(0, 1, 100000);
  const float* f = fine.data_ptr<float>();
  CHECK(f[0] == 0);
  CHECK(f[99999] == 1);
  for (int64_t i = 0; i < 100000; ++i) REQUIRE(f[i] == doctest::Approx(i / 99999.0).epsilon(1e-6));
  CHECK_THROWS_AS(linspace(0, 1, -1), Error);

  Floats powers = values<float>(logspace(-10, 10, 5));
  CHECK(powers[0] == doctest::Approx(1e-10));
  CHECK(powers[2] == 1);
  CHECK(powers[4] == doctest::Approx(1e10));
  CHECK(values<float>(logspace(2, 2, 1, 2)) == Floats{4});
  CHECK(values<int64_t>(logspace(0, 3, 4, 2, kLong)) == Longs{1, 2, 4, 8});
}

TEST_CASE("eye and scalar_tensor") {
  CHECK(values<float>(eye(2, 3)) == Floats{1, 0, 0, 0, 1, 0});
  CHECK(values<bool>(eye(2, kBool)) == std::vector<bool>{true, false, false, true});
  CHECK(eye(0).sizes() == IntArrayRef{0, 0});
  CHECK_THROWS_AS(eye(-1), Error);
  CHECK(scalar_tensor(3).dtype() == kFloat);
  CHECK(scalar_tensor(3).dim() == 0);
  CHECK(scalar_tensor(3, kLong).item<int64_t>() == 3);
}

TEST_CASE("full, like and new: types and options") {
  CHECK(full({2}, 1.5).dtype() == kFloat);
  CHECK(full({2}, 2).dtype() == kLong);
  CHECK(full({2}, true).dtype() == kBool);
  CHECK(zeros({2}).dtype() == kFloat);
  Tensor base = zeros({2, 3}, kDouble);
  CHECK(ones_like(base).dtype() == kDouble);
  CHECK(full_like(base, 7).dtype() == kDouble);
  CHECK(zeros_like(base, kInt).dtype() == kInt);
  CHECK(base.new_zeros({4}).dtype() == kDouble);
  CHECK(values<double>(base.new_full({2}, 3)) == Doubles{3, 3});
  CHECK(values<int64_t>(base.new_ones({2}, kLong)) == Longs{1, 1});
  CHECK(base.new_empty({5, 0}).sizes() == IntArrayRef{5, 0});
  CHECK_THROWS_AS(zeros({2, -1}), Error);
}

TEST_CASE("tensor: braces, vectors, scalars") {
  Tensor nested = tensor({{{1, 2}, {3, 4}, {5, 6}}});
  CHECK(nested.sizes() == IntArrayRef{1, 3, 2});
  CHECK(nested.dtype() == kLong);
  CHECK(values<int64_t>(nested) == Longs{1, 2, 3, 4, 5, 6});
  CHECK(tensor({1.0, 2.0}).dtype() == kFloat);
  CHECK(tensor({1.0, 2.0}, kDouble).dtype() == kDouble);
  CHECK(tensor(std::vector<double>{1, 2}).dtype() == kFloat);
  CHECK(tensor(std::vector<int16_t>{1, 2}).dtype() == kShort);
  CHECK(tensor({{1.5}, {2.5}}).dtype() == kFloat);
  CHECK(tensor({int8_t(1), int8_t(2)}).dtype() == kChar);
  CHECK(tensor(uint8_t(1)).dtype() == kByte);
  CHECK(tensor(2.5).dim() == 0);
  CHECK(tensor(true).dtype() == kBool);
  CHECK(tensor({true, false}).dtype() == kBool);
  CHECK(tensor(ArrayRef<int>(std::vector<int>{1, 2})).dtype() == kLong);
  CHECK(tensor({{}, {}}).sizes() == IntArrayRef{2, 0});
  CHECK(tensor({{}, {}}).dtype() == kFloat);
  CHECK_THROWS_WITH_AS(tensor({1, 2.5}), doctest::Contains("different types"), Error);
  CHECK_THROWS_AS(tensor({{1, 2}, {3}}), Error);
}

TEST_CASE("from_blob: shares memory, calls the deleter once") {
  std::vector<float> memory{1, 2, 3, 4, 5, 6};
  int deleted = 0;
  {
    Tensor t = from_blob(memory.data(), {2, 2}, {3, 1}, [&](void*) { ++deleted; });
    Tensor copy = t;
    CHECK(copy.accessor<float, 2>()[1][1] == 5);
    t.fill_(0);
    CHECK(deleted == 0);
  }
  CHECK(deleted == 1);
  CHECK(memory == std::vector<float>{0, 0, 3, 0, 0, 6});
}

TEST_CASE("memory formats are obeyed or refused") {
  const Tensor transposed = arange(6).view({2, 3}).t();
  CHECK(transposed.clone().is_contiguous());
  CHECK(transposed.clone(MemoryFormat::Preserve).strides() == transposed.strides());
  CHECK(transposed.clone(MemoryFormat::Preserve).equal(transposed));
  CHECK(empty_like(transposed, {}, MemoryFormat::Preserve).strides() == transposed.strides());
  CHECK(arange(12).view({3, 4}).slice(1, 0, 2).clone(MemoryFormat::Preserve).is_contiguous());
  for (const auto& call : std::vector<std::function<void()>>{
           [] {
             empty({1, 2, 3, 4}, {}, MemoryFormat::ChannelsLast);
           },
           [] { empty({2}, {}, MemoryFormat::Preserve); },
           [] { empty({2}, TensorOptions(kFloat).memory_format(MemoryFormat::ChannelsLast)); },
           [&] { empty_like(transposed, {}, MemoryFormat::ChannelsLast); },
           [&] { transposed.clone(MemoryFormat::ChannelsLast); },
           [&] { transposed.contiguous(MemoryFormat::ChannelsLast); }})
    CHECK_THROWS_WITH_AS(call(), doctest::Contains("expected MemoryFormat::Contiguous but got"), Error);
}
