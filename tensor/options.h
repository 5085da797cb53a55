// dtype, device and requires_grad for functions that make tensors.
#pragma once

#include <iosfwd>
#include <optional>

#include <tengen/tensor/device.h>
#include <tengen/tensor/dtype.h>

namespace tengen::inline api {

/// Preserve keeps the order of a tensor's dimensions in memory (of one that fills its memory without gaps).
/// Tensors in ChannelsLast are not made: operators throw.
enum class MemoryFormat : int8_t { Contiguous, Preserve, ChannelsLast };
enum class Layout : int8_t { Strided };
inline constexpr Layout kStrided = Layout::Strided;
std::ostream& operator<<(std::ostream& out, MemoryFormat format);  // "Contiguous"
std::ostream& operator<<(std::ostream& out, Layout layout);        // "Strided"

}  // namespace tengen::inline api

namespace tengen {
/// Throws an Error that begins with `op` unless the format is Contiguous.
void require_contiguous(const char* op, MemoryFormat format);
}  // namespace tengen

namespace tengen::inline api {

/// The type of tensors made from floating-point numbers without an explicit dtype; float at the start.
ScalarType get_default_dtype();
void set_default_dtype(ScalarType type);

/// What is unset takes the default dtype, the CPU, no gradient.
class TensorOptions {
 public:
  TensorOptions() = default;
  TensorOptions(ScalarType dtype) : dtype_(dtype) {}
  TensorOptions(Device device) : device_(device) {}
  TensorOptions(DeviceType device) : device_(device) {}

  [[nodiscard]] TensorOptions dtype(std::optional<ScalarType> dtype) const {
    return set(&TensorOptions::dtype_, dtype);
  }
  [[nodiscard]] TensorOptions device(std::optional<Device> device) const {
    return set(&TensorOptions::device_, device);
  }
  [[nodiscard]] TensorOptions device(DeviceType type, DeviceIndex index) const {
    return device(Device(type, index));
  }
  [[nodiscard]] TensorOptions requires_grad(std::optional<bool> value) const {
    return set(&TensorOptions::requires_grad_, value);
  }
  [[nodiscard]] TensorOptions layout(Layout) const { return *this; }
  [[nodiscard]] TensorOptions memory_format(MemoryFormat format) const {
    require_contiguous("TensorOptions", format);
    return *this;
  }
  [[nodiscard]] TensorOptions pinned_memory(std::optional<bool> value) const {
    return set(&TensorOptions::pinned_memory_, value);
  }

  ScalarType dtype() const { return dtype_ ? *dtype_ : get_default_dtype(); }
  Device device() const { return device_.value_or(Device(kCPU)); }
  bool requires_grad() const { return requires_grad_.value_or(false); }
  bool pinned_memory() const { return pinned_memory_.value_or(false); }
  std::optional<ScalarType> dtype_opt() const { return dtype_; }
  std::optional<Device> device_opt() const { return device_; }
  std::optional<bool> requires_grad_opt() const { return requires_grad_; }
  std::optional<bool> pinned_memory_opt() const { return pinned_memory_; }
  bool has_dtype() const { return dtype_.has_value(); }
  /// This, where `other` sets nothing.
  TensorOptions merge_in(TensorOptions other) const {
    return TensorOptions(*this)
        .dtype(other.dtype_ ? other.dtype_ : dtype_)
        .device(other.device_ ? other.device_ : device_)
        .requires_grad(other.requires_grad_ ? other.requires_grad_ : requires_grad_)
        .pinned_memory(other.pinned_memory_ ? other.pinned_memory_ : pinned_memory_);
  }

 private:
  template <class T>
  TensorOptions set(std::optional<T> TensorOptions::*field, std::optional<T> value) const {
    TensorOptions copy = *this;
    copy.*field = value;
    return copy;
  }
  std::optional<ScalarType> dtype_;
  std::optional<Device> device_;
  std::optional<bool> requires_grad_, pinned_memory_;
};

/// As LibTorch prints them: "TensorOptions(dtype=Float, device=cpu, ..., requires_grad=false (default),
/// ...)".
std::ostream& operator<<(std::ostream& out, const TensorOptions& options);

inline TensorOptions dtype(ScalarType type) { return TensorOptions(type); }
inline TensorOptions device(Device device) { return TensorOptions(device); }
inline TensorOptions requires_grad(bool value = true) { return TensorOptions().requires_grad(value); }

}  // namespace tengen::inline api
