#include <tengen/nn/normalization.h>

#include <ostream>

#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/given.h>
#include <tengen/nn/init.h>

namespace tengen::nn {
namespace functional {

Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options) {
  TENGEN_CHECK(input.dim() >= 2, "batch_norm: expected (N,C,...), but got shape ", input.sizes());
  if (options.training()) {
    int64_t values = 1;
    for (int64_t d = 0; d < input.dim(); ++d) values *= d == 1 ? 1 : input.size(d);
    TENGEN_CHECK(values != 1, "Expected more than 1 value per channel when training, got input size ",
                 input.sizes());
  }
  return tengen::batch_norm(input, given(options.weight()), given(options.bias()), given(running_mean),
                            given(running_var), options.training(), options.momentum().value_or(0),
                            options.eps());
}
Tensor layer_norm(const Tensor& input, const LayerNormFuncOptions& options) {
  return tengen::layer_norm(input, options.normalized_shape(), given(options.weight()), given(options.bias()),
                            options.eps());
}
Tensor group_norm(const Tensor& input, const GroupNormFuncOptions& options) {
  return tengen::group_norm(input, options.num_groups(), given(options.weight()), given(options.bias()),
                            options.eps());
}
Tensor normalize(const Tensor& input, const NormalizeFuncOptions& options) {
  Tensor length = input.norm(Scalar(options.p()), options.dim(), /*keepdim=*/true);
  return input / length.clamp_min(options.eps());
}

}  // namespace functional

// ---- BatchNorm

template <class Derived>
BatchNormImplBase<Derived>::BatchNormImplBase(const BatchNormOptions& options) : options(options) {
  BatchNormImplBase::reset();
}

template <class Derived>
void BatchNormImplBase<Derived>::reset() {
  int64_t n = options.num_features();
  weight = this->register_parameter("weight", options.affine() ? empty({n}) : Tensor());
  bias = this->register_parameter("bias", options.affine() ? empty({n}) : Tensor());
  bool track = options.track_running_stats();
  running_mean = this->register_buffer("running_mean", track ? empty({n}) : Tensor());
  running_var = this->register_buffer("running_var", track ? empty({n}) : Tensor());
  num_batches_tracked = this->register_buffer("num_batches_tracked", track ? empty({}, kLong) : Tensor());
  reset_parameters();
}

template <class Derived>
void BatchNormImplBase<Derived>::reset_running_stats() {
  if (!options.track_running_stats()) return;
  init::zeros_(running_mean);
  init::ones_(running_var);
  init::zeros_(num_batches_tracked);
}

template <class Derived>
void BatchNormImplBase<Derived>::reset_parameters() {
  reset_running_stats();
  if (!options.affine()) return;
  init::ones_(weight);
  init::zeros_(bias);
}

template <class Derived>
Tensor BatchNormImplBase<Derived>::forward(const Tensor& input) {
  TENGEN_CHECK(Derived::accepts(input.dim()), Derived::kName, ": expected ", Derived::kInput,
               ", but got shape ", input.sizes());
  bool training = this->is_training();
  double momentum = options.momentum().value_or(0);
  if (training && num_batches_tracked.defined()) {
    int64_t count = num_batches_tracked.template item<int64_t>() + 1;
    num_batches_tracked.fill_(count);
    if (!options.momentum()) momentum = 1.0 / double(count);
  }
  return functional::batch_norm(input, running_mean, running_var,
                                functional::BatchNormFuncOptions()
                                    .weight(weight)
                                    .bias(bias)
                                    .training(training || !running_mean.defined())
                                    .momentum(momentum)
                                    .eps(options.eps()));
}

template <class Derived>
void BatchNormImplBase<Derived>::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::" << Derived::kName << '(' << options.num_features()
      << ", eps=" << options.eps() << ", momentum=";
  if (options.momentum())
    out << *options.momentum();
  else
    out << "None";
  out << ", affine=" << options.affine() << ", track_running_stats=" << options.track_running_stats() << ')';
}

template class BatchNormImplBase<BatchNorm1dImpl>;
template class BatchNormImplBase<BatchNorm2dImpl>;
BatchNorm1dImpl::BatchNorm1dImpl(const BatchNorm1dOptions& options) : BatchNormImplBase(options) {}
BatchNorm2dImpl::BatchNorm2dImpl(const BatchNorm2dOptions& options) : BatchNormImplBase(options) {}

// ---- LayerNorm

LayerNormImpl::LayerNormImpl(const LayerNormOptions& options) : options(options) { LayerNormImpl::reset(); }

void LayerNormImpl::reset() {
  bool affine = options.elementwise_affine();
  weight = register_parameter("weight", affine ? tengen::empty(options.normalized_shape()) : Tensor());
  bias = register_parameter("bias", affine ? tengen::empty(options.normalized_shape()) : Tensor());
  reset_parameters();
}

void LayerNormImpl::reset_parameters() {
  if (!options.elementwise_affine()) return;
  init::ones_(weight);
  init::zeros_(bias);
}

Tensor LayerNormImpl::forward(const Tensor& input) {
  return functional::layer_norm(input, functional::LayerNormFuncOptions(options.normalized_shape())
                                           .weight(weight)
                                           .bias(bias)
                                           .eps(options.eps()));
}

void LayerNormImpl::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::LayerNorm(" << IntArrayRef(options.normalized_shape())
      << ", eps=" << options.eps() << ", elementwise_affine=" << options.elementwise_affine() << ')';
}

// ---- GroupNorm

GroupNormImpl::GroupNormImpl(const GroupNormOptions& options) : options(options) { GroupNormImpl::reset(); }

void GroupNormImpl::reset() {
  TENGEN_CHECK(options.num_groups() > 0 && options.num_channels() % options.num_groups() == 0,
               "GroupNorm: num_channels must be divisible by num_groups, but got ", options.num_channels(),
               " and ", options.num_groups());
  weight = register_parameter("weight", options.affine() ? empty({options.num_channels()}) : Tensor());
  bias = register_parameter("bias", options.affine() ? empty({options.num_channels()}) : Tensor());
  reset_parameters();
}

void GroupNormImpl::reset_parameters() {
  if (!options.affine()) return;
  init::ones_(weight);
  init::zeros_(bias);
}

Tensor GroupNormImpl::forward(const Tensor& input) {
  return functional::group_norm(
      input,
      functional::GroupNormFuncOptions(options.num_groups()).weight(weight).bias(bias).eps(options.eps()));
}

void GroupNormImpl::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::GroupNorm(" << options.num_groups() << ", " << options.num_channels()
      << ", eps=" << options.eps() << ", affine=" << options.affine() << ')';
}

}  // namespace tengen::nn
