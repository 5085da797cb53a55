// Running sums and products.
#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/autograd/ops/pointwise.h>
#include <tengen/autograd/ops/replace.h>

namespace tengen::inline api {
namespace {

Tensor scan(Reduce op, const Tensor& self, int64_t dim) {
  Tensor out = empty(self.sizes(), self.options());
  View in = view_of(self), to = view_of(out);
  auto copy = [](IntArrayRef values) { return DimVector(values); };
  DimVector sizes = copy(self.sizes()), in_strides = copy(self.strides()), out_strides = copy(out.strides());
  if (self.dim() > 0) {  // the dimension goes last
    for (DimVector* v : {&sizes, &in_strides, &out_strides}) {
      int64_t moved = (*v)[dim];
      v->erase(v->data() + dim);
      v->push_back(moved);
    }
  }
  in.sizes = to.sizes = sizes.data();
  in.strides = in_strides.data();
  to.strides = out_strides.data();
  kernels(self).scan(op, to, in);
  return out;
}

/// What the result is to be, if not of the type in which it is computed.
std::optional<ScalarType> result_type(const Tensor& self, std::optional<ScalarType> dtype) {
  dtype = float32_dtype(Autocast::CUDA, self, dtype);
  return !dtype && is_low_precision(self.dtype()) ? self.dtype() : dtype;
}
Tensor for_scan(const Tensor& self, std::optional<ScalarType> dtype) {
  ScalarType type = dtype.value_or(is_integral(self.dtype(), true) ? kLong : self.dtype());
  return self.to(is_integral(type, true) ? kLong : wide_type(type));
}
Tensor as_asked(const Tensor& out, std::optional<ScalarType> dtype) { return dtype ? out.to(*dtype) : out; }

Tensor reversed_cumsum(const Tensor& x, int64_t dim) { return x.flip(dim).cumsum(dim).flip(dim); }

}  // namespace

Tensor cumsum(const Tensor& input, int64_t dim, std::optional<ScalarType> given_dtype) {
  const auto dtype = result_type(input, given_dtype);
  Tensor self = for_scan(input, dtype);
  int64_t d = wrap_dim(dim, self.dim());
  return as_asked(record("cumsum", scan(Reduce::Sum, self, d), {self}, {},
                         [d](Node&, const Tensor& grad) -> Grads {
                           return {grad.dim() ? reversed_cumsum(grad, d) : grad};
                         }),
                  dtype);
}

Tensor cumprod(const Tensor& input, int64_t dim, std::optional<ScalarType> given_dtype) {
  const auto dtype = result_type(input, given_dtype);
  Tensor self = for_scan(input, dtype);
  int64_t d = wrap_dim(dim, self.dim());
  Tensor out = scan(Reduce::Prod, self, d);
  return as_asked(
      record("cumprod", out, {self}, {self, out},
             [d](Node& node, const Tensor& grad) -> Grads {
               Tensor x = node.saved(0);
               if (x.dim() == 0 || x.numel() == 0) return {grad};
               if (!has_zero(x)) return {reversed_cumsum(grad * node.saved(1), d) / x};
               // Zeros: element k's part is the running product with a one in its place.
               int64_t n = x.size(d);
               std::vector<Tensor> parts;
               for (int64_t k = 0; k < n; ++k) {
                 Tensor with_one =
                     cat({x.narrow(d, 0, k), ones_like(x.narrow(d, k, 1)), x.narrow(d, k + 1, n - k - 1)}, d);
                 Tensor product = with_one.cumprod(d).narrow(d, k, n - k);
                 parts.push_back((product * grad.narrow(d, k, n - k)).sum(d, true));
               }
               return {cat(parts, d)};
             }),
      dtype);
}

Tensor& Tensor::cumsum_(int64_t dim, std::optional<ScalarType> dtype) const {
  return autograd::replace_("cumsum_", *this, {}, [&](const Tensor& x) { return x.cumsum(dim, dtype); });
}
Tensor& Tensor::cumprod_(int64_t dim, std::optional<ScalarType> dtype) const {
  return autograd::replace_("cumprod_", *this, {}, [&](const Tensor& x) { return x.cumprod(dim, dtype); });
}

// ---- by doubling: after k steps each element has taken in 2^k elements up to it
namespace {

std::tuple<Tensor, Tensor> running_extreme(const Tensor& self, int64_t dim, bool largest) {
  dim = wrap_dim(dim, self.dim());
  const TensorOptions options = TensorOptions(kLong).device(self.device());
  if (self.dim() == 0) return {self.clone(), zeros({}, options)};
  const int64_t n = self.size(dim);
  DimVector along(size_t(self.dim()), 1);
  along[dim] = n;
  Tensor values = self.detach(), indices = arange(n, options).view(along).expand(self.sizes()).contiguous();
  for (int64_t step = 1; step < n; step *= 2) {
    const Tensor before = values.narrow(dim, 0, n - step), here = values.narrow(dim, step, n - step);
    const Tensor taken = (largest ? here >= before : here <= before) | here.isnan();
    const auto next = [&](const Tensor& t) {
      return cat(
          {t.narrow(dim, 0, step), where(taken, t.narrow(dim, step, n - step), t.narrow(dim, 0, n - step))},
          dim);
    };
    values = next(values);
    indices = next(indices);
  }
  return {self.gather(dim, indices), indices};
}

}  // namespace

std::tuple<Tensor, Tensor> cummax(const Tensor& self, int64_t dim) {
  return running_extreme(self, dim, true);
}
std::tuple<Tensor, Tensor> cummin(const Tensor& self, int64_t dim) {
  return running_extreme(self, dim, false);
}

Tensor logcumsumexp(const Tensor& self, int64_t dim) {
  check_floating("logcumsumexp", self.dtype());
  if (CastOperands cast = with_float_kernels(Autocast::None, {self}))
    return cast.back(logcumsumexp(cast(self), dim));
  dim = wrap_dim(dim, self.dim());
  const int64_t n = self.dim() == 0 ? 1 : self.size(dim);
  Tensor out = n > 1 ? self : self.clone();
  for (int64_t step = 1; step < n; step *= 2)
    out = cat(
        {out.narrow(dim, 0, step), logaddexp(out.narrow(dim, 0, n - step), out.narrow(dim, step, n - step))},
        dim);
  return out;
}

}  // namespace tengen::inline api
