#include <tengen/nn/fold.h>

#include <ostream>

#include <tengen/autograd/ops/layers.h>

namespace tengen::nn {
namespace functional {

Tensor fold(const Tensor& input, const FoldFuncOptions& options) {
  TENGEN_CHECK(input.dim() == 2 || input.dim() == 3,
               "Input Error: Only unbatched (2D) or batched (3D) input Tensors are supported (got ",
               input.dim(), "D)");
  return col2im(input, *options.output_size(), *options.kernel_size(), *options.dilation(),
                *options.padding(), *options.stride());
}
Tensor unfold(const Tensor& input, const UnfoldFuncOptions& options) {
  TENGEN_CHECK(input.dim() == 3 || input.dim() == 4,
               "Input Error: Only unbatched (3D) or batched (4D) input Tensors are supported (got ",
               input.dim(), "D)");
  return im2col(input, *options.kernel_size(), *options.dilation(), *options.padding(), *options.stride());
}

}  // namespace functional

namespace {

template <class Options>
void print_windows(std::ostream& out, const Options& options) {
  out << "kernel_size=" << options.kernel_size() << ", dilation=" << options.dilation()
      << ", padding=" << options.padding() << ", stride=" << options.stride() << ')';
}

}  // namespace

Tensor FoldImpl::forward(const Tensor& input) { return functional::fold(input, options); }
void FoldImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::Fold(output_size=" << options.output_size() << ", ";
  print_windows(out, options);
}

Tensor UnfoldImpl::forward(const Tensor& input) { return functional::unfold(input, options); }
void UnfoldImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::Unfold(";
  print_windows(out, options);
}

}  // namespace tengen::nn
