// Autocasting, or mixed precision: in its scope products and convolutions compute in a 16-bit type, operators
// that would lose too much by that (on CUDA exponentials, sums and norms, everywhere losses) in float32, and
// all others in the types that they are given. Parameters stay as they are and get gradients of their own
// type. Which operator is of which kind, by device, is PyTorch's choice ("Autocast Op Reference" in its
// documentation); docs/mixed-precision.md lists ours.
//
//   {
//     AutocastGuard autocast(kCUDA, kBFloat16);
//     loss = F::cross_entropy(net->forward(x), target);
//   }
//   loss.backward();  // outside, or inside: a backward pass is not autocast
//
// The mode belongs to the thread. In-place operators and float64 tensors are left alone.
#pragma once

#include <tengen/tensor/tensor.h>

namespace tengen::autocast {

bool is_autocast_enabled(DeviceType device_type);
/// Tensors of other devices are not concerned. Switching off outside of any AutocastGuard clears the cache.
void set_autocast_enabled(DeviceType device_type, bool enabled);
/// The 16-bit type: at first kBFloat16 for the CPU, kHalf for CUDA.
ScalarType get_autocast_dtype(DeviceType device_type);
/// kHalf or kBFloat16.
void set_autocast_dtype(DeviceType device_type, ScalarType dtype);

/// Casts of float32 leaves that need gradients (of parameters, that is) are kept, so that a weight that is
/// used again is not cast again: until it is written to, or the outermost AutocastGuard ends.
void clear_cache();
bool is_autocast_cache_enabled();
void set_autocast_cache_enabled(bool enabled);
/// Scopes within scopes: the caller of the last decrement, which gives 0, clears the cache.
int increment_nesting();
int decrement_nesting();

}  // namespace tengen::autocast

namespace tengen::inline api {

/// Autocasting for a scope: with a given 16-bit type, or with the present one; or none.
class AutocastGuard {
 public:
  AutocastGuard(DeviceType device_type, ScalarType dtype);
  explicit AutocastGuard(DeviceType device_type, bool enabled = true);
  ~AutocastGuard();
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  DeviceType device_type_;
  bool enabled_;
  ScalarType dtype_;
};

}  // namespace tengen::inline api
