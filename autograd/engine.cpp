// Runs the graph backwards: nodes in the order of falling sequence numbers, each when all gradients that
// reach it have arrived. No recursion over the graph anywhere.
#include <algorithm>
#include <bit>
#include <mutex>
#include <queue>

#include <tengen/autograd/anomaly.h>
#include <tengen/autograd/autocast_state.h>
#include <tengen/autograd/autograd.h>
#include <tengen/autograd/meta.h>
#include <tengen/autograd/primitives.h>
#include <tengen/tensor/factories.h>

namespace tengen::autograd {
namespace {

// A gradient that grad() was asked for: that of output `output_nr` of a node.
struct Capture {
  uint32_t output_nr;
  size_t index;
};

struct NodeState {
  int dependencies = 0;     // nodes of this run that have yet to send a gradient here
  bool discovered = false;  // reachable from the roots
  bool needed = true;       // is captured, or leads to a node that is
  Grads buffer;             // the sums of the gradients that have arrived, one per output
  SmallVector<Capture, 1> captures;
};

/// The states of a run's nodes, found by address: a table of their numbers with linear probing, at most half
/// full. A reference lasts until the next new node.
class NodeStates {
 public:
  NodeState& operator[](const Node* node) {
    if (2 * states_.size() >= slots_.size()) grow();
    Slot& slot = find(node);
    if (!slot.node) {
      slot = {node, uint32_t(states_.size())};
      states_.emplace_back();
    }
    return states_[slot.number];
  }

 private:
  struct Slot {
    const Node* node;
    uint32_t number;
  };
  Slot& find(const Node* node) {
    // Fibonacci hashing: the multiplication spreads the address over the upper bits.
    size_t i = size_t((reinterpret_cast<uintptr_t>(node) * 0x9e3779b97f4a7c15) >> shift_);
    while (slots_[i].node && slots_[i].node != node) i = (i + 1) & (slots_.size() - 1);
    return slots_[i];
  }
  void grow() {
    std::vector<Slot> old = std::move(slots_);
    slots_.assign(std::max<size_t>(64, 2 * old.size()), Slot{});
    states_.reserve(slots_.size() / 2);
    shift_ = 64 - std::countr_zero(slots_.size());
    for (const Slot& slot : old)
      if (slot.node) find(slot.node) = slot;
  }

  int shift_ = 0;
  std::vector<Slot> slots_;
  std::vector<NodeState> states_;
};

struct LowerSequence {
  bool operator()(const Node* a, const Node* b) const { return a->sequence_nr() < b->sequence_nr(); }
};

bool is_accumulator(const Node& node) { return node.sequence_nr() == kAccumulatorSequence; }

bool sole_owner(const Tensor& t) { return t.use_count() == 1 && t.storage().use_count() == 1; }

// Sums `grad` down to the shape and casts it to the type and device of the output that it belongs to:
// broadcasting, type promotion and moves are undone here, for all operators.
Tensor conform(Tensor grad, const OutputMeta& expected, const Node* from) {
  if (!grad.sizes().equals(expected.sizes)) {
    int64_t lead = grad.dim() - int64_t(expected.sizes.size());
    bool reduces = lead >= 0;
    for (size_t d = 0; reduces && d < expected.sizes.size(); ++d)
      reduces = expected.sizes[d] == 1 || expected.sizes[d] == grad.sizes()[lead + d];
    TENGEN_CHECK(reduces, from ? from->name() : "backward", ": found a gradient of shape ", grad.sizes(),
                 ", expected one that can be summed to ", IntArrayRef(expected.sizes));
    grad = sum_to_size(grad, expected.sizes);
  }
  if (grad.dtype() == expected.dtype && grad.device() == expected.device) return grad;
  return convert("to", grad, expected.dtype, expected.device);
}

class BackwardPass {
 public:
  /// `wanted` empty: gradients go to all leaves. Otherwise they are captured for these edges and nothing else
  /// happens.
  BackwardPass(const std::vector<Edge>& wanted, bool keep_graph)
      : to_leaves_(wanted.empty()), keep_graph_(keep_graph), results_(wanted.size()) {
    if (!to_leaves_) cutoff_ = kAccumulatorSequence;
    for (size_t i = 0; i < wanted.size(); ++i) {
      const Node& node = *wanted[i].function;
      states_[wanted[i].function.get()].captures.push_back({wanted[i].input_nr, i});
      cutoff_ = std::min(cutoff_, is_accumulator(node) ? 0 : node.sequence_nr());
    }
  }

  variable_list execute(const std::vector<Edge>& roots, const variable_list& grads) {
    for (const Edge& root : roots) discover(root.function.get());
    if (!to_leaves_) mark_needed();
    for (size_t i = 0; i < roots.size(); ++i) {
      add(states_[roots[i].function.get()], roots[i], grads[i], nullptr);
      Node* node = roots[i].function.get();
      bool first = std::none_of(roots.begin(), roots.begin() + i,
                                [&](const Edge& e) { return e.function.get() == node; });
      if (first && states_[node].dependencies == 0) ready_.push(node);
    }
    while (!ready_.empty()) {
      Node* node = ready_.top();
      ready_.pop();
      evaluate(node);
    }
    return std::move(results_);
  }

