// A number that an element type cannot hold is an error where it becomes an element, and wraps in arithmetic.
#include <doctest/doctest.h>

#include <cmath>

#include <tengen/torch.h>

#include "../../temporary.h"

using namespace torch;

namespace {

template <class Body>
bool overflows(const char* type, const Body& body) {
  return contains(error_of(body),
                  std::string("value cannot be converted to type ") + type + " without overflow");
}
Tensor bytes(int64_t value) { return full({2}, value, kByte); }

}  // namespace

TEST_CASE("numbers that do not fit: fills") {
  CHECK(overflows("uint8_t", [] { full({2}, 300, kByte); }));
  CHECK(overflows("uint8_t", [] { full({2}, -256, kByte); }));
  CHECK(overflows("uint8_t", [] { full({2}, -0.5, kByte); }));
  CHECK(overflows("int8_t", [] { full({2}, 200, kChar); }));
  CHECK(overflows("int64_t", [] { full({2}, 9223372036854775807., kLong); }));
  CHECK(overflows("int64_t", [] { full({2}, INFINITY, kLong); }));
  CHECK(overflows("uint8_t", [] { full({2}, NAN, kByte); }));
  CHECK(overflows("float", [] { full({2}, 1e40); }));
  CHECK(overflows("c10::Half", [] { full({2}, 65519., kHalf); }));
  CHECK(overflows("c10::BFloat16", [] { full({2}, 1e40, kBFloat16); }));
  CHECK(overflows("float", [] { zeros({1}).fill_(1e40); }));
  CHECK(overflows("uint8_t", [] { bytes(0).new_full({1}, 300); }));
  CHECK(overflows("uint8_t", [] { full_like(bytes(0), 300); }));
  CHECK(overflows("uint8_t", [] { scalar_tensor(300, kByte); }));
  // What fits: negative integers wrap in unsigned types, fractions are cut off, infinity stays infinity.
  CHECK(bytes(-1).equal(bytes(255)));
  CHECK(full({2}, 255.5, kByte).equal(bytes(255)));
  CHECK(full({1}, INFINITY, kHalf).isinf().item<bool>());
  CHECK(full({1}, 70000, kHalf).isinf().item<bool>());
  CHECK(full({1}, NAN).isnan().item<bool>());
  CHECK(full({1}, 0.5, kBool).item<bool>());
  CHECK(full({1}, NAN, kBool).item<bool>());
  CHECK(full({1}, 1e300, kDouble).item<double>() == 1e300);
}

TEST_CASE("numbers that do not fit: tensor()") {
  CHECK(overflows("uint8_t", [] { tensor(300, kByte); }));
  CHECK(overflows("uint8_t", [] { tensor({1, 300}, kByte); }));
  CHECK(overflows("int", [] { tensor({1e20}, kInt); }));
  CHECK(tensor({-1}, kByte).item<int>() == 255);
  CHECK(std::isinf(tensor(std::vector<double>{1e40}).item<float>()));
}

TEST_CASE("numbers that do not fit: item and Scalar") {
  CHECK(overflows("int", [] { tensor(1e10f).item<int>(); }));
  CHECK(overflows("int", [] { tensor(NAN).item<int>(); }));
  CHECK(overflows("uint8_t", [] { tensor(300).item<uint8_t>(); }));
  CHECK(overflows("float", [] { tensor(1e300, kDouble).item<float>(); }));
  CHECK(overflows("int64_t", [] { Scalar(1e20).toLong(); }));
  CHECK(overflows("int", [] { Scalar(int64_t{1} << 40).toInt(); }));
  CHECK(tensor(-1).item<uint8_t>() == 255);
  CHECK(tensor(-3.7f).item<int>() == -3);
  CHECK(tensor(NAN).item<bool>());
  CHECK(Scalar(INFINITY).to<float>() == INFINITY);
}

