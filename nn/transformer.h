// Transformers: options and modules of encoder and decoder layers, of stacks of them, and of both stacks
// together. Vaswani et al. (2017). Sequences are (S,N,E): S of the source, T of the target, N the batch, E =
// d_model features.
#pragma once

#include <functional>
#include <variant>

#include <tengen/nn/any.h>
#include <tengen/nn/attention.h>
#include <tengen/nn/cloneable.h>
#include <tengen/nn/container.h>
#include <tengen/nn/dropout.h>
#include <tengen/nn/enum.h>
#include <tengen/nn/linear.h>
#include <tengen/nn/normalization.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

/// kReLU, kGELU, or any function.
using activation_t = std::variant<EnumType, std::function<Tensor(const Tensor&)>>;

// ---- layers

/// Options of TransformerEncoderLayer.
struct TransformerEncoderLayerOptions {
  TransformerEncoderLayerOptions(int64_t d_model, int64_t nhead) : d_model_(d_model), nhead_(nhead) {}
  TENGEN_ARG(int64_t, d_model);                  ///< E, the number of features
  TENGEN_ARG(int64_t, nhead);                    ///< number of heads of the attention
  TENGEN_ARG(int64_t, dim_feedforward) = 2048;   ///< features between the two linear layers
  TENGEN_ARG(double, dropout) = 0.1;             ///< probability of every dropout
  TENGEN_ARG(activation_t, activation) = kReLU;  ///< between the two linear layers
};

/// Options of TransformerDecoderLayer.
struct TransformerDecoderLayerOptions {
  TransformerDecoderLayerOptions(int64_t d_model, int64_t nhead) : d_model_(d_model), nhead_(nhead) {}
  TENGEN_ARG(int64_t, d_model);                  ///< E, the number of features
  TENGEN_ARG(int64_t, nhead);                    ///< number of heads of both attentions
  TENGEN_ARG(int64_t, dim_feedforward) = 2048;   ///< features between the two linear layers
  TENGEN_ARG(double, dropout) = 0.1;             ///< probability of every dropout
  TENGEN_ARG(activation_t, activation) = kReLU;  ///< between the two linear layers
};

/// Attention of a sequence to itself, then two linear layers on every element; each of the two is added to
/// its input, and the sum normalized.
class TransformerEncoderLayerImpl : public Cloneable<TransformerEncoderLayerImpl> {
 public:
  TransformerEncoderLayerImpl(int64_t d_model, int64_t nhead)
      : TransformerEncoderLayerImpl(TransformerEncoderLayerOptions(d_model, nhead)) {}
  explicit TransformerEncoderLayerImpl(TransformerEncoderLayerOptions options);
  /// (S,N,E) -> (S,N,E); masks as in MultiheadAttention.
  Tensor forward(const Tensor& src, const Tensor& src_mask = {}, const Tensor& src_key_padding_mask = {});
  void reset() override;
  void reset_parameters();

  TransformerEncoderLayerOptions options;
  MultiheadAttention self_attn = nullptr;
  Linear linear1 = nullptr;
  Dropout dropout = nullptr;
  Linear linear2 = nullptr;
  LayerNorm norm1 = nullptr, norm2 = nullptr;
  Dropout dropout1 = nullptr, dropout2 = nullptr;
};
TENGEN_MODULE(TransformerEncoderLayer);

/// Attention of the target to itself, then to the encoder's result, then two linear layers on every element;
/// each of the three is added to its input, and the sum normalized.
class TransformerDecoderLayerImpl : public Cloneable<TransformerDecoderLayerImpl> {
 public:
  TransformerDecoderLayerImpl(int64_t d_model, int64_t nhead)
      : TransformerDecoderLayerImpl(TransformerDecoderLayerOptions(d_model, nhead)) {}
  explicit TransformerDecoderLayerImpl(TransformerDecoderLayerOptions options);
  /// tgt (T,N,E), memory (S,N,E) -> (T,N,E); masks as in MultiheadAttention.
  Tensor forward(Tensor tgt, const Tensor& memory, const Tensor& tgt_mask = {},
                 const Tensor& memory_mask = {}, const Tensor& tgt_key_padding_mask = {},
                 const Tensor& memory_key_padding_mask = {});
  void reset() override;
  void reset_parameters();

  TransformerDecoderLayerOptions options;
  MultiheadAttention self_attn = nullptr;
  Dropout dropout1 = nullptr;
  LayerNorm norm1 = nullptr;
  MultiheadAttention multihead_attn = nullptr;
  Dropout dropout2 = nullptr;
  LayerNorm norm2 = nullptr;
  Linear linear1 = nullptr;
  Dropout dropout = nullptr;
  Linear linear2 = nullptr;
  Dropout dropout3 = nullptr;
  LayerNorm norm3 = nullptr;
};
TENGEN_MODULE(TransformerDecoderLayer);

// ---- stacks

/// Options of TransformerEncoder.
struct TransformerEncoderOptions {
  TransformerEncoderOptions(TransformerEncoderLayer encoder_layer, int64_t num_layers)
      : encoder_layer_(std::move(encoder_layer)), num_layers_(num_layers) {}
  TransformerEncoderOptions(const TransformerEncoderLayerOptions& encoder_layer_options, int64_t num_layers)
      : encoder_layer_(encoder_layer_options), num_layers_(num_layers) {}
  TENGEN_ARG(TransformerEncoderLayer, encoder_layer) = nullptr;  ///< what every layer is a copy of
  TENGEN_ARG(int64_t, num_layers);                               ///< number of layers
  TENGEN_ARG(AnyModule, norm) = AnyModule();                     ///< follows the last layer (none)
};

