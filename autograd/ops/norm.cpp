// Normalisation. Each operator has a kernel for both directions, and a definition in other operators for when
// its gradient must itself be differentiable.
#include <cmath>

#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/layers.h>
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/tensor/kernel_view.h>

#include "norm.h"

namespace tengen::inline api {

using autograd::differentiate;
using autograd::Grads;
using autograd::Node;
using autograd::record;
using autograd::detail::RuleNode;

namespace {

/// An optional parameter of `count` elements as the kernels need it: input's type, contiguous; undefined if
/// absent.
Tensor parameter(const char* op, const char* what, const std::optional<Tensor>& value, int64_t count,
                 const Tensor& input) {
  if (!value || !value->defined()) return {};
  TENGEN_CHECK(value->numel() == count, op, ": ", what, " should contain ", count, " elements not ",
               value->numel());
  check_same_device(op, {&input, &*value});
  return value->to(input.dtype()).contiguous();
}

void* data_of(const Tensor& t) { return t.defined() ? t.data_ptr() : nullptr; }

/// (1, C, 1, 1...) to multiply a tensor (N, C, ...) by a value per channel.
DimVector channel_shape(const Tensor& x) {
  DimVector shape(size_t(x.dim()), 1);
  shape[1] = x.size(1);
  return shape;
}
DimVector all_but_channels(const Tensor& x) {
  DimVector dims{0};
  for (int64_t d = 2; d < x.dim(); ++d) dims.push_back(d);
  return dims;
}
NormShape norm_shape(const Tensor& x) {
  const int64_t outer = x.size(0), channels = x.size(1);
  return {outer, channels, outer > 0 && channels > 0 ? x.numel() / (outer * channels) : 0};
}

Tensor scaled(Tensor x, const Tensor& weight, const Tensor& bias, IntArrayRef shape) {
  if (weight.defined()) x = x * weight.reshape(shape);
  return bias.defined() ? x + bias.reshape(shape) : x;
}

/// (x - mean) / sqrt(var + eps) * weight + bias with the mean and variance over `dims`.
Tensor composed(const Tensor& x, const Tensor& weight, const Tensor& bias, IntArrayRef dims,
                IntArrayRef shape, double eps, bool zero_without_variance) {
  const Tensor centred = x - x.mean(dims, true);
  Tensor square = centred.square().mean(dims, true) + eps;
  if (zero_without_variance && eps == 0) square = square.masked_fill(square == 0, INFINITY);
  return scaled(centred * square.rsqrt(), weight, bias, shape);
}

Tensor activated(const Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::ReLU:
      return relu(x);
    case Activation::SiLU:
      return silu(x);
    default:
      return x;
  }
}

/// Gradients of the training mode, and of an activation behind it. The activation's input is not saved: it
/// is computed again.
struct BatchNormRule {
  double eps;
  Activation activation = Activation::None;

