// Private: not installed; no public header includes it.
// Which operators are autocast on this thread, for the engine and for operators.
#pragma once

#include <tengen/autograd/autocast.h>

namespace tengen::autocast {

/// A bit per device type on which operators are autocast.
inline constinit thread_local unsigned enabled_devices = 0;

/// Nothing is autocast in its scope.
class DisableAutocast {
 public:
  DisableAutocast() : enabled_(enabled_devices) { enabled_devices = 0; }
  ~DisableAutocast() { enabled_devices = enabled_; }
  DisableAutocast(const DisableAutocast&) = delete;

 private:
  unsigned enabled_;
};

/// `leaf`, a float32 parameter, in another type; kept until clear_cache() or a write to the leaf.
Tensor cast_leaf(const Tensor& leaf, ScalarType type);

}  // namespace tengen::autocast
