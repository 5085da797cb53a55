#include <tengen/nn/modules/linear.h>

#include <cmath>
#include <ostream>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/functional/common.h>
#include <tengen/nn/init.h>

namespace tengen::nn {

IdentityImpl::IdentityImpl() = default;
void IdentityImpl::pretty_print(std::ostream& out) const { out << "torch::nn::Identity()"; }

// ---- Linear

LinearImpl::LinearImpl(const LinearOptions& options) : options(options) { LinearImpl::reset(); }

void LinearImpl::reset() {
  weight = register_parameter("weight", empty({options.out_features(), options.in_features()}));
  bias = register_parameter("bias", options.bias() ? empty({options.out_features()}) : Tensor());
  reset_parameters();
}

void LinearImpl::reset_parameters() {
  init::kaiming_uniform_(weight, std::sqrt(5.0));
  if (bias.defined()) {
    double bound = options.in_features() ? 1 / std::sqrt(double(options.in_features())) : 0;
    init::uniform_(bias, -bound, bound);
  }
}

Tensor LinearImpl::forward(const Tensor& input) { return functional::linear(input, weight, bias); }

void LinearImpl::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::Linear(in_features=" << options.in_features()
      << ", out_features=" << options.out_features() << ", bias=" << options.bias() << ')';
}

// ---- Bilinear

BilinearImpl::BilinearImpl(const BilinearOptions& options) : options(options) { BilinearImpl::reset(); }

void BilinearImpl::reset() {
  weight = register_parameter(
      "weight", empty({options.out_features(), options.in1_features(), options.in2_features()}));
  bias = register_parameter("bias", options.bias() ? empty({options.out_features()}) : Tensor());
  reset_parameters();
}

void BilinearImpl::reset_parameters() {
  double bound = 1 / std::sqrt(double(options.in1_features()));
  init::uniform_(weight, -bound, bound);
  if (bias.defined()) init::uniform_(bias, -bound, bound);
}

Tensor BilinearImpl::forward(const Tensor& input1, const Tensor& input2) {
  return functional::bilinear(input1, input2, weight, bias);
}

void BilinearImpl::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::Bilinear(in1_features=" << options.in1_features()
      << ", in2_features=" << options.in2_features() << ", out_features=" << options.out_features()
      << ", bias=" << options.bias() << ')';
}

// ---- Flatten, Unflatten

FlattenImpl::FlattenImpl(const FlattenOptions& options) : options(options) {}
Tensor FlattenImpl::forward(const Tensor& input) {
  return input.flatten(options.start_dim(), options.end_dim());
}

void FlattenImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::Flatten(start_dim=" << options.start_dim() << ", end_dim=" << options.end_dim() << ')';
}

UnflattenImpl::UnflattenImpl(const UnflattenOptions& options) : options(options) {}
Tensor UnflattenImpl::forward(const Tensor& input) { return input.unflatten(options.dim(), options.sizes()); }

void UnflattenImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::Unflatten(dim=" << options.dim() << ", unflattened_size={";
  for (size_t i = 0; i < options.sizes().size(); ++i) out << (i ? ", " : "") << options.sizes()[i];
  out << "})";
}

// ---- Embedding

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
  TENGEN_CHECK(embeddings.dim() == 2, "Embedding::from_pretrained: expected 2 dimensions, found shape ",
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
