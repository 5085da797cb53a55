// Softmax over one dimension: the exponentials are taken of differences to the maximum, so nothing overflows.
#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/tensor/kernel_view.h>

namespace tengen::inline api {

using autograd::Grads;
using autograd::Node;
using autograd::record;

namespace {

/// Over the last dimension of contiguous x.
Tensor over_rows(const Tensor& x, bool log) {
  const int64_t size = x.size(-1);
  Tensor out = empty(x.sizes(), x.options());
  if (out.numel()) kernels(x).softmax(x.dtype(), x.numel() / size, size, x.data_ptr(), out.data_ptr(), log);
  return record(
      log ? "log_softmax" : "softmax", out, {x}, {out}, [log](Node& node, const Tensor& grad) -> Grads {
        const Tensor y = node.saved(0);
        if (GradMode::is_enabled())
          return {log ? grad - y.exp() * grad.sum({-1}, true) : y * (grad - (grad * y).sum({-1}, true))};
        const Tensor g = grad.contiguous();
        Tensor result = empty(y.sizes(), y.options());
        const int64_t n = y.size(-1);
        if (y.numel())
          kernels(y).softmax_grad(y.dtype(), y.numel() / n, n, g.data_ptr(), y.data_ptr(), result.data_ptr(),
                                  log);
        return {result};
      });
}

Tensor over_dim(const char* op, const Tensor& input, int64_t dim, std::optional<ScalarType> dtype, bool log) {
  dtype = float32_dtype(Autocast::CUDA, input, dtype);
  const Tensor self = dtype && *dtype != input.dtype() ? input.to(*dtype) : input;
  if (CastOperands cast = with_float_kernels(Autocast::None, {self}))
    return cast.back(over_dim(op, cast(self), dim, std::nullopt, log));
  check_floating(op, self.dtype());
  dim = wrap_dim(dim, self.dim());
  if (self.dim() == 0) return over_rows(self.reshape({1}), log).reshape({});
  if (dim == self.dim() - 1) return over_rows(self.contiguous(), log);
  return over_rows(self.transpose(dim, -1).contiguous(), log).transpose(dim, -1).contiguous();
}

}  // namespace

Tensor softmax(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype) {
  return over_dim("softmax", self, dim, dtype, false);
}

Tensor log_softmax(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype) {
  return over_dim("log_softmax", self, dim, dtype, true);
}

}  // namespace tengen::inline api
