// Strided operands as runs of consecutive elements.
//
// A kernel is written once, for contiguous runs of a computing type: float, which also serves Half and
// BFloat16 (rounded when stored), double, or int64_t, which also serves the smaller integers and bool (their
// arithmetic is int64_t's, cut off). Operands that are not such
// runs in memory pass through small buffers: load() gathers and converts a run, store() scatters it.
#pragma once

#include <cstdint>

#include <tengen/tensor/array_ref.h>
#include <tengen/tensor/kernels.h>

namespace tengen::cpu::TENGEN_ISA {

/// Elements that one buffer holds.
inline constexpr int64_t kRun = 512;

/// The type in which elements of `dtype` are computed with: kFloat, kDouble or kLong.
inline Dtype computing_type(Dtype dtype) {
  if (dtype == kFloat || dtype == kDouble) return dtype;
  return dtype == kHalf || dtype == kBFloat16 ? kFloat : kLong;
}

/// Bytes per element.
int64_t bytes_of(Dtype dtype);

/// Moves outer * inner elements; strides in elements.
using Mover = void (*)(void* dst, int64_t dst_outer, int64_t dst_inner, const void* src, int64_t src_outer,
                       int64_t src_inner, int64_t outer, int64_t inner);

/// The order in which the elements of an iteration are visited.
struct Order {
  DimVector dims;   // dimensions of the views, outermost first, without those of size 1
  DimVector sizes;  // their sizes
  int64_t numel = 1;
  Order(const View& view, int first, int last);
  /// Sorts so that `view` is walked along its memory.
  void follow(const View& view);
};

/// One operand of an iteration, its dimensions merged as far as its strides allow.
class StridedOperand {
 public:
  /// `as`: kFloat, kDouble, kLong to convert to; or the operand's own type, to move without looking.
  void bind(const View& view, const Order& order, Dtype as);

  /// Whether elements lie one after another in memory, in the computing type.
  bool direct() const { return direct_; }
  /// Whether there is one element for all.
  bool constant() const { return sizes_.empty(); }
  /// Address of element i of a direct run.
  char* at(int64_t i) const { return data_ + i * item_; }
  /// Elements [begin, begin + count) into `buffer`.
  void load(int64_t begin, int64_t count, void* buffer) const { move(begin, count, buffer, false); }
  /// And back.
  void store(int64_t begin, int64_t count, const void* buffer) const {
    move(begin, count, const_cast<void*>(buffer), true);
  }
  /// Position in elements, from the start of the data, of element i.
  int64_t offset(int64_t i) const;
  /// Stride and size of the innermost dimension after merging.
  int64_t inner_stride() const { return sizes_.empty() ? 0 : strides_.back(); }
  int64_t inner_size() const { return sizes_.empty() ? 1 : sizes_.back(); }
  char* data() const { return data_; }
  /// Another place as the start of the same pattern.
  void set_data(char* data) { data_ = data; }
  int64_t item() const { return item_; }

 private:
  void move(int64_t begin, int64_t count, void* buffer, bool storing) const;

  char* data_;
  int64_t item_;  // bytes per element in memory
  int64_t computed_item_;
  DimVector sizes_, strides_;
  Mover load_, store_;
  bool direct_;
};

}  // namespace tengen::cpu::TENGEN_ISA
