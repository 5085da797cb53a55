// Element types. Half and BFloat16 are computed in float; results are rounded once, when they are stored.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <iosfwd>

#include <tengen/tensor/error.h>

namespace tengen::inline api {

/// IEEE 754 binary16, stored as bits.
struct Half {
  uint16_t bits = 0;
  Half() = default;
  Half(float value);
  operator float() const;
};

/// The upper half of a binary32.
struct BFloat16 {
  uint16_t bits = 0;
  BFloat16() = default;
  BFloat16(float value) {  // round to nearest, ties to even; NaN stays NaN
    uint32_t word = std::bit_cast<uint32_t>(value);
    bits = value != value ? uint16_t{0x7fc0} : uint16_t((word + 0x7fff + ((word >> 16) & 1)) >> 16);
  }
  operator float() const { return std::bit_cast<float>(uint32_t(bits) << 16); }
};

/// The element type of a tensor. Order: PyTorch's promotion order within a kind.
enum class ScalarType : int8_t {
  Byte,   // uint8_t
  Char,   // int8_t
  Short,  // int16_t
  Int,    // int32_t
  Long,   // int64_t
  Half,
  Float,
  Double,
  Bool,
  BFloat16,
  Undefined,
};
using Dtype = ScalarType;

inline constexpr ScalarType kByte = ScalarType::Byte, kUInt8 = kByte;
inline constexpr ScalarType kChar = ScalarType::Char, kInt8 = kChar;
inline constexpr ScalarType kShort = ScalarType::Short, kInt16 = kShort;
inline constexpr ScalarType kInt = ScalarType::Int, kInt32 = kInt;
inline constexpr ScalarType kLong = ScalarType::Long, kInt64 = kLong;
inline constexpr ScalarType kHalf = ScalarType::Half, kFloat16 = kHalf;
inline constexpr ScalarType kFloat = ScalarType::Float, kFloat32 = kFloat;
inline constexpr ScalarType kDouble = ScalarType::Double, kFloat64 = kDouble;
inline constexpr ScalarType kBool = ScalarType::Bool;
inline constexpr ScalarType kBFloat16 = ScalarType::BFloat16;

/// PyTorch's C++ name: "Float", "Long", ...
const char* to_string(ScalarType type);
std::ostream& operator<<(std::ostream& out, ScalarType type);

inline bool is_floating_point(ScalarType t) {
  return t == kFloat || t == kDouble || t == kHalf || t == kBFloat16;
}
/// The type in which values of both types can be combined (PyTorch's table).
ScalarType promote_types(ScalarType a, ScalarType b);
/// Whether a result of type `from` may be written into a tensor of type `to` in place.
bool can_cast(ScalarType from, ScalarType to);

}  // namespace tengen::inline api

namespace tengen {

/// C++ type -> ScalarType.
template <class T>
inline constexpr ScalarType dtype_of = ScalarType::Undefined;
template <>
inline constexpr ScalarType dtype_of<uint8_t> = kByte;
template <>
inline constexpr ScalarType dtype_of<int8_t> = kChar;
template <>
inline constexpr ScalarType dtype_of<int16_t> = kShort;
template <>
inline constexpr ScalarType dtype_of<int32_t> = kInt;
template <>
inline constexpr ScalarType dtype_of<int64_t> = kLong;
template <>
inline constexpr ScalarType dtype_of<Half> = kHalf;
template <>
inline constexpr ScalarType dtype_of<float> = kFloat;
template <>
inline constexpr ScalarType dtype_of<double> = kDouble;
template <>
inline constexpr ScalarType dtype_of<bool> = kBool;
template <>
inline constexpr ScalarType dtype_of<BFloat16> = kBFloat16;

/// Bytes per element.
[[gnu::always_inline]] inline size_t item_size(ScalarType type) {  // inline also between instruction sets
  constexpr uint8_t kSizes[] = {1, 1, 2, 4, 8, 2, 4, 8, 1, 2};
  TENGEN_CHECK(type < ScalarType::Undefined, "tensor has no dtype: it is undefined");
  return kSizes[int(type)];
}
inline bool is_integral(ScalarType t, bool include_bool) {
  return int8_t(t) <= int8_t(kLong) || (include_bool && t == kBool);
}

/// Calls f(T{}) with T the C++ type of `type`; all ten types.
template <class F>
decltype(auto) visit_all(ScalarType type, F&& f) {
  switch (type) {
    case kByte:
      return f(uint8_t{});
    case kChar:
      return f(int8_t{});
    case kShort:
      return f(int16_t{});
    case kInt:
      return f(int32_t{});
    case kLong:
      return f(int64_t{});
    case kHalf:
      return f(Half{});
    case kFloat:
      return f(float{});
    case kDouble:
      return f(double{});
    case kBool:
      return f(bool{});
    case kBFloat16:
      return f(BFloat16{});
    default:
      fail("tensor has no dtype: it is undefined");
  }
}

/// Calls f(T{}) for the types with arithmetic of their own: everything but Half and BFloat16.
template <class F>
decltype(auto) visit_compute(ScalarType type, const char* op, F&& f) {
  switch (type) {
    case kByte:
      return f(uint8_t{});
    case kChar:
      return f(int8_t{});
    case kShort:
      return f(int16_t{});
    case kInt:
      return f(int32_t{});
    case kLong:
      return f(int64_t{});
    case kFloat:
      return f(float{});
    case kDouble:
      return f(double{});
    case kBool:
      return f(bool{});
    default:
      fail<NotImplementedError>("\"", op, "\" not implemented for '", to_string(type), "'");
  }
}

/// Calls f(T{}) for float and double; anything else is an error that names `op`.
template <class F>
decltype(auto) visit_floating(ScalarType type, const char* op, F&& f) {
  switch (type) {
    case kFloat:
      return f(float{});
    case kDouble:
      return f(double{});
    default:
      fail<NotImplementedError>("\"", op, "\" not implemented for '", to_string(type), "'");
  }
}

}  // namespace tengen
