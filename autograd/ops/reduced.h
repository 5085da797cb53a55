// Private: not installed; no public header includes it.
// What operators do with 16-bit floating types, and what autocasting does with operators. An operator that
// is concerned begins with a line that casts its operands and calls it again:
//
//   Tensor mm(const Tensor& a, const Tensor& b) {
//     if (Casts cast = lowered(a)) return mm(cast(a), cast(b));
//
//   Tensor softmax(const Tensor& self, int64_t dim) {  // its kernels know float and double
//     if (Casts cast = widened(Autocast::CUDA, {self})) return cast.back(softmax(cast(self), dim));
//
// Casts are differentiable, so gradients come back in the operands' own types.
#pragma once

#include <vector>

#include <tengen/autograd/autocast.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/autograd/record.h>

namespace tengen {

/// Where PyTorch's autocasting names an operator.
enum class Autocast { Nowhere, CPU, CUDA, Everywhere };

inline bool is_reduced(ScalarType type) { return type == kHalf || type == kBFloat16; }
/// The type in which numbers of `type` are computed.
inline ScalarType wide_type(ScalarType type) { return is_reduced(type) ? kFloat : type; }

namespace autocast::detail {
/// A bit per device type on which operators are autocast.
inline constinit thread_local unsigned enabled = 0;

inline bool is_on(Autocast where, const Tensor& t) {
  if (!enabled || !t.defined()) [[likely]]
    return false;
  const bool named = where == Autocast::Everywhere || where == (t.is_cuda() ? Autocast::CUDA : Autocast::CPU);
  return named && (enabled >> unsigned(t.device().type()) & 1) != 0;
}

/// Nothing is autocast in its scope.
class Off {
 public:
  Off() : enabled_(enabled) { enabled = 0; }
  ~Off() { enabled = enabled_; }
  Off(const Off&) = delete;

 private:
  unsigned enabled_;
};
}  // namespace autocast::detail

/// The operands of one call in another type. While it lives nothing is autocast: what an operator is made of
/// is its own affair.
class Casts {
 public:
  Casts() = default;
  /// `back`: the type of results, or Undefined.
  explicit Casts(ScalarType to, ScalarType back = ScalarType::Undefined) : to_(to), back_(back) {}
  Casts(const Casts&) = delete;
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
  autocast::detail::Off off_;
  ScalarType to_ = ScalarType::Undefined, back_ = ScalarType::Undefined;
};

/// For operators that autocasting computes in the 16-bit type.
inline Casts lowered(const Tensor& self, Autocast where = Autocast::Everywhere) {
  if (!autocast::detail::is_on(where, self)) return Casts();
  return Casts(autocast::get_autocast_dtype(self.device().type()));
}
/// For operators that autocasting computes in float32.
Casts floated(Autocast where, autograd::TensorRefs operands);
/// The same for operators whose kernels know no 16-bit types: those are also cast without autocasting.
Casts widened(Autocast where, autograd::TensorRefs operands);
/// For operators that do not promote types by themselves: float32 where autocasting finds it.
Casts promoted(Autocast where, autograd::TensorRefs operands);

/// float32 for operators with an argument `dtype` that autocasting sets where the caller does not.
inline std::optional<ScalarType> floated_dtype(Autocast where, const Tensor& self,
                                               std::optional<ScalarType> dtype) {
  if (!dtype && autocast::detail::is_on(where, self) && is_reduced(self.dtype())) return kFloat;
  return dtype;
}

}  // namespace tengen
