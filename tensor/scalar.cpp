#include <tengen/tensor/scalar.h>

#include <ostream>

#include <tengen/tensor/plain_text.h>

namespace tengen {
namespace {

const char* cpp_name(ScalarType type) {
  switch (type) {
    case kByte:
      return "uint8_t";
    case kChar:
      return "int8_t";
    case kShort:
      return "int16_t";
    case kInt:
      return "int";
    case kLong:
      return "int64_t";
    case kHalf:
      return "c10::Half";
    case kFloat:
      return "float";
    case kDouble:
      return "double";
    case kBFloat16:
      return "c10::BFloat16";
    default:
      return "of that size";
  }
}

}  // namespace

void detail::does_not_fit(ScalarType type) {
  fail("value cannot be converted to type ", cpp_name(type), " without overflow");
}

void Scalar::require_fits(ScalarType type) const {
  visit_all(type, [&](auto zero) { static_cast<void>(to<decltype(zero)>()); });
}

std::ostream& api::operator<<(std::ostream& out, const Scalar& value) {
  plain_text::ClassicGuard guard(out);
  if (value.isBoolean()) return out << (value.toBool() ? "true" : "false");
  if (value.isFloatingPoint()) return out << value.toDouble();
  return out << value.toLong();
}

}  // namespace tengen
