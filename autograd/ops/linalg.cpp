// Products of matrices. All of them end in one bilinear operator, whose rule is that operator again.
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/autograd/ops/replace.h>
#include <tengen/tensor/kernel_view.h>

namespace tengen::inline api {

using autograd::Grads;
using autograd::Node;
using autograd::record;

namespace {

int64_t product_of(IntArrayRef sizes) {
  int64_t product = 1;
  for (int64_t size : sizes) product *= size;
  return product;
}

DimVector join(IntArrayRef sizes, std::initializer_list<int64_t> more) {
  DimVector all(sizes);
  for (int64_t size : more) all.push_back(size);
  return all;
}

void check_types(const char* op, const Tensor& a, const Tensor& b) {
  TENGEN_CHECK(a.dtype() == b.dtype(), op,
               ": expected both operands to have the same dtype, but got: ", a.dtype(), " != ", b.dtype());
}

/// a (m,k) * b (k,n) or a (batch,m,k) * b (batch,k,n), transposed and repeated operands read in place.
Tensor multiply_matrices(const Tensor& a, const Tensor& b) {
  check_same_device("matmul", {&a, &b});
  const ScalarType type = a.dtype();
  const bool narrow = is_floating_point(type) && a.is_cuda();  // tensor cores multiply 16-bit numbers
  if (type != kFloat && type != kDouble && !narrow) {
    NoGradGuard no_grad;
    if (is_low_precision(type)) return multiply_matrices(a.to(kFloat), b.to(kFloat)).to(type);
    return mul(a.unsqueeze(-1), b.unsqueeze(-3)).sum({-2}).to(type);
  }
  const bool batched = a.dim() == 3;
  const int64_t batch = batched ? a.size(0) : 1, m = a.size(-2), k = a.size(-1), n = b.size(-1);
  Tensor out = batched ? empty({batch, m, n}, a.options()) : empty({m, n}, a.options());
  if (out.numel() == 0) return out;
  kernels(a).matmul(type,
                    {.batch = batch,
                     .m = m,
                     .n = n,
                     .k = k,
                     .a_batch = batched ? a.stride(0) : 0,
                     .a_row = a.stride(-2),
                     .a_col = a.stride(-1),
                     .b_batch = batched ? b.stride(0) : 0,
                     .b_row = b.stride(-2),
                     .b_col = b.stride(-1),
                     .out_batch = m * n,
                     .out_row = n,
                     .out_col = 1},
                    a.data_ptr(), b.data_ptr(), out.data_ptr());
  return out;
}

Tensor record_product(const char* name, const Tensor& a, const Tensor& b) {
  Tensor out = multiply_matrices(a, b);
  if (!out.is_floating_point()) return out;
  return record(name, out, {a, b}, {a, b}, [](Node& node, const Tensor& grad) -> Grads {
    const auto product = grad.dim() == 3 ? bmm : mm;
    return {node.needs(0) ? product(grad, node.saved(1).mT()) : Tensor(),
            node.needs(1) ? product(node.saved(0).mT(), grad) : Tensor()};
  });
}

}  // namespace

Tensor mm(const Tensor& self, const Tensor& mat2) {
  if (CastOperands cast = to_autocast_type(self)) return mm(cast(self), cast(mat2));
  TENGEN_CHECK(self.dim() == 2, "mm: self must be a matrix, but has shape ", self.sizes());
  TENGEN_CHECK(mat2.dim() == 2, "mm: mat2 must be a matrix, but has shape ", mat2.sizes());
  TENGEN_CHECK(self.size(1) == mat2.size(0), "mm: mat1 and mat2 shapes cannot be multiplied (", self.size(0),
               "x", self.size(1), " and ", mat2.size(0), "x", mat2.size(1), ")");
  check_types("mm", self, mat2);
  return record_product("mm", self, mat2);
}

Tensor bmm(const Tensor& self, const Tensor& mat2) {
  if (CastOperands cast = to_autocast_type(self)) return bmm(cast(self), cast(mat2));
  TENGEN_CHECK(self.dim() == 3, "bmm: batch1 must be a 3D tensor, but has shape ", self.sizes());
  TENGEN_CHECK(mat2.dim() == 3, "bmm: batch2 must be a 3D tensor, but has shape ", mat2.sizes());
  TENGEN_CHECK(self.size(0) == mat2.size(0) && self.size(2) == mat2.size(1),
               "bmm: expected size for the first two ", "dimensions of batch2 tensor to be: [", self.size(0),
               ", ", self.size(2), "] but got: [", mat2.size(0), ", ", mat2.size(1), "].");
  check_types("bmm", self, mat2);
  return record_product("bmm", self, mat2);
}

Tensor mv(const Tensor& self, const Tensor& vec) {
  if (CastOperands cast = to_autocast_type(self, Autocast::CUDA)) return mv(cast(self), cast(vec));
  TENGEN_CHECK(self.dim() == 2 && vec.dim() == 1, "mv: expected a matrix and a vector, but got shapes ",
               self.sizes(), " and ", vec.sizes());
  TENGEN_CHECK(self.size(1) == vec.size(0), "mv: size mismatch, got a matrix of shape ", self.sizes(),
               " and a vector of ", vec.size(0), " elements");
  check_types("mv", self, vec);
  return record_product("mv", self, vec.unsqueeze(1)).squeeze(1);
}

Tensor dot(const Tensor& self, const Tensor& other) {
  if (CastOperands cast = to_widest(Autocast::CUDA, {self, other})) return dot(cast(self), cast(other));
  TENGEN_CHECK(self.dim() == 1 && other.dim() == 1, "dot: 1D tensors expected, but got ", self.dim(),
               "D and ", other.dim(), "D tensors");
  TENGEN_CHECK(self.size(0) == other.size(0),
               "dot: inconsistent tensor size, expected the same number of elements, ", "but got ",
               self.size(0), " and ", other.size(0));
  check_types("dot", self, other);
  return record_product("dot", self.unsqueeze(0), other.unsqueeze(1)).reshape({});
}

Tensor outer(const Tensor& self, const Tensor& vec2) {
  TENGEN_CHECK(self.dim() == 1 && vec2.dim() == 1, "outer: expected 1-D arguments, but got shapes ",
               self.sizes(), " and ", vec2.sizes());
  return self.unsqueeze(1) * vec2;
}

Tensor matmul(const Tensor& self, const Tensor& other) {
  if (CastOperands cast = to_autocast_type(self)) return matmul(cast(self), cast(other));
  const int64_t a = self.dim(), b = other.dim();
  TENGEN_CHECK(a > 0 && b > 0, "matmul: both arguments need to be at least 1D, but they are ", a, "D and ", b,
               "D");
  if (a == 1 && b == 1) return dot(self, other);
  if (a == 2 && b == 1) return mv(self, other);
  if (a == 2 && b == 2) return mm(self, other);
  if (a == 1) return matmul(self.unsqueeze(0), other).squeeze(-2);
  if (b == 1) return matmul(self, other.unsqueeze(1)).squeeze(-1);
  const IntArrayRef a_batch = self.sizes().slice(0, size_t(a) - 2),
                    b_batch = other.sizes().slice(0, size_t(b) - 2);
  if (b == 2) {  // (..., m, k) (k, n): one product of all rows
    Tensor out = mm(self.reshape({product_of(a_batch) * self.size(-2), self.size(-1)}), other);
    return out.reshape(join(a_batch, {self.size(-2), other.size(-1)}));
  }
  const DimVector batch = broadcast_shapes(a_batch, b_batch, "matmul");
  const int64_t count = product_of(batch);
  const auto stack = [&](const Tensor& t) {  // (..., rows, cols) -> (count, rows, cols)
    Tensor all = t.sizes().slice(0, size_t(t.dim()) - 2).equals(batch)
                     ? t
                     : t.expand(join(batch, {t.size(-2), t.size(-1)}));
    return all.reshape({count, t.size(-2), t.size(-1)});
  };
  // A lone matrix is repeated by a stride of 0 rather than copied.
  const auto repeat = [&](const Tensor& t) {
    return t.dim() == 2 ? t.expand({count, t.size(0), t.size(1)}) : stack(t);
  };
  return bmm(repeat(self), stack(other)).reshape(join(batch, {self.size(-2), other.size(-1)}));
}

namespace {

/// 0 * x, whatever x holds.
Tensor zero_times(const Tensor& x) { return masked_fill(x, full({}, true, x.options().dtype(kBool)), 0); }

/// The factor as tensors of `type` take it: matrices of integers are scaled by whole numbers.
Scalar factor_for(ScalarType type, const Scalar& factor) {
  factor.require_fits(type);
  return is_integral(type, true) ? Scalar(factor.toLong()) : factor;
}

/// beta * self + alpha * product; what is scaled by 0 does not matter, be it NaN or infinite.
Tensor add_product(const char* op, const Tensor& self, Tensor product, const Scalar& beta_given,
                   const Scalar& alpha_given) {
  const DimVector sizes = broadcast_shapes(self.sizes(), product.sizes(), op);
  TENGEN_CHECK(product.sizes().equals(sizes), op, ": the shape ", self.sizes(),
               " of self cannot be expanded to that ", "of the product, ", product.sizes());
  const Scalar alpha = factor_for(product.dtype(), alpha_given),
               beta = factor_for(product.dtype(), beta_given);
  if (!alpha.equal(1)) product = alpha.equal(0) ? zero_times(product) : product * alpha;
  if (!beta.equal(0)) return add(product, self, beta);
  return self.requires_grad() ? add(product, zero_times(self)) : product;
}

}  // namespace

Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta,
             const Scalar& alpha) {
  if (CastOperands cast = to_autocast_type(self))
    return addmm(cast(self), cast(mat1), cast(mat2), beta, alpha);
  return add_product("addmm", self, mm(mat1, mat2), beta, alpha);
}

Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
               const Scalar& alpha) {
  if (CastOperands cast = to_autocast_type(self))
    return baddbmm(cast(self), cast(batch1), cast(batch2), beta, alpha);
  return add_product("baddbmm", self, bmm(batch1, batch2), beta, alpha);
}

