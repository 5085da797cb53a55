// Memory that tensors view, with the counter that tells when somebody wrote into it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include <tengen/tensor/device.h>
#include <tengen/tensor/intrusive_ptr.h>

namespace tengen {

/// Who wrote into memory in place, and how often.
struct WriteCount {
  const char* last_writer = nullptr;  // the operator's name
  uint32_t writes = 0;
};

}  // namespace tengen

namespace tengen::inline api {

class Storage final : public RefCounted {
 public:
  /// Memory from the device's caching allocator, uninitialised.
  static intrusive_ptr<Storage> allocate(size_t bytes, Device device);
  /// Memory of the caller; `deleter` (may be empty) runs when the last tensor lets go of it.
  static intrusive_ptr<Storage> wrap(void* data, size_t bytes, Device device,
                                     std::function<void(void*)> deleter);
  /// Page-locked host memory, which a CUDA device copies from and to without the host waiting.
  static intrusive_ptr<Storage> allocate_pinned(size_t bytes);
  ~Storage() override;

  void* data() const { return data_; }
  size_t nbytes() const { return bytes_; }
  Device device() const { return device_; }
  bool is_pinned() const { return place_ == Place::pinned; }
  /// Whether this is memory of ours rather than a caller's.
  bool is_allocated() const { return place_ != Place::caller; }

  /// The count of the tensors that view this memory, but for those of Tensor::data(): see TensorImpl.
  WriteCount& write_count() { return write_count_; }

 private:
  // Where the memory is: a block of the host's allocator; the same block as this object, behind it; a block
  // of the device's; page-locked; the caller's.
  enum class Place : uint8_t { block, behind, device, pinned, caller };

  Storage(Place place, void* data, size_t bytes, Device device)
      : place_(place), device_(device), data_(data), bytes_(bytes) {}
  void destroy() override;

  Place place_;
  Device device_;
  void* data_;
  size_t bytes_;
  WriteCount write_count_;
  std::unique_ptr<std::function<void(void*)>> deleter_;
};

}  // namespace tengen::inline api
