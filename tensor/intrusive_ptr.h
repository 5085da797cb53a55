// Intrusive reference counting: one word in the object, one pointer in the handle.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <utility>

#include <tengen/tensor/allocator.h>

namespace tengen::inline api {

/// Base of objects owned through intrusive_ptr. The count is atomic; the object itself is not protected.
class RefCounted : public FromHostCache {
 public:
  RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;

  /// The first reference to an object that nobody else knows yet: no atomic read-modify-write.
  void retain_first() const { count_.store(1, std::memory_order_relaxed); }
  uint32_t use_count() const { return count_.load(std::memory_order_acquire); }
  void retain() const { count_.fetch_add(1, std::memory_order_relaxed); }
  /// Takes a reference unless the object is already being destroyed. REQUIRES: owners let go of it by
  /// release_atomically(), and the object is not freed meanwhile.
  bool try_retain() const {
    uint32_t n = count_.load(std::memory_order_relaxed);
    while (n != 0)
      if (count_.compare_exchange_weak(n, n + 1, std::memory_order_acq_rel)) return true;
    return false;
  }
  void release() const {
    // A sole owner needs no atomic read-modify-write: nobody else can gain a reference meanwhile.
    if (count_.load(std::memory_order_acquire) == 1) {
      count_.store(0, std::memory_order_relaxed);
      const_cast<RefCounted*>(this)->destroy();
    } else {
      release_atomically();
    }
  }
  /// For objects that somebody may find by try_retain() while their last owner lets go.
  void release_atomically() const {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) const_cast<RefCounted*>(this)->destroy();
  }

 protected:
  virtual ~RefCounted() = default;
  /// Called when the last reference goes.
  virtual void destroy() { delete this; }

 private:
  mutable std::atomic<uint32_t> count_{0};
};

template <class T>
class intrusive_ptr {
 public:
  intrusive_ptr() = default;
  intrusive_ptr(std::nullptr_t) {}
  explicit intrusive_ptr(T* object) : object_(object) {
    if (object_) object_->retain();
  }
  /// Takes over a reference that the caller already holds.
  static intrusive_ptr adopt(T* object) {
    intrusive_ptr p;
    p.object_ = object;
    return p;
  }
  /// The first handle of a new object.
  static intrusive_ptr first(T* object) {
    object->retain_first();
    return adopt(object);
  }
  intrusive_ptr(const intrusive_ptr& other) : intrusive_ptr(other.object_) {}
  intrusive_ptr(intrusive_ptr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <class U>
  intrusive_ptr(intrusive_ptr<U> other) noexcept : object_(other.detach()) {}
  intrusive_ptr& operator=(intrusive_ptr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~intrusive_ptr() {
    if (object_) object_->release();
  }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }
  bool operator==(const intrusive_ptr& other) const { return object_ == other.object_; }
  bool operator==(std::nullptr_t) const { return object_ == nullptr; }
  uint32_t use_count() const { return object_ ? object_->use_count() : 0; }
  void reset() { *this = intrusive_ptr(); }
  /// Gives the reference to the caller.
  T* detach() { return std::exchange(object_, nullptr); }

 private:
  T* object_ = nullptr;
};

/// The address, as of any pointer.
template <class Char, class Traits, class T>
std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                             const intrusive_ptr<T>& pointer) {
  return out << static_cast<const void*>(pointer.get());
}

template <class T, class... Args>
intrusive_ptr<T> make_intrusive(Args&&... args) {
  return intrusive_ptr<T>::first(new T(std::forward<Args>(args)...));
}

}  // namespace tengen::inline api
