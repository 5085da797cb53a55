#include <tengen/nn/activation.h>

#include <ostream>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/ops/ops.h>

namespace tengen::nn {
namespace functional {
namespace {

/// function(input), written into `input` when asked to be in place.
template <class Function>
Tensor place(const Tensor& input, bool inplace, const Function& function) {
  if (!inplace) return function(input);
  // Rules need the values from before the write.
  return input.copy_(function(GradMode::is_enabled() && input.requires_grad() ? input.clone() : input));
}

}  // namespace

Tensor relu(const Tensor& input, const ReLUFuncOptions& options) {
  return options.inplace() ? input.relu_() : input.relu();
}
Tensor relu6(const Tensor& input, const ReLU6FuncOptions& options) {
  return place(input, options.inplace(), [](const Tensor& x) { return tengen::relu6(x); });
}
Tensor elu(const Tensor& input, const ELUFuncOptions& options) {
  return place(input, options.inplace(), [&](const Tensor& x) { return tengen::elu(x, options.alpha()); });
}
Tensor selu(const Tensor& input, const SELUFuncOptions& options) {
  return place(input, options.inplace(), [](const Tensor& x) { return tengen::selu(x); });
}
Tensor celu(const Tensor& input, const CELUFuncOptions& options) {
  return place(input, options.inplace(), [&](const Tensor& x) { return tengen::celu(x, options.alpha()); });
}
Tensor leaky_relu(const Tensor& input, const LeakyReLUFuncOptions& options) {
  return place(input, options.inplace(),
               [&](const Tensor& x) { return tengen::leaky_relu(x, options.negative_slope()); });
}
Tensor rrelu(const Tensor& input, const RReLUFuncOptions& options) {
  return place(input, options.inplace(), [&](const Tensor& x) {
    return tengen::rrelu(x, options.lower(), options.upper(), options.training());
  });
}
Tensor gumbel_softmax(const Tensor& logits, const GumbelSoftmaxFuncOptions& options) {
  const Tensor noise = -empty_like(logits).exponential_().log();
  const Tensor soft = ((logits + noise) / options.tau()).softmax(options.dim());
  if (!options.hard()) return soft;
  const Tensor chosen = soft.detach().argmax(options.dim(), /*keepdim=*/true);
  const Tensor hard = zeros_like(soft.detach()).scatter(options.dim(), chosen, 1);
  return hard - soft.detach() + soft;
}
Tensor hardtanh(const Tensor& input, const HardtanhFuncOptions& options) {
  TENGEN_CHECK(!(options.min_val() > options.max_val()),
               "hardtanh: min_val cannot be greater than max_val, but got ", options.min_val(), " and ",
               options.max_val());
  return place(input, options.inplace(),
               [&](const Tensor& x) { return tengen::hardtanh(x, options.min_val(), options.max_val()); });
}
Tensor threshold(const Tensor& input, const ThresholdFuncOptions& options) {
  return place(input, options.inplace(),
               [&](const Tensor& x) { return tengen::threshold(x, options.threshold(), options.value()); });
}

Tensor gelu(const Tensor& input, const GELUFuncOptions& options) {
  return tengen::gelu(input, options.approximate());
}
Tensor silu(const Tensor& input) { return tengen::silu(input); }
Tensor mish(const Tensor& input) { return tengen::mish(input); }
Tensor softplus(const Tensor& input, const SoftplusFuncOptions& options) {
  return tengen::softplus(input, options.beta(), options.threshold());
}
Tensor logsigmoid(const Tensor& input) { return tengen::log_sigmoid(input); }

Tensor prelu(const Tensor& input, const Tensor& weight) { return tengen::prelu(input, weight); }

Tensor hardshrink(const Tensor& input, const HardshrinkFuncOptions& options) {
  return tengen::hardshrink(input, options.lambda());
}
Tensor softshrink(const Tensor& input, const SoftshrinkFuncOptions& options) {
  return tengen::softshrink(input, options.lambda());
}
Tensor tanhshrink(const Tensor& input) { return input - input.tanh(); }
Tensor softsign(const Tensor& input) { return input / (input.abs() + 1); }
Tensor glu(const Tensor& input, const GLUFuncOptions& options) { return tengen::glu(input, options.dim()); }

Tensor softmax(const Tensor& input, const SoftmaxFuncOptions& options) {
  return input.softmax(options.dim(), options.dtype());
}
Tensor softmin(const Tensor& input, const SoftminFuncOptions& options) {
  return input.neg().softmax(options.dim(), options.dtype());
}
Tensor log_softmax(const Tensor& input, const LogSoftmaxFuncOptions& options) {
  return input.log_softmax(options.dim(), options.dtype());
}

}  // namespace functional

namespace F = functional;

// forward() and what is printed between the brackets.
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
TENGEN_DEFINE(RReLU,
              F::rrelu(input, F::RReLUFuncOptions()
                                  .lower(options.lower())
                                  .upper(options.upper())
                                  .training(is_training())
                                  .inplace(options.inplace())),
              "lower=" << options.lower() << ", upper=" << options.upper() << TENGEN_INPLACE(", "))
TENGEN_DEFINE(PReLU, F::prelu(input, weight), "num_parameters=" << options.num_parameters())
TENGEN_DEFINE(Hardtanh, F::hardtanh(input, options),
              "min_val=" << options.min_val() << ", max_val=" << options.max_val() << TENGEN_INPLACE(", "))
TENGEN_DEFINE(Threshold, F::threshold(input, options),
              "threshold=" << options.threshold() << ", value=" << options.value() << TENGEN_INPLACE(", "))
TENGEN_DEFINE(GELU, F::gelu(input, options), "")
TENGEN_DEFINE(Softplus, F::softplus(input, options),
              "beta=" << options.beta() << ", threshold=" << options.threshold())
TENGEN_DEFINE(Hardshrink, F::hardshrink(input, options), options.lambda())
TENGEN_DEFINE(Softshrink, F::softshrink(input, options), options.lambda())
TENGEN_DEFINE(GLU, F::glu(input, options), "dim=" << options.dim())
TENGEN_DEFINE(SiLU, F::silu(input), "")
TENGEN_DEFINE(Mish, F::mish(input), "")
TENGEN_DEFINE(Sigmoid, input.sigmoid(), "")
TENGEN_DEFINE(Tanh, input.tanh(), "")
TENGEN_DEFINE(LogSigmoid, F::logsigmoid(input), "")
TENGEN_DEFINE(Softsign, F::softsign(input), "")
TENGEN_DEFINE(Tanhshrink, F::tanhshrink(input), "")
TENGEN_DEFINE(Softmax, F::softmax(input, options.dim()), "dim=" << options.dim())
TENGEN_DEFINE(Softmin, F::softmin(input, options.dim()), "dim=" << options.dim())
TENGEN_DEFINE(LogSoftmax, F::log_softmax(input, options.dim()), "dim=" << options.dim())
#undef TENGEN_DEFINE
#undef TENGEN_INPLACE

Tensor Softmax2dImpl::forward(const Tensor& input) {
  TENGEN_CHECK(input.dim() == 3 || input.dim() == 4,
               "Softmax2d: expected (N,C,H,W) or (C,H,W), but got shape ", input.sizes());
  return input.softmax(-3);
}
void Softmax2dImpl::pretty_print(std::ostream& out) const { out << "torch::nn::Softmax2d()"; }

HardtanhImpl::HardtanhImpl(const HardtanhOptions& options) : StatelessModule(options) {
  TENGEN_CHECK(options.max_val() > options.min_val(),
               "Hardtanh: max_val must be greater than min_val, but got ", options.max_val(), " and ",
               options.min_val());
}

PReLUImpl::PReLUImpl(const PReLUOptions& options) : options(options) { PReLUImpl::reset(); }
void PReLUImpl::reset() {
  weight = register_parameter("weight", full({options.num_parameters()}, options.init()));
}

}  // namespace tengen::nn