  Grads operator()(Node& node, const Tensor& grad) const {
    const Tensor x = node.saved(0), weight = node.saved(1), bias = node.saved(2);
    if (x.numel() == 0) {  // whose statistics are NaN
      Grads none;
      for (const Tensor& t : {x, weight, bias}) none.push_back(t.defined() ? zeros_like(t) : Tensor());
      return none;
    }
    if (GradMode::is_enabled())
      return differentiate(
          node, {x, weight, bias}, {grad}, [&](const std::vector<Tensor>& in) -> std::vector<Tensor> {
            return {activated(composed(in[0], in[1], in[2], all_but_channels(x), channel_shape(x), eps,
                                       /*zero_without_variance=*/true),
                              activation)};
          });
    const Tensor g = grad.contiguous(), mean = node.saved(3), invstd = node.saved(4);
    Tensor dx, dw, db;
    if (node.needs(0)) dx = empty(x.sizes(), x.options());
    if (node.needs(1)) dw = empty(mean.sizes(), mean.options());
    if (node.needs(2)) db = empty(mean.sizes(), mean.options());
    kernels(x).batch_norm_grad(x.dtype(), norm_shape(x), activation, g.data_ptr(), x.data_ptr(),
                               mean.data_ptr(), invstd.data_ptr(), data_of(weight), data_of(bias),
                               data_of(dx), data_of(dw), data_of(db));
    return {dx, dw, db};
  }
};

Tensor batch_norm_train(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps, Tensor& mean,
                        Tensor& var) {
  const NormShape s = norm_shape(x);
  Tensor out = empty(x.sizes(), x.options()), invstd = empty({s.channels}, x.options());
  mean = empty({s.channels}, x.options()), var = empty({s.channels}, x.options());
  kernels(x).batch_norm(x.dtype(), s, x.data_ptr(), data_of(weight), data_of(bias), eps, out.data_ptr(),
                        mean.data_ptr(), var.data_ptr(), invstd.data_ptr());
  return record("batch_norm", out, {x, weight, bias}, {x, weight, bias, mean, invstd}, BatchNormRule{eps});
}

/// Running statistics are constants: an affine map per channel.
Tensor batch_norm_eval(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& mean,
                       const Tensor& invstd) {
  Tensor out = empty(x.sizes(), x.options());
  kernels(x).batch_norm_apply(x.dtype(), norm_shape(x), x.data_ptr(), mean.data_ptr(), invstd.data_ptr(),
                              data_of(weight), data_of(bias), out.data_ptr());
  return record("batch_norm", out, {x, weight, bias}, {x, weight, mean, invstd},
                [](Node& node, const Tensor& grad) -> Grads {
                  const Tensor x = node.saved(0), weight = node.saved(1), mean = node.saved(2),
                               invstd = node.saved(3);
                  const DimVector shape = channel_shape(x), dims = all_but_channels(x);
                  Tensor dx, dw, db;
                  if (node.needs(0)) dx = grad * (weight.defined() ? weight * invstd : invstd).reshape(shape);
                  if (node.needs(1))
                    dw = (grad * ((x - mean.reshape(shape)) * invstd.reshape(shape))).sum(dims);
                  if (node.needs(2)) db = grad.sum(dims);
                  return {dx, dw, db};
                });
}

}  // namespace

Tensor batch_norm(const Tensor& input, const std::optional<Tensor>& weight, const std::optional<Tensor>& bias,
                  const std::optional<Tensor>& running_mean, const std::optional<Tensor>& running_var,
                  bool training, double momentum, double eps, bool) {
  TENGEN_CHECK(input.dim() >= 2, "batch_norm: expected input of at least 2 dimensions (N,C,...), but got ",
               input.sizes());
  check_floating("batch_norm", input.dtype());
  if (CastOperands cast =
          with_float_kernels(Autocast::None, {input}))  // parameters and running statistics of any type
    return cast.back(
        batch_norm(cast(input), weight, bias, running_mean, running_var, training, momentum, eps));
  const int64_t channels = input.size(1);
  const Tensor x = input.contiguous();
  const Tensor w = parameter("batch_norm", "weight", weight, channels, x),
               b = parameter("batch_norm", "bias", bias, channels, x);
  const bool tracked = running_mean && running_mean->defined() && running_var && running_var->defined();
  TENGEN_CHECK(training || tracked,
               "batch_norm: running_mean and running_var must be defined in evaluation mode");
  if (tracked) {
    check_same_device("batch_norm", {&input, &*running_mean, &*running_var});
    for (const Tensor* t : {&*running_mean, &*running_var})
      TENGEN_CHECK(t->numel() == channels,
                   "batch_norm: ", t == &*running_mean ? "running_mean" : "running_var", " should contain ",
                   channels, " elements not ", t->numel());
  }
  if (training) {
    Tensor mean, var;
    Tensor out = batch_norm_train(x, w, b, eps, mean, var);
    if (tracked && x.numel() > 0) {
      NoGradGuard no_grad;
      const double count = double(x.numel()) / double(channels);
      running_mean->lerp_(mean.to(running_mean->dtype()), momentum);
      running_var->lerp_((var * (count / (count - 1))).to(running_var->dtype()), momentum);
    }
    return out;
  }
  Tensor mean, invstd;
  {
    NoGradGuard no_grad;
    mean = running_mean->to(x.dtype()).contiguous();
    invstd = (running_var->to(x.dtype()) + eps).rsqrt();
  }
  return batch_norm_eval(x, w, b, mean, invstd);
}

