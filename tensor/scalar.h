// One number of any element type.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include <tengen/tensor/dtype.h>

namespace tengen::detail {

[[noreturn]] void does_not_fit(ScalarType type);

/// Whether T has no element for `value`, by PyTorch's rules: fractions are cut off, infinity and NaN fit
/// where T has them, integers fit in every floating type, and negative integers down to -max wrap in unsigned
/// types.
template <class T, class From>
constexpr bool overflows(From value) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_same_v<T, bool>) {
    return false;
  } else if constexpr (std::is_integral_v<T>) {
    if constexpr (std::is_floating_point_v<From>)  // max + 1 is a power of two
      return !(value >= From(Limits::lowest()) && value < From(Limits::max() / 2 + 1) * 2);
    else if constexpr (std::is_unsigned_v<T>)
      return (value < 0 ? 0 - uint64_t(value) : uint64_t(value)) > Limits::max();
    else
      return value < Limits::lowest() || value > Limits::max();
  } else if constexpr (std::is_integral_v<From>) {
    return false;
  } else {
    constexpr double most = std::is_same_v<T, Half>       ? 65504
                            : std::is_same_v<T, BFloat16> ? 0x1.fep127
                                                          : double(Limits::max());
    return (value > most || value < -most) && value - value == 0;
  }
}

}  // namespace tengen::detail

namespace tengen::inline api {

/// Holds a double, an int64_t or a bool: the three kinds that type promotion tells apart.
class Scalar {
 public:
  Scalar() : Scalar(int64_t{0}) {}
  template <class T>
  requires std::is_arithmetic_v<T> Scalar(T value) {
    if constexpr (std::is_same_v<T, bool>) {
      kind_ = kBool, integer_ = value;
    } else if constexpr (std::is_integral_v<T>) {
      kind_ = kLong, integer_ = int64_t(value);
    } else {
      kind_ = kDouble, real_ = double(value);
    }
  }
  Scalar(Half value) : Scalar(float(value)) {}
  Scalar(BFloat16 value) : Scalar(float(value)) {}

  bool isFloatingPoint() const { return kind_ == kDouble; }
  bool isIntegral(bool include_bool) const { return kind_ == kLong || (include_bool && kind_ == kBool); }
  bool isBoolean() const { return kind_ == kBool; }
  /// kDouble, kLong or kBool.
  ScalarType type() const { return kind_; }

  /// The number as a T; an Error when T cannot hold it.
  template <class T>
  T to() const {
    if (kind_ == kDouble ? detail::overflows<T>(real_) : detail::overflows<T>(integer_)) [[unlikely]]
      detail::does_not_fit(dtype_of<T>);
    return cast<T>();
  }
  /// The same where the number is known to fit, or may become infinite as a result of arithmetic may.
  template <class T>
  T cast() const {
    if constexpr (std::is_same_v<T, bool>)
      return kind_ == kDouble ? real_ != 0 : integer_ != 0;
    else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>)
      return T(float(toDouble()));
    else
      return kind_ == kDouble ? T(real_) : T(integer_);
  }
  double toDouble() const { return kind_ == kDouble ? real_ : double(integer_); }
  /// Throws the Error of to<T>() unless elements of `type` can hold the number.
  void require_fits(ScalarType type) const;
  float toFloat() const { return to<float>(); }
  int64_t toLong() const { return to<int64_t>(); }
  int toInt() const { return to<int>(); }
  bool toBool() const { return to<bool>(); }
  bool equal(double value) const { return toDouble() == value; }
  Scalar operator-() const { return kind_ == kDouble ? Scalar(-real_) : Scalar(-integer_); }

 private:
  ScalarType kind_;
  union {
    double real_;
    int64_t integer_;
  };
};

std::ostream& operator<<(std::ostream& out, const Scalar& value);

}  // namespace tengen::inline api
