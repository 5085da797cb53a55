#include <tengen/autograd/ops/pointwise.h>

namespace tengen::inline api {
namespace {

// Whether broadcasting `from` with `to` gives `to`.
bool repeats_to(IntArrayRef from, IntArrayRef to) {
  if (from.size() > to.size()) return false;
  size_t lead = to.size() - from.size();
  for (size_t i = 0; i < from.size(); ++i)
    if (from[i] != to[lead + i] && from[i] != 1) return false;
  return true;
}

}  // namespace

bool writes_into(const char* name, const Tensor& self, ScalarType type, autograd::TensorRefs others) {
  if (!autograd::writes_directly(name, self, others) || type != self.dtype()) return false;
  for (autograd::TensorRef other : others) {
    const Tensor& t = *other.tensor;
    if (!t.defined()) continue;
    if (!repeats_to(t.sizes(), self.sizes())) return false;
    if (t.storage() == self.storage() && autograd::overlap(self, t) == autograd::Overlap::interleaved)
      return false;
  }
  return true;
}

}  // namespace tengen::inline api