bool follow_batch_norm(const Tensor& normalised, Activation activation) {
  const auto node = normalised.grad_fn();
  auto* norm = dynamic_cast<RuleNode<BatchNormRule>*>(node.get());
  if (!norm || norm->rule().activation != Activation::None) return false;
  // Not where others see the value in between (the tensor and `node` are two references) or its gradient, nor
  // for (N,C), whose kernel does without.
  if (norm->use_count() > 2 || norm->extras_if_any() || norm_shape(normalised).inner < 2) return false;
  norm->rule().activation = activation;
  return true;
}

namespace {

/// Each row of x (rows, size), with weight and bias (size) or undefined.
Tensor normalise_rows(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  const int64_t rows = x.size(0), size = x.size(1);
  Tensor out = empty(x.sizes(), x.options()), mean = empty({rows}, x.options()),
         invstd = empty({rows}, x.options());
  if (x.numel())
    kernels(x).layer_norm(x.dtype(), rows, size, x.data_ptr(), data_of(weight), data_of(bias), eps,
                          out.data_ptr(), mean.data_ptr(), invstd.data_ptr());
  return record("layer_norm", out, {x, weight, bias}, {x, weight, bias, mean, invstd},
                [eps](Node& node, const Tensor& grad) -> Grads {
                  const Tensor x = node.saved(0), weight = node.saved(1), bias = node.saved(2);
                  if (GradMode::is_enabled())
                    return differentiate(
                        node, {x, weight, bias}, {grad},
                        [&](const std::vector<Tensor>& in) -> std::vector<Tensor> {
                          return {composed(in[0], in[1], in[2], {1}, {1, x.size(1)}, eps, false)};
                        });
                  const Tensor g = grad.contiguous(), mean = node.saved(3), invstd = node.saved(4);
                  Tensor dx, dw, db;
                  if (node.needs(0)) dx = empty(x.sizes(), x.options());
                  if (node.needs(1)) dw = empty({x.size(1)}, x.options());
                  if (node.needs(2)) db = empty({x.size(1)}, x.options());
                  kernels(x).layer_norm_grad(x.dtype(), x.size(0), x.size(1), g.data_ptr(), x.data_ptr(),
                                             mean.data_ptr(), invstd.data_ptr(), data_of(weight), data_of(dx),
                                             data_of(dw), data_of(db));
                  return {dx, dw, db};
                });
}

}  // namespace

Tensor layer_norm(const Tensor& input, IntArrayRef normalized_shape, const std::optional<Tensor>& weight,
                  const std::optional<Tensor>& bias, double eps, bool) {
  const char* op = "layer_norm";
  check_floating(op, input.dtype());
  if (CastOperands cast = with_float_kernels(Autocast::CUDA, {input}))
    return cast.back(layer_norm(cast(input), normalized_shape, weight, bias, eps));
  const size_t dims = normalized_shape.size(), rest = size_t(input.dim()) - dims;
  TENGEN_CHECK(dims > 0, op, ": expected normalized_shape to be at least 1-dimensional");
  TENGEN_CHECK(dims <= size_t(input.dim()) && input.sizes().slice(rest).equals(normalized_shape), op,
               ": given normalized_shape=", normalized_shape,
               ", expected input with shape [*, then these], but got input of size ", input.sizes());
  int64_t size = 1;
  for (int64_t n : normalized_shape) size *= n;
  for (const auto* t : {&weight, &bias})
    TENGEN_CHECK(!*t || !(*t)->defined() || (*t)->sizes().equals(normalized_shape), op, ": expected ",
                 t == &weight ? "weight" : "bias", " to be of same shape as normalized_shape, but got ",
                 (*t)->sizes(), " and normalized_shape ", normalized_shape);
  Tensor w = parameter(op, "weight", weight, size, input), b = parameter(op, "bias", bias, size, input);
  if (w.defined()) w = w.reshape({size});
  if (b.defined()) b = b.reshape({size});
  return normalise_rows(input.reshape({size ? input.numel() / size : 0, size}).contiguous(), w, b, eps)
      .reshape(input.sizes());
}

