#include <tengen/autograd/record.h>

#include <tengen/autograd/anomaly.h>
#include <tengen/autograd/autograd.h>
#include <tengen/autograd/meta.h>
#include <tengen/autograd/ops.h>
#include <tengen/tensor/view_of.h>

namespace tengen::autograd {
namespace {

const Tensor undefined_tensor;

// The base of a view whose memory is written to gets this node: the written region's gradient goes to what
// was written, the rest to what the base was before.
void rebase_view(const Tensor& view, const Tensor& written) {
  Tensor base(view.unsafeGetTensorImpl()->base);
  DimVector sizes(view.sizes().begin(), view.sizes().end()),
      strides(view.strides().begin(), view.strides().end());
  DimVector base_strides(base.strides().begin(), base.strides().end());
  int64_t offset = view.storage_offset() - base.storage_offset();
  auto rule = [=](Node& node, const Tensor& grad) -> Grads {
    // The base's own strides, so that the view's geometry fits.
    Tensor rest = empty_strided(grad.sizes(), base_strides, grad.options()).copy_(grad);
    Tensor region = node.needs(1) ? rest.as_strided(sizes, strides, offset).clone() : Tensor();
    if (!node.needs(0)) return {Tensor(), region};
    rest.as_strided(sizes, strides, offset).zero_();
    return {rest, region};
  };
  auto node = make_intrusive<detail::RuleNode<decltype(rule)>>("slice_assign", std::move(rule));
  detail::connect(*node, {base, written});
  node->add_output(base);
  set_gradient_edge(base, node, 0);
}

bool has_overlap(const Tensor& t) {
  for (int64_t d = 0; d < t.dim(); ++d)
    if (t.strides()[d] == 0 && t.sizes()[d] > 1) return true;
  return false;
}

}  // namespace

TensorRef::TensorRef(const std::optional<Tensor>& t) : tensor(t ? &*t : &undefined_tensor) {}

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
    aliases.push_back(differentiable ? inputs[i].alias() : inputs[i]);
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

Tensor make_view(const Tensor& self, DimVector sizes, DimVector strides, int64_t offset) {
  const TensorImpl& impl = *self.unsafeGetTensorImpl();
  auto view =
      make_intrusive<TensorImpl>(impl.storage, impl.dtype, std::move(sizes), std::move(strides), offset);
  view->base = impl.base ? impl.base : intrusive_ptr<TensorImpl>(self.unsafeGetTensorImpl());
  return Tensor(std::move(view));
}

void check_inplace(const char* name, const Tensor& self) {
  TENGEN_CHECK(
      !has_overlap(self), name,
      ": unsupported operation: more than one element of the written-to tensor refers to a single memory "
      "location (shape ",
      self.sizes(), ", strides ", self.strides(), "). Please clone() the tensor before.");
  if (!GradMode::is_enabled()) return;
  TENGEN_CHECK(!(self.requires_grad() && self.is_leaf()), name,
               ": a leaf Variable that requires grad is being used in an in-place operation.");
  if (self.is_view()) {
    Tensor base(self.unsafeGetTensorImpl()->base);
    TENGEN_CHECK(!(base.requires_grad() && base.is_leaf()), name,
                 ": a view of a leaf Variable that requires grad is being used in an in-place operation.");
  }
}

bool writes_directly(const Tensor& self, TensorRefs others) {
  check_inplace("in-place operator", self);
  if (!GradMode::is_enabled()) return true;
  if (self.requires_grad()) return false;
  if (self.is_view() && Tensor(self.unsafeGetTensorImpl()->base).requires_grad()) return false;
  return !must_record(others);
}

bool is_temporary(const Tensor& self) {
  if (self.use_count() != 1 || self.is_view() || !self.is_contiguous()) return false;
  if (self.requires_grad() && (self.is_leaf() || !GradMode::is_enabled())) return false;
  return self.storage().use_count() == 1 && self.storage()->is_allocated();
}

Tensor& assign_(const char* name, const Tensor& self, const Tensor& result) {
  check_inplace(name, self);
  TENGEN_CHECK(self.sizes().equals(result.sizes()), name, ": output with shape ", self.sizes(),
               " doesn't match the broadcast shape ", result.sizes());
  TENGEN_CHECK(can_cast(result.dtype(), self.dtype()), name, ": result type ", result.dtype(),
               " can't be cast to the desired output type ", self.dtype());
  Tensor& target = const_cast<Tensor&>(self);
  Tensor source = result.to(self.device(), self.dtype());
  if (auto node = result.grad_fn()) node->keep_saved_from(*self.storage());
  kernels(self).copy(view_of(self), view_of(source));
  self.storage()->bump_version(name);
  if (!GradMode::is_enabled()) return target;
  if (self.is_view()) {
    Tensor base(self.unsafeGetTensorImpl()->base);
    // The view's own history is derived from the base's when somebody asks for it (Tensor::grad_fn).
    if (base.requires_grad() || source.requires_grad()) rebase_view(self, source);
  } else if (self.requires_grad() || source.requires_grad()) {
    Edge edge = gradient_edge(source);
    if (edge.function && source.is_leaf()) edge = gradient_edge(source.alias());
    set_gradient_edge(self, std::move(edge.function), edge.input_nr);
    if (!meta(self).grad_fn) meta(self).requires_grad = false;
  }
  return target;
}

}  // namespace tengen::autograd
