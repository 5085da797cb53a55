// Private: not installed; no public header includes it.
// How an operator enters the graph. See docs/adding-an-operator.md.
//
//   Tensor mul(const Tensor& self, const Tensor& other) {
//     Tensor out = kernel_binary(Binary::mul, self, other);
//     return record("mul", out, {self, other}, {self, other}, [](Node& node, const Tensor& grad) -> Grads {
//       return {node.needs(0) ? grad * node.saved(1) : Tensor(), node.needs(1) ? grad * node.saved(0) :
//       Tensor()};
//     });
//   }
//
// A rule is a pure function of saved tensors and incoming gradients, written only with public operators, so
// that it can itself be recorded (create_graph). It need not undo broadcasting or casts: the engine does.
#pragma once

#include <initializer_list>
#include <type_traits>
#include <vector>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/node.h>
#include <tengen/tensor/compute.h>

namespace tengen {

/// A place in a list of tensors that stays empty.
inline const Tensor kNoTensor;

namespace autograd {

/// A tensor argument by address: lists of inputs cost no reference counting while nothing is recorded.
struct TensorRef {
  TensorRef(const Tensor& tensor) : tensor(&tensor) {}
  TensorRef(const std::optional<Tensor>& tensor) : tensor(tensor ? &*tensor : &kNoTensor) {}
  TensorRef(const TensorOrScalar& operand) : tensor(operand.tensor ? operand.tensor : &kNoTensor) {}
  const Tensor* tensor;
};
using TensorRefs = std::initializer_list<TensorRef>;

/// Whether a call with these inputs must be recorded.
bool must_record(TensorRefs inputs);
bool must_record(TensorList inputs);

namespace detail {
template <class Rule>
class RuleNode final : public Node {
 public:
  RuleNode(const char* name, Rule&& rule) : Node(name), rule_(std::move(rule)) {}
  Grads apply(Grads&& grads) override {
    if constexpr (std::is_invocable_v<Rule, Node&, const Tensor&>) {
      return rule_(*this, grads[0]);
    } else {
      return rule_(*this, std::as_const(grads));
    }
  }
  Rule& rule() { return rule_; }

 private:
  Rule rule_;
};

void connect(Node& node, TensorRefs inputs);
void connect(Node& node, TensorList inputs);
/// Registers outputs first, then saves: a saved tensor that is an output is recognised as such.
void finish(intrusive_ptr<Node> node, const Tensor* outputs, size_t count, TensorRefs saved);
}  // namespace detail

/// Attaches `output` to the graph with `rule` (Node&, const Tensor& grad) -> Grads, one gradient per input,
/// unless no input needs a gradient or recording is off. `saved` tensors come back in the rule as
/// node.saved(i).
template <class Rule>
Tensor record(const char* name, Tensor output, TensorRefs inputs, TensorRefs saved, Rule rule) {
  if (!must_record(inputs)) return output;
  auto node = make_intrusive<detail::RuleNode<Rule>>(name, std::move(rule));
  detail::connect(*node, inputs);
  detail::finish(node, &output, 1, saved);
  return output;
}

/// Any number of inputs.
template <class Rule>
Tensor record(const char* name, Tensor output, TensorList inputs, TensorRefs saved, Rule rule) {
  if (!must_record(inputs)) return output;
  auto node = make_intrusive<detail::RuleNode<Rule>>(name, std::move(rule));
  detail::connect(*node, inputs);
  detail::finish(node, &output, 1, saved);
  return output;
}

/// Several outputs: the rule is (Node&, const Grads& grads) -> Grads; undefined gradients stand for zero.
template <class Rule>
std::vector<Tensor> record_all(const char* name, std::vector<Tensor> outputs, TensorRefs inputs,
                               TensorRefs saved, Rule rule) {
  if (!must_record(inputs)) return outputs;
  auto node = make_intrusive<detail::RuleNode<Rule>>(name, std::move(rule));
  detail::connect(*node, inputs);
  detail::finish(node, outputs.data(), outputs.size(), saved);
  return outputs;
}

/// For fused operators: the gradients of `composed(inputs)` in a way that can be differentiated again. Used
/// by a rule when GradMode is on; when it is off the rule calls its fast kernel. Inputs that are undefined or
/// need no gradient get none.
Grads differentiate(const Node& node, const std::vector<Tensor>& inputs, const Grads& grad_outputs,
                    const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& composed);

/// `gradient` of input number `input`, by a rule whose result does not depend on that input's values (relu,
/// pooling). While it is recorded it leads to the input all the same: a second derivative is zero then, and
/// the input not "unused". Where PyTorch has such an edge, so have we.
Tensor constant_gradient(const Node& node, size_t input, const Tensor& gradient);
/// For compositions: `input` itself, its gradient constant in that sense.
Tensor with_constant_gradient(const Tensor& input);

/// Whether `self`, an argument passed by value, is a temporary of the caller's that nothing else refers to,
/// so that its memory may take the result: either nothing is recorded, or its history goes on to the result.
bool is_temporary(const Tensor& self);
}  // namespace autograd
}  // namespace tengen
