// Linear and bilinear maps, and what only changes the shape: options, functional forms and modules.
#pragma once

#include <vector>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options

/// Options of Linear.
struct LinearOptions {
  LinearOptions(int64_t in_features, int64_t out_features)
      : in_features_(in_features), out_features_(out_features) {}
  TENGEN_ARG(int64_t, in_features);   ///< size of the input's last dimension
  TENGEN_ARG(int64_t, out_features);  ///< size of the output's last dimension
  TENGEN_ARG(bool, bias) = true;      ///< adds a learnt number to each output
};

/// Options of Bilinear.
struct BilinearOptions {
  BilinearOptions(int64_t in1_features, int64_t in2_features, int64_t out_features)
      : in1_features_(in1_features), in2_features_(in2_features), out_features_(out_features) {}
  TENGEN_ARG(int64_t, in1_features);  ///< size of the first input's last dimension
  TENGEN_ARG(int64_t, in2_features);  ///< size of the second input's last dimension
  TENGEN_ARG(int64_t, out_features);  ///< size of the output's last dimension
  TENGEN_ARG(bool, bias) = true;      ///< adds a learnt number to each output
};

/// Options of Flatten.
struct FlattenOptions {
  TENGEN_ARG(int64_t, start_dim) = 1;  ///< first dimension that is merged
  TENGEN_ARG(int64_t, end_dim) = -1;   ///< last dimension that is merged
};

/// Options of Unflatten.
struct UnflattenOptions {
  UnflattenOptions(int64_t dim, std::vector<int64_t> sizes) : dim_(dim), sizes_(std::move(sizes)) {}
  TENGEN_ARG(int64_t, dim);                 ///< the dimension that is split
  TENGEN_ARG(std::vector<int64_t>, sizes);  ///< sizes that replace it; one may be -1
};

namespace functional {

/// input * weight^T + bias: (..., in), weight (out, in), bias (out) or undefined -> (..., out).
Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias = {});
/// y_k = x1^T W_k x2 + b_k: (..., in1), (..., in2), weight (out, in1, in2) -> (..., out).
Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight, const Tensor& bias = {});

}  // namespace functional

// ---- modules

/// Passes its input on.
class IdentityImpl : public StatelessModule<IdentityImpl> {
 public:
  Tensor forward(const Tensor& input) { return input; }
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Identity);

/// input * weight^T + bias: (..., in_features) -> (..., out_features). Parameters are drawn uniformly within
/// 1/sqrt(in_features).
class LinearImpl : public Cloneable<LinearImpl> {
 public:
  LinearImpl(int64_t in_features, int64_t out_features)
      : LinearImpl(LinearOptions(in_features, out_features)) {}
  explicit LinearImpl(const LinearOptions& options);
  Tensor forward(const Tensor& input);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;

  LinearOptions options;
  Tensor weight;  ///< (out_features, in_features)
  Tensor bias;    ///< (out_features), or undefined
};
TENGEN_MODULE(Linear);

/// y_k = x1^T W_k x2 + b_k: (..., in1_features), (..., in2_features) -> (..., out_features). Parameters are
/// drawn uniformly within 1/sqrt(in1_features).
class BilinearImpl : public Cloneable<BilinearImpl> {
 public:
  BilinearImpl(int64_t in1_features, int64_t in2_features, int64_t out_features)
      : BilinearImpl(BilinearOptions(in1_features, in2_features, out_features)) {}
  explicit BilinearImpl(const BilinearOptions& options);
  Tensor forward(const Tensor& input1, const Tensor& input2);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;

  BilinearOptions options;
  Tensor weight;  ///< (out_features, in1_features, in2_features)
  Tensor bias;    ///< (out_features), or undefined
};
TENGEN_MODULE(Bilinear);

/// Merges the dimensions start_dim to end_dim into one; by default all but the batch: (N,...) -> (N, rest).
class FlattenImpl : public StatelessModule<FlattenImpl, FlattenOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Flatten);

/// Splits dimension dim into several: (..., n, ...) -> (..., sizes..., ...) with product n.
class UnflattenImpl : public StatelessModule<UnflattenImpl, UnflattenOptions> {
 public:
  using StatelessModule::StatelessModule;
  UnflattenImpl(int64_t dim, std::vector<int64_t> sizes) : StatelessModule({dim, std::move(sizes)}) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Unflatten);

}  // namespace tengen::nn
