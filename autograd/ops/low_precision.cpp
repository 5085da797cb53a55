#include <tengen/autograd/ops/low_precision.h>

#include <tengen/tensor/promotion.h>

namespace tengen::inline api {
namespace {

bool any_low_precision(autograd::TensorRefs operands) {
  for (autograd::TensorRef t : operands)
    if (t.tensor->defined() && is_low_precision(t.tensor->dtype())) return true;
  return false;
}
bool any_on(Autocast where, autograd::TensorRefs operands) {
  for (autograd::TensorRef t : operands)
    if (is_autocast(where, *t.tensor)) return true;
  return false;
}

}  // namespace

Tensor CastOperands::operator()(const Tensor& t) const {
  if (!t.defined() || !is_floating_point(t.dtype()) || t.dtype() == kDouble || t.dtype() == to_) return t;
  const bool is_parameter = t.dtype() == kFloat && t.requires_grad() && t.is_leaf() && !t.is_view();
  return is_parameter ? autocast::cast_leaf(t, to_) : t.to(to_);
}
std::vector<Tensor> CastOperands::operator()(TensorList tensors) const {
  std::vector<Tensor> out;
  for (const Tensor& t : tensors) out.push_back((*this)(t));
  return out;
}

CastOperands to_float32(Autocast where, autograd::TensorRefs operands) {
  return any_on(where, operands) && any_low_precision(operands) ? CastOperands(kFloat) : CastOperands();
}

CastOperands with_float_kernels(Autocast where, autograd::TensorRefs operands) {
  if (!any_low_precision(operands)) return CastOperands();
  if (any_on(where, operands)) return CastOperands(kFloat);
  ScalarType common = ScalarType::Undefined;
  for (autograd::TensorRef t : operands)
    if (t.tensor->defined() && is_floating_point(t.tensor->dtype()))
      common = common == ScalarType::Undefined ? t.tensor->dtype() : promote_types(common, t.tensor->dtype());
  return CastOperands(kFloat, common);
}

CastOperands to_widest(Autocast where, autograd::TensorRefs operands) {
  if (!any_on(where, operands) || !any_low_precision(operands)) return CastOperands();
  for (autograd::TensorRef t : operands)
    if (t.tensor->defined() && t.tensor->dtype() == kFloat) return CastOperands(kFloat);
  return CastOperands();
}

}  // namespace tengen::inline api
