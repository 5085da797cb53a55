#include <tengen/nn/normalization.h>

#include <ostream>

#include <tengen/autograd/ops/layers.h>
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
Tensor instance_norm(const Tensor& input, const InstanceNormFuncOptions& options) {
  return tengen::instance_norm(input, given(options.weight()), given(options.bias()),
                               given(options.running_mean()), given(options.running_var()),
                               options.use_input_stats(), options.momentum(), options.eps());
}

namespace {

// (N,C,...) -> the sums of squares of `before` channels, of the channel itself and of `after` ones behind it.
Tensor channel_energy(const Tensor& x, int64_t before, int64_t after) {
  const Tensor square = x.square().reshape({x.size(0), 1, x.size(1), -1});  // (N,1,C,P)
  return avg_pool2d(constant_pad_nd(square, {0, 0, before, after}), {before + after + 1, 1}, 1, 0, false,
                    true, /*divisor_override=*/1)
      .reshape(x.sizes());
}

}  // namespace

Tensor local_response_norm(const Tensor& input, const LocalResponseNormFuncOptions& options) {
  const int64_t size = options.size();
  TENGEN_CHECK(input.dim() >= 3, "Expected 3D or higher dimensionality input (got ", input.dim(),
               " dimensions)");
  TENGEN_CHECK(size > 0, "local_response_norm: size must be positive, but got ", size);
  if (input.numel() == 0) return input;
  const Tensor energy = channel_energy(input, size / 2, (size - 1) / 2);
  return input / (energy * (options.alpha() / double(size)) + options.k()).pow(options.beta());
}

Tensor normalize(const Tensor& input, const NormalizeFuncOptions& options) {
  Tensor length = input.norm(Scalar(options.p()), options.dim(), /*keepdim=*/true);
  return input / length.clamp_min(options.eps());
}

}  // namespace functional

// ---- BatchNorm and InstanceNorm

template <class Derived, class Options>
NormImplBase<Derived, Options>::NormImplBase(const Options& options) : options(options) {
  NormImplBase::reset();
}

template <class Derived, class Options>
void NormImplBase<Derived, Options>::reset() {
  int64_t n = options.num_features();
  weight = this->register_parameter("weight", options.affine() ? empty({n}) : Tensor());
  bias = this->register_parameter("bias", options.affine() ? empty({n}) : Tensor());
  bool track = options.track_running_stats();
  running_mean = this->register_buffer("running_mean", track ? empty({n}) : Tensor());
  running_var = this->register_buffer("running_var", track ? empty({n}) : Tensor());
  num_batches_tracked = this->register_buffer("num_batches_tracked", track ? empty({}, kLong) : Tensor());
  reset_parameters();
}

template <class Derived, class Options>
void NormImplBase<Derived, Options>::reset_running_stats() {
  if (!options.track_running_stats()) return;
  init::zeros_(running_mean);
  init::ones_(running_var);
  init::zeros_(num_batches_tracked);
}

template <class Derived, class Options>
void NormImplBase<Derived, Options>::reset_parameters() {
  reset_running_stats();
  if (!options.affine()) return;
  init::ones_(weight);
  init::zeros_(bias);
}

template <class Derived, class Options>
void NormImplBase<Derived, Options>::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::" << Derived::kName << '(' << options.num_features()
      << ", eps=" << options.eps() << ", momentum=";
  if (const std::optional<double> momentum = options.momentum())
    out << *momentum;
  else
    out << "None";
  out << ", affine=" << options.affine() << ", track_running_stats=" << options.track_running_stats() << ')';
}

template <class Derived>
Tensor BatchNormImplBase<Derived>::forward(const Tensor& input) {
  TENGEN_CHECK(Derived::accepts(input.dim()), Derived::kName, ": expected ", Derived::kInput,
               ", but got shape ", input.sizes());
  bool training = this->is_training();
  double momentum = this->options.momentum().value_or(0);
  if (training && this->num_batches_tracked.defined()) {
    int64_t count = this->num_batches_tracked.template item<int64_t>() + 1;
    this->num_batches_tracked.fill_(count);
    if (!this->options.momentum()) momentum = 1.0 / double(count);
  }
  return functional::batch_norm(input, this->running_mean, this->running_var,
                                functional::BatchNormFuncOptions()
                                    .weight(this->weight)
                                    .bias(this->bias)
                                    .training(training || !this->running_mean.defined())
                                    .momentum(momentum)
                                    .eps(this->options.eps()));
}

