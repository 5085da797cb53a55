// Private: not installed; no public header includes it.
// What autograd hangs on a tensor.
#pragma once

#include <functional>
#include <vector>

#include <tengen/autograd/node.h>

namespace tengen::autograd {

class AccumulateGrad;

using LeafHooks = std::vector<std::pair<unsigned, std::function<Tensor(Tensor)>>>;

struct AutogradMeta final : GradState {
  Tensor grad;                           // of a leaf; added to under the accumulator's lock
  intrusive_ptr<RetainedGrad> retained;  // after retain_grad(): it holds the gradient
  intrusive_ptr<Node> grad_fn;           // null: a leaf
  uint32_t output_nr = 0;
  uint32_t view_version = 0;              // of a view: the version of the memory that grad_fn describes
  SmallLock lock;                         // guards what follows: several threads use a parameter
  AccumulateGrad* accumulator = nullptr;  // of a leaf; not owned: it owns the leaf
  LeafHooks leaf_hooks;
  unsigned next_hook = 0;

  Tensor& grad_slot() { return retained ? retained->grad : grad; }
};

/// Says where the node stores the gradient of an output, or that it need not.
void retain(Node& node, uint32_t output_nr, intrusive_ptr<RetainedGrad> retained);

/// The meta of `tensor`, or null.
inline AutogradMeta* meta_if_any(const Tensor& tensor) {
  return static_cast<AutogradMeta*>(tensor.unsafeGetTensorImpl()->grad_state.load(std::memory_order_acquire));
}
/// Made when first asked for, by the only thread that knows the tensor.
inline AutogradMeta& meta(const Tensor& tensor) {
  if (AutogradMeta* known = meta_if_any(tensor)) return *known;
  auto* fresh = new AutogradMeta;
  tensor.unsafeGetTensorImpl()->grad_state.store(fresh, std::memory_order_release);
  return *fresh;
}
/// The same for a leaf, which several threads may know.
AutogradMeta& meta_of_leaf(const Tensor& leaf);

/// Where gradients of a leaf arrive: runs its hooks and adds to its .grad.
class AccumulateGrad final : public Node {
 public:
  explicit AccumulateGrad(const Tensor& leaf);
  ~AccumulateGrad() override;
  Grads apply(Grads&& grads) override;
  const Tensor& leaf() const { return leaf_; }
  /// A copy of the leaf's.
  LeafHooks hooks() const;

 private:
  Tensor leaf_;
};

}  // namespace tengen::autograd
