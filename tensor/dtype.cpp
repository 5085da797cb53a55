#include <tengen/tensor/dtype.h>

#include <ostream>

namespace tengen::inline api {

// binary32 -> binary16 with round to nearest, ties to even; overflow gives infinity, NaN stays NaN.
Half::Half(float value) {
  uint32_t word = std::bit_cast<uint32_t>(value);
  uint32_t sign = (word >> 16) & 0x8000, magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) {
    bits = uint16_t(sign | 0x7e00);
  } else if (magnitude >= 0x477ff000) {  // 65520 and above round to infinity
    bits = uint16_t(sign | 0x7c00);
  } else if (magnitude < 0x38800000) {  // below 2^-14: subnormal, a multiple of 2^-24
    float scaled = std::bit_cast<float>(magnitude) +
                   std::bit_cast<float>(uint32_t{0x3f000000});  // + 0.5: rounds at 2^-24
    bits = uint16_t(sign | (std::bit_cast<uint32_t>(scaled) - 0x3f000000));
  } else {
    uint32_t rebased = magnitude - 0x38000000;
    bits = uint16_t(sign | ((rebased + 0xfff + ((rebased >> 13) & 1)) >> 13));
  }
}

Half::operator float() const {
  uint32_t sign = uint32_t(bits & 0x8000) << 16, magnitude = bits & 0x7fff;
  if (magnitude >= 0x7c00) return std::bit_cast<float>(sign | 0x7f800000 | ((magnitude & 0x3ff) << 13));
  if (magnitude >= 0x400) return std::bit_cast<float>(sign | ((magnitude << 13) + 0x38000000));
  float value = float(magnitude) * 0x1p-24f;
  return sign ? -value : value;
}

const char* to_string(ScalarType type) {
  switch (type) {
    case kByte:
      return "Byte";
    case kChar:
      return "Char";
    case kShort:
      return "Short";
    case kInt:
      return "Int";
    case kLong:
      return "Long";
    case kHalf:
      return "Half";
    case kFloat:
      return "Float";
    case kDouble:
      return "Double";
    case kBool:
      return "Bool";
    case kBFloat16:
      return "BFloat16";
    default:
      return "Undefined";
  }
}

std::ostream& operator<<(std::ostream& out, ScalarType type) { return out << to_string(type); }

}  // namespace tengen::inline api