/// Options of TransformerDecoder.
struct TransformerDecoderOptions {
  TransformerDecoderOptions(TransformerDecoderLayer decoder_layer, int64_t num_layers)
      : decoder_layer_(std::move(decoder_layer)), num_layers_(num_layers) {}
  TransformerDecoderOptions(const TransformerDecoderLayerOptions& decoder_layer_options, int64_t num_layers)
      : decoder_layer_(decoder_layer_options), num_layers_(num_layers) {}
  TENGEN_ARG(TransformerDecoderLayer, decoder_layer) = nullptr;  ///< what every layer is a copy of
  TENGEN_ARG(int64_t, num_layers);                               ///< number of layers
  TENGEN_ARG(AnyModule, norm) = AnyModule();                     ///< follows the last layer (none)
};

/// Encoder layers on top of each other.
class TransformerEncoderImpl : public Cloneable<TransformerEncoderImpl> {
 public:
  TransformerEncoderImpl(TransformerEncoderLayer encoder_layer, int64_t num_layers)
      : TransformerEncoderImpl(TransformerEncoderOptions(std::move(encoder_layer), num_layers)) {}
  explicit TransformerEncoderImpl(TransformerEncoderOptions options);
  /// As TransformerEncoderLayer's.
  Tensor forward(const Tensor& src, const Tensor& src_mask = {}, const Tensor& src_key_padding_mask = {});
  void reset() override;
  void reset_parameters();

  TransformerEncoderOptions options;
  ModuleList layers = nullptr;
  AnyModule norm;  ///< a copy of options.norm()
};
TENGEN_MODULE(TransformerEncoder);

/// Decoder layers on top of each other.
class TransformerDecoderImpl : public Cloneable<TransformerDecoderImpl> {
 public:
  TransformerDecoderImpl(TransformerDecoderLayer decoder_layer, int64_t num_layers)
      : TransformerDecoderImpl(TransformerDecoderOptions(std::move(decoder_layer), num_layers)) {}
  explicit TransformerDecoderImpl(TransformerDecoderOptions options);
  /// As TransformerDecoderLayer's.
  Tensor forward(const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask = {},
                 const Tensor& memory_mask = {}, const Tensor& tgt_key_padding_mask = {},
                 const Tensor& memory_key_padding_mask = {});
  void reset() override;
  void reset_parameters();

  TransformerDecoderOptions options;
  ModuleList layers = nullptr;
  AnyModule norm;  ///< a copy of options.norm()
};
TENGEN_MODULE(TransformerDecoder);

// ---- both

/// Options of Transformer.
struct TransformerOptions {
  TransformerOptions() = default;
  TransformerOptions(int64_t d_model, int64_t nhead) : d_model_(d_model), nhead_(nhead) {}
  TransformerOptions(int64_t d_model, int64_t nhead, int64_t num_encoder_layers, int64_t num_decoder_layers)
      : d_model_(d_model),
        nhead_(nhead),
        num_encoder_layers_(num_encoder_layers),
        num_decoder_layers_(num_decoder_layers) {}
  TENGEN_ARG(int64_t, d_model) = 512;                   ///< E, the number of features
  TENGEN_ARG(int64_t, nhead) = 8;                       ///< number of heads of every attention
  TENGEN_ARG(int64_t, num_encoder_layers) = 6;          ///< number of layers of the encoder
  TENGEN_ARG(int64_t, num_decoder_layers) = 6;          ///< number of layers of the decoder
  TENGEN_ARG(int64_t, dim_feedforward) = 2048;          ///< features between the linear layers of a layer
  TENGEN_ARG(double, dropout) = 0.1;                    ///< probability of every dropout
  TENGEN_ARG(activation_t, activation) = kReLU;         ///< between the linear layers of a layer
  TENGEN_ARG(AnyModule, custom_encoder) = AnyModule();  ///< takes the encoder's place (none)
  TENGEN_ARG(AnyModule, custom_decoder) = AnyModule();  ///< takes the decoder's place (none)
};

/// An encoder of the source and a decoder of the target, each with a layer norm at its end.
class TransformerImpl : public Cloneable<TransformerImpl> {
 public:
  explicit TransformerImpl(TransformerOptions options = {});
  /// src (S,N,E), tgt (T,N,E) -> (T,N,E). src_mask (S,S), tgt_mask (T,T), memory_mask (T,S) and the padding
  /// masks (N,S), (N,T), (N,S) are as in MultiheadAttention.
  Tensor forward(const Tensor& src, const Tensor& tgt, const Tensor& src_mask = {},
                 const Tensor& tgt_mask = {}, const Tensor& memory_mask = {},
                 const Tensor& src_key_padding_mask = {}, const Tensor& tgt_key_padding_mask = {},
                 const Tensor& memory_key_padding_mask = {});
  void reset() override;
  /// Draws all matrices by Xavier's uniform rule.
  void reset_parameters();
  /// (sz,sz) to add to scores: 0 up to the diagonal, -infinity above it, so that nothing looks ahead.
  static Tensor generate_square_subsequent_mask(int64_t sz);

  TransformerOptions options;
  AnyModule encoder, decoder;
};
TENGEN_MODULE(Transformer);

}  // namespace tengen::nn
