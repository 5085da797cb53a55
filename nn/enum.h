// Named choices of options: kMean, kBilinear, kSame, ...
#pragma once

#include <cstdint>
#include <iosfwd>

namespace tengen::inline api {

// clang-format off
/// Calls X(name) for every choice, in the order of EnumType.
#define TENGEN_ENUM_TYPES(X) \
  /* reductions */       X(None) X(Mean) X(Sum) X(BatchMean) X(Max) \
  /* padding modes */    X(Constant) X(Reflect) X(Replicate) X(Circular) X(Zeros) \
  /* padding amounts */  X(Valid) X(Same) \
  /* resampling */       X(Nearest) X(NearestExact) X(Linear) X(Bilinear) X(Bicubic) X(Trilinear) X(Area) X(Border) X(Reflection) \
  /* initialization */   X(FanIn) X(FanOut) \
  /* nonlinearities, as is Linear */ \
  X(Conv1D) X(Conv2D) X(Conv3D) X(ConvTranspose1D) X(ConvTranspose2D) X(ConvTranspose3D) \
  X(Sigmoid) X(Tanh) X(ReLU) X(LeakyReLU) X(GELU) X(SiLU) X(Mish) \
  /* recurrent layers */ X(LSTM) X(GRU) X(RNN_TANH) X(RNN_RELU)
// clang-format on

/// Every choice has one type; an option that cannot be what it is set to says so when it is used.
enum class EnumType : uint8_t {
#define TENGEN_ENUM(name) name,
  TENGEN_ENUM_TYPES(TENGEN_ENUM)
#undef TENGEN_ENUM
};
#define TENGEN_ENUM(name) inline constexpr EnumType k##name = EnumType::name;
TENGEN_ENUM_TYPES(TENGEN_ENUM)
#undef TENGEN_ENUM

/// "kMean".
const char* enum_name(EnumType value);
/// Prints enum_name(value).
std::ostream& operator<<(std::ostream& out, EnumType value);

}  // namespace tengen::inline api
