// Where memory lies and kernels run.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include <tengen/tensor/version.h>

namespace tengen::inline api {

enum class DeviceType : int8_t { CPU, CUDA };
using DeviceIndex = int8_t;

inline constexpr DeviceType kCPU = DeviceType::CPU;
inline constexpr DeviceType kCUDA = DeviceType::CUDA;

/// A device type with an index; -1 means the current one. Written "cpu", "cuda", "cuda:1".
struct Device {
  Device(DeviceType type = kCPU, DeviceIndex index = -1) : type_(type), index_(index) {}
  /// Parses the text form; anything else is an Error.
  Device(const std::string& text);
  Device(const char* text) : Device(std::string(text)) {}

  DeviceType type() const { return type_; }
  DeviceIndex index() const { return index_; }
  bool has_index() const { return index_ >= 0; }
  bool is_cpu() const { return type_ == kCPU; }
  bool is_cuda() const { return type_ == kCUDA; }
  std::string str() const;
  bool operator==(const Device&) const = default;

 private:
  DeviceType type_;
  DeviceIndex index_;
};

std::ostream& operator<<(std::ostream& out, DeviceType type);
std::ostream& operator<<(std::ostream& out, const Device& device);

}  // namespace tengen::inline api
