// One number of any element type.
#pragma once

#include <cstdint>
#include <type_traits>

#include <tengen/tensor/dtype.h>

namespace tengen {

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

  template <class T>
  T to() const {
    if constexpr (std::is_same_v<T, bool>)
      return kind_ == kDouble ? real_ != 0 : integer_ != 0;
    else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>)
      return T(float(toDouble()));
    else
      return kind_ == kDouble ? T(real_) : T(integer_);
  }
  double toDouble() const { return kind_ == kDouble ? real_ : double(integer_); }
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

}  // namespace tengen
