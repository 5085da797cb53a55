// Promotion tables: torch 1.13. Conversions: IEEE 754.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include <tengen/autograd/ops/ops.h>
#include <tengen/tensor/factories.h>
#include <tengen/tensor/promotion.h>

using namespace tengen;

namespace {

constexpr ScalarType kAll[] = {kByte, kChar, kShort, kInt, kLong, kHalf, kFloat, kDouble, kBool, kBFloat16};

char letter(ScalarType type) {
  for (int i = 0; i < 10; ++i)
    if (kAll[i] == type) return "BcsilhfdbW"[i];
  return '?';
}

// For each type of kAll the letters of f over `others`.
template <class Others, class F>
std::string table(const Others& others, F f) {
  std::string text;
  for (ScalarType a : kAll) {
    for (const auto& b : others) text += letter(f(a, b));
    text += ' ';
  }
  return text;
}

Tensor dims(ScalarType type) { return zeros({2}, type); }
Tensor zero_dim(ScalarType type) { return zeros({}, type); }
const Scalar kScalars[] = {true, 1, 1.5};

}  // namespace

TEST_CASE("promotion: promote_types") {
  CHECK(table(kAll, promote_types) ==
        "BssilhfdBW scsilhfdcW sssilhfdsW iiiilhfdiW lllllhfdlW hhhhhhfdhf fffffffdff dddddddddd BcsilhfdbW "
        "WWWWWffdWW ");
}

TEST_CASE("promotion: can_cast") {
  std::string text;
  for (ScalarType from : kAll) {
    for (ScalarType to : kAll) text += can_cast(from, to) ? '1' : '0';
    text += ' ';
  }
  CHECK(text ==
        "1111111101 1111111101 1111111101 1111111101 1111111101 0000011101 0000011101 0000011101 1111111111 "
        "0000011101 ");
}

TEST_CASE("promotion: dimensions beat 0-dim tensors, those beat Scalars, within a kind") {
  CHECK(table(kAll, [](ScalarType a, ScalarType b) { return result_type(dims(a), zero_dim(b)); }) ==
        "BBBBBhfdBW ccccchfdcW ssssshfdsW iiiiihfdiW lllllhfdlW hhhhhhhhhh ffffffffff dddddddddd BcsilhfdbW "
        "WWWWWWWWWW ");
  const std::string with_scalars = "BBf ccf ssf iif llf hhh fff ddd blf WWW ";
  CHECK(table(kScalars, [](ScalarType a, const Scalar& b) { return result_type(dims(a), b); }) ==
        with_scalars);
  CHECK(table(kScalars, [](ScalarType a, const Scalar& b) { return result_type(b, zero_dim(a)); }) ==
        with_scalars);
  CHECK(result_type(Scalar(true), Scalar(1)) == kLong);
  CHECK(result_type(Scalar(1), Scalar(1.5)) == kFloat);
  CHECK(common_type({dims(kInt), dims(kShort), zero_dim(kDouble), 2.5}) == kDouble);
  CHECK(common_type({dims(kFloat), zero_dim(kDouble), Tensor()}) == kFloat);
}

TEST_CASE("promotion: a floating Scalar stands for the default dtype") {
  set_default_dtype(kDouble);
  const std::string text =
      table(kScalars, [](ScalarType a, const Scalar& b) { return result_type(dims(a), b); });
  const ScalarType real = real_type(kLong);
  set_default_dtype(kFloat);
  CHECK(text == "BBd ccd ssd iid lld hhh fff ddd bld WWW ");
  CHECK(real == kDouble);
  CHECK(real_type(kHalf) == kHalf);
}

TEST_CASE("dtype: every Half survives the way through float") {
  for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
    Half h;
    h.bits = uint16_t(bits);
    const float f = h;
    if ((bits & 0x7c00) == 0x7c00 && (bits & 0x3ff)) {
      REQUIRE(std::isnan(f));
      REQUIRE(std::isnan(float(Half(f))));
    } else {
      // The value by its definition.
      const int exponent = int(bits >> 10 & 31), fraction = int(bits & 0x3ff);
      double expected = exponent == 31  ? INFINITY
                        : exponent == 0 ? std::ldexp(fraction, -24)
                                        : std::ldexp(1024 + fraction, exponent - 25);
      REQUIRE(f == float(bits & 0x8000 ? -expected : expected));
      REQUIRE(Half(f).bits == bits);
    }
  }
}

TEST_CASE("dtype: float to Half rounds to the nearest, ties to even") {
  // Midpoints between neighbours, and their float neighbours.
  for (uint32_t bits = 0; bits < 0x7c00; ++bits) {
    Half low, high;
    low.bits = uint16_t(bits);
    high.bits = uint16_t(bits + 1);
    const float above = bits == 0x7bff ? 65536.0f : float(high);
    const float middle = (float(low) + above) / 2;  // exact
    const uint16_t even = bits & 1 ? high.bits : low.bits;
    REQUIRE(Half(middle).bits == even);
    REQUIRE(Half(-middle).bits == (even | 0x8000));
    REQUIRE(Half(std::nextafter(middle, 0.0f)).bits == low.bits);
    REQUIRE(Half(std::nextafter(middle, INFINITY)).bits == high.bits);
  }
  CHECK(Half(INFINITY).bits == 0x7c00);
  CHECK(Half(1e30f).bits == 0x7c00);
  CHECK(Half(-0.0f).bits == 0x8000);
}

TEST_CASE("dtype: float to BFloat16 rounds to the nearest, ties to even") {
  for (uint32_t bits = 0; bits < 0x7f80; ++bits) {
    const float low = std::bit_cast<float>(bits << 16), middle = std::bit_cast<float>(bits << 16 | 0x8000);
    const uint16_t even = uint16_t(bits + (bits & 1));
    REQUIRE(BFloat16(low).bits == bits);
    REQUIRE(float(BFloat16(low)) == low);
    REQUIRE(BFloat16(middle).bits == even);
    REQUIRE(BFloat16(-middle).bits == (even | 0x8000));
    REQUIRE(BFloat16(std::nextafter(middle, 0.0f)).bits == bits);
    REQUIRE(BFloat16(std::nextafter(middle, INFINITY)).bits == bits + 1);
  }
  CHECK(std::isnan(float(BFloat16(NAN))));
  CHECK(BFloat16(INFINITY).bits == 0x7f80);
}

TEST_CASE("dtype: tensors convert as C++ does, through any pair of types") {
  Tensor source = tensor({0.0, 1.0, -2.75, 100.5});
  CHECK(source.to(kInt).accessor<int32_t, 1>()[2] == -2);
  CHECK(source.to(kBool).accessor<bool, 1>()[0] == false);
  CHECK(source.to(kBool).accessor<bool, 1>()[2] == true);
  CHECK(source.to(kHalf).to(kFloat).accessor<float, 1>()[3] == 100.5f);
  CHECK(source.to(kBFloat16).to(kDouble).accessor<double, 1>()[2] == -2.75);
  CHECK(tensor({255, 256, -1}).to(kByte).accessor<uint8_t, 1>()[2] == 255);
  for (ScalarType from : kAll)
    for (ScalarType to : kAll) {
      Tensor ones_of = ones({3}, from).to(to);
      REQUIRE(ones_of.dtype() == to);
      REQUIRE(ones_of.to(kDouble).accessor<double, 1>()[1] == 1);
    }
}

TEST_CASE("dtype: names and sizes") {
  CHECK(std::string(to_string(kBFloat16)) == "BFloat16");
  CHECK(item_size(kDouble) == 8);
  CHECK(item_size(kHalf) == 2);
  CHECK(item_size(kBool) == 1);
}
