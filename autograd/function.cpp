#include <tengen/autograd/function.h>

#include <algorithm>
#include <mutex>

#include <tengen/autograd/anomaly.h>
#include <tengen/autograd/autograd.h>
#include <tengen/autograd/inplace.h>
#include <tengen/autograd/primitives.h>
#include <tengen/tensor/demangle.h>
#include <tengen/tensor/factories.h>

namespace tengen::autograd {
namespace {

// The class' name without namespaces; lives as long as the program, as names of nodes do.
const char* function_name(const std::type_info& type) {
  static std::mutex mutex;
  static std::unordered_map<std::string, std::string> names;
  std::lock_guard<std::mutex> lock(mutex);
  std::string& name = names[type.name()];
  if (name.empty()) {
    name = demangled(type.name());
    if (size_t colon = name.rfind(':'); colon != std::string::npos) name = name.substr(colon + 1);
  }
  return name.c_str();
}

}  // namespace

variable_list AutogradContext::get_saved_variables() const {
  variable_list result;
  for (size_t i = 0; i < num_saved_; ++i) result.push_back(node_->saved(i));
  return result;
}

void AutogradContext::mark_dirty(const variable_list& inputs) {
  for (const Tensor& input : inputs) dirty_.insert(input.unsafeGetTensorImpl());
}

void AutogradContext::mark_non_differentiable(const variable_list& outputs) {
  for (const Tensor& output : outputs) non_differentiable_.insert(output.unsafeGetTensorImpl());
}

bool AutogradContext::needs_input_grad(size_t i) const { return node_->needs(i); }

FunctionNode::FunctionNode(const std::type_info& function) : Node(function_name(function)) {
  context.node_ = this;
}

variable_list FunctionNode::attach(const variable_list& inputs, variable_list outputs) {
  bool recording = must_record(TensorList(inputs));
  auto is_input = [&](const Tensor& tensor) {
    return std::any_of(inputs.begin(), inputs.end(),
                       [&](const Tensor& input) { return input.is_same(tensor); });
  };
  for (const TensorImpl* dirty : context.dirty_) {
    auto same = [&](const Tensor& tensor) { return tensor.unsafeGetTensorImpl() == dirty; };
    TENGEN_CHECK(std::any_of(outputs.begin(), outputs.end(), same), op_name(),
                 ": an input marked dirty must be returned as an output");
  }
  if (recording) detail::connect(*this, TensorList(inputs));

  variable_list made = outputs;  // as forward() knows them; save_for_backward may name them
  for (Tensor& output : outputs) {
    if (!output.defined()) {
      add_output(zeros({}));
      continue;
    }
    bool dirty = context.dirty_.count(output.unsafeGetTensorImpl());
    bool differentiable =
        output.is_floating_point() && !context.non_differentiable_.count(output.unsafeGetTensorImpl());
    if (dirty) {
      if (recording) check_history(op_name(), output);
      TENGEN_CHECK(!recording || !output.is_view(), op_name(), ": an input marked dirty must not be a view");
    } else if (is_input(output)) {
      NoGradGuard no_grad;  // an input that is passed through: another tensor over the same memory
      output = alias(output);
    }
    if (dirty) written(op_name(), output);
    if (!recording) continue;
    if (output.is_view() && !dirty)
      output.unsafeGetTensorImpl()->view_origin =
          outputs.size() > 1 ? ViewOrigin::several_views : ViewOrigin::custom_function;
    uint32_t nr = add_output(output);
    if (differentiable) set_gradient_edge(output, intrusive_ptr<Node>(this), nr);
  }
  if (!recording) return outputs;

  for (const Tensor& tensor : context.to_save_) {
    int output_nr = -1;
    for (size_t i = 0; i < made.size(); ++i)
      if (made[i].is_same(tensor) && (!is_input(tensor) || outputs[i].is_same(tensor))) output_nr = int(i);
    save(tensor, output_nr);
  }
  context.num_saved_ = context.to_save_.size();
  context.to_save_.clear();
  if (AnomalyMode::is_enabled()) remember_backtrace(*this);
  return outputs;
}

Grads FunctionNode::apply(Grads&& incoming) {
  variable_list grads(incoming.begin(), incoming.end());
  grads.resize(num_inputs());
  if (context.materialize_grads_)
    for (size_t i = 0; i < grads.size(); ++i)
      if (!grads[i].defined()) {
        const OutputMeta& meta = output_meta(i);
        grads[i] = zeros(meta.sizes, TensorOptions(meta.dtype).device(meta.device));
      }
  variable_list found = backward(std::move(grads));

  // One gradient per argument; further ones may be there if they are undefined.
  bool rest_undefined =
      found.size() >= is_tensor.size() && std::none_of(found.begin() + is_tensor.size(), found.end(),
                                                       [](const Tensor& grad) { return grad.defined(); });
  TENGEN_CHECK(rest_undefined, name(), " returned an incorrect number of gradients (expected ",
               is_tensor.size(), ", got ", found.size(), ")");
  Grads result;
  for (size_t i = 0; i < is_tensor.size(); ++i) {
    if (is_tensor[i])
      result.push_back(found[i]);
    else
      TENGEN_CHECK(!found[i].defined(), name(), " returned a gradient at position ", i + 1,
                   ", but the corresponding forward input was not a tensor");
  }
  return result;
}

}  // namespace tengen::autograd
