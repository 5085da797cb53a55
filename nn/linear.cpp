#include <tengen/nn/linear.h>

#include <cmath>
#include <ostream>

#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/given.h>
#include <tengen/nn/init.h>

namespace tengen::nn {
namespace functional {

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  return tengen::linear(input, weight, given(bias));
}

Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight, const Tensor& bias) {
  TENGEN_CHECK(weight.dim() == 3 && input1.dim() >= 1 && input2.dim() == input1.dim() &&
                   input1.size(-1) == weight.size(1) && input2.size(-1) == weight.size(2),
               "bilinear: inputs of shapes ", input1.sizes(), " and ", input2.sizes(),
               " do not fit weight of shape ", weight.sizes());
  // (..., in1), (out, in1, in2) -> (..., out, in2), then the product with (..., 1, in2) summed over in2
  int64_t out = weight.size(0), in1 = weight.size(1), in2 = weight.size(2);
  DimVector shape(input1.sizes());
  shape.back() = out;
  shape.push_back(in2);
  Tensor left = matmul(input1, weight.permute({1, 0, 2}).reshape({in1, out * in2})).reshape(shape);
  Tensor result = (left * input2.unsqueeze(-2)).sum(-1);
  return bias.defined() ? result + bias : result;
}

}  // namespace functional

void IdentityImpl::pretty_print(std::ostream& out) const { out << "torch::nn::Identity()"; }

// ---- Linear

LinearImpl::LinearImpl(const LinearOptions& options) : options(options) { LinearImpl::reset(); }

void LinearImpl::reset() {
  weight = register_parameter("weight", empty({options.out_features(), options.in_features()}));
  bias = register_parameter("bias", options.bias() ? empty({options.out_features()}) : Tensor());
  reset_parameters();
}

void LinearImpl::reset_parameters() {
  init::kaiming_uniform_(weight, std::sqrt(5.0));
  if (bias.defined()) {
    double bound = options.in_features() ? 1 / std::sqrt(double(options.in_features())) : 0;
    init::uniform_(bias, -bound, bound);
  }
}

Tensor LinearImpl::forward(const Tensor& input) { return functional::linear(input, weight, bias); }

void LinearImpl::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::Linear(in_features=" << options.in_features()
      << ", out_features=" << options.out_features() << ", bias=" << options.bias() << ')';
}

// ---- Bilinear

BilinearImpl::BilinearImpl(const BilinearOptions& options) : options(options) { BilinearImpl::reset(); }

void BilinearImpl::reset() {
  weight = register_parameter(
      "weight", empty({options.out_features(), options.in1_features(), options.in2_features()}));
  bias = register_parameter("bias", options.bias() ? empty({options.out_features()}) : Tensor());
  reset_parameters();
}

void BilinearImpl::reset_parameters() {
  double bound = 1 / std::sqrt(double(options.in1_features()));
  init::uniform_(weight, -bound, bound);
  if (bias.defined()) init::uniform_(bias, -bound, bound);
}

Tensor BilinearImpl::forward(const Tensor& input1, const Tensor& input2) {
  return functional::bilinear(input1, input2, weight, bias);
}

void BilinearImpl::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::Bilinear(in1_features=" << options.in1_features()
      << ", in2_features=" << options.in2_features() << ", out_features=" << options.out_features()
      << ", bias=" << options.bias() << ')';
}

// ---- Flatten, Unflatten

Tensor FlattenImpl::forward(const Tensor& input) {
  return input.flatten(options.start_dim(), options.end_dim());
}

void FlattenImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::Flatten(start_dim=" << options.start_dim() << ", end_dim=" << options.end_dim() << ')';
}

Tensor UnflattenImpl::forward(const Tensor& input) { return input.unflatten(options.dim(), options.sizes()); }

void UnflattenImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::Unflatten(dim=" << options.dim() << ", unflattened_size={";
  for (size_t i = 0; i < options.sizes().size(); ++i) out << (i ? ", " : "") << options.sizes()[i];
  out << "})";
}

}  // namespace tengen::nn
