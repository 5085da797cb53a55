// Private: not installed; no public header includes it.
// What operators do with 16-bit floating types, and what autocasting does with operators. An operator that
// is concerned begins with a line that casts its operands and calls it again:
//
//   Tensor mm(const Tensor& a, const Tensor& b) {
//     if (CastOperands cast = to_autocast_type(a)) return mm(cast(a), cast(b));
//
//   Tensor softmax(const Tensor& self, int64_t dim) {  // its kernels know float and double
//     if (CastOperands cast = with_float_kernels(Autocast::CUDA, {self})) return
//     cast.back(softmax(cast(self), dim));
//
// CastOperands are differentiable, so gradients come back in the operands' own types.
#pragma once

#include <vector>

#include <tengen/autograd/autocast_state.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/autograd/record.h>

namespace tengen::inline api {

/// Where PyTorch's autocasting names an operator.
enum class Autocast { None, CPU, CUDA, Everywhere };

inline bool is_low_precision(ScalarType type) { return type == kHalf || type == kBFloat16; }
/// The type in which numbers of `type` are computed.
inline ScalarType wide_type(ScalarType type) { return is_low_precision(type) ? kFloat : type; }

/// Whether operators that autocasting names at `where` are autocast for `t`.
inline bool is_autocast(Autocast where, const Tensor& t) {
  const unsigned devices = autocast::enabled_devices;
  if (!devices || !t.defined()) [[likely]]
    return false;
  const bool named = where == Autocast::Everywhere || where == (t.is_cuda() ? Autocast::CUDA : Autocast::CPU);
  return named && (devices >> unsigned(t.device().type()) & 1) != 0;
}

/// The operands of one call in another type. While it lives nothing is autocast: an operator calls
/// others in the types that it has chosen.
class CastOperands {
 public:
  CastOperands() = default;
  /// `back`: the type of results, or Undefined.
  explicit CastOperands(ScalarType to, ScalarType back = ScalarType::Undefined) : to_(to), back_(back) {}
  CastOperands(const CastOperands&) = delete;
  /// Whether there is anything to cast.
  explicit operator bool() const { return to_ != ScalarType::Undefined; }

  /// Floating tensors in the new type; float64 and integers as they are.
  Tensor operator()(const Tensor& t) const;
  std::optional<Tensor> operator()(const std::optional<Tensor>& t) const {
    return t ? std::optional<Tensor>((*this)(*t)) : t;
  }
  std::vector<Tensor> operator()(TensorList tensors) const;
  /// A result in the operands' common type, unless it was autocasting that changed it.
  Tensor back(const Tensor& t) const { return back_ == ScalarType::Undefined ? t : t.to(back_); }

 private:
  autocast::DisableAutocast disabled_;
  ScalarType to_ = ScalarType::Undefined, back_ = ScalarType::Undefined;
};

/// For operators that autocasting computes in the 16-bit type.
inline CastOperands to_autocast_type(const Tensor& self, Autocast where = Autocast::Everywhere) {
  if (!is_autocast(where, self)) return CastOperands();
  return CastOperands(autocast::get_autocast_dtype(self.device().type()));
}
/// For operators that autocasting computes in float32.
CastOperands to_float32(Autocast where, autograd::TensorRefs operands);
/// The same for operators whose kernels know no 16-bit types: those are also cast without autocasting.
CastOperands with_float_kernels(Autocast where, autograd::TensorRefs operands);
/// For operators that do not promote types by themselves: float32 where autocasting finds it.
CastOperands to_widest(Autocast where, autograd::TensorRefs operands);

/// float32 for operators with an argument `dtype` that autocasting sets where the caller does not.
inline std::optional<ScalarType> float32_dtype(Autocast where, const Tensor& self,
                                               std::optional<ScalarType> dtype) {
  if (!dtype && is_autocast(where, self) && is_low_precision(self.dtype())) return kFloat;
  return dtype;
}

}  // namespace tengen::inline api
