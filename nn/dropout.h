// Dropout: options, functional forms and modules. Srivastava et al. (2014).
#pragma once

#include <tengen/nn/cloneable.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options

/// Options of Dropout and Dropout2d.
struct DropoutOptions {
  DropoutOptions(double p = 0.5) : p_(p) {}
  TENGEN_ARG(double, p);              ///< probability of becoming 0 (0.5)
  TENGEN_ARG(bool, inplace) = false;  ///< overwrites the input
};
using Dropout2dOptions = DropoutOptions;

namespace functional {

/// Options of dropout and dropout2d.
struct DropoutFuncOptions {
  TENGEN_ARG(double, p) = 0.5;        ///< probability of becoming 0
  TENGEN_ARG(bool, training) = true;  ///< without, the input is returned as it is
  TENGEN_ARG(bool, inplace) = false;  ///< overwrites the input
};
using Dropout2dFuncOptions = DropoutFuncOptions;

/// Zeroes each element with probability p and divides the rest by 1 - p; random numbers come from the default
/// generator. p outside of [0, 1] is an Error.
Tensor dropout(const Tensor& input, const DropoutFuncOptions& options = {});
/// The same with one draw for each channel of (N,C,...), which is zeroed or kept as a whole.
Tensor dropout2d(const Tensor& input, const Dropout2dFuncOptions& options = {});

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

}  // namespace tengen::nn