 private:
  // A node's inputs have smaller sequence numbers than itself, so nothing behind the oldest wanted node
  // matters.
  bool expands(const Node& node) const { return node.sequence_nr() > cutoff_; }

  // Finds the nodes behind `root` and counts for each how many others send it a gradient.
  void discover(Node* root) {
    if (!enter(root, states_[root])) return;
    std::vector<Node*> stack{root};
    while (!stack.empty()) {
      Node* node = stack.back();
      stack.pop_back();
      if (!expands(*node)) continue;
      for (const Edge& edge : node->next_edges()) {
        if (!edge.is_valid()) continue;
        NodeState& state = states_[edge.function.get()];
        ++state.dependencies;
        if (enter(edge.function.get(), state)) stack.push_back(edge.function.get());
      }
    }
  }

  bool enter(Node* node, NodeState& state) {
    if (state.discovered) return false;
    state.discovered = true;
    if (!to_leaves_) order_.push_back(node);
    return true;
  }

  // From the leaves upwards: every node comes after its inputs.
  void mark_needed() {
    std::sort(order_.begin(), order_.end(), [](const Node* a, const Node* b) {
      return is_accumulator(*a) != is_accumulator(*b) ? is_accumulator(*a)
                                                      : a->sequence_nr() < b->sequence_nr();
    });
    for (Node* node : order_) {
      NodeState& state = states_[node];
      state.needed = !state.captures.empty() || leads_to_needed(*node);
    }
  }

  bool leads_to_needed(const Node& node) {
    if (!expands(node)) return false;
    return std::any_of(node.next_edges().begin(), node.next_edges().end(), [&](const Edge& edge) {
      return edge.is_valid() && states_[edge.function.get()].needed;
    });
  }

  void add(NodeState& state, const Edge& edge, Tensor grad, const Node* from) {
    if (!grad.defined() || !state.needed) return;
    grad = conform(std::move(grad), edge.function->output_meta(edge.input_nr), from);
    state.buffer.resize(edge.function->num_inputs());
    Tensor& sum = state.buffer[edge.input_nr];
    if (!sum.defined())
      sum = std::move(grad);
    else if (!GradMode::is_enabled() && sole_owner(sum) && sum.is_contiguous())
      add_to(sum, grad);
    else
      sum = sum_of(sum, grad);
  }

  void evaluate(Node* node) {
    Grads results;
    if (NodeState& state = states_[node]; !state.buffer.empty()) {
      Grads grads = std::move(state.buffer);
      run_hooks(*node, grads);
      for (const Capture& capture : state.captures) results_[capture.index] = grads[capture.output_nr];
      if (to_leaves_ || leads_to_needed(*node)) results = apply(*node, std::move(grads));
    }
    if (!expands(*node)) return;
    for (size_t i = 0; i < node->num_outputs(); ++i) {
      const Edge& edge = node->next_edges()[i];
      if (!edge.is_valid()) continue;
      NodeState& state = states_[edge.function.get()];
      if (i < results.size()) add(state, edge, std::move(results[i]), node);
      if (--state.dependencies == 0) ready_.push(edge.function.get());
    }
  }

  Grads apply(Node& node, Grads&& grads) {
    const auto hooks = copy_of(node, &NodeExtras::post_hooks);
    variable_list grad_outputs;
    if (!hooks.empty()) grad_outputs.assign(grads.begin(), grads.end());
    Grads results;
    {
      std::lock_guard<SmallLock> lock(node.lock());
      results = node.apply(std::move(grads));
      if (!keep_graph_) node.release_saved();
    }
    TENGEN_CHECK(results.size() <= node.num_outputs(), node.name(), ": found ", results.size(),
                 " gradients, expected one for each of ", node.num_outputs(), " inputs");
    for (const auto& hook : hooks) {
      variable_list replaced = hook(variable_list(results.begin(), results.end()), grad_outputs);
      for (size_t i = 0; i < replaced.size() && i < results.size(); ++i) results[i] = replaced[i];
    }
    if (AnomalyMode::is_enabled()) check_for_nan(node, results);
    return results;
  }

  // Hooks run without the node's lock: they may do anything.
  template <class List>
  static List copy_of(const Node& node, List NodeExtras::*list) {
    const NodeExtras* extras = node.extras_if_any();
    if (!extras) return {};
    std::lock_guard<SmallLock> lock(node.lock());
    return extras->*list;
  }

