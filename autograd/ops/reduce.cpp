// Sums, means, extremes, norms: over some dimensions or all.
#include <cmath>

#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/autograd/ops/pointwise.h>
#include <tengen/autograd/primitives.h>

namespace tengen::inline api {
namespace {

// ---- which dimensions
/// self's dimensions, split into those that are kept and those that are reduced; no dimensions given: all
/// are.
struct ReductionDims {
  SmallVector<bool, 8> reduced;  // whether, for each dimension
  DimVector kept;                // sizes of those that are kept
  DimVector keepdim;             // self's sizes with 1 where a dimension is reduced
  int64_t count = 1;             // elements per result

  ReductionDims(const char* name, const Tensor& self, IntArrayRef dims)
      : reduced(size_t(self.dim()), dims.empty()) {
    for (int64_t dim : dims) {
      int64_t d = wrap_dim(dim, self.dim());
      if (self.dim() == 0) continue;
      TENGEN_CHECK(!reduced[d], name, ": dim ", d, " appears multiple times in the list of dims");
      reduced[d] = true;
    }
    for (int64_t d = 0; d < self.dim(); ++d) {
      int64_t size = self.sizes()[d];
      keepdim.push_back(reduced[d] ? 1 : size);
      if (reduced[d])
        count *= size;
      else
        kept.push_back(size);
    }
  }
};

/// Runs the kernel; the result has the shape that is asked for.
Tensor run(Reduce op, const Tensor& self, const ReductionDims& split, bool keepdim, ScalarType dtype) {
  Tensor out = empty(keepdim ? split.keepdim : split.kept, TensorOptions(dtype).device(self.device()));
  reduce_into(out, op, self, split.reduced);
  return out;
}

/// The shape that self has, with 1 where a reduction took a dimension: what lets a result broadcast against
/// self.
DimVector restored(const Tensor& self, IntArrayRef dims) {
  return ReductionDims("reduce", self, dims).keepdim;
}

void check_not_empty(const char* name, const Tensor& self, IntArrayRef dims) {
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (self.sizes()[d] != 0) continue;
    bool goes = dims.empty();
    for (int64_t dim : dims) goes |= wrap_dim(dim, self.dim()) == d;
    if (!goes) continue;
    if (dims.empty())
      fail(name,
           ": Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
           "the 'dim' argument.");
    fail<IndexError>(name, ": Expected reduction dim ", d, " to have non-zero size.");
  }
}

}  // namespace

// ---- sum, mean
Tensor sum(const Tensor& input, IntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) {
  dtype = float32_dtype(Autocast::CUDA, input, dtype);
  ScalarType type = dtype.value_or(is_integral(input.dtype(), true) ? kLong : input.dtype());
  bool whole =
      is_integral(type, true) && is_integral(input.dtype(), true) && type != kBool;  // kernels convert these
  Tensor self = type == input.dtype() || whole ? input : input.to(type);
  ReductionDims split("sum", self, dim);
  return record("sum", run(Reduce::Sum, self, split, keepdim, type), {self}, {},
                [sizes = DimVector(self.sizes()), kept = split.keepdim](Node&, const Tensor& grad) -> Grads {
                  return {grad.reshape(kept).expand(sizes)};
                });
}
Tensor sum(const Tensor& self, std::optional<ScalarType> dtype) {
  return sum(self, IntArrayRef(), false, dtype);
}

Tensor sum_to_size(const Tensor& self, IntArrayRef size) { return autograd::sum_to_size(self, size); }

Tensor mean(const Tensor& input, IntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) {
  ScalarType type = dtype.value_or(input.dtype());
  TENGEN_CHECK(is_floating_point(type), "mean: expected a floating-point tensor but got ", type,
               "; give a dtype to convert it");
  Tensor self = type == input.dtype() ? input : input.to(type);
  ReductionDims split("mean", self, dim);
  const ScalarType wide = wide_type(type);  // sums may leave the range of a 16-bit type
  Tensor out = run(Reduce::Sum, self, split, keepdim, wide);
  Scalar count = double(split.count);
  compute_into(out, Binary::div, out, count, wide);
  if (wide != type) out = out.to(type);
  return record(
      "mean", out, {self}, {},
      [sizes = DimVector(self.sizes()), kept = split.keepdim, count](Node&, const Tensor& grad) -> Grads {
        return {(grad / count).reshape(kept).expand(sizes)};
      });
}
Tensor mean(const Tensor& self, std::optional<ScalarType> dtype) {
  return mean(self, IntArrayRef(), false, dtype);
}

