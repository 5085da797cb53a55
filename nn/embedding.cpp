#include <tengen/nn/embedding.h>

#include <ostream>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/ops/layers.h>
#include <tengen/nn/given.h>
#include <tengen/nn/init.h>

namespace tengen::nn {
namespace functional {

namespace {

// Scales the rows that are read down to a norm of max_norm, where theirs is larger.
void renormalize(const Tensor& weight, const Tensor& input, double max_norm, double norm_type) {
  NoGradGuard no_grad;
  Tensor used = std::get<0>(_unique2(input.reshape(-1)));
  Tensor vectors = weight.index_select(0, used);
  Tensor length = vectors.norm(Scalar(norm_type), 1, /*keepdim=*/true);
  Tensor scale = where(length > max_norm, max_norm / (length + 1e-7), Scalar(1.0));
  weight.index_put_({used}, vectors * scale);
}

int64_t mode_number(EnumType mode) {
  TENGEN_CHECK(mode == kSum || mode == kMean || mode == kMax,
               "embedding_bag: mode has to be one of kSum, kMean or kMax, but got ", enum_name(mode));
  return mode == kSum ? 0 : mode == kMean ? 1 : 2;
}

}  // namespace

Tensor embedding(const Tensor& input, const Tensor& weight, const EmbeddingFuncOptions& options) {
  int64_t rows = weight.size(0), padding = options.padding_idx().value_or(-1);
  if (options.padding_idx()) {
    TENGEN_CHECK(padding >= -rows && padding < rows, "embedding: padding_idx ", padding,
                 " is out of range for ", rows, " embeddings");
    if (padding < 0) padding += rows;
  }
  if (options.max_norm()) renormalize(weight, input, *options.max_norm(), options.norm_type());
  return tengen::embedding(weight, input, padding);
}

Tensor embedding_bag(const Tensor& input, const Tensor& weight, const EmbeddingBagFuncOptions& options) {
  Tensor numbers = input, offsets = options.offsets(), samples = options.per_sample_weights();
  TENGEN_CHECK(input.dim() == 1 || input.dim() == 2,
               "embedding_bag: input has to be 1D or 2D Tensor, but got Tensor of dimension ", input.dim());
  TENGEN_CHECK(!samples.defined() || samples.sizes().equals(input.sizes()),
               "embedding_bag: If per_sample_weights (", samples.sizes(),
               ") is not null, then it must have the same shape as the input (", input.sizes(), ")");
  TENGEN_CHECK(!samples.defined() || options.mode() == kSum,
               "embedding_bag: per_sample_weights is only supported for mode kSum, but got mode ",
               enum_name(options.mode()));
  if (input.dim() == 2) {
    TENGEN_CHECK(!offsets.defined(),
                 "embedding_bag: if input is 2D, then offsets has to be null, as input is treated as a ",
                 "mini-batch of fixed length sequences. However, found offsets of shape ", offsets.sizes());
    offsets =
        arange(input.size(0) + options.include_last_offset(), numbers.options().dtype(kLong)) * input.size(1);
    numbers = input.reshape(-1);
    if (samples.defined()) samples = samples.reshape(-1);
  }
  TENGEN_CHECK(offsets.defined() && offsets.dim() == 1,
               "embedding_bag: offsets has to be a 1D Tensor if input is 1D");
  if (options.max_norm()) renormalize(weight, numbers, *options.max_norm(), options.norm_type());
  return std::get<0>(tengen::embedding_bag(weight, numbers, offsets, options.scale_grad_by_freq(),
                                           mode_number(options.mode()), false, given(samples),
                                           options.include_last_offset(), options.padding_idx()));
}

Tensor one_hot(const Tensor& tensor, int64_t num_classes) { return tengen::one_hot(tensor, num_classes); }

}  // namespace functional

EmbeddingImpl::EmbeddingImpl(const EmbeddingOptions& options) : options(options) { EmbeddingImpl::reset(); }

namespace {

// What Embedding and EmbeddingBag share: a valid padding_idx, and the weight, given or to be drawn.
template <class Options>
Tensor checked_weight(const char* name, Options& options, const Tensor& weight) {
  const int64_t rows = options.num_embeddings();
  if (auto& padding = options.padding_idx()) {
    TENGEN_CHECK(*padding >= -rows && *padding < rows, name, ": padding_idx ", *padding,
                 " is out of range for ", rows, " embeddings");
    if (*padding < 0) *padding += rows;
  }
  const Tensor& given = options._weight();
  if (!given.defined()) return empty({rows, options.embedding_dim()});
  TENGEN_CHECK(given.sizes() == IntArrayRef({rows, options.embedding_dim()}), name, ": _weight has shape ",
               given.sizes(), ", expected [", rows, ", ", options.embedding_dim(), "]");
  return weight.defined() ? weight.detach().clone() : given;  // defined: in a clone
}

void draw(const Tensor& weight, const std::optional<int64_t>& padding_idx) {
  init::normal_(weight);
  NoGradGuard no_grad;
  if (padding_idx) weight[*padding_idx].fill_(0);
}

}  // namespace

void EmbeddingImpl::reset() {
  weight = register_parameter("weight", checked_weight("Embedding", options, weight));
  if (!options._weight().defined()) reset_parameters();
}

void EmbeddingImpl::reset_parameters() { draw(weight, options.padding_idx()); }

Tensor EmbeddingImpl::forward(const Tensor& indices) {
  return functional::embedding(indices, weight,
                               functional::EmbeddingFuncOptions()
                                   .padding_idx(options.padding_idx())
                                   .max_norm(options.max_norm())
                                   .norm_type(options.norm_type()));
}

void EmbeddingImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::Embedding(num_embeddings=" << options.num_embeddings()
      << ", embedding_dim=" << options.embedding_dim();
  if (options.padding_idx()) out << ", padding_idx=" << *options.padding_idx();
  if (options.max_norm()) out << ", max_norm=" << *options.max_norm();
  if (options.norm_type() != 2) out << ", norm_type=" << options.norm_type();
  out << ')';
}

Embedding Embedding::from_pretrained(const Tensor& embeddings,
                                     const EmbeddingFromPretrainedOptions& options) {
  TENGEN_CHECK(embeddings.dim() == 2, "Embedding::from_pretrained: expected 2 dimensions, but got shape ",
               embeddings.sizes());
  Embedding embedding(EmbeddingOptions(embeddings.size(0), embeddings.size(1))
                          ._weight(embeddings)
                          .padding_idx(options.padding_idx())
                          .max_norm(options.max_norm())
                          .norm_type(options.norm_type()));
  embedding->weight.set_requires_grad(!options.freeze());
  return embedding;
}

EmbeddingBagImpl::EmbeddingBagImpl(const EmbeddingBagOptions& options) : options(options) {
  EmbeddingBagImpl::reset();
}

void EmbeddingBagImpl::reset() {
  weight = register_parameter("weight", checked_weight("EmbeddingBag", options, weight));
  if (!options._weight().defined()) reset_parameters();
}

void EmbeddingBagImpl::reset_parameters() { draw(weight, options.padding_idx()); }

Tensor EmbeddingBagImpl::forward(const Tensor& input, const Tensor& offsets,
                                 const Tensor& per_sample_weights) {
  return functional::embedding_bag(input, weight,
                                   functional::EmbeddingBagFuncOptions()
                                       .offsets(offsets)
                                       .max_norm(options.max_norm())
                                       .norm_type(options.norm_type())
                                       .scale_grad_by_freq(options.scale_grad_by_freq())
                                       .mode(options.mode())
                                       .per_sample_weights(per_sample_weights)
                                       .include_last_offset(options.include_last_offset())
                                       .padding_idx(options.padding_idx()));
}

void EmbeddingBagImpl::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::EmbeddingBag(num_embeddings=" << options.num_embeddings()
      << ", embedding_dim=" << options.embedding_dim();
  if (options.max_norm()) out << ", max_norm=" << *options.max_norm();
  if (options.norm_type() != 2) out << ", norm_type=" << options.norm_type();
  if (options.scale_grad_by_freq()) out << ", scale_grad_by_freq=true";
  if (options.mode() != kMean) out << ", mode=" << options.mode();
  if (options.include_last_offset()) out << ", include_last_offset=true";
  if (options.padding_idx()) out << ", padding_idx=" << *options.padding_idx();
  out << ')';
}

EmbeddingBag EmbeddingBag::from_pretrained(const Tensor& embeddings,
                                           const EmbeddingBagFromPretrainedOptions& options) {
  TENGEN_CHECK(embeddings.dim() == 2, "EmbeddingBag::from_pretrained: expected 2 dimensions, but got shape ",
               embeddings.sizes());
  EmbeddingBag bags(EmbeddingBagOptions(embeddings.size(0), embeddings.size(1))
                        ._weight(embeddings)
                        .max_norm(options.max_norm())
                        .norm_type(options.norm_type())
                        .scale_grad_by_freq(options.scale_grad_by_freq())
                        .mode(options.mode())
                        .include_last_offset(options.include_last_offset())
                        .padding_idx(options.padding_idx()));
  bags->weight.set_requires_grad(!options.freeze());
  return bags;
}

}  // namespace tengen::nn
