// What autograd hangs on a tensor. Private to autograd/.
#pragma once

#include <functional>
#include <vector>

#include <tengen/autograd/node.h>

namespace tengen::autograd {

class AccumulateGrad;

struct AutogradMeta final : GradState {
  Tensor grad;
  intrusive_ptr<Node> grad_fn;  // null: a leaf
  uint32_t output_nr = 0;
  bool requires_grad = false;  // of a leaf
  bool retains_grad = false;
  uint32_t view_version = 0;              // of a view: the version of the memory that grad_fn describes
  AccumulateGrad* accumulator = nullptr;  // of a leaf; not owned: it owns the leaf
  std::vector<std::pair<unsigned, std::function<Tensor(Tensor)>>> leaf_hooks;
  unsigned next_hook = 0;

  ~AutogradMeta() override { forget_retained(); }
  /// Takes the tensor off the list of those whose gradient grad_fn stores.
  void forget_retained() {
    if (retains_grad && grad_fn) grad_fn->extras().retain_grad[output_nr] = nullptr;
  }
};

/// Puts `tensor`, which has a grad_fn, on that list.
void remember_retained(const Tensor& tensor);

/// The meta of `tensor`, or null.
inline AutogradMeta* meta_if_any(const Tensor& tensor) {
  return static_cast<AutogradMeta*>(tensor.unsafeGetTensorImpl()->grad_state.get());
}
inline AutogradMeta& meta(const Tensor& tensor) {
  auto& state = tensor.unsafeGetTensorImpl()->grad_state;
  if (!state) state = std::make_unique<AutogradMeta>();
  return static_cast<AutogradMeta&>(*state);
}

/// Where gradients of a leaf arrive: runs its hooks and adds to its .grad.
class AccumulateGrad final : public Node {
 public:
  explicit AccumulateGrad(const Tensor& leaf);
  ~AccumulateGrad() override;
  Grads apply(Grads&& grads) override;
  const Tensor& leaf() const { return leaf_; }

 private:
  Tensor leaf_;
};

}  // namespace tengen::autograd
