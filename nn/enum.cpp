#include <tengen/nn/enum.h>

#include <ostream>

namespace tengen {

const char* enum_name(EnumType value) {
  static const char* const names[] = {"kNone",
                                      "kMean",
                                      "kSum",
                                      "kBatchMean",
                                      "kMax",
                                      "kConstant",
                                      "kReflect",
                                      "kReplicate",
                                      "kCircular",
                                      "kZeros",
                                      "kValid",
                                      "kSame",
                                      "kNearest",
                                      "kNearestExact",
                                      "kLinear",
                                      "kBilinear",
                                      "kBicubic",
                                      "kTrilinear",
                                      "kArea",
                                      "kFanIn",
                                      "kFanOut",
                                      "kConv1D",
                                      "kConv2D",
                                      "kConv3D",
                                      "kConvTranspose1D",
                                      "kConvTranspose2D",
                                      "kConvTranspose3D",
                                      "kSigmoid",
                                      "kTanh",
                                      "kReLU",
                                      "kLeakyReLU",
                                      "kGELU",
                                      "kSiLU",
                                      "kMish"};
  return names[int(value)];
}

std::ostream& operator<<(std::ostream& out, EnumType value) { return out << enum_name(value); }

}  // namespace tengen
