#include <unordered_map>

#include <tengen/autograd/autocast_state.h>
#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/primitives.h>

namespace tengen {
namespace {

/// A leaf's values in another type. It keeps the leaf, so that no other tensor gets its address.
struct CachedCast {
  Tensor leaf, cast;
  const Storage* storage;
  int64_t version;
  bool is_of(const Tensor& t, ScalarType type) const {
    return cast.dtype() == type && storage == t.storage().get() && version == t._version() &&
           cast.sizes() == t.sizes();
  }
};

struct Mode {
  ScalarType dtype[2] = {kBFloat16, kHalf};  // by device type
  int nesting = 0;
  bool caches = true;
  std::unordered_map<const TensorImpl*, CachedCast> cache;
};
Mode& mode() {
  thread_local Mode mode;
  return mode;
}

}  // namespace

namespace autocast {

Tensor cast_leaf(const Tensor& t, ScalarType type) {
  if (!mode().caches) return autograd::convert("to", t, type, t.device());
  auto& cache = mode().cache;
  const TensorImpl* key = t.unsafeGetTensorImpl();
  if (auto found = cache.find(key); found != cache.end() && found->second.is_of(t, type))
    return found->second.cast;
  Tensor cast = autograd::convert("to", t, type, t.device());
  // What is cast while nothing is recorded would lead no gradient to the leaf.
  if (GradMode::is_enabled())
    cache.insert_or_assign(key, CachedCast{t, cast, t.storage().get(), t._version()});
  return cast;
}

bool is_autocast_enabled(DeviceType device_type) { return enabled_devices >> unsigned(device_type) & 1; }
void set_autocast_enabled(DeviceType device_type, bool enabled) {
  const unsigned bit = 1u << unsigned(device_type);
  enabled_devices = enabled ? enabled_devices | bit : enabled_devices & ~bit;
  if (!enabled_devices && mode().nesting == 0) clear_cache();
}
ScalarType get_autocast_dtype(DeviceType device_type) { return mode().dtype[int(device_type)]; }
void set_autocast_dtype(DeviceType device_type, ScalarType dtype) {
  TENGEN_CHECK(dtype == kHalf || dtype == kBFloat16, "set_autocast_dtype: expected Half or BFloat16 but got ",
               dtype);
  mode().dtype[int(device_type)] = dtype;
}

void clear_cache() { mode().cache.clear(); }
bool is_autocast_cache_enabled() { return mode().caches; }
void set_autocast_cache_enabled(bool enabled) { mode().caches = enabled; }
int increment_nesting() { return ++mode().nesting; }
int decrement_nesting() { return --mode().nesting; }

}  // namespace autocast

AutocastGuard::AutocastGuard(DeviceType device_type, bool enabled)
    : device_type_(device_type),
      enabled_(autocast::is_autocast_enabled(device_type)),
      dtype_(autocast::get_autocast_dtype(device_type)) {
  autocast::increment_nesting();
  autocast::set_autocast_enabled(device_type, enabled);
}
AutocastGuard::AutocastGuard(DeviceType device_type, ScalarType dtype) : AutocastGuard(device_type) {
  autocast::set_autocast_dtype(device_type, dtype);  // the destructor runs even where this throws
}
AutocastGuard::~AutocastGuard() {
  autocast::set_autocast_dtype(device_type_, dtype_);
  autocast::set_autocast_enabled(device_type_, enabled_);
  if (autocast::decrement_nesting() == 0) autocast::clear_cache();
}

}  // namespace tengen
