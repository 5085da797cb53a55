#include <tengen/nn/attention.h>

#include <array>
#include <cmath>
#include <limits>

#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/given.h>
#include <tengen/nn/init.h>

namespace tengen::nn {
namespace functional {
namespace {

using Options = MultiheadAttentionForwardFuncOptions;

constexpr const char* kName = "multi_head_attention_forward";
constexpr double kInfinity = std::numeric_limits<double>::infinity();

void check_inputs(const Tensor& query, const Tensor& key, const Tensor& value, const Options& options) {
  const int64_t heads = options.num_heads(), features = options.embed_dim_to_check();
  TENGEN_CHECK(query.dim() == 3 && key.dim() == 3 && value.dim() == 3, kName,
               ": expected query (L,N,E), key (S,N,kdim) and value (S,N,vdim), but got shapes ",
               query.sizes(), ", ", key.sizes(), " and ", value.sizes());
  TENGEN_CHECK(query.size(2) == features, kName, ": expected a query of ", features, " features, but got ",
               query.sizes());
  TENGEN_CHECK(key.size(0) == value.size(0) && key.size(1) == query.size(1) && value.size(1) == query.size(1),
               kName, ": expected a value for every key, and the batch of query, but got shapes ",
               query.sizes(), ", ", key.sizes(), " and ", value.sizes());
  TENGEN_CHECK(heads > 0, kName, ": num_heads must be greater than 0, but got ", heads);
  TENGEN_CHECK(features % heads == 0, kName, ": embed_dim must be divisible by num_heads, but got ", features,
               " and ", heads);
  TENGEN_CHECK(options.bias_k().defined() == options.bias_v().defined(), kName,
               ": expected both bias_k and bias_v or neither");
}

/// (L,N,E), (S,N,kdim), (S,N,vdim) -> (L,N,E), (S,N,E), (S,N,E)
std::array<Tensor, 3> project(const Tensor& query, const Tensor& key, const Tensor& value,
                              const Options& options) {
  const int64_t size = options.embed_dim_to_check();
  const Tensor& bias = options.in_proj_bias();
  const bool separate = options.use_separate_proj_weight();
  if (!separate && query.is_same(key) && key.is_same(value)) {
    const std::vector<Tensor> all = linear(query, options.in_proj_weight(), bias).chunk(3, -1);
    return {all[0], all[1], all[2]};
  }
  const auto part = [&](const Tensor& input, int64_t i, const Tensor& own_weight) {
    const Tensor weight = separate ? own_weight : options.in_proj_weight().narrow(0, i * size, size);
    TENGEN_CHECK(weight.size(1) == input.size(2), kName, ": expected ", weight.size(1), " features of the ",
                 i == 0   ? "query"
                 : i == 1 ? "keys"
                          : "values",
                 ", but got ", input.size(2));
    return linear(input, weight, bias.defined() ? bias.narrow(0, i * size, size) : bias);
  };
  return {part(query, 0, options.q_proj_weight()), part(key, 1, options.k_proj_weight()),
          part(value, 2, options.v_proj_weight())};
}

/// (L,N,E) -> (N,heads,L,E/heads)
Tensor split_heads(const Tensor& t, int64_t heads) {
  return t.unflatten(2, {heads, t.size(2) / heads}).permute({1, 2, 0, 3});
}

/// Keys or values of the heads: projected, with the learnt one behind them, or given; and with zeros behind
/// them. (S,N,E) -> (N,heads,S',E/heads)
Tensor extended(const Tensor& projected, const Tensor& bias, const Tensor& given, const Options& options) {
  const int64_t heads = options.num_heads(), batch = projected.size(1), size = projected.size(2) / heads;
  TENGEN_CHECK(!given.defined() || !bias.defined(), kName, ": bias cannot be added to static key or value.");
  TENGEN_CHECK(
      !given.defined() || (given.dim() == 3 && given.size(0) == batch * heads && given.size(2) == size),
      kName, ": expected a static key or value of shape [", batch * heads, ", S, ", size, "], but got ",
      given.sizes());
  Tensor all =
      given.defined()
          ? given.unflatten(0, {batch, heads})
          : split_heads(bias.defined() ? cat({projected, bias.expand({1, batch, -1})}) : projected, heads);
  if (options.add_zero_attn()) all = cat({all, zeros({batch, heads, 1, size}, all.options())}, 2);
  return all;
}

/// A mask as numbers to add to scores, with columns of zeros for the keys that were added behind.
Tensor additive(const Tensor& mask, const Tensor& scores_like, int64_t keys) {
  Tensor numbers = mask;
  if (mask.dtype() == kBool)
    numbers = zeros(mask.sizes(), scores_like.options()).masked_fill(mask, -kInfinity);
  return constant_pad_nd(numbers, {0, std::max<int64_t>(keys - mask.size(-1), 0)});
}

/// Both masks together, or undefined: it broadcasts to (N,heads,L,S).
Tensor joint_mask(const Tensor& q, const Tensor& k, int64_t keys, const Options& options) {
  const int64_t batch = q.size(0), heads = q.size(1), length = q.size(2), all = k.size(2);
  Tensor mask = options.attn_mask(), padding = options.key_padding_mask();
  if (mask.defined()) {
    TENGEN_CHECK((mask.dim() == 2 && mask.sizes().equals({length, keys})) ||
                     (mask.dim() == 3 && mask.sizes().equals({batch * heads, length, keys})),
                 kName, ": expected attn_mask of shape [", length, ", ", keys, "] or [", batch * heads, ", ",
                 length, ", ", keys, "], but got ", mask.sizes());
    mask = additive(mask, q, all);
    if (mask.dim() == 3) mask = mask.unflatten(0, {batch, heads});
  }
  if (!padding.defined()) return mask;
  TENGEN_CHECK(padding.sizes().equals({batch, keys}), kName, ": expected key_padding_mask of shape [", batch,
               ", ", keys, "], but got ", padding.sizes());
  padding = additive(padding, q, all).unsqueeze(1).unsqueeze(2);  // (N,S) -> (N,1,1,S)
  return mask.defined() ? mask + padding : padding;
}

}  // namespace

std::tuple<Tensor, Tensor> multi_head_attention_forward(const Tensor& query, const Tensor& key,
                                                        const Tensor& value, const Options& options) {
  check_inputs(query, key, value, options);
  const auto [projected_q, projected_k, projected_v] = project(query, key, value, options);
  const Tensor q = split_heads(projected_q, options.num_heads());
  const Tensor k = extended(projected_k, options.bias_k(), options.static_k(), options);
  const Tensor v = extended(projected_v, options.bias_v(), options.static_v(), options);
  const int64_t keys = options.static_k().defined() ? options.static_k().size(1) : key.size(0);
  const Tensor mask = joint_mask(q, k, keys, options);
  const double dropout_p = options.training() ? options.dropout_p() : 0;
  Tensor weights, mixed;  // (N,heads,L,S), (N,heads,L,E/heads)
  if (options.need_weights()) {
    Tensor scores = matmul(q * (1 / std::sqrt(double(q.size(3)))), k.transpose(2, 3));
    weights = tengen::dropout((mask.defined() ? scores + mask : scores).softmax(-1), dropout_p, true);
    mixed = matmul(weights, v);
    if (options.average_attn_weights()) weights = weights.mean(1);
  } else {
    mixed = scaled_dot_product_attention(q, k, v, given(mask), dropout_p);
  }
  const Tensor joined = mixed.permute({2, 0, 1, 3}).reshape(query.sizes());
  return {linear(joined, options.out_proj_weight(), options.out_proj_bias()), weights};
}

}  // namespace functional

MultiheadAttentionImpl::MultiheadAttentionImpl(const MultiheadAttentionOptions& options) : options(options) {
  MultiheadAttentionImpl::reset();
}

void MultiheadAttentionImpl::reset() {
  const int64_t size = options.embed_dim(), heads = options.num_heads();
  TENGEN_CHECK(heads > 0 && size > 0, "MultiheadAttention: embed_dim and num_heads must be greater than 0, ",
               "but got ", size, " and ", heads);
  TENGEN_CHECK(size % heads == 0, "MultiheadAttention: embed_dim must be divisible by num_heads, but got ",
               size, " and ", heads);
  head_dim = size / heads;
  _qkv_same_embed_dim = options.kdim() == size && options.vdim() == size;
  const auto weight_if = [&](bool wanted, const char* name, IntArrayRef sizes) {
    return register_parameter(name, wanted ? empty(sizes) : Tensor());
  };
  in_proj_weight = weight_if(_qkv_same_embed_dim, "in_proj_weight", {3 * size, size});
  q_proj_weight = weight_if(!_qkv_same_embed_dim, "q_proj_weight", {size, size});
  k_proj_weight = weight_if(!_qkv_same_embed_dim, "k_proj_weight", {size, options.kdim()});
  v_proj_weight = weight_if(!_qkv_same_embed_dim, "v_proj_weight", {size, options.vdim()});
  in_proj_bias = weight_if(options.bias(), "in_proj_bias", {3 * size});
  out_proj = register_module("out_proj", Linear(LinearOptions(size, size).bias(options.bias())));
  bias_k = weight_if(options.add_bias_kv(), "bias_k", {1, 1, size});
  bias_v = weight_if(options.add_bias_kv(), "bias_v", {1, 1, size});
  _reset_parameters();
}

void MultiheadAttentionImpl::_reset_parameters() {
  for (const Tensor& weight : {in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight})
    if (weight.defined()) init::xavier_uniform_(weight);
  if (in_proj_bias.defined()) {
    init::zeros_(in_proj_bias);
    init::zeros_(out_proj->bias);
  }
  if (bias_k.defined()) init::xavier_normal_(bias_k);
  if (bias_v.defined()) init::xavier_normal_(bias_v);
}

std::tuple<Tensor, Tensor> MultiheadAttentionImpl::forward(const Tensor& query, const Tensor& key,
                                                           const Tensor& value,
                                                           const Tensor& key_padding_mask, bool need_weights,
                                                           const Tensor& attn_mask,
                                                           bool average_attn_weights) {
  return functional::multi_head_attention_forward(
      query, key, value,
      functional::MultiheadAttentionForwardFuncOptions(
          options.embed_dim(), options.num_heads(), in_proj_weight, in_proj_bias, bias_k, bias_v,
          options.add_zero_attn(), options.dropout(), out_proj->weight, out_proj->bias)
          .training(is_training())
          .key_padding_mask(key_padding_mask)
          .need_weights(need_weights)
          .attn_mask(attn_mask)
          .use_separate_proj_weight(!_qkv_same_embed_dim)
          .q_proj_weight(q_proj_weight)
          .k_proj_weight(k_proj_weight)
          .v_proj_weight(v_proj_weight)
          .average_attn_weights(average_attn_weights));
}

}  // namespace tengen::nn
