// Batches of sequences of different lengths: padded to the same length, or packed, as recurrent modules take
// them.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>

#include <tengen/tensor/tensor.h>

namespace tengen::nn::utils::rnn {

/// The permutation that undoes a permutation (n) int64; undefined for an undefined one.
Tensor invert_permutation(const Tensor& permutation);

/// Sequences packed step by step, in the order of falling length: of "abc" and "x", the data holds a x b c
/// and batch_sizes 2 1 1. pack_padded_sequence and pack_sequence make them.
class PackedSequence {
 public:
  /// data (rows,...), batch_sizes (steps) int64 on the CPU, sorted_indices (batch) int64: which sequence of
  /// the caller's comes first, second...; undefined if they came in order. unsorted_indices is its inverse.
  explicit PackedSequence(Tensor data, Tensor batch_sizes, Tensor sorted_indices = {},
                          Tensor unsorted_indices = {});

  const Tensor& data() const { return data_; }
  const Tensor& batch_sizes() const { return batch_sizes_; }
  const Tensor& sorted_indices() const { return sorted_indices_; }
  const Tensor& unsorted_indices() const { return unsorted_indices_; }

  /// The same with the data in pinned memory.
  PackedSequence pin_memory() const;
  /// The same with the data converted and everything but batch_sizes on the options' device.
  PackedSequence to(TensorOptions options) const;
  PackedSequence cuda() const { return to(kCUDA); }
  PackedSequence cpu() const { return to(kCPU); }
  bool is_cuda() const { return data_.is_cuda(); }
  bool is_pinned() const { return data_.is_pinned(); }

 private:
  Tensor data_, batch_sizes_, sorted_indices_, unsorted_indices_;
};

/// Packs the sequences in input (T,B,...), or (B,T,...) with batch_first; `lengths` (B) are integers. They
/// must fall, or with enforce_sorted false the sequences are sorted by length.
PackedSequence pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first = false,
                                    bool enforce_sorted = true);
/// The reverse: (padded, lengths) in the order in which the sequences were given. padded has as many steps as
/// the longest sequence, or total_length.
std::tuple<Tensor, Tensor> pad_packed_sequence(const PackedSequence& sequence, bool batch_first = false,
                                               double padding_value = 0.0,
                                               std::optional<int64_t> total_length = std::nullopt);

/// Sequences (L,...) side by side, (T,B,...) or (B,T,...) with batch_first; shorter ones are filled up on the
/// side "right" or "left".
Tensor pad_sequence(ArrayRef<Tensor> sequences, bool batch_first = false, double padding_value = 0,
                    std::string_view padding_side = "right");
/// Packs sequences (L,...), which must be in the order of falling length unless enforce_sorted is false.
PackedSequence pack_sequence(ArrayRef<Tensor> sequences, bool enforce_sorted = true);

}  // namespace tengen::nn::utils::rnn
