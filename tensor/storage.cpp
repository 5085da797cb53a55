#include <tengen/tensor/storage.h>

#include <tengen/tensor/allocator.h>
#include <tengen/tensor/error.h>

namespace tengen {

intrusive_ptr<Storage> Storage::allocate(size_t bytes, Device device) {
  TENGEN_CHECK(device.is_cpu(), "cannot allocate on device ", device.str(),
               ": tengen was built without CUDA");
  intrusive_ptr<Storage> storage(new Storage(allocate_host(bytes), bytes, device));
  storage->cached_ = true;
  return storage;
}

intrusive_ptr<Storage> Storage::wrap(void* data, size_t bytes, Device device,
                                     std::function<void(void*)> deleter) {
  intrusive_ptr<Storage> storage(new Storage(data, bytes, device));
  storage->deleter_ = std::move(deleter);
  return storage;
}

Storage::~Storage() {
  if (cached_) free_host(data_, bytes_);
  if (deleter_) deleter_(data_);
}

}  // namespace tengen
