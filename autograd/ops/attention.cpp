#include <cmath>
#include <limits>

#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/low_precision.h>

namespace tengen::inline api {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Heads of key or value repeated until there are as many as query has.
Tensor repeat_heads(const Tensor& t, const Tensor& query) {
  TENGEN_CHECK(t.dim() >= 3 && query.dim() >= 3 && t.size(-3) > 0 && query.size(-3) % t.size(-3) == 0,
               "scaled_dot_product_attention: with enable_gqa the number of heads of query must be a ",
               "multiple of that of key and value, but got shapes ", query.sizes(), " and ", t.sizes());
  return t.repeat_interleave(query.size(-3) / t.size(-3), -3);
}

/// What is added to the scores: 0 where a query attends to a key, -infinity where not, or any numbers.
Tensor additive(const Tensor& mask, const Tensor& query) {
  if (mask.dtype() != kBool) return mask;
  return zeros(mask.sizes(), query.options().requires_grad(false))
      .masked_fill(mask.logical_not(), -kInfinity);
}

}  // namespace

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const std::optional<Tensor>& attn_mask, double dropout_p, bool is_causal,
                                    std::optional<double> scale, bool enable_gqa) {
  const char* op = "scaled_dot_product_attention";
  const auto cast_all = [&](const CastOperands& cast) {
    return scaled_dot_product_attention(cast(query), cast(key), cast(value), cast(attn_mask), dropout_p,
                                        is_causal, scale, enable_gqa);
  };
  if (CastOperands cast = to_autocast_type(query)) return cast_all(cast);
  if (CastOperands cast = with_float_kernels(Autocast::None, {query})) return cast.back(cast_all(cast));
  check_floating(op, query.dtype());
  TENGEN_CHECK(query.dim() >= 2 && key.dim() >= 2 && value.dim() >= 2, op,
               ": expected query, key and value of at least 2 dimensions, but got shapes ", query.sizes(),
               ", ", key.sizes(), " and ", value.sizes());
  TENGEN_CHECK(query.size(-1) == key.size(-1) && key.size(-2) == value.size(-2), op,
               ": expected query (...,L,E), key (...,S,E) and value (...,S,V), but got shapes ",
               query.sizes(), ", ", key.sizes(), " and ", value.sizes());
  Tensor mask = attn_mask.value_or(Tensor());
  TENGEN_CHECK(!is_causal || !mask.defined(), op,
               ": Explicit attn_mask should not be set when is_causal=True");
  TENGEN_CHECK(!mask.defined() || mask.dtype() == kBool || mask.dtype() == query.dtype(), op,
               ": Expected attn_mask dtype to be bool or to match query dtype, but got attn_mask.dtype: ",
               mask.dtype(), " and query.dtype: ", query.dtype());
  if (enable_gqa)
    return scaled_dot_product_attention(query, repeat_heads(key, query), repeat_heads(value, query),
                                        attn_mask, dropout_p, is_causal, scale);
  // A root of the scale on either side keeps the products small.
  const double factor = scale.value_or(1 / std::sqrt(double(query.size(-1)))),
               root = std::sqrt(std::abs(factor));
  Tensor scores = matmul(query * (factor < 0 ? -root : root), key.transpose(-2, -1) * root);
  if (is_causal)
    mask = ones({query.size(-2), key.size(-2)}, query.options().dtype(kBool).requires_grad(false)).tril();
  Tensor weights;
  if (mask.defined()) {
    scores = scores + additive(mask, query);
    const Tensor none = (scores.detach() == -kInfinity).all(-1, /*keepdim=*/true);
    weights = scores.masked_fill(none, 0).softmax(-1).masked_fill(none, 0);
  } else {
    weights = scores.softmax(-1);
  }
  return matmul(dropout(weights, dropout_p, /*train=*/true), value);
}

}  // namespace tengen::inline api
