#include <tengen/nn/embedding.h>

#include <ostream>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/init.h>

namespace tengen::nn {
namespace functional {

Tensor embedding(const Tensor& input, const Tensor& weight, const EmbeddingFuncOptions& options) {
  int64_t rows = weight.size(0), padding = options.padding_idx().value_or(-1);
  if (options.padding_idx()) {
    TENGEN_CHECK(padding >= -rows && padding < rows, "embedding: padding_idx ", padding,
                 " is out of range for ", rows, " embeddings");
    if (padding < 0) padding += rows;
  }
  if (options.max_norm()) {
    NoGradGuard no_grad;
    Tensor used = std::get<0>(_unique2(input.reshape(-1)));
    Tensor vectors = weight.index_select(0, used);
    Tensor length = vectors.norm(Scalar(options.norm_type()), 1, /*keepdim=*/true);
    Tensor scale = where(length > *options.max_norm(), *options.max_norm() / (length + 1e-7), Scalar(1.0));
    weight.index_put_({used}, vectors * scale);
  }
  return tengen::embedding(weight, input, padding);
}

Tensor one_hot(const Tensor& tensor, int64_t num_classes) { return tengen::one_hot(tensor, num_classes); }

}  // namespace functional

EmbeddingImpl::EmbeddingImpl(const EmbeddingOptions& options) : options(options) { EmbeddingImpl::reset(); }

void EmbeddingImpl::reset() {
  int64_t rows = options.num_embeddings();
  if (auto& padding = options.padding_idx()) {
    TENGEN_CHECK(*padding >= -rows && *padding < rows, "Embedding: padding_idx ", *padding,
                 " is out of range for ", rows, " embeddings");
    if (*padding < 0) *padding += rows;
  }
  const Tensor& given = options._weight();
  if (given.defined()) {
    TENGEN_CHECK(given.sizes() == IntArrayRef({rows, options.embedding_dim()}),
                 "Embedding: _weight has shape ", given.sizes(), ", expected [", rows, ", ",
                 options.embedding_dim(), "]");
    weight = register_parameter("weight",
                                weight.defined() ? weight.detach().clone() : given);  // defined: in a clone
  } else {
    weight = register_parameter("weight", empty({rows, options.embedding_dim()}));
    reset_parameters();
  }
}

void EmbeddingImpl::reset_parameters() {
  init::normal_(weight);
  if (options.padding_idx()) {
    NoGradGuard no_grad;
    weight[*options.padding_idx()].fill_(0);
  }
}

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

}  // namespace tengen::nn
