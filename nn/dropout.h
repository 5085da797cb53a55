// Dropout: options, functional forms and modules. Srivastava et al. (2014).
#pragma once

#include <tengen/nn/cloneable.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options

/// Options of Dropout, Dropout2d, Dropout3d, AlphaDropout and FeatureAlphaDropout.
struct DropoutOptions {
  DropoutOptions(double p = 0.5) : p_(p) {}
  TENGEN_ARG(double, p);              ///< probability of becoming 0 (0.5)
  TENGEN_ARG(bool, inplace) = false;  ///< overwrites the input
};
using Dropout2dOptions = DropoutOptions;
using Dropout3dOptions = DropoutOptions;
using AlphaDropoutOptions = DropoutOptions;
using FeatureAlphaDropoutOptions = DropoutOptions;

namespace functional {

/// Options of dropout, dropout2d and dropout3d.
struct DropoutFuncOptions {
  TENGEN_ARG(double, p) = 0.5;        ///< probability of becoming 0
  TENGEN_ARG(bool, training) = true;  ///< without, the input is returned as it is
  TENGEN_ARG(bool, inplace) = false;  ///< overwrites the input
};
using Dropout2dFuncOptions = DropoutFuncOptions;
using Dropout3dFuncOptions = DropoutFuncOptions;

/// Options of alpha_dropout and feature_alpha_dropout.
struct AlphaDropoutFuncOptions {
  TENGEN_ARG(double, p) = 0.5;         ///< probability of being set to the lower bound
  TENGEN_ARG(bool, training) = false;  ///< without (the default), the input is returned as it is
  TENGEN_ARG(bool, inplace) = false;   ///< overwrites the input
};
using FeatureAlphaDropoutFuncOptions = AlphaDropoutFuncOptions;

/// Zeroes each element with probability p and divides the rest by 1 - p; random numbers come from the default
/// generator. p outside of [0, 1] is an Error.
Tensor dropout(const Tensor& input, const DropoutFuncOptions& options = {});
/// The same with one draw for each channel of (N,C,...), which is zeroed or kept as a whole.
Tensor dropout2d(const Tensor& input, const Dropout2dFuncOptions& options = {});
/// dropout2d under the name for (N,C,D,H,W).
Tensor dropout3d(const Tensor& input, const Dropout3dFuncOptions& options = {});
/// Sets each element with probability p to selu's lower bound, then scales and shifts all so that mean 0 and
/// variance 1 stay. Klambauer et al. (2017).
Tensor alpha_dropout(const Tensor& input, const AlphaDropoutFuncOptions& options = {});
/// The same with one draw for each channel of (N,C,...).
Tensor feature_alpha_dropout(const Tensor& input, const FeatureAlphaDropoutFuncOptions& options = {});

}  // namespace functional

// ---- modules

/// When training, zeroes each element with probability p and divides the rest by 1 - p.
class DropoutImpl : public StatelessModule<DropoutImpl, DropoutOptions> {
 public:
  explicit DropoutImpl(const DropoutOptions& options = {});
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Dropout);

/// When training, zeroes each channel of (N,C,...) with probability p and divides the rest by 1 - p.
class Dropout2dImpl : public StatelessModule<Dropout2dImpl, Dropout2dOptions> {
 public:
  explicit Dropout2dImpl(const Dropout2dOptions& options = {});
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Dropout2d);

/// Dropout2d under the name for (N,C,D,H,W).
class Dropout3dImpl : public StatelessModule<Dropout3dImpl, Dropout3dOptions> {
 public:
  explicit Dropout3dImpl(const Dropout3dOptions& options = {});
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Dropout3d);

/// When training, dropout that keeps mean 0 and variance 1, for selu: functional::alpha_dropout.
class AlphaDropoutImpl : public StatelessModule<AlphaDropoutImpl, AlphaDropoutOptions> {
 public:
  explicit AlphaDropoutImpl(const AlphaDropoutOptions& options = {});
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(AlphaDropout);

/// AlphaDropout of whole channels of (N,C,...).
class FeatureAlphaDropoutImpl : public StatelessModule<FeatureAlphaDropoutImpl, FeatureAlphaDropoutOptions> {
 public:
  explicit FeatureAlphaDropoutImpl(const FeatureAlphaDropoutOptions& options = {});
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(FeatureAlphaDropout);

}  // namespace tengen::nn
