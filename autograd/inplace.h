// Private: not installed; no public header includes it.
// How an operator writes into a tensor that exists.
//
//   Tensor& Tensor::fill_(const Scalar& value) const {
//     if (!writes_directly("fill_", *this, {}))
//       return assign_("fill_", *this, full(sizes(), value, options()));
//     kernels(*this).fill(view_of(*this), value.toDouble(), value.toLong());
//     return written("fill_", *this);
//   }
#pragma once

#include <tengen/autograd/record.h>

namespace tengen::autograd {

/// How the elements of a tensor that is written lie to those of one that is read.
enum class Overlap {
  none,
  same,         // element on element
  partial,      // an element of the one is another element of the other
  interleaved,  // in one range of memory; whether elements coincide is not known
};
Overlap overlap(const Tensor& written, const Tensor& read);
/// Whether elements share memory because a dimension was expanded.
bool repeats_elements(const Tensor& t);
/// A view of `t` that shows each of these elements once: size 1 where a dimension was expanded.
Tensor without_repeats(const Tensor& t);

/// Every operator that writes into `self` asks first. Throws, naming the operator, where self may not be
/// written: its elements share memory with each other or, in another order, with those of `read`; or its
/// history is to be recorded but it is a leaf, or a view whose base cannot get one. True: write into self's
/// memory, then call written(). False: a history is needed, so call assign_(). An operand that is
/// interleaved with self is the operator's to copy.
bool writes_directly(const char* name, const Tensor& self, TensorRefs read);
/// For operators that read and write in different orders: no element may be both read and written. The
/// tensor, or a copy where that is not known.
Tensor apart(const char* name, const Tensor& self, const Tensor& read);
/// The part of writes_directly() that concerns history; `self` needs a gradient or is about to get one.
void check_history(const char* name, const Tensor& self);

/// Makes self's data those of `result` (same shape; cast to self's dtype where PyTorch allows it) and gives
/// it, and the base that it views, result's history. `name` as users know it: "add_".
Tensor& assign_(const char* name, const Tensor& self, const Tensor& result);
/// Counts the write.
inline Tensor& written(const char* name, const Tensor& self) {
  self.unsafeGetTensorImpl()->bump_version(name);
  return const_cast<Tensor&>(self);
}

/// The Error for a view that may not be written through.
[[noreturn]] void refuse_view(const char* name, const Tensor& view);

}  // namespace tengen::autograd
