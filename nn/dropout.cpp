#include <tengen/nn/dropout.h>

#include <ostream>

#include <tengen/autograd/ops/ops.h>
#include <tengen/tensor/random/fill.h>

namespace tengen::nn {
namespace functional {

namespace {

// Zeroes entries of noise of the given shape with probability p, scales the rest, and multiplies.
Tensor drop(const char* name, const Tensor& input, IntArrayRef noise_shape,
            const DropoutFuncOptions& options) {
  double p = options.p();
  TENGEN_CHECK(p >= 0 && p <= 1, name, ": dropout probability has to be between 0 and 1, but got ", p);
  if (!options.training() || p == 0 || input.numel() == 0) return input;
  Tensor noise = input.new_empty(noise_shape);
  if (p == 1)
    noise.zero_();
  else
    fill_dropout(noise, p);
  return options.inplace() ? input.mul_(noise) : input * noise;
}

}  // namespace

Tensor dropout(const Tensor& input, const DropoutFuncOptions& options) {
  return drop("dropout", input, input.sizes(), options);
}

Tensor dropout2d(const Tensor& input, const Dropout2dFuncOptions& options) {
  TENGEN_CHECK(input.dim() >= 2, "dropout2d: expected at least 2 dimensions, but got shape ", input.sizes());
  DimVector shape(input.dim(), 1);  // (N,C,1,1)
  shape[0] = input.size(0);
  shape[1] = input.size(1);
  return drop("dropout2d", input, shape, options);
}

}  // namespace functional

namespace F = functional;

namespace {

void check_probability(const char* name, double p) {
  TENGEN_CHECK(p >= 0 && p <= 1, name, ": dropout probability has to be between 0 and 1, but got ", p);
}

}  // namespace

DropoutImpl::DropoutImpl(const DropoutOptions& options) : StatelessModule(options) {
  check_probability("Dropout", options.p());
}
Tensor DropoutImpl::forward(const Tensor& input) {
  return F::dropout(
      input, F::DropoutFuncOptions().p(options.p()).training(is_training()).inplace(options.inplace()));
}
void DropoutImpl::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::Dropout(p=" << options.p() << ", inplace=" << options.inplace() << ')';
}

Dropout2dImpl::Dropout2dImpl(const Dropout2dOptions& options) : StatelessModule(options) {
  check_probability("Dropout2d", options.p());
}
Tensor Dropout2dImpl::forward(const Tensor& input) {
  return F::dropout2d(
      input, F::DropoutFuncOptions().p(options.p()).training(is_training()).inplace(options.inplace()));
}
void Dropout2dImpl::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::Dropout2d(p=" << options.p() << ", inplace=" << options.inplace()
      << ')';
}

}  // namespace tengen::nn
