// Windows of images as columns and back: options, functional forms and modules.
//
// A window's elements stand in a column, channel by channel and row by row. There are L = H' * W' windows, H'
// as in convolutions: floor((H + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1.
#pragma once

#include <tengen/nn/cloneable.h>
#include <tengen/nn/expanding_array.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options. Sizes are one number for both dimensions or one each: 3 or {3, 5}.

/// Options of Fold.
struct FoldOptions {
  FoldOptions(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size)
      : output_size_(output_size), kernel_size_(kernel_size) {}
  TENGEN_ARG(ExpandingArray<2>, output_size);   ///< (H,W)
  TENGEN_ARG(ExpandingArray<2>, kernel_size);   ///< size of the window
  TENGEN_ARG(ExpandingArray<2>, dilation) = 1;  ///< distance between neighbouring elements of a window
  TENGEN_ARG(ExpandingArray<2>, padding) = 0;   ///< what windows reach over on both sides
  TENGEN_ARG(ExpandingArray<2>, stride) = 1;    ///< distance between neighbouring windows
};

/// Options of Unfold.
struct UnfoldOptions {
  UnfoldOptions(ExpandingArray<2> kernel_size) : kernel_size_(kernel_size) {}
  TENGEN_ARG(ExpandingArray<2>, kernel_size);   ///< size of the window
  TENGEN_ARG(ExpandingArray<2>, dilation) = 1;  ///< distance between neighbouring elements of a window
  TENGEN_ARG(ExpandingArray<2>, padding) = 0;   ///< zeros on both sides
  TENGEN_ARG(ExpandingArray<2>, stride) = 1;    ///< distance between neighbouring windows
};

namespace functional {

using FoldFuncOptions = FoldOptions;
using UnfoldFuncOptions = UnfoldOptions;

/// Adds columns up at the places of their windows: (N, C*KH*KW, L) -> (N,C,H,W), or the same without N.
Tensor fold(const Tensor& input, const FoldFuncOptions& options);
/// The windows as columns: (N,C,H,W) -> (N, C*KH*KW, L), or the same without N. The adjoint of fold.
Tensor unfold(const Tensor& input, const UnfoldFuncOptions& options);

}  // namespace functional

// ---- modules

/// Adds columns up at the places of their windows: (N, C*KH*KW, L) -> (N,C,H,W).
class FoldImpl : public StatelessModule<FoldImpl, FoldOptions> {
 public:
  FoldImpl(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size)
      : StatelessModule(FoldOptions(output_size, kernel_size)) {}
  explicit FoldImpl(const FoldOptions& options) : StatelessModule(options) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Fold);

/// The windows as columns: (N,C,H,W) -> (N, C*KH*KW, L).
class UnfoldImpl : public StatelessModule<UnfoldImpl, UnfoldOptions> {
 public:
  UnfoldImpl(ExpandingArray<2> kernel_size) : StatelessModule(UnfoldOptions(kernel_size)) {}
  explicit UnfoldImpl(const UnfoldOptions& options) : StatelessModule(options) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Unfold);

}  // namespace tengen::nn
