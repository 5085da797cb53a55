#include <tengen/autograd/autocast.h>

#include <unordered_map>

#include <tengen/autograd/ops/reduced.h>
#include <tengen/tensor/promotion.h>

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

Tensor cast_leaf(const Tensor& t, ScalarType type) {
  auto& cache = mode().cache;
  const TensorImpl* key = t.unsafeGetTensorImpl();
  if (auto found = cache.find(key); found != cache.end() && found->second.is_of(t, type))
    return found->second.cast;
  Tensor cast = t.to(type);
  // What is cast while nothing is recorded would lead no gradient to the leaf.
  if (GradMode::is_enabled())
    cache.insert_or_assign(key, CachedCast{t, cast, t.storage().get(), t._version()});
  return cast;
}

bool any_reduced(autograd::TensorRefs operands) {
  for (autograd::TensorRef t : operands)
    if (t.tensor->defined() && is_reduced(t.tensor->dtype())) return true;
  return false;
}
bool any_on(Autocast where, autograd::TensorRefs operands) {
  for (autograd::TensorRef t : operands)
    if (autocast::detail::is_on(where, *t.tensor)) return true;
  return false;
}

}  // namespace

namespace autocast {

bool is_autocast_enabled(DeviceType device_type) { return detail::enabled >> unsigned(device_type) & 1; }
void set_autocast_enabled(DeviceType device_type, bool enabled) {
  const unsigned bit = 1u << unsigned(device_type);
  detail::enabled = enabled ? detail::enabled | bit : detail::enabled & ~bit;
  if (!detail::enabled && mode().nesting == 0) clear_cache();
}
ScalarType get_autocast_dtype(DeviceType device_type) { return mode().dtype[int(device_type)]; }
void set_autocast_dtype(DeviceType device_type, ScalarType dtype) {
  TENGEN_CHECK(is_reduced(dtype), "set_autocast_dtype: expected Half or BFloat16 but found ", dtype);
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

Tensor Casts::operator()(const Tensor& t) const {
  if (!t.defined() || !is_floating_point(t.dtype()) || t.dtype() == kDouble || t.dtype() == to_) return t;
  const bool is_parameter = t.dtype() == kFloat && t.requires_grad() && t.is_leaf() && !t.is_view();
  return is_parameter && mode().caches ? cast_leaf(t, to_) : t.to(to_);
}
std::vector<Tensor> Casts::operator()(TensorList tensors) const {
  std::vector<Tensor> out;
  for (const Tensor& t : tensors) out.push_back((*this)(t));
  return out;
}

Casts floated(Autocast where, autograd::TensorRefs operands) {
  return any_on(where, operands) && any_reduced(operands) ? Casts(kFloat) : Casts();
}

Casts widened(Autocast where, autograd::TensorRefs operands) {
  if (!any_reduced(operands)) return Casts();
  if (any_on(where, operands)) return Casts(kFloat);
  ScalarType common = ScalarType::Undefined;
  for (autograd::TensorRef t : operands)
    if (t.tensor->defined() && is_floating_point(t.tensor->dtype()))
      common = common == ScalarType::Undefined ? t.tensor->dtype() : promote_types(common, t.tensor->dtype());
  return Casts(kFloat, common);
}

Casts promoted(Autocast where, autograd::TensorRefs operands) {
  if (!any_on(where, operands) || !any_reduced(operands)) return Casts();
  for (autograd::TensorRef t : operands)
    if (t.tensor->defined() && t.tensor->dtype() == kFloat) return Casts(kFloat);
  return Casts();
}

}  // namespace tengen
