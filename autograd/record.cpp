#include <tengen/autograd/record.h>

#include <tengen/autograd/anomaly.h>
#include <tengen/autograd/autograd.h>
#include <tengen/autograd/meta.h>
#include <tengen/autograd/primitives.h>
#include <tengen/tensor/factories.h>

namespace tengen::autograd {
bool must_record(TensorRefs inputs) {
  if (!GradMode::is_enabled()) return false;
  for (TensorRef input : inputs)
    if (input.tensor->defined() && input.tensor->requires_grad()) return true;
  return false;
}

bool must_record(TensorList inputs) {
  if (!GradMode::is_enabled()) return false;
  for (const Tensor& input : inputs)
    if (input.defined() && input.requires_grad()) return true;
  return false;
}

void detail::connect(Node& node, TensorRefs inputs) {
  for (TensorRef input : inputs) node.add_next_edge(gradient_edge(*input.tensor));
  node.renumber();
}

void detail::connect(Node& node, TensorList inputs) {
  for (const Tensor& input : inputs) node.add_next_edge(gradient_edge(input));
  node.renumber();
}

void detail::finish(intrusive_ptr<Node> node, const Tensor* outputs, size_t count, TensorRefs saved) {
  for (size_t i = 0; i < count; ++i) {
    uint32_t nr = node->add_output(outputs[i]);
    if (is_floating_point(outputs[i].dtype())) set_gradient_edge(outputs[i], node, nr);
  }
  for (TensorRef ref : saved) {
    int output_nr = -1;
    for (size_t i = 0; i < count; ++i)
      if (ref.tensor->is_same(outputs[i])) output_nr = int(i);
    node->save(*ref.tensor, output_nr);
  }
  if (AnomalyMode::is_enabled()) remember_backtrace(*node);
}

Grads differentiate(const Node& node, const std::vector<Tensor>& inputs, const Grads& grad_outputs,
                    const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& composed) {
  // Aliases mark where to stop: the gradients with respect to them are those of this operator alone.
  std::vector<Tensor> aliases, wanted;
  for (size_t i = 0; i < inputs.size(); ++i) {
    bool differentiable = inputs[i].defined() && inputs[i].requires_grad() && node.needs(i);
    aliases.push_back(differentiable ? alias(inputs[i]) : inputs[i]);
    if (differentiable) wanted.push_back(aliases.back());
  }
  std::vector<Tensor> outputs, grads;
  std::vector<Tensor> results = composed(aliases);
  for (size_t i = 0; i < results.size() && i < grad_outputs.size(); ++i) {
    if (!grad_outputs[i].defined() || !results[i].requires_grad()) continue;
    outputs.push_back(results[i]);
    grads.push_back(grad_outputs[i]);
  }
  Grads out(inputs.size());
  if (outputs.empty() || wanted.empty()) return out;
  variable_list found = grad(outputs, wanted, grads, true, true, true);
  for (size_t i = 0, k = 0; i < inputs.size(); ++i)
    if (k < wanted.size() && aliases[i].is_same(wanted[k])) out[i] = found[k++];
  return out;
}

Tensor constant_gradient(const Node& node, size_t input, const Tensor& gradient) {
  if (!GradMode::is_enabled() || !node.needs(input) || !gradient.defined()) return gradient;
  auto rule = [](Node& constant, const Tensor& g) -> Grads {
    const Edge& edge = constant.next_edges()[1];
    const OutputMeta& zero = edge.function->output_meta(edge.input_nr);
    return {g, zeros(zero.sizes, TensorOptions(zero.dtype).device(zero.device))};
  };
  auto constant = make_intrusive<detail::RuleNode<decltype(rule)>>("constant_gradient", std::move(rule));
  constant->add_next_edge(gradient_edge(gradient));
  constant->add_next_edge(node.next_edge(input));
  constant->renumber();
  const Tensor out = gradient.detach();
  detail::finish(constant, &out, 1, {});
  return out;
}

Tensor with_constant_gradient(const Tensor& input) {
  if (!must_record({input})) return input;
  return record("alias", input.detach(), {input}, {},
                [](Node& node, const Tensor& g) -> Grads { return {constant_gradient(node, 0, g)}; });
}

bool is_temporary(const Tensor& self) {
  if (self.use_count() != 1 || self.is_view() || !self.is_contiguous()) return false;
  if (self.requires_grad() && (self.is_leaf() || !GradMode::is_enabled())) return false;
  return self.storage().use_count() == 1 && self.storage()->is_allocated();
}

}  // namespace tengen::autograd
