#include <tengen/nn/utils.h>

#include <cmath>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/ops/ops.h>

namespace tengen::nn::utils {
namespace {

std::vector<Tensor> gradients(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> result;
  for (const Tensor& parameter : parameters)
    if (parameter.grad().defined()) result.push_back(parameter.grad());
  return result;
}

}  // namespace

double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  NoGradGuard no_grad;
  std::vector<Tensor> grads = gradients(parameters);
  if (grads.empty()) return 0;
  std::vector<Tensor> norms;
  for (const Tensor& grad : grads)
    norms.push_back(std::isinf(norm_type) ? grad.abs().max() : grad.norm(Scalar(norm_type)));
  Tensor all = stack(norms);
  double total = (std::isinf(norm_type) ? all.max() : all.norm(Scalar(norm_type))).item<double>();
  TENGEN_CHECK(!error_if_nonfinite || std::isfinite(total), "clip_grad_norm_: the norm of order ", norm_type,
               " of the gradients is not finite, so it cannot be clipped");
  double scale = max_norm / (total + 1e-6);
  if (!(scale >= 1))  // NaN scales too, as in PyTorch
    for (const Tensor& grad : grads) grad.mul_(scale);
  return total;
}
double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type, bool error_if_nonfinite) {
  return clip_grad_norm_(std::vector<Tensor>{parameter}, max_norm, norm_type, error_if_nonfinite);
}

void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value) {
  NoGradGuard no_grad;
  for (const Tensor& grad : gradients(parameters)) grad.clamp_(Scalar(-clip_value), Scalar(clip_value));
}
void clip_grad_value_(const Tensor& parameter, double clip_value) {
  clip_grad_value_(std::vector<Tensor>{parameter}, clip_value);
}

Tensor parameters_to_vector(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> parts;
  for (const Tensor& parameter : parameters) parts.push_back(parameter.reshape(-1));
  return cat(parts);
}

void vector_to_parameters(const Tensor& vec, const std::vector<Tensor>& parameters) {
  int64_t total = 0, at = 0;
  for (const Tensor& parameter : parameters) total += parameter.numel();
  TENGEN_CHECK(vec.dim() == 1 && vec.numel() == total, "vector_to_parameters: the parameters have ", total,
               " elements, but got a vector of shape ", vec.sizes());
  NoGradGuard no_grad;
  for (const Tensor& parameter : parameters) {
    parameter.set_data(vec.detach().narrow(0, at, parameter.numel()).view(parameter.sizes()));
    at += parameter.numel();
  }
}

}  // namespace tengen::nn::utils
