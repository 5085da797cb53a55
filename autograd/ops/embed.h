// Private: not installed; no public header includes it.
// The adjoint of every view that shows a part of its tensor.
#pragma once

#include <tengen/autograd/ops/ops.h>
#include <tengen/autograd/record.h>

namespace tengen::autograd {

/// Zeros of shape `sizes` but for the elements that the view `part(zeros)` shows: these are g's.
template <class Part>
Tensor embed(const Tensor& g, IntArrayRef sizes, Part part) {
  Tensor out = zeros(sizes, g.options());
  {
    NoGradGuard no_grad;
    part(out).copy_(g);
  }
  return record("embed", std::move(out), {g}, {},
                [part](Node&, const Tensor& grad) -> Grads { return {part(grad)}; });
}

/// Records `view` = part(self) with the rule "embed the gradient into zeros".
template <class Part>
Tensor record_part(const char* name, Tensor view, const Tensor& self, Part part) {
  if (!must_record({self})) return view;
  return record(name, std::move(view), {self}, {},
                [part, sizes = DimVector(self.sizes())](Node&, const Tensor& g) -> Grads {
                  return {embed(g, sizes, part)};
                });
}

}  // namespace tengen::autograd