Tensor addbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
              const Scalar& alpha) {
  if (CastOperands cast = to_autocast_type(self))
    return addbmm(cast(self), cast(batch1), cast(batch2), beta, alpha);
  return add_product("addbmm", self, bmm(batch1, batch2).sum(0), beta, alpha);
}

Tensor addmv(const Tensor& self, const Tensor& mat, const Tensor& vec, const Scalar& beta,
             const Scalar& alpha) {
  if (CastOperands cast = to_autocast_type(self, Autocast::CUDA))
    return addmv(cast(self), cast(mat), cast(vec), beta, alpha);
  return add_product("addmv", self, mv(mat, vec), beta, alpha);
}

Tensor addr(const Tensor& self, const Tensor& vec1, const Tensor& vec2, const Scalar& beta,
            const Scalar& alpha) {
  return add_product("addr", self, outer(vec1, vec2), beta, alpha);
}

Tensor& Tensor::addmm_(const Tensor& mat1, const Tensor& mat2, const Scalar& beta,
                       const Scalar& alpha) const {
  return autograd::replace_("addmm_", *this, {mat1, mat2},
                            [&](const Tensor& x) { return x.addmm(mat1, mat2, beta, alpha); });
}
Tensor& Tensor::baddbmm_(const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
                         const Scalar& alpha) const {
  return autograd::replace_("baddbmm_", *this, {batch1, batch2},
                            [&](const Tensor& x) { return x.baddbmm(batch1, batch2, beta, alpha); });
}
Tensor& Tensor::addbmm_(const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
                        const Scalar& alpha) const {
  return autograd::replace_("addbmm_", *this, {batch1, batch2},
                            [&](const Tensor& x) { return x.addbmm(batch1, batch2, beta, alpha); });
}
Tensor& Tensor::addmv_(const Tensor& mat, const Tensor& vec, const Scalar& beta, const Scalar& alpha) const {
  return autograd::replace_("addmv_", *this, {mat, vec},
                            [&](const Tensor& x) { return x.addmv(mat, vec, beta, alpha); });
}
Tensor& Tensor::addr_(const Tensor& vec1, const Tensor& vec2, const Scalar& beta, const Scalar& alpha) const {
  return autograd::replace_("addr_", *this, {vec1, vec2},
                            [&](const Tensor& x) { return x.addr(vec1, vec2, beta, alpha); });
}

