// Sequences of different lengths as one tensor: padded to the same length, or packed step by step. Packing
// and padding choose rows of (steps * sequences, ...).
#include <algorithm>

#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/ops.h>

namespace tengen::inline api {
namespace {

/// (a,b,...) -> (a*b,...) and back.
Tensor merge_rows(const Tensor& t) {
  DimVector sizes(t.sizes().slice(1));
  sizes[0] *= t.size(0);
  return t.reshape(sizes);
}
Tensor split_rows(const Tensor& t, int64_t outer, int64_t inner) {
  DimVector sizes{outer, inner};
  for (const int64_t size : t.sizes().slice(1)) sizes.push_back(size);
  return t.reshape(sizes);
}

Tensor index_tensor(const std::vector<int64_t>& values, Device device) {
  return tensor(IntArrayRef(values), TensorOptions(kLong)).to(device);
}

}  // namespace

Tensor pad_sequence(TensorList sequences, bool batch_first, double padding_value,
                    std::string_view padding_side) {
  TENGEN_CHECK(!sequences.empty(), "pad_sequence: received an empty list of sequences");
  const bool left = padding_side == "left";
  TENGEN_CHECK(left || padding_side == "right",
               "pad_sequence: Expected padding_side to be one of left or right, but got ", padding_side);
  int64_t longest = 0;
  for (const Tensor& sequence : sequences) {
    TENGEN_CHECK(sequence.dim() > 0 && sequence.sizes().slice(1).equals(sequences[0].sizes().slice(1)),
                 "pad_sequence: expected sequences that differ in their first size alone, but got shapes ",
                 sequences[0].sizes(), " and ", sequence.sizes());
    longest = std::max(longest, sequence.size(0));
  }
  std::vector<Tensor> padded;
  for (const Tensor& sequence : sequences) {
    DimVector amounts(size_t(2 * sequence.dim()), 0);  // of the last dimension first
    amounts[amounts.size() - (left ? 2 : 1)] = longest - sequence.size(0);
    padded.push_back(constant_pad_nd(sequence, amounts, padding_value));
  }
  return stack(padded, batch_first ? 0 : 1);
}

std::tuple<Tensor, Tensor> _pack_padded_sequence(const Tensor& input, const Tensor& lengths,
                                                 bool batch_first) {
  const char* op = "pack_padded_sequence";
  TENGEN_CHECK(input.dim() >= 2, op, ": expected an input of at least 2 dimensions, but got ", input.sizes());
  TENGEN_CHECK(input.numel() > 0, op, ": Cannot pack empty tensors.");
  const std::vector<int64_t> length = cpu_integers(op, "lengths", lengths);
  const int64_t batch = input.size(batch_first ? 0 : 1), time = input.size(batch_first ? 1 : 0);
  TENGEN_CHECK(int64_t(length.size()) == batch, op,
               ": Expected `len(lengths)` to be equal to batch_size, but got ", length.size(),
               " (batch_size=", batch, ")");
  TENGEN_CHECK(length.back() > 0, op,
               ": Length of all samples has to be greater than 0, but found an element ",
               "in 'lengths' that is <= 0");
  TENGEN_CHECK(std::is_sorted(length.rbegin(), length.rend()), op,
               ": `lengths` array must be sorted in decreasing order when `enforce_sorted` is true; pass ",
               "enforce_sorted=false to have it sorted");
  TENGEN_CHECK(length[0] <= time, op, ": a length of ", length[0], " exceeds the ", time,
               " steps of input of shape ", input.sizes());
  std::vector<int64_t> rows, counts;
  for (int64_t t = 0, running = batch; t < length[0]; ++t) {
    while (length[size_t(running - 1)] <= t) --running;
    counts.push_back(running);
    for (int64_t b = 0; b < running; ++b) rows.push_back(batch_first ? b * time + t : t * batch + b);
  }
  return {merge_rows(input).index_select(0, index_tensor(rows, input.device())), index_tensor(counts, kCPU)};
}

std::tuple<Tensor, Tensor> _pad_packed_sequence(const Tensor& data, const Tensor& batch_sizes,
                                                bool batch_first, const Scalar& padding_value,
                                                int64_t total_length) {
  const char* op = "pad_packed_sequence";
  const std::vector<int64_t> counts = cpu_integers(op, "batch_sizes", batch_sizes);
  TENGEN_CHECK(!counts.empty() && std::is_sorted(counts.rbegin(), counts.rend()) && counts.back() > 0, op,
               ": expected batch_sizes that are positive and fall, but got ", batch_sizes);
  const int64_t longest = int64_t(counts.size()), batch = counts[0];
  TENGEN_CHECK(total_length <= 0 || total_length >= longest, op,
               ": Expected total_length to be at least the length of the longest sequence in input, but got ",
               "total_length=", total_length, " and max sequence length being ", longest);
  const int64_t time = total_length > 0 ? total_length : longest;
  int64_t total = 0;
  for (const int64_t count : counts) total += count;
  TENGEN_CHECK(data.dim() >= 1 && data.size(0) == total, op, ": expected data with ", total,
               " rows, the sum of batch_sizes, but got ", data.sizes());
  std::vector<int64_t> rows(size_t(time * batch), total), lengths(size_t(batch), 0);
  for (int64_t t = 0, row = 0; t < longest; ++t)
    for (int64_t b = 0; b < counts[size_t(t)]; ++b, ++row) {
      rows[size_t(batch_first ? b * time + t : t * batch + b)] = row;
      ++lengths[size_t(b)];
    }
  // Row `total` is a row of padding.
  DimVector one_row(data.sizes());
  one_row[0] = 1;
  const Tensor all = cat({data, full(one_row, padding_value, data.options())});
  const Tensor padded = all.index_select(0, index_tensor(rows, data.device()));
  return {split_rows(padded, batch_first ? batch : time, batch_first ? time : batch),
          index_tensor(lengths, kCPU)};
}

}  // namespace tengen::inline api
