#include <tengen/tensor/storage.h>

#include <new>

#include <tengen/tensor/allocator.h>
#include <tengen/tensor/cuda_backend.h>
#include <tengen/tensor/error.h>

namespace tengen {
namespace {

// Elements of a small tensor lie behind its Storage: one block, one cache line less to touch.
constexpr size_t kHeader = 64;
#if defined(__SANITIZE_ADDRESS__)
constexpr size_t kMaxBehind = 0;  // apart, so that reads before the first element are found
#else
constexpr size_t kMaxBehind = 512;
#endif

}  // namespace

intrusive_ptr<Storage> Storage::allocate(size_t bytes, Device device) {
  static_assert(sizeof(Storage) <= kHeader);
  if (!device.is_cpu()) {
    device = cuda::resolve(device);
    return intrusive_ptr<Storage>::first(new Storage(Place::device, cuda::allocate(bytes), bytes, device));
  }
  if (bytes <= kMaxBehind) {
    char* block = static_cast<char*>(allocate_host(kHeader + bytes));
    return intrusive_ptr<Storage>::first(new (block) Storage(Place::behind, block + kHeader, bytes, device));
  }
  return intrusive_ptr<Storage>::first(new Storage(Place::block, allocate_host(bytes), bytes, device));
}

intrusive_ptr<Storage> Storage::allocate_pinned(size_t bytes) {
  return intrusive_ptr<Storage>::first(new Storage(Place::pinned, cuda::allocate_pinned(bytes), bytes, kCPU));
}

intrusive_ptr<Storage> Storage::wrap(void* data, size_t bytes, Device device,
                                     std::function<void(void*)> deleter) {
  intrusive_ptr<Storage> storage(new Storage(Place::caller, data, bytes, device));
  if (deleter) storage->deleter_ = std::make_unique<std::function<void(void*)>>(std::move(deleter));
  return storage;
}

Storage::~Storage() {
  if (place_ == Place::block) free_host(data_, bytes_);
  if (place_ == Place::device) cuda::release(data_);
  if (place_ == Place::pinned) cuda::release_pinned(data_);
  if (deleter_) (*deleter_)(data_);
}

void Storage::destroy() {
  if (place_ != Place::behind) {
    delete this;
    return;
  }
  size_t bytes = kHeader + bytes_;
  this->~Storage();
  free_host(this, bytes);
}

}  // namespace tengen