// ---- variance
namespace {

struct Variance {
  Tensor var;  // keepdim
  double divisor;
};

Variance variance(const char* name, const Tensor& self, IntArrayRef dim, bool unbiased) {
  check_floating(name, self.dtype());
  NoGradGuard no_grad;
  ReductionDims split(name, self, dim);
  const ScalarType wide = wide_type(self.dtype());  // sums may leave the range of a 16-bit type
  const double divisor = double(split.count - (unbiased ? 1 : 0));
  Tensor var = run(Reduce::SquaredDistances, self, split, true, wide).div_(divisor < 0 ? 0.0 : divisor);
  return {var.to(self.dtype()), divisor};
}

Tensor var_gradient(const Tensor& grad, const Tensor& self, IntArrayRef dim, double divisor) {
  return grad.reshape(restored(self, dim)) * (2 / divisor) * (self - self.mean(dim, true));
}

Tensor finish_var(const Variance& m, const Tensor& self, IntArrayRef dim, bool keepdim) {
  Tensor out = keepdim ? m.var : m.var.view(ReductionDims("var", self, dim).kept);
  return record("var", out, {self}, {self},
                [dims = DimVector(dim), divisor = m.divisor](Node& node, const Tensor& grad) -> Grads {
                  return {var_gradient(grad, node.saved(0), dims, divisor)};
                });
}

}  // namespace

Tensor var(const Tensor& self, IntArrayRef dim, bool unbiased, bool keepdim) {
  if (CastOperands cast = with_float_kernels(Autocast::None, {self}))
    return cast.back(var(cast(self), dim, unbiased, keepdim));
  return finish_var(variance("var", self, dim, unbiased), self, dim, keepdim);
}

Tensor std(const Tensor& self, IntArrayRef dim, bool unbiased, bool keepdim) {
  if (CastOperands cast = with_float_kernels(Autocast::None, {self}))
    return cast.back(std(cast(self), dim, unbiased, keepdim));
  Variance m = variance("std", self, dim, unbiased);
  m.var.sqrt_();
  Tensor out = keepdim ? m.var : m.var.view(ReductionDims("std", self, dim).kept);
  return record("std", out, {self}, {self, out},
                [dims = DimVector(dim), divisor = m.divisor](Node& node, const Tensor& grad) -> Grads {
                  Tensor deviation = node.saved(1);  // where it is zero so is the gradient
                  Tensor to_var = (grad / (deviation * 2)).masked_fill(deviation == 0, 0);
                  return {var_gradient(to_var, node.saved(0), dims, divisor)};
                });
}

std::tuple<Tensor, Tensor> var_mean(const Tensor& self, IntArrayRef dim, bool unbiased, bool keepdim) {
  return {var(self, dim, unbiased, keepdim), mean(self, dim, keepdim)};
}

std::tuple<Tensor, Tensor> std_mean(const Tensor& self, IntArrayRef dim, bool unbiased, bool keepdim) {
  return {std(self, dim, unbiased, keepdim), mean(self, dim, keepdim)};
}

