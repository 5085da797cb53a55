#include <tengen/autograd/node.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/meta.h>
#include <tengen/autograd/primitives.h>
#include <tengen/tensor/raw.h>

namespace tengen {

namespace autograd {
namespace {

std::atomic<uint64_t> next_sequence_nr{1};

}  // namespace

Node::Node(const char* name) : name_(name) {}
Node::~Node() { delete extras_.load(std::memory_order_relaxed); }

void Node::renumber() { sequence_nr_ = next_sequence_nr.fetch_add(1, std::memory_order_relaxed); }

std::string Node::name() const {
  // "log_softmax" -> "LogSoftmaxBackward"
  std::string out;
  bool upper = true;
  for (const char* c = name_; *c; ++c) {
    if (*c == '_') {
      upper = true;
    } else {
      out += upper && *c >= 'a' && *c <= 'z' ? char(*c - 'a' + 'A') : *c;
      upper = false;
    }
  }
  return out == "AccumulateGrad" ? out : out + "Backward";
}

uint32_t Node::add_output(const Tensor& output) {
  output_meta_.push_back({DimVector(output.sizes()), output.dtype(), output.device()});
  return uint32_t(output_meta_.size() - 1);
}

Tensor Node::saved(size_t i) const {
  TENGEN_CHECK(
      !released_, "Trying to backward through the graph a second time: the tensors saved by ", name(),
      " have been freed. Pass retain_graph=true to the first backward() or grad() if you need it twice.");
  return saved_[i].unpack(*this);
}

NodeExtras& Node::extras() {
  if (NodeExtras* known = extras_if_any()) return *known;
  auto fresh = std::make_unique<NodeExtras>();
  NodeExtras* known = nullptr;
  if (!extras_.compare_exchange_strong(known, fresh.get(), std::memory_order_acq_rel)) return *known;
  return *fresh.release();
}

void Node::destroy() {
  // Deleting a node lets go of its inputs' nodes, which may die in turn. The first one on this thread
  // collects them in a list and works it off, so that the depth of the stack does not grow with the graph.
  // They are linked by a member: there may be no memory for a list.
  constinit thread_local Node* dead = nullptr;
  constinit thread_local bool working = false;
  next_dead_ = std::exchange(dead, this);
  if (std::exchange(working, true)) return;
  while (Node* node = dead) {
    dead = node->next_dead_;
    delete node;
  }
  working = false;
}

SavedTensor::SavedTensor(const Tensor& tensor, int output_nr)
    : output_nr_(output_nr), present_(tensor.defined()) {
  if (!present_) return;
  version_ = tensor.unsafeGetTensorImpl()->version();
  tensor_ = output_nr >= 0 ? tensor.detach() : tensor;
}

Tensor SavedTensor::unpack(const Node& node) const {
  if (!present_) return {};
  const WriteCount& count = tensor_.unsafeGetTensorImpl()->write_count();
  if (count.writes != version_) [[unlikely]] {
    fail("one of the variables needed for gradient computation has been modified by an inplace operation: [",
         tensor_.toString(), " ", tensor_.sizes(), "]",
         output_nr_ >= 0 ? detail::str(", which is output ", output_nr_, " of ", node.name(), ",")
                         : std::string(),
         " saved by ", node.name(), ", is at version ", count.writes, "; expected version ", version_,
         " instead. It was written last by '", count.last_writer ? count.last_writer : "an unknown operator",
         "'. Hint: clone() the tensor before that, or use the operator's variant that is not in-place.");
  }
  if (output_nr_ < 0 || !GradMode::is_enabled()) return tensor_;
  Tensor attached = tensor_.detach();
  set_gradient_edge(attached, intrusive_ptr<Node>(const_cast<Node*>(&node)), uint32_t(output_nr_));
  return attached;
}

void SavedTensor::let_go_of(const Storage& storage) {
  if (!present_ || output_nr_ >= 0 || tensor_.storage().get() != &storage) return;
  Edge edge = gradient_edge(tensor_);
  tensor_ = tensor_.detach();
  if (edge.is_valid()) set_gradient_edge(tensor_, std::move(edge.function), edge.input_nr);
}

AccumulateGrad::AccumulateGrad(const Tensor& leaf) : Node("AccumulateGrad"), leaf_(leaf) {
  add_output(leaf);
  set_sequence_nr(kAccumulatorSequence);
}

AccumulateGrad::~AccumulateGrad() {
  AutogradMeta* leaf_meta = meta_if_any(leaf_);
  if (!leaf_meta) return;
  std::lock_guard<SmallLock> lock(leaf_meta->lock);
  if (leaf_meta->accumulator == this) leaf_meta->accumulator = nullptr;
}

LeafHooks AccumulateGrad::hooks() const {
  AutogradMeta& m = meta(leaf_);
  std::lock_guard<SmallLock> lock(m.lock);
  return m.leaf_hooks;
}

Grads AccumulateGrad::apply(Grads&& grads) {
  Tensor fresh = std::move(grads[0]);
  if (!fresh.defined()) return {};
  Tensor& grad = meta(leaf_).grad;
  if (!grad.defined()) {
    bool sole_owner = fresh.use_count() == 1 && fresh.storage().use_count() == 1 && fresh.is_contiguous();
    if (GradMode::is_enabled())
      grad = fresh;
    else
      grad = sole_owner ? fresh.detach() : raw::clone(fresh);
  } else if (GradMode::is_enabled()) {
    grad = sum_of(grad, fresh);
  } else {
    add_to(grad, fresh);
  }
  return {};
}

AutogradMeta& meta_of_leaf(const Tensor& leaf) {
  if (AutogradMeta* known = meta_if_any(leaf)) return *known;
  auto fresh = std::make_unique<AutogradMeta>();
  GradState* known = nullptr;
  auto& state = leaf.unsafeGetTensorImpl()->grad_state;
  if (!state.compare_exchange_strong(known, fresh.get(), std::memory_order_acq_rel))
    return static_cast<AutogradMeta&>(*known);
  return *fresh.release();
}

Edge gradient_edge(const Tensor& tensor) {
  if (!tensor.defined()) return {};
  if (auto node = tensor.grad_fn()) return {std::move(node), meta(tensor).output_nr};
  if (!tensor.unsafeGetTensorImpl()->requires_grad) return {};
  AutogradMeta& m = meta_of_leaf(tensor);
  std::lock_guard<SmallLock> lock(m.lock);
  if (m.accumulator && m.accumulator->try_retain()) return {intrusive_ptr<Node>::adopt(m.accumulator), 0};
  auto node = make_intrusive<AccumulateGrad>(tensor);
  m.accumulator = node.get();
  return {std::move(node), 0};
}

void set_gradient_edge(const Tensor& tensor, intrusive_ptr<Node> node, uint32_t output_nr) {
  AutogradMeta& m = meta(tensor);
  if (m.retained && m.grad_fn) retain(*m.grad_fn, m.output_nr, nullptr);
  m.grad_fn = std::move(node);
  m.output_nr = output_nr;
  m.view_version = tensor.unsafeGetTensorImpl()->version();
  if (m.retained && m.grad_fn) retain(*m.grad_fn, m.output_nr, m.retained);
}

void retain(Node& node, uint32_t output_nr, intrusive_ptr<RetainedGrad> retained) {
  NodeExtras& extras = node.extras();
  std::lock_guard<SmallLock> lock(node.lock());
  auto& list = extras.retain_grad;
  list.resize(std::max<size_t>(list.size(), output_nr + 1));
  list[output_nr] = std::move(retained);
}

}  // namespace autograd
}  // namespace tengen