TEST_CASE("numbers that do not fit: written elements") {
  const Tensor x = bytes(0), mask = tensor({true, false}), at = tensor({0});
  CHECK(overflows("uint8_t", [&] { x.masked_fill(mask, 300); }));
  CHECK(overflows("uint8_t", [&] { x.clone().masked_fill_(mask, 300); }));
  CHECK(overflows("uint8_t", [&] { x.masked_fill(mask, tensor(300)); }));
  CHECK(overflows("c10::Half", [&] { zeros({2}, kHalf).masked_fill(mask, -1e9); }));
  CHECK(overflows("uint8_t", [&] { x.scatter(0, at, 300); }));
  CHECK(overflows("uint8_t", [&] { x.clone().index_put_({at}, 300); }));
  CHECK(overflows("uint8_t", [&] { where(mask, x, 300); }));
  CHECK(overflows("uint8_t", [&] { constant_pad_nd(x, {1, 1}, 300); }));
  CHECK(overflows("float", [&] {
    nn::functional::threshold(zeros({2}), nn::functional::ThresholdFuncOptions(5, 1e40));
  }));
  CHECK(x.masked_fill(mask, -1).equal(tensor({255, 0}, kByte)));
  CHECK(x.masked_fill(mask, 1.5).equal(tensor({1, 0}, kByte)));
  CHECK(x.scatter(0, at, -1).equal(tensor({255, 0}, kByte)));
}

TEST_CASE("numbers that do not fit: factors and bounds") {
  const Tensor x = bytes(1), f = ones({1});
  CHECK(overflows("uint8_t", [&] { add(x, x, 300); }));
  CHECK(overflows("float", [&] { add(f, f, 1e40); }));
  CHECK(overflows("float", [&] { f.clone().sub_(f, 1e40); }));
  CHECK(overflows("float", [&] { addcmul(f, f, f, 1e40); }));
  CHECK(overflows("float", [&] { addcdiv(f, f, f, 1e40); }));
  CHECK(overflows("float", [&] { lerp(f, f, 1e40); }));
  CHECK(overflows("float", [] { addmm(ones({2, 2}), ones({2, 2}), ones({2, 2}), 1e40); }));
  CHECK(overflows("uint8_t", [&] { x.index_add(0, tensor({0, 1}), x, 300); }));
  CHECK(overflows("uint8_t", [&] { x.pow(300); }));
  CHECK(overflows("float", [&] { leaky_relu(f, 1e40); }));
  CHECK(overflows("float", [&] { elu(f, 1e40); }));
  CHECK(overflows("float", [&] { hardtanh(f, -1e40, 1e40); }));
  CHECK(overflows("float", [&] { f.clamp(-1e300, 1e300); }));
  CHECK(add(x, x, -1).equal(bytes(0)));
  // Whole bounds may lie outside of the type as long as something is left between them.
  CHECK(x.clamp(-5, 300).equal(x));
  CHECK(x.clamp(0, int64_t{1} << 40).equal(x));
  CHECK(contains(error_of([&] { x.clamp(300); }),
                 "Clamp min value 300 is outside the representable range of Byte"));
  CHECK(contains(error_of([&] { x.clamp(std::nullopt, -5); }),
                 "Clamp max value -5 is outside the representable range of Byte"));
  CHECK(hardtanh(full({1}, 1, kChar), -200, 200).item<int>() == 1);
}

TEST_CASE("numbers that do not fit: sequences and random numbers") {
  CHECK(overflows("uint8_t", [] { linspace(0, 300, 4, kByte); }));
  CHECK(overflows("float", [] { linspace(0, 1e40, 3); }));
  CHECK(overflows("int64_t", [] { arange(0, 1e300, 1e299, kLong); }));
  CHECK(contains(error_of([] { zeros({2}).uniform_(0, 1e39); }), "out of bounds for Float"));
  CHECK(contains(error_of([] { bytes(0).random_(0, 300); }), "out of bounds for Byte"));
  CHECK(arange(300, 302, kByte).equal(tensor({44, 45}, kByte)));
}

TEST_CASE("numbers that do not fit: arithmetic wraps, and floats become infinite") {
  CHECK((bytes(1) * 300).equal(bytes(44)));
  CHECK((bytes(1) - 2).equal(bytes(255)));
  CHECK((300 - bytes(1)).equal(bytes(43)));
  CHECK(bytes(1).add_(300).equal(bytes(45)));
  CHECK((ones({1}) + 1e300).isinf().item<bool>());
  CHECK((ones({1}, kHalf) * 1e6).isinf().item<bool>());
  CHECK((ones({1}) < 1e300).item<bool>());
  CHECK(ones({1}).pow(1e40).item<float>() == 1);
}
