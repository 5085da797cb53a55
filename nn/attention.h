// Attention of several heads: options, functional form and module.
#pragma once

#include <tuple>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/linear.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options

/// Options of MultiheadAttention.
struct MultiheadAttentionOptions {
  MultiheadAttentionOptions(int64_t embed_dim, int64_t num_heads)
      : embed_dim_(embed_dim), num_heads_(num_heads), kdim_(embed_dim), vdim_(embed_dim) {}
  TENGEN_ARG(int64_t, embed_dim);           ///< E, the number of features of queries and results
  TENGEN_ARG(int64_t, num_heads);           ///< parts of the features that attend by themselves
  TENGEN_ARG(double, dropout) = 0.0;        ///< probability of dropout on the attention weights
  TENGEN_ARG(bool, bias) = true;            ///< adds learnt numbers in the projections
  TENGEN_ARG(bool, add_bias_kv) = false;    ///< adds one learnt key and value to those of each batch
  TENGEN_ARG(bool, add_zero_attn) = false;  ///< adds a key and a value of zeros
  TENGEN_ARG(int64_t, kdim);                ///< number of features of the keys (embed_dim)
  TENGEN_ARG(int64_t, vdim);                ///< number of features of the values (embed_dim)
};

namespace functional {

/// Options of multi_head_attention_forward: the parameters of a MultiheadAttention and the arguments of its
/// forward().
struct MultiheadAttentionForwardFuncOptions {
  MultiheadAttentionForwardFuncOptions(int64_t embed_dim_to_check, int64_t num_heads, Tensor in_proj_weight,
                                       Tensor in_proj_bias, Tensor bias_k, Tensor bias_v, bool add_zero_attn,
                                       double dropout_p, Tensor out_proj_weight, Tensor out_proj_bias)
      : embed_dim_to_check_(embed_dim_to_check),
        num_heads_(num_heads),
        in_proj_weight_(std::move(in_proj_weight)),
        in_proj_bias_(std::move(in_proj_bias)),
        bias_k_(std::move(bias_k)),
        bias_v_(std::move(bias_v)),
        add_zero_attn_(add_zero_attn),
        dropout_p_(dropout_p),
        out_proj_weight_(std::move(out_proj_weight)),
        out_proj_bias_(std::move(out_proj_bias)) {}
  TENGEN_ARG(int64_t, embed_dim_to_check);             ///< E, which query must have
  TENGEN_ARG(int64_t, num_heads);                      ///< parts of the features
  TENGEN_ARG(Tensor, in_proj_weight);                  ///< (3E,E): of query, key and value
  TENGEN_ARG(Tensor, in_proj_bias);                    ///< (3E), or undefined
  TENGEN_ARG(Tensor, bias_k);                          ///< (1,1,E), a further key, or undefined
  TENGEN_ARG(Tensor, bias_v);                          ///< (1,1,E), a further value, or undefined
  TENGEN_ARG(bool, add_zero_attn);                     ///< adds a key and a value of zeros
  TENGEN_ARG(double, dropout_p);                       ///< probability of dropout on the weights
  TENGEN_ARG(Tensor, out_proj_weight);                 ///< (E,E)
  TENGEN_ARG(Tensor, out_proj_bias);                   ///< (E), or undefined
  TENGEN_ARG(bool, training) = true;                   ///< without, there is no dropout
  TENGEN_ARG(Tensor, key_padding_mask) = Tensor();     ///< (N,S) bool, true: the key is padding
  TENGEN_ARG(bool, need_weights) = true;               ///< also returns the attention weights
  TENGEN_ARG(Tensor, attn_mask) = Tensor();            ///< as in MultiheadAttention::forward
  TENGEN_ARG(bool, use_separate_proj_weight) = false;  ///< the next three take in_proj_weight's place
  TENGEN_ARG(Tensor, q_proj_weight) = Tensor();        ///< (E,E)
  TENGEN_ARG(Tensor, k_proj_weight) = Tensor();        ///< (E,kdim)
  TENGEN_ARG(Tensor, v_proj_weight) = Tensor();        ///< (E,vdim)
  TENGEN_ARG(Tensor, static_k) = Tensor();             ///< (N*heads,S,E/heads) instead of projected keys
  TENGEN_ARG(Tensor, static_v) = Tensor();             ///< (N*heads,S,E/heads) instead of projected values
  TENGEN_ARG(bool, average_attn_weights) = true;       ///< the weights' mean over the heads
};

/// What MultiheadAttention computes.
std::tuple<Tensor, Tensor> multi_head_attention_forward(const Tensor& query, const Tensor& key,
                                                        const Tensor& value,
                                                        const MultiheadAttentionForwardFuncOptions& options);

}  // namespace functional

// ---- module

/// Attention: every result is a mean of the values, weighted by how well their keys fit the query. The
/// features are projected and split among num_heads heads, and their results projected again. Vaswani et al.
/// (2017).
class MultiheadAttentionImpl : public Cloneable<MultiheadAttentionImpl> {
 public:
  MultiheadAttentionImpl(int64_t embed_dim, int64_t num_heads)
      : MultiheadAttentionImpl(MultiheadAttentionOptions(embed_dim, num_heads)) {}
  explicit MultiheadAttentionImpl(const MultiheadAttentionOptions& options);
  /// query (L,N,E), key (S,N,kdim), value (S,N,vdim) -> (results (L,N,E), weights). key_padding_mask (N,S) is
  /// true where a key is not to be used. attn_mask (L,S) or (N*num_heads,L,S) is bool, true where a query
  /// must not attend to a key, or holds numbers that are added to the scores. The weights are (N,L,S), a mean
  /// over the heads, or (N,num_heads,L,S) without average_attn_weights, and undefined without need_weights,
  /// which is faster.
  std::tuple<Tensor, Tensor> forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                     const Tensor& key_padding_mask = {}, bool need_weights = true,
                                     const Tensor& attn_mask = {}, bool average_attn_weights = true);
  void reset() override;
  void _reset_parameters();

  MultiheadAttentionOptions options;
  bool _qkv_same_embed_dim = true;                     ///< kdim and vdim are embed_dim
  Tensor in_proj_weight;                               ///< (3E,E), undefined unless _qkv_same_embed_dim
  Tensor in_proj_bias;                                 ///< (3E), or undefined
  Tensor bias_k, bias_v;                               ///< (1,1,E), or undefined
  Linear out_proj = nullptr;                           ///< (..., E) -> (..., E)
  Tensor q_proj_weight, k_proj_weight, v_proj_weight;  ///< undefined if _qkv_same_embed_dim
  int64_t head_dim = 0;                                ///< E / num_heads
};
TENGEN_MODULE(MultiheadAttention);

}  // namespace tengen::nn