Tensor linear(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias) {
  if (CastOperands cast = to_autocast_type(input)) return linear(cast(input), cast(weight), cast(bias));
  if (!bias || !bias->defined()) return matmul(input, weight.dim() == 2 ? weight.t() : weight);
  if (weight.dim() != 2 || bias->dim() != 1 || !is_floating_point(input.dtype()))
    return matmul(input, weight.dim() == 2 ? weight.t() : weight) + *bias;
  const int64_t in = weight.size(1), out = weight.size(0);
  TENGEN_CHECK(input.dim() > 0 && input.size(-1) == in,
               "linear: input and weight shapes cannot be multiplied: input ", input.sizes(), ", weight ",
               weight.sizes(), "; expected the last size of input to be ", in);
  TENGEN_CHECK(bias->size(0) == out || bias->size(0) == 1, "linear: expected a bias of ", out,
               " elements for a weight of shape ", weight.sizes(), ", but got ", bias->size(0));
  check_types("linear", input, weight);
  check_types("linear", input, *bias);
  check_same_device("linear", {&input, &weight, &*bias});
  const IntArrayRef rest = input.sizes().slice(0, size_t(input.dim()) - 1);
  Tensor x = input.reshape({product_of(rest), in});  // (..., in) -> (rows, in)
  Tensor y = multiply_matrices(x, weight.t());
  const DimVector strides = broadcast_strides(*bias, y.sizes());
  kernels(y).binary(Binary::add, view_of(y), view_of(y),
                    {bias->data_ptr(), bias->dtype(), 2, y.sizes().data(), strides.data()}, nullptr);
  y = record("linear", y, {x, weight, bias}, {x, weight}, [](Node& node, const Tensor& grad) -> Grads {
    return {node.needs(0) ? mm(grad, node.saved(1)) : Tensor(),
            node.needs(1) ? mm(grad.t(), node.saved(0)) : Tensor(), node.needs(2) ? grad.sum({0}) : Tensor()};
  });
  return y.reshape(join(rest, {out}));
}

}  // namespace tengen::inline api