// ---- products
namespace {

/// Along `dim`, element k is the product of all others: products of what is before it and of what is after
/// it.
Tensor product_of_others(const Tensor& x, int64_t dim) {
  int64_t n = x.size(dim);
  Tensor one = ones_like(x.narrow(dim, 0, 1));
  Tensor before = cat({one, x.narrow(dim, 0, n - 1)}, dim).cumprod(dim);
  Tensor after = cat({one, x.flip(dim).narrow(dim, 0, n - 1)}, dim).cumprod(dim).flip(dim);
  return before * after;
}

Tensor product(const Tensor& input, std::optional<int64_t> dim, bool keepdim,
               std::optional<ScalarType> dtype) {
  dtype = float32_dtype(Autocast::Everywhere, input, dtype);
  ScalarType type = dtype.value_or(is_integral(input.dtype(), true) ? kLong : input.dtype());
  Tensor self = input.to(type);
  DimVector dims;
  if (dim) dims.push_back(wrap_dim(*dim, self.dim()));
  ReductionDims split("prod", self, dims);
  Tensor out = run(Reduce::Prod, self, split, keepdim, type);
  return record("prod", out, {self}, {self, out},
                [dims, kept = split.keepdim](Node& node, const Tensor& grad) -> Grads {
                  Tensor x = node.saved(0), g = grad.reshape(kept);
                  if (x.dim() == 0) return {grad};
                  if (x.numel() == 0) return {zeros_like(x)};
                  if (!has_zero(x)) return {g * node.saved(1).reshape(kept) / x};
                  if (!dims.empty()) return {g * product_of_others(x, dims[0])};
                  return {g * product_of_others(x.reshape({-1}), 0).reshape(x.sizes())};
                });
}
}  // namespace

Tensor prod(const Tensor& self, std::optional<ScalarType> dtype) {
  return product(self, std::nullopt, false, dtype);
}
Tensor prod(const Tensor& self, int64_t dim, bool keepdim, std::optional<ScalarType> dtype) {
  return product(self, dim, keepdim, dtype);
}

// ---- extremes
namespace {

/// Equal extremes share the gradient.
Tensor extreme(const char* name, Reduce op, const Tensor& self, IntArrayRef dim, bool keepdim) {
  check_not_empty(name, self, dim);
  ReductionDims split(name, self, dim);
  Tensor out = run(op, self, split, keepdim, self.dtype());
  return record(name, out, {self}, {self, out},
                [dims = DimVector(dim), kept = split.keepdim](Node& node, const Tensor& grad) -> Grads {
                  const Tensor x = node.saved(0), found = node.saved(1).reshape(kept);
                  const Tensor mask = (x == found) | (x.isnan() & found.isnan());
                  return {mask * (grad.reshape(kept) / mask.sum(dims, true))};
                });
}

Tensor position(const char* name, Reduce op, const Tensor& self, IntArrayRef dim, bool keepdim) {
  check_not_empty(name, self, dim);
  return run(op, self, ReductionDims(name, self, dim), keepdim, kLong);
}

std::tuple<Tensor, Tensor> extreme_at(const char* name, Reduce op, Reduce arg, const Tensor& self,
                                      int64_t dim, bool keepdim) {
  int64_t d = wrap_dim(dim, self.dim());
  Tensor indices = position(name, arg, self, d, keepdim);
  ReductionDims split(name, self, d);
  Tensor values = run(op, self, split, keepdim, self.dtype());
  values = record(
      name, values, {self}, {indices},
      [d, sizes = DimVector(self.sizes()), kept = split.keepdim](Node& node, const Tensor& grad) -> Grads {
        return {zeros(sizes, grad.options()).scatter_add(d, node.saved(0).reshape(kept), grad.reshape(kept))};
      });
  return {values, indices};
}

Tensor arg_extreme(const char* name, Reduce op, const Tensor& self, std::optional<int64_t> dim,
                   bool keepdim) {
  return dim ? position(name, op, self, *dim, keepdim) : position(name, op, self, {}, keepdim);
}

}  // namespace

Tensor amax(const Tensor& self, IntArrayRef dim, bool keepdim) {
  return extreme("amax", Reduce::Max, self, dim, keepdim);
}
Tensor amin(const Tensor& self, IntArrayRef dim, bool keepdim) {
  return extreme("amin", Reduce::Min, self, dim, keepdim);
}
Tensor max(const Tensor& self) { return extreme("max", Reduce::Max, self, {}, false); }
Tensor min(const Tensor& self) { return extreme("min", Reduce::Min, self, {}, false); }
Tensor max(const Tensor& self, const Tensor& other) { return maximum(self, other); }
Tensor min(const Tensor& self, const Tensor& other) { return minimum(self, other); }
std::tuple<Tensor, Tensor> max(const Tensor& self, int64_t dim, bool keepdim) {
  return extreme_at("max", Reduce::Max, Reduce::ArgMax, self, dim, keepdim);
}
std::tuple<Tensor, Tensor> min(const Tensor& self, int64_t dim, bool keepdim) {
  return extreme_at("min", Reduce::Min, Reduce::ArgMin, self, dim, keepdim);
}
Tensor argmax(const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
  return arg_extreme("argmax", Reduce::ArgMax, self, dim, keepdim);
}
Tensor argmin(const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
  return arg_extreme("argmin", Reduce::ArgMin, self, dim, keepdim);
}

