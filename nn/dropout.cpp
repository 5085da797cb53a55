#include <tengen/nn/dropout.h>

#include <ostream>

#include <tengen/autograd/ops/layers.h>

namespace tengen::nn {
namespace functional {

#define TENGEN_DEFINE(name, Options, op)                                       \
  Tensor name(const Tensor& input, const Options& options) {                   \
    Tensor x = input;                                                          \
    return options.inplace() ? op##_(x, options.p(), options.training())       \
                             : tengen::op(x, options.p(), options.training()); \
  }
TENGEN_DEFINE(dropout, DropoutFuncOptions, dropout)
TENGEN_DEFINE(dropout2d, Dropout2dFuncOptions, feature_dropout)
TENGEN_DEFINE(dropout3d, Dropout3dFuncOptions, feature_dropout)
TENGEN_DEFINE(alpha_dropout, AlphaDropoutFuncOptions, alpha_dropout)
TENGEN_DEFINE(feature_alpha_dropout, FeatureAlphaDropoutFuncOptions, feature_alpha_dropout)
#undef TENGEN_DEFINE

}  // namespace functional

namespace F = functional;

namespace {

const DropoutOptions& checked(const char* name, const DropoutOptions& options) {
  const double p = options.p();
  TENGEN_CHECK(p >= 0 && p <= 1, name, ": dropout probability has to be between 0 and 1, but got ", p);
  return options;
}

}  // namespace

#define TENGEN_DEFINE(Name, function, FuncOptions)                                                          \
  Name##Impl::Name##Impl(const DropoutOptions& options) : StatelessModule(checked(#Name, options)) {}       \
  Tensor Name##Impl::forward(const Tensor& input) {                                                         \
    return F::function(input,                                                                               \
                       F::FuncOptions().p(options.p()).training(is_training()).inplace(options.inplace())); \
  }                                                                                                         \
  void Name##Impl::pretty_print(std::ostream& out) const {                                                  \
    out << std::boolalpha << "torch::nn::" #Name "(p=" << options.p() << ", inplace=" << options.inplace()  \
        << ')';                                                                                             \
  }
TENGEN_DEFINE(Dropout, dropout, DropoutFuncOptions)
TENGEN_DEFINE(Dropout2d, dropout2d, DropoutFuncOptions)
TENGEN_DEFINE(Dropout3d, dropout3d, DropoutFuncOptions)
TENGEN_DEFINE(AlphaDropout, alpha_dropout, AlphaDropoutFuncOptions)
TENGEN_DEFINE(FeatureAlphaDropout, feature_alpha_dropout, AlphaDropoutFuncOptions)
#undef TENGEN_DEFINE

}  // namespace tengen::nn
