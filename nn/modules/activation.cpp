#include <tengen/nn/modules/activation.h>

#include <ostream>

#include <tengen/autograd/ops.h>
#include <tengen/nn/functional/activation.h>
#include <tengen/nn/init.h>

namespace tengen::nn {
namespace F = functional;

// forward() and what stands in brackets when printed.
#define TENGEN_DEFINE(Name, result, arguments)                            \
  Tensor Name##Impl::forward(const Tensor& input) { return result; }      \
  void Name##Impl::pretty_print(std::ostream& out) const {                \
    out << std::boolalpha << "torch::nn::" #Name "(" << arguments << ')'; \
  }
// "inplace=true" after `separator`, or nothing.
#define TENGEN_INPLACE(separator) (options.inplace() ? separator "inplace=true" : "")

TENGEN_DEFINE(ReLU, F::relu(input, options), TENGEN_INPLACE(""))
TENGEN_DEFINE(ReLU6, F::relu6(input, options), TENGEN_INPLACE(""))
TENGEN_DEFINE(SELU, F::selu(input, options), TENGEN_INPLACE(""))
TENGEN_DEFINE(ELU, F::elu(input, options), "alpha=" << options.alpha() << TENGEN_INPLACE(", "))
TENGEN_DEFINE(CELU, F::celu(input, options), "alpha=" << options.alpha() << TENGEN_INPLACE(", "))
TENGEN_DEFINE(LeakyReLU, F::leaky_relu(input, options),
              "negative_slope=" << options.negative_slope() << TENGEN_INPLACE(", "))
TENGEN_DEFINE(Hardtanh, F::hardtanh(input, options),
              "min_val=" << options.min_val() << ", max_val=" << options.max_val() << TENGEN_INPLACE(", "))
TENGEN_DEFINE(Threshold, F::threshold(input, options),
              "threshold=" << options.threshold() << ", value=" << options.value() << TENGEN_INPLACE(", "))
TENGEN_DEFINE(GELU, F::gelu(input, options), "")
TENGEN_DEFINE(SiLU, F::silu(input), "")
TENGEN_DEFINE(Mish, F::mish(input), "")
TENGEN_DEFINE(Sigmoid, input.sigmoid(), "")
TENGEN_DEFINE(Tanh, input.tanh(), "")
TENGEN_DEFINE(LogSigmoid, F::logsigmoid(input), "")
TENGEN_DEFINE(Softplus, F::softplus(input, options),
              "beta=" << options.beta() << ", threshold=" << options.threshold())
TENGEN_DEFINE(Hardshrink, F::hardshrink(input, options), options.lambda())
TENGEN_DEFINE(Softshrink, F::softshrink(input, options), options.lambda())
TENGEN_DEFINE(Softsign, F::softsign(input), "")
TENGEN_DEFINE(Tanhshrink, F::tanhshrink(input), "")
TENGEN_DEFINE(GLU, F::glu(input, options), "dim=" << options.dim())
TENGEN_DEFINE(Softmax, input.softmax(options.dim()), "dim=" << options.dim())
TENGEN_DEFINE(Softmin, input.neg().softmax(options.dim()), "dim=" << options.dim())
TENGEN_DEFINE(LogSoftmax, input.log_softmax(options.dim()), "dim=" << options.dim())
TENGEN_DEFINE(PReLU, F::prelu(input, weight), "num_parameters=" << options.num_parameters())

Tensor Softmax2dImpl::forward(const Tensor& input) {
  TENGEN_CHECK(input.dim() == 3 || input.dim() == 4, "Softmax2d: expected (N,C,H,W) or (C,H,W), found shape ",
               input.sizes());
  return input.softmax(-3);
}
void Softmax2dImpl::pretty_print(std::ostream& out) const { out << "torch::nn::Softmax2d()"; }

HardtanhImpl::HardtanhImpl(const HardtanhOptions& options) : options(options) {
  TENGEN_CHECK(options.max_val() > options.min_val(),
               "Hardtanh: max_val must be greater than min_val, found ", options.max_val(), " and ",
               options.min_val());
}

PReLUImpl::PReLUImpl(const PReLUOptions& options) : options(options) { PReLUImpl::reset(); }
void PReLUImpl::reset() {
  weight = register_parameter("weight", full({options.num_parameters()}, options.init()));
}

}  // namespace tengen::nn