template <class Derived>
Tensor InstanceNormImplBase<Derived>::forward(const Tensor& input) {
  const bool batched = input.dim() == Derived::kBatchedDims;
  TENGEN_CHECK(batched || input.dim() == Derived::kBatchedDims - 1, Derived::kName, ": expected ",
               Derived::kInput, ", but got shape ", input.sizes());
  const Tensor out = functional::instance_norm(
      batched ? input : input.unsqueeze(0),
      functional::InstanceNormFuncOptions()
          .running_mean(this->running_mean)
          .running_var(this->running_var)
          .weight(this->weight)
          .bias(this->bias)
          .use_input_stats(this->is_training() || !this->options.track_running_stats())
          .momentum(this->options.momentum())
          .eps(this->options.eps()));
  return batched ? out : out.squeeze(0);
}

template class NormImplBase<BatchNorm1dImpl, BatchNormOptions>;
template class BatchNormImplBase<BatchNorm1dImpl>;
BatchNorm1dImpl::BatchNorm1dImpl(const BatchNorm1dOptions& options) : BatchNormImplBase(options) {}
template class NormImplBase<BatchNorm2dImpl, BatchNormOptions>;
template class BatchNormImplBase<BatchNorm2dImpl>;
BatchNorm2dImpl::BatchNorm2dImpl(const BatchNorm2dOptions& options) : BatchNormImplBase(options) {}
template class NormImplBase<BatchNorm3dImpl, BatchNormOptions>;
template class BatchNormImplBase<BatchNorm3dImpl>;
BatchNorm3dImpl::BatchNorm3dImpl(const BatchNorm3dOptions& options) : BatchNormImplBase(options) {}
template class NormImplBase<InstanceNorm1dImpl, InstanceNormOptions>;
template class InstanceNormImplBase<InstanceNorm1dImpl>;
InstanceNorm1dImpl::InstanceNorm1dImpl(const InstanceNorm1dOptions& options)
    : InstanceNormImplBase(options) {}
template class NormImplBase<InstanceNorm2dImpl, InstanceNormOptions>;
template class InstanceNormImplBase<InstanceNorm2dImpl>;
InstanceNorm2dImpl::InstanceNorm2dImpl(const InstanceNorm2dOptions& options)
    : InstanceNormImplBase(options) {}
template class NormImplBase<InstanceNorm3dImpl, InstanceNormOptions>;
template class InstanceNormImplBase<InstanceNorm3dImpl>;
InstanceNorm3dImpl::InstanceNorm3dImpl(const InstanceNorm3dOptions& options)
    : InstanceNormImplBase(options) {}

// ---- normalization by neighbouring channels

Tensor LocalResponseNormImpl::forward(const Tensor& input) {
  return functional::local_response_norm(input, options);
}
void LocalResponseNormImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::LocalResponseNorm(" << options.size() << ", alpha=" << options.alpha()
      << ", beta=" << options.beta() << ", k=" << options.k() << ')';
}

Tensor CrossMapLRN2dImpl::forward(const Tensor& input) {
  TENGEN_CHECK(input.dim() == 3 || input.dim() == 4, "CrossMapLRN2d: Expected 3D or 4D input, got ",
               input.dim(), "D input instead.");
  TENGEN_CHECK(options.size() > 0, "CrossMapLRN2d: size must be positive, but got ", options.size());
  const Tensor x = input.dim() == 4 ? input : input.unsqueeze(0);
  const int64_t reach = (options.size() - 1) / 2;
  // Torch7 never took the first channel out of the window that moves along: it counts for all behind it.
  const Tensor behind = (arange(x.size(1), x.options()) > reach).to(x.dtype()).view({-1, 1, 1});
  const Tensor energy = functional::channel_energy(x, reach, reach) + behind * x.narrow(1, 0, 1).square();
  const Tensor scale = energy * (options.alpha() / double(options.size())) + options.k();
  return input * scale.view(input.sizes()).pow(-options.beta());
}
void CrossMapLRN2dImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::CrossMapLRN2d(" << options.size() << ", alpha=" << options.alpha()
      << ", beta=" << options.beta() << ", k=" << options.k() << ')';
}

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
