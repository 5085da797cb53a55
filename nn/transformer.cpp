#include <tengen/nn/transformer.h>

#include <limits>

#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/init.h>

namespace tengen::nn {
namespace {

Tensor activate(const activation_t& activation, const Tensor& x) {
  if (const auto* function = std::get_if<1>(&activation)) return (*function)(x);
  const EnumType name = std::get<0>(activation);
  TENGEN_CHECK(name == kReLU || name == kGELU,
               "Transformer: expected kReLU, kGELU or a function as activation, ", "but got ", name);
  return name == kReLU ? relu(x) : gelu(x);
}

/// Attention of `x` to `memory`, without the weights.
Tensor attend(MultiheadAttention& attention, const Tensor& x, const Tensor& memory, const Tensor& mask,
              const Tensor& key_padding_mask) {
  return std::get<0>(attention(x, memory, memory, key_padding_mask, /*need_weights=*/false, mask));
}

/// Options of an encoder's or a decoder's layers.
template <class LayerOptions>
LayerOptions layer_options(const TransformerOptions& options) {
  return LayerOptions(options.d_model(), options.nhead())
      .dim_feedforward(options.dim_feedforward())
      .dropout(options.dropout())
      .activation(options.activation());
}

}  // namespace

// ---- TransformerEncoderLayer

TransformerEncoderLayerImpl::TransformerEncoderLayerImpl(TransformerEncoderLayerOptions options)
    : options(std::move(options)) {
  TransformerEncoderLayerImpl::reset();
}

void TransformerEncoderLayerImpl::reset() {
  const int64_t size = options.d_model(), inner = options.dim_feedforward();
  const double p = options.dropout();
  self_attn = register_module(
      "self_attn", MultiheadAttention(MultiheadAttentionOptions(size, options.nhead()).dropout(p)));
  linear1 = register_module("linear1", Linear(size, inner));
  dropout = register_module("dropout", Dropout(p));
  linear2 = register_module("linear2", Linear(inner, size));
  norm1 = register_module("norm1", LayerNorm(LayerNormOptions({size})));
  norm2 = register_module("norm2", LayerNorm(LayerNormOptions({size})));
  dropout1 = register_module("dropout1", Dropout(p));
  dropout2 = register_module("dropout2", Dropout(p));
}

void TransformerEncoderLayerImpl::reset_parameters() {
  self_attn->_reset_parameters();
  linear1->reset_parameters();
  linear2->reset_parameters();
  norm1->reset_parameters();
  norm2->reset_parameters();
}

Tensor TransformerEncoderLayerImpl::forward(const Tensor& src, const Tensor& src_mask,
                                            const Tensor& src_key_padding_mask) {
  const Tensor x = norm1(src + dropout1(attend(self_attn, src, src, src_mask, src_key_padding_mask)));
  return norm2(x + dropout2(linear2(dropout(activate(options.activation(), linear1(x))))));
}

// ---- TransformerDecoderLayer

TransformerDecoderLayerImpl::TransformerDecoderLayerImpl(TransformerDecoderLayerOptions options)
    : options(std::move(options)) {
  TransformerDecoderLayerImpl::reset();
}

void TransformerDecoderLayerImpl::reset() {
  const int64_t size = options.d_model(), inner = options.dim_feedforward();
  const double p = options.dropout();
  const auto attention = [&] {
    return MultiheadAttention(MultiheadAttentionOptions(size, options.nhead()).dropout(p));
  };
  const auto norm = [&] { return LayerNorm(LayerNormOptions({size})); };
  self_attn = register_module("self_attn", attention());
  dropout1 = register_module("dropout1", Dropout(p));
  norm1 = register_module("norm1", norm());
  multihead_attn = register_module("multihead_attn", attention());
  dropout2 = register_module("dropout2", Dropout(p));
  norm2 = register_module("norm2", norm());
  linear1 = register_module("linear1", Linear(size, inner));
  dropout = register_module("dropout", Dropout(p));
  linear2 = register_module("linear2", Linear(inner, size));
  dropout3 = register_module("dropout3", Dropout(p));
  norm3 = register_module("norm3", norm());
}

void TransformerDecoderLayerImpl::reset_parameters() {
  self_attn->_reset_parameters();
  multihead_attn->_reset_parameters();
  linear1->reset_parameters();
  linear2->reset_parameters();
  norm1->reset_parameters();
  norm2->reset_parameters();
  norm3->reset_parameters();
}

Tensor TransformerDecoderLayerImpl::forward(Tensor tgt, const Tensor& memory, const Tensor& tgt_mask,
                                            const Tensor& memory_mask, const Tensor& tgt_key_padding_mask,
                                            const Tensor& memory_key_padding_mask) {
  tgt = norm1(tgt + dropout1(attend(self_attn, tgt, tgt, tgt_mask, tgt_key_padding_mask)));
  tgt = norm2(tgt + dropout2(attend(multihead_attn, tgt, memory, memory_mask, memory_key_padding_mask)));
  return norm3(tgt + dropout3(linear2(dropout(activate(options.activation(), linear1(tgt))))));
}

// ---- TransformerEncoder, TransformerDecoder

namespace {

/// The modules of an encoder or a decoder: as many copies of a layer as its options say, and its own norm.
template <class Stack, class Layer>
void make_stack(Stack& stack, const Layer& layer, const char* name) {
  const int64_t num_layers = stack.options.num_layers();
  TENGEN_CHECK(num_layers > 0, name, ": num_layers must be greater than 0, but got ", num_layers);
  ModuleList layers;
  for (int64_t i = 0; i < num_layers; ++i) layers->push_back(layer->clone());
  stack.layers = stack.register_module("layers", layers);
  if (stack.options.norm().is_empty()) return;
  stack.norm = stack.options.norm().clone();
  stack.register_module("norm", stack.norm.ptr());
}

template <class Layer, class Stack>
void reset_stack(Stack& stack) {
  for (size_t i = 0; i < stack.layers->size(); ++i) stack.layers->template at<Layer>(i).reset_parameters();
  if (stack.norm.is_empty()) return;
  stack.norm = stack.options.norm().clone();
  stack.replace_module("norm", stack.norm.ptr());
}

}  // namespace

TransformerEncoderImpl::TransformerEncoderImpl(TransformerEncoderOptions options)
    : options(std::move(options)) {
  TransformerEncoderImpl::reset();
}

void TransformerEncoderImpl::reset() { make_stack(*this, options.encoder_layer(), "TransformerEncoder"); }
void TransformerEncoderImpl::reset_parameters() { reset_stack<TransformerEncoderLayerImpl>(*this); }

Tensor TransformerEncoderImpl::forward(const Tensor& src, const Tensor& src_mask,
                                       const Tensor& src_key_padding_mask) {
  Tensor x = src;
  for (size_t i = 0; i < layers->size(); ++i)
    x = layers->at<TransformerEncoderLayerImpl>(i).forward(x, src_mask, src_key_padding_mask);
  return norm.is_empty() ? x : norm.forward(x);
}

TransformerDecoderImpl::TransformerDecoderImpl(TransformerDecoderOptions options)
    : options(std::move(options)) {
  TransformerDecoderImpl::reset();
}

void TransformerDecoderImpl::reset() { make_stack(*this, options.decoder_layer(), "TransformerDecoder"); }
void TransformerDecoderImpl::reset_parameters() { reset_stack<TransformerDecoderLayerImpl>(*this); }

Tensor TransformerDecoderImpl::forward(const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask,
                                       const Tensor& memory_mask, const Tensor& tgt_key_padding_mask,
                                       const Tensor& memory_key_padding_mask) {
  Tensor x = tgt;
  for (size_t i = 0; i < layers->size(); ++i)
    x = layers->at<TransformerDecoderLayerImpl>(i).forward(x, memory, tgt_mask, memory_mask,
                                                           tgt_key_padding_mask, memory_key_padding_mask);
  return norm.is_empty() ? x : norm.forward(x);
}

// ---- Transformer

TransformerImpl::TransformerImpl(TransformerOptions options) : options(std::move(options)) {
  TransformerImpl::reset();
}

void TransformerImpl::reset() {
  const auto norm = [&] { return AnyModule(LayerNorm(LayerNormOptions({options.d_model()}))); };
  // A clone finds the modules of its original here, and needs its own.
  const auto custom = [](const AnyModule& given, const AnyModule& present) {
    return present.is_empty() ? given : given.clone();
  };
  if (options.custom_encoder().is_empty())
    encoder = AnyModule(
        TransformerEncoder(TransformerEncoderOptions(layer_options<TransformerEncoderLayerOptions>(options),
                                                     options.num_encoder_layers())
                               .norm(norm())));
  else
    encoder = custom(options.custom_encoder(), encoder);
  register_module("encoder", encoder.ptr());
  if (options.custom_decoder().is_empty())
    decoder = AnyModule(
        TransformerDecoder(TransformerDecoderOptions(layer_options<TransformerDecoderLayerOptions>(options),
                                                     options.num_decoder_layers())
                               .norm(norm())));
  else
    decoder = custom(options.custom_decoder(), decoder);
  register_module("decoder", decoder.ptr());
  reset_parameters();
}

void TransformerImpl::reset_parameters() {
  for (const Tensor& parameter : parameters())
    if (parameter.dim() > 1) init::xavier_uniform_(parameter);
}

Tensor TransformerImpl::forward(const Tensor& src, const Tensor& tgt, const Tensor& src_mask,
                                const Tensor& tgt_mask, const Tensor& memory_mask,
                                const Tensor& src_key_padding_mask, const Tensor& tgt_key_padding_mask,
                                const Tensor& memory_key_padding_mask) {
  TENGEN_CHECK(src.dim() == 3 && tgt.dim() == 3,
               "Transformer: src and tgt should have 3 dimensions, but got ", src.dim(), " and ", tgt.dim());
  TENGEN_CHECK(src.size(1) == tgt.size(1),
               "Transformer: src and tgt should have equal batch size (at dim 1), but got ", src.size(1),
               " and ", tgt.size(1));
  TENGEN_CHECK(src.size(2) == options.d_model() && tgt.size(2) == options.d_model(),
               "Transformer: src and tgt should have same feature size as d_model (at dim 2), but got ",
               src.size(2), " and ", tgt.size(2), " while d_model is ", options.d_model());
  const Tensor memory = encoder.forward(src, src_mask, src_key_padding_mask);
  return decoder.forward(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask);
}

Tensor TransformerImpl::generate_square_subsequent_mask(int64_t sz) {
  return full({sz, sz}, -std::numeric_limits<float>::infinity()).triu(1);
}

}  // namespace tengen::nn