std::tuple<Tensor, Tensor> aminmax(const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
  const DimVector dims = dim ? DimVector{*dim} : DimVector();
  return {extreme("aminmax", Reduce::Min, self, dims, keepdim),
          extreme("aminmax", Reduce::Max, self, dims, keepdim)};
}

// ---- medians: NaN sorts last; one makes the median NaN, unless they are skipped
namespace {

Tensor median_of(const char* name, const Tensor& self, bool skip_nan) {
  if (self.numel() == 0 && self.is_floating_point()) return self.sum() / 0;  // NaN
  TENGEN_CHECK(self.numel() > 0, name, ": expected a tensor with elements but got shape ", self.sizes());
  const Tensor sorted = std::get<0>(self.detach().reshape({-1}).sort());
  const int64_t n = self.numel(), nans = sorted.isnan().sum().item<int64_t>();
  const int64_t place = skip_nan ? std::max<int64_t>(n - nans - 1, 0) / 2 : nans > 0 ? n - 1 : (n - 1) / 2;
  const Tensor out = sorted.select(0, place).clone();
  if (!self.is_floating_point()) return out;
  return record(name, out, {self}, {self, out}, [](Node& node, const Tensor& grad) -> Grads {
    const Tensor x = node.saved(0), median = node.saved(1);  // equal elements share the gradient
    const Tensor equal = (x == median) | (x.isnan() & median.isnan());
    return {where(equal, grad / equal.sum(), 0)};
  });
}

std::tuple<Tensor, Tensor> median_along(const char* name, const Tensor& self, int64_t dim, bool keepdim,
                                        bool skip_nan) {
  dim = wrap_dim(dim, self.dim());
  if (self.dim() == 0) return {self.clone(), zeros({}, TensorOptions(kLong).device(self.device()))};
  const int64_t n = self.size(dim);
  TENGEN_CHECK(n > 0, name, ": expected dimension ", dim, " to have elements but got shape ", self.sizes());
  const Tensor nans = self.isnan().sum(dim, true);
  const Tensor place =
      skip_nan ? (n - 1 - nans).clamp_min(0).floor_divide(2) : where(nans > 0, n - nans, (n - 1) / 2);
  Tensor indices = std::get<1>(self.detach().sort(dim)).gather(dim, place);
  Tensor values = self.gather(dim, indices);
  return keepdim ? std::tuple(values, indices) : std::tuple(values.squeeze(dim), indices.squeeze(dim));
}

}  // namespace

Tensor median(const Tensor& self) { return median_of("median", self, false); }
std::tuple<Tensor, Tensor> median(const Tensor& self, int64_t dim, bool keepdim) {
  return median_along("median", self, dim, keepdim, false);
}
Tensor nanmedian(const Tensor& self) { return median_of("nanmedian", self, true); }
std::tuple<Tensor, Tensor> nanmedian(const Tensor& self, int64_t dim, bool keepdim) {
  return median_along("nanmedian", self, dim, keepdim, true);
}

// ---- norms
Tensor logsumexp(const Tensor& self, IntArrayRef dim, bool keepdim) {
  if (CastOperands cast = with_float_kernels(Autocast::CUDA, {self}))
    return cast.back(logsumexp(cast(self), dim, keepdim));
  Tensor out;
  {
    NoGradGuard no_grad;
    Tensor x = self.to(real_type(self.dtype()));
    Tensor top = x.numel() ? x.amax(dim, true) : zeros(restored(x, dim), x.options());
    top.masked_fill_(top.isinf(), 0);  // all -inf, or an inf: exp copes
    out = (x - top).exp_().sum(dim, true).log_().add_(top);
    if (!keepdim) out = out.view(ReductionDims("logsumexp", self, dim).kept);
  }
  return record("logsumexp", out, {self}, {self, out},
                [dims = DimVector(dim)](Node& node, const Tensor& grad) -> Grads {
                  Tensor x = node.saved(0);
                  DimVector kept = restored(x, dims);
                  return {grad.reshape(kept) * (x - node.saved(1).reshape(kept)).exp()};
                });
}

