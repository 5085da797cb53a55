#include <tengen/nn/modules/activation.h>

#include <ostream>

#include <tengen/autograd/ops/ops.h>
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
// The same with the constructor, for classes with options and without.
#define TENGEN_DEFINE_OPTIONS(Name, result, arguments)                       \
  Name##Impl::Name##Impl(const Name##Options& options) : options(options) {} \
  TENGEN_DEFINE(Name, result, arguments)
#define TENGEN_DEFINE_PLAIN(Name, result) \
  Name##Impl::Name##Impl() = default;     \
  TENGEN_DEFINE(Name, result, "")
// "inplace=true" after `separator`, or nothing.
#define TENGEN_INPLACE(separator) (options.inplace() ? separator "inplace=true" : "")

TENGEN_DEFINE_OPTIONS(ReLU, F::relu(input, options), TENGEN_INPLACE(""))
TENGEN_DEFINE_OPTIONS(ReLU6, F::relu6(input, options), TENGEN_INPLACE(""))
TENGEN_DEFINE_OPTIONS(SELU, F::selu(input, options), TENGEN_INPLACE(""))
TENGEN_DEFINE_OPTIONS(ELU, F::elu(input, options), "alpha=" << options.alpha() << TENGEN_INPLACE(", "))
TENGEN_DEFINE_OPTIONS(CELU, F::celu(input, options), "alpha=" << options.alpha() << TENGEN_INPLACE(", "))
TENGEN_DEFINE_OPTIONS(LeakyReLU, F::leaky_relu(input, options),
                      "negative_slope=" << options.negative_slope() << TENGEN_INPLACE(", "))
TENGEN_DEFINE(Hardtanh, F::hardtanh(input, options),
              "min_val=" << options.min_val() << ", max_val=" << options.max_val() << TENGEN_INPLACE(", "))
TENGEN_DEFINE_OPTIONS(Threshold, F::threshold(input, options),
                      "threshold=" << options.threshold() << ", value=" << options.value()
                                   << TENGEN_INPLACE(", "))
TENGEN_DEFINE_OPTIONS(GELU, F::gelu(input, options), "")
TENGEN_DEFINE_PLAIN(SiLU, F::silu(input))
TENGEN_DEFINE_PLAIN(Mish, F::mish(input))
TENGEN_DEFINE_PLAIN(Sigmoid, input.sigmoid())
TENGEN_DEFINE_PLAIN(Tanh, input.tanh())
TENGEN_DEFINE_PLAIN(LogSigmoid, F::logsigmoid(input))
TENGEN_DEFINE_OPTIONS(Softplus, F::softplus(input, options),
                      "beta=" << options.beta() << ", threshold=" << options.threshold())
TENGEN_DEFINE_OPTIONS(Hardshrink, F::hardshrink(input, options), options.lambda())
TENGEN_DEFINE_OPTIONS(Softshrink, F::softshrink(input, options), options.lambda())
TENGEN_DEFINE_PLAIN(Softsign, F::softsign(input))
TENGEN_DEFINE_PLAIN(Tanhshrink, F::tanhshrink(input))
TENGEN_DEFINE_OPTIONS(GLU, F::glu(input, options), "dim=" << options.dim())
SoftmaxImpl::SoftmaxImpl(int64_t dim) : options(dim) {}
TENGEN_DEFINE_OPTIONS(Softmax, input.softmax(options.dim()), "dim=" << options.dim())
SoftminImpl::SoftminImpl(int64_t dim) : options(dim) {}
TENGEN_DEFINE_OPTIONS(Softmin, input.neg().softmax(options.dim()), "dim=" << options.dim())
LogSoftmaxImpl::LogSoftmaxImpl(int64_t dim) : options(dim) {}
TENGEN_DEFINE_OPTIONS(LogSoftmax, input.log_softmax(options.dim()), "dim=" << options.dim())
TENGEN_DEFINE(PReLU, F::prelu(input, weight), "num_parameters=" << options.num_parameters())

Softmax2dImpl::Softmax2dImpl() = default;
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
