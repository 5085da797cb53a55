// Named choices of options: kMean, kBilinear, kSame, ...
#pragma once

#include <cstdint>
#include <iosfwd>

namespace tengen {

/// Every choice has one type; an option that cannot be what it is set to says so when it is used.
enum class EnumType : uint8_t {
  None,
  Mean,
  Sum,
  BatchMean,
  Max,  // reductions
  Constant,
  Reflect,
  Replicate,
  Circular,
  Zeros,  // padding modes
  Valid,
  Same,  // padding amounts
  Nearest,
  NearestExact,
  Linear,
  Bilinear,
  Bicubic,
  Trilinear,
  Area,  // resampling (Linear: also a nonlinearity)
  FanIn,
  FanOut,  // initialisation
  Conv1D,
  Conv2D,
  Conv3D,
  ConvTranspose1D,
  ConvTranspose2D,
  ConvTranspose3D,  // nonlinearities
  Sigmoid,
  Tanh,
  ReLU,
  LeakyReLU,
  GELU,
  SiLU,
  Mish,
};
/// "kMean"
const char* enum_name(EnumType value);
std::ostream& operator<<(std::ostream& out, EnumType value);

#define TENGEN_ENUM(name) inline constexpr EnumType k##name = EnumType::name;
// clang-format off
TENGEN_ENUM(None) TENGEN_ENUM(Mean) TENGEN_ENUM(Sum) TENGEN_ENUM(BatchMean) TENGEN_ENUM(Max)
TENGEN_ENUM(Constant) TENGEN_ENUM(Reflect) TENGEN_ENUM(Replicate) TENGEN_ENUM(Circular) TENGEN_ENUM(Zeros)
TENGEN_ENUM(Valid) TENGEN_ENUM(Same) TENGEN_ENUM(Nearest) TENGEN_ENUM(NearestExact) TENGEN_ENUM(Linear)
TENGEN_ENUM(Bilinear) TENGEN_ENUM(Bicubic) TENGEN_ENUM(Trilinear) TENGEN_ENUM(Area) TENGEN_ENUM(FanIn)
TENGEN_ENUM(FanOut) TENGEN_ENUM(Conv1D) TENGEN_ENUM(Conv2D) TENGEN_ENUM(Conv3D) TENGEN_ENUM(ConvTranspose1D)
TENGEN_ENUM(ConvTranspose2D) TENGEN_ENUM(ConvTranspose3D) TENGEN_ENUM(Sigmoid) TENGEN_ENUM(Tanh)
TENGEN_ENUM(ReLU) TENGEN_ENUM(LeakyReLU) TENGEN_ENUM(GELU) TENGEN_ENUM(SiLU) TENGEN_ENUM(Mish)
// clang-format on
#undef TENGEN_ENUM

}  // namespace tengen
