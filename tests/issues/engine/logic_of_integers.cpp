// logical_and and logical_or of integers and bools wrote an int for each element of their bool result.
#include <doctest/doctest.h>
#include <tengen/torch.h>

using namespace tengen;

TEST_CASE("logical_and and logical_or of integers and bools write one byte per element") {
  for (ScalarType type : {kBool, kByte, kChar, kShort, kInt, kLong}) {
    const Tensor a = tensor({0, 0, 1, 1}, type).repeat(25), b = tensor({0, 1, 0, 1}, type).repeat(25);
    for (const bool strided : {false, true}) {
      const Tensor x = strided ? stack({a, a}, 1).select(1, 0) : a;
      CHECK(logical_and(x, b).equal(tensor({0, 0, 0, 1}, kBool).repeat(25)));
      CHECK(logical_or(x, b).equal(tensor({0, 1, 1, 1}, kBool).repeat(25)));
      CHECK(logical_xor(x, b).equal(tensor({0, 1, 1, 0}, kBool).repeat(25)));
    }
  }
}

TEST_CASE("isclose of integers does not wrap around, and takes bools") {
  CHECK_FALSE(isclose(tensor({-128}, kChar), tensor({127}, kChar)).item<bool>());
  CHECK_FALSE(isclose(tensor({2147483647}, kInt), tensor({-2147483647}, kInt), 0, 1).item<bool>());
  CHECK(isclose(tensor({3}, kInt), tensor({4}, kInt), 0, 1).item<bool>());
  CHECK(isclose(tensor({true, false}, kBool), tensor({true, true}, kBool)).equal(tensor({1, 0}, kBool)));
  CHECK_THROWS_AS(isclose(ones(1), ones(1), -1.0), Error);
}