Tensor group_norm(const Tensor& input, int64_t num_groups, const std::optional<Tensor>& weight,
                  const std::optional<Tensor>& bias, double eps, bool) {
  const char* op = "group_norm";
  check_floating(op, input.dtype());
  if (CastOperands cast = with_float_kernels(Autocast::CUDA, {input}))
    return cast.back(group_norm(cast(input), num_groups, weight, bias, eps));
  TENGEN_CHECK(input.dim() >= 2, op, ": expected at least 2 dimensions for input tensor, but received ",
               input.dim());
  const int64_t channels = input.size(1);
  TENGEN_CHECK(num_groups > 0 && channels % num_groups == 0, op,
               ": expected number of channels in input to be divisible by num_groups, ",
               "but got input of shape ", input.sizes(), " and num_groups=", num_groups);
  const Tensor w = parameter(op, "weight", weight, channels, input),
               b = parameter(op, "bias", bias, channels, input);
  const int64_t rows = input.size(0) * num_groups;
  const Tensor out =
      normalise_rows(input.reshape({rows, rows ? input.numel() / rows : 0}).contiguous(), {}, {}, eps);
  return scaled(out.reshape(input.sizes()), w, b, channel_shape(input));
}

Tensor instance_norm(const Tensor& input, const std::optional<Tensor>& weight,
                     const std::optional<Tensor>& bias, const std::optional<Tensor>& running_mean,
                     const std::optional<Tensor>& running_var, bool use_input_stats, double momentum,
                     double eps, bool) {
  const char* op = "instance_norm";
  check_floating(op, input.dtype());
  TENGEN_CHECK(input.dim() >= 2, op, ": expected at least 2 dimensions (N,C,...), but got ", input.sizes());
  const auto defined = [](const std::optional<Tensor>& t) { return t && t->defined(); };
  TENGEN_CHECK(use_input_stats || (defined(running_mean) && defined(running_var)), op,
               ": expected running_mean and running_var to be defined when use_input_stats is false");
  const int64_t batch = input.size(0), channels = input.size(1);
  for (const auto* t : {&weight, &bias, &running_mean, &running_var})
    TENGEN_CHECK(!defined(*t) || (*t)->numel() == channels, op, ": expected weight, bias and running ",
                 "statistics of ", channels, " elements, but got ", (*t)->numel());
  // A batch of one sample whose channels are those of all samples.
  const auto repeated = [&](const std::optional<Tensor>& t) -> std::optional<Tensor> {
    return defined(t) ? std::optional<Tensor>(t->repeat({batch})) : std::nullopt;
  };
  DimVector shape(input.sizes());
  shape[0] = 1, shape[1] = batch * channels;
  const std::optional<Tensor> mean = repeated(running_mean), var = repeated(running_var);
  const Tensor out = batch_norm(input.reshape(shape), repeated(weight), repeated(bias), mean, var,
                                use_input_stats, momentum, eps);
  if (use_input_stats && batch > 0) {
    NoGradGuard no_grad;
    for (const auto& [kept, moved] : {std::pair(&running_mean, &mean), std::pair(&running_var, &var)})
      if (*moved) (*kept)->copy_((*moved)->view({batch, channels}).mean(0));
  }
  return out.reshape(input.sizes());
}

}  // namespace tengen::inline api