namespace {

Tensor norm_values(const Tensor& self, double p, IntArrayRef dim, bool keepdim) {
  if (p == 2)
    return run(Reduce::SumSquares, self, ReductionDims("norm", self, dim), keepdim, self.dtype()).sqrt_();
  if (p == 0) return (self != 0).sum(dim, keepdim, self.dtype());
  if (std::isinf(p)) return p > 0 ? self.abs().amax(dim, keepdim) : self.abs().amin(dim, keepdim);
  Tensor powers = self.abs();
  if (p != 1) powers.pow_(p);
  Tensor total = powers.sum(dim, keepdim);
  return p == 1 ? total : total.pow_(1 / p);
}

// d|x|/dx = sign(x) |x|^(p-1) / norm^(p-1); zero where the norm is.
Tensor norm_gradient(const Tensor& grad, const Tensor& x, const Tensor& norm, double p, IntArrayRef dims) {
  if (p == 0) return zeros_like(x);
  if (p == 1) return grad * x.sign();
  Tensor zero = norm == 0;
  if (p == 2) return x * (grad / norm).masked_fill(zero, 0);
  if (std::isinf(p)) {
    Tensor mask = x.abs() == norm;
    return x.sign() * mask * (grad / mask.sum(dims, true));
  }
  Tensor scale = (grad / norm.pow(p - 1)).masked_fill(zero, 0);
  Tensor slope = p < 2 ? (x.sign() * x.abs().pow(p - 1)).masked_fill(x == 0, 0) : x * x.abs().pow(p - 2);
  return slope * scale;
}

}  // namespace

Tensor norm(const Tensor& self, const std::optional<Scalar>& order, IntArrayRef dim, bool keepdim) {
  check_floating("norm", self.dtype());
  if (CastOperands cast = with_float_kernels(Autocast::CUDA, {self}))
    return cast.back(norm(cast(self), order, dim, keepdim));
  double p = order ? order->toDouble() : 2;
  Tensor out;
  {
    NoGradGuard no_grad;
    out = norm_values(self, p, dim, keepdim);
  }
  return record("norm", out, {self}, {self, out},
                [p, dims = DimVector(dim)](Node& node, const Tensor& grad) -> Grads {
                  Tensor x = node.saved(0);
                  DimVector kept = restored(x, dims);
                  return {norm_gradient(grad.reshape(kept), x, node.saved(1).reshape(kept), p, dims)};
                });
}
Tensor norm(const Tensor& self, const Scalar& p) { return norm(self, p, IntArrayRef(), false); }

// ---- truth
namespace {

Tensor truth(const char* name, Reduce op, const Tensor& self, IntArrayRef dim, bool keepdim) {
  Tensor set = self.detach().to(kBool);
  Tensor out = run(op, set, ReductionDims(name, set, dim), keepdim, kBool);
  return self.dtype() == kByte ? out.to(kByte) : out;  // as PyTorch: bytes once served as bools
}

}  // namespace

Tensor any(const Tensor& self) { return truth("any", Reduce::Any, self, {}, false); }
Tensor any(const Tensor& self, int64_t dim, bool keepdim) {
  return truth("any", Reduce::Any, self, dim, keepdim);
}
Tensor all(const Tensor& self) { return truth("all", Reduce::All, self, {}, false); }
Tensor all(const Tensor& self, int64_t dim, bool keepdim) {
  return truth("all", Reduce::All, self, dim, keepdim);
}
Tensor count_nonzero(const Tensor& self, std::optional<int64_t> dim) {
  Tensor set = self.detach() != 0;
  return dim ? set.sum(*dim) : set.sum();
}
Tensor count_nonzero(const Tensor& self, IntArrayRef dim) { return (self.detach() != 0).sum(dim); }

}  // namespace tengen::inline api