  static void run_hooks(Node& node, Grads& grads) {
    auto call = [&](const std::function<Tensor(Tensor)>& hook, Tensor& grad) {
      if (!grad.defined()) return;
      Tensor replaced = hook(grad);
      if (!replaced.defined()) return;
      TENGEN_CHECK(replaced.sizes().equals(grad.sizes()), node.name(),
                   ": a hook has changed the size of value: expected ", grad.sizes(), " but got ",
                   replaced.sizes());
      TENGEN_CHECK(replaced.dtype() == grad.dtype() && replaced.device() == grad.device(), node.name(),
                   ": a hook has changed the type of value: expected ", grad.dtype(), " on ", grad.device(),
                   " but got ", replaced.dtype(), " on ", replaced.device());
      grad = std::move(replaced);
    };
    if (is_accumulator(node)) {
      for (const auto& [id, hook] : static_cast<AccumulateGrad&>(node).hooks()) call(hook, grads[0]);
    }
    for (const auto& hook : copy_of(node, &NodeExtras::tensor_hooks)) call(hook.call, grads[hook.output_nr]);
    NodeExtras* extras = node.extras_if_any();
    if (!extras) return;
    std::lock_guard<SmallLock> lock(node.lock());
    for (size_t i = 0; i < extras->retain_grad.size(); ++i) {
      const auto& retained = extras->retain_grad[i];
      if (!retained || retained.use_count() == 1 || !grads[i].defined()) continue;  // 1: the tensor is gone
      Tensor& kept = retained->grad;
      kept = kept.defined() ? sum_of(kept, grads[i]) : grads[i];
    }
  }

  bool to_leaves_, keep_graph_;
  uint64_t cutoff_ = 0;
  variable_list results_;
  NodeStates states_;
  std::vector<Node*> order_;
  std::priority_queue<Node*, std::vector<Node*>, LowerSequence> ready_;
};

// The gradients to begin with: ones where none is given, for tensors of one element.
variable_list initial_grads(const char* op, const variable_list& tensors, const variable_list& grads) {
  TENGEN_CHECK(grads.empty() || grads.size() == tensors.size(), op, ": found ", tensors.size(),
               " tensors and ", grads.size(), " gradients, expected as many");
  variable_list out;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& t = tensors[i];
    if (!grads.empty() && grads[i].defined()) {
      TENGEN_CHECK(grads[i].sizes().equals(t.sizes()), op, ": Mismatch in shape: gradient ", i, " has shape ",
                   grads[i].sizes(), " and output ", i, " has shape ", t.sizes());
      out.push_back(grads[i]);
    } else {
      TENGEN_CHECK(t.numel() == 1, op,
                   ": grad can be implicitly created only for scalar outputs, but this one has shape ",
                   t.sizes());
      out.push_back(ones_like(t));
    }
  }
  return out;
}

variable_list run(const char* op, const variable_list& outputs, const variable_list& grads, bool keep_graph,
                  bool create_graph, const std::vector<Edge>& wanted) {
  std::vector<Edge> roots;
  for (const Tensor& output : outputs) {
    roots.push_back(gradient_edge(output));
    TENGEN_CHECK(roots.back().is_valid(), op, ": element ", roots.size() - 1,
                 " of tensors does not require grad and does not have a grad_fn");
  }
  variable_list initial = initial_grads(op, outputs, grads);
  AutoGradMode recording(create_graph);
  autocast::DisableAutocast no_autocast;  // rules compute in the types of the forward pass
  return BackwardPass(wanted, keep_graph).execute(roots, initial);
}

std::vector<Edge> edges_of(const char* op, const variable_list& tensors) {
  std::vector<Edge> edges;
  for (size_t i = 0; i < tensors.size(); ++i) {
    edges.push_back(gradient_edge(tensors[i]));
    TENGEN_CHECK(edges.back().is_valid(), op,
                 ": One of the differentiated Tensors does not require grad: input ", i);
  }
  return edges;
}

}  // namespace

void backward(const variable_list& tensors, const variable_list& grad_tensors,
              std::optional<bool> retain_graph, bool create_graph, const variable_list& inputs) {
  bool keep = retain_graph.value_or(create_graph);
  const std::vector<Edge> wanted = edges_of("backward", inputs);
  variable_list grads = run("backward", tensors, grad_tensors, keep, create_graph, wanted);
  AutoGradMode recording(create_graph);
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!grads[i].defined()) continue;
    std::lock_guard<SmallLock> lock(wanted[i].function->lock());
    Tensor& grad = inputs[i].mutable_grad();
    grad = grad.defined() ? sum_of(grad, grads[i]) : grads[i];
  }
}

variable_list grad(const variable_list& outputs, const variable_list& inputs,
                   const variable_list& grad_outputs, std::optional<bool> retain_graph, bool create_graph,
                   bool allow_unused) {
  TENGEN_CHECK(!inputs.empty(), "grad: expected at least one input");
  bool keep = retain_graph.value_or(create_graph);
  variable_list grads = run("grad", outputs, grad_outputs, keep, create_graph, edges_of("grad", inputs));
  for (size_t i = 0; i < grads.size(); ++i)
    TENGEN_CHECK(allow_unused || grads[i].defined(),
                 "grad: One of the differentiated Tensors appears to not have been "
                 "used in the graph: input ",
                 i, ". Set allow_unused=true if this is the desired behavior.");
  return grads;
}

}  // namespace tengen::autograd
