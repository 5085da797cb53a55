// The graph: a node is the backward rule of one operator call, its edges lead to the nodes of the inputs.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <tengen/tensor/small_lock.h>
#include <tengen/tensor/tensor.h>

namespace tengen::autograd {

class Node;

/// A gradient that arrives through `edge` is gradient number `input_nr` of `function`.
struct Edge {
  intrusive_ptr<Node> function;
  uint32_t input_nr = 0;
  bool is_valid() const { return function != nullptr; }
};

/// One gradient per input of the operator; an undefined tensor stands for zero.
using Grads = SmallVector<Tensor, 3>;
using variable_list = std::vector<Tensor>;

/// What a gradient must look like: the shape and type of the output that it belongs to. The engine sums a
/// gradient that was broadcast down to this shape and casts it to this type, so rules need not.
struct OutputMeta {
  DimVector sizes;
  ScalarType dtype;
  Device device;
};

/// A tensor kept for the backward pass, with the version of its memory at the time.
class SavedTensor {
 public:
  SavedTensor() = default;
  /// `output_nr` >= 0: the tensor is that output of the node itself; it is kept without history to avoid a
  /// cycle.
  SavedTensor(const Tensor& tensor, int output_nr);
  /// The tensor again, attached to the graph. An Error when it has been written to since, or has been
  /// released.
  Tensor unpack(const Node& node) const;
  /// If the tensor lies in `storage`, keeps its memory and its place in the graph, but not the tensor itself.
  void let_go_of(const Storage& storage);

 private:
  Tensor tensor_;
  uint32_t version_ = 0;
  int output_nr_ = -1;
  bool present_ = false;
};

/// The .grad of a tensor that has a node and retain_grad(): both know it, so that the tensor may die before
/// the graph.
struct RetainedGrad : RefCounted {
  Tensor grad;
};

/// Hooks and notes that few nodes have. Guarded by the node's lock.
struct NodeExtras {
  struct TensorHook {
    uint32_t output_nr;
    unsigned id;
    std::function<Tensor(Tensor)> call;
  };
  std::vector<TensorHook> tensor_hooks;                  // on the gradients that arrive, before the rule runs
  std::vector<intrusive_ptr<RetainedGrad>> retain_grad;  // by output, or null
  std::vector<
      std::function<variable_list(const variable_list& grad_inputs, const variable_list& grad_outputs)>>
      post_hooks;
  std::vector<void*> backtrace;  // anomaly mode: where the forward operator ran
};

/// The sequence number of all gradient accumulators: a leaf's gradient is stored as soon as it is complete.
inline constexpr uint64_t kAccumulatorSequence = ~uint64_t{0};

/// Several threads may run backward passes over the same nodes at once. A node's edges and outputs do not
/// change once it is made; its lock guards the rest: it is held while the rule runs (a Function's too).
class Node : public RefCounted {
 public:
  explicit Node(const char* name);
  ~Node() override;

  /// The operator's name with "Backward", e.g. "MulBackward".
  std::string name() const;
  const char* op_name() const { return name_; }
  /// Grows with every node made: a node's inputs have smaller numbers.
  uint64_t sequence_nr() const { return sequence_nr_; }

  /// Gradients of the outputs -> gradients of the inputs.
  virtual Grads apply(Grads&& grad_outputs) = 0;
  /// Drops saved tensors after a backward pass that does not retain the graph.
  virtual void release_saved() { saved_.clear(), released_ = true; }
  bool released() const { return released_; }

  const SmallVector<Edge, 3>& next_edges() const { return next_edges_; }
  Edge next_edge(size_t i) const { return next_edges_[i]; }
  size_t num_inputs() const { return output_meta_.size(); }
  size_t num_outputs() const { return next_edges_.size(); }
  const OutputMeta& output_meta(size_t i) const { return output_meta_[i]; }

  void add_next_edge(Edge edge) { next_edges_.push_back(std::move(edge)); }
  /// Takes the next sequence number; called when all edges are known, so that it is larger than those behind
  /// them.
  void renumber();
  uint32_t add_output(const Tensor& output);
  void save(const Tensor& tensor, int output_nr = -1) { saved_.emplace_back(tensor, output_nr); }
  /// Saved tensor number i.
  Tensor saved(size_t i) const;
  /// Called before the tensors in `storage` become outputs of this node: it must not own what owns it.
  void let_go_of(const Storage& storage) {
    for (SavedTensor& saved : saved_) saved.let_go_of(storage);
  }
  /// Whether anybody wants the gradient of input i.
  bool needs(size_t i) const { return i < next_edges_.size() && next_edges_[i].is_valid(); }

  SmallLock& lock() const { return lock_; }
  NodeExtras& extras();
  NodeExtras* extras_if_any() const { return extras_.load(std::memory_order_acquire); }

  /// An accumulator's leaf finds it while its last owner lets go.
  void release() const {
    if (sequence_nr_ == kAccumulatorSequence)
      release_atomically();
    else
      RefCounted::release();
  }

 protected:
  /// Nodes die in a loop, not by recursion: a chain of any length can be freed.
  void destroy() override;
  void set_sequence_nr(uint64_t nr) { sequence_nr_ = nr; }

 private:
  const char* name_;
  uint64_t sequence_nr_ = 0;
  SmallVector<Edge, 3> next_edges_;
  SmallVector<OutputMeta, 1> output_meta_;
  SmallVector<SavedTensor, 3> saved_;
  bool released_ = false;
  mutable SmallLock lock_;
  std::atomic<NodeExtras*> extras_{nullptr};  // owned
  Node* next_dead_ = nullptr;
};

/// Where the gradient of `tensor` goes: its node, or the accumulator of a leaf; no function when it needs
/// none.
Edge gradient_edge(const Tensor& tensor);
/// Makes `tensor` output number `output_nr` of `node`.
void set_gradient_edge(const Tensor& tensor, intrusive_ptr<Node> node, uint32_t output_nr);

}  // namespace tengen::autograd
