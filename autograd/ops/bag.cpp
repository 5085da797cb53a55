// Bags of embeddings: rows are looked up, and those of a bag are added up, averaged or compared.
#include <cmath>

#include <tengen/autograd/ops/layers.h>
#include <tengen/autograd/ops/low_precision.h>

namespace tengen::inline api {

using autograd::Grads;
using autograd::Node;
using autograd::record;

namespace {

/// rows themselves, whose gradient is divided by `counts`.
Tensor with_divided_gradient(const Tensor& rows, const Tensor& counts) {
  return record("embedding_bag", rows.detach().clone(), {rows}, {counts},
                [](Node& node, const Tensor& grad) -> Grads { return {grad / node.saved(0)}; });
}

/// Which of rows (L,D) is the largest of each bag, per column: (B,D) int64, -1 for bags without any. Bags are
/// numbers (L) in ascending order.
Tensor largest(const Tensor& rows, const Tensor& bag, const Tensor& counts) {
  const int64_t bags = counts.numel(), longest = bags ? counts.max().item<int64_t>() : 0,
                count = rows.size(0);
  if (longest == 0) return full({bags, rows.size(1)}, -1, bag.options());
  const Tensor begin = counts.cumsum(0) - counts;
  const Tensor place = begin.unsqueeze(1) + arange(longest, bag.options());  // (B,longest)
  const Tensor there = arange(longest, bag.options()) < counts.unsqueeze(1);
  const Tensor values = rows.detach().index_select(0, where(there, place, 0).clamp_max(count - 1).flatten());
  const Tensor at = std::get<1>(
      values.unflatten(0, {bags, longest}).masked_fill(~there.unsqueeze(2), -INFINITY).max(1));  // (B,D)
  return where(counts.unsqueeze(1) > 0, begin.unsqueeze(1) + at, -1);
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor, Tensor> embedding_bag(const Tensor& weight, const Tensor& indices,
                                                         const Tensor& offsets, bool scale_grad_by_freq,
                                                         int64_t mode, bool sparse,
                                                         const std::optional<Tensor>& per_sample_weights,
                                                         bool include_last_offset,
                                                         std::optional<int64_t> padding_idx) {
  const char* op = "embedding_bag";
  const bool weighted = per_sample_weights && per_sample_weights->defined();
  TENGEN_CHECK(weight.dim() == 2, op, ": expected weight to be a matrix, but got ", weight.sizes());
  TENGEN_CHECK(indices.dim() == 1 && offsets.dim() == 1, op,
               ": expected indices and offsets to be vectors, but got ", indices.sizes(), " and ",
               offsets.sizes());
  TENGEN_CHECK(mode >= 0 && mode <= 2, op, ": mode has to be 0 (sum), 1 (mean) or 2 (max), but got ", mode);
  TENGEN_CHECK(!sparse, op, ": sparse gradients are not available; set sparse to false");
  TENGEN_CHECK(!scale_grad_by_freq || mode != 2, op,
               ": max mode does not support scaling the gradient by the frequency");
  TENGEN_CHECK(!weighted || mode == 0, op,
               ": per_sample_weights is only supported for mode 0 (sum), but got ", mode);
  TENGEN_CHECK(!weighted || per_sample_weights->sizes().equals(indices.sizes()), op,
               ": expected per_sample_weights of shape ", indices.sizes(), ", but got ",
               per_sample_weights->sizes());
  TENGEN_CHECK(!include_last_offset || offsets.numel() > 0, op,
               ": expected at least one offset with include_last_offset");

  const int64_t rows = weight.size(0), bags = offsets.numel() - include_last_offset;
  Tensor index = indices.to(kLong), begin = offsets.to(kLong).slice(0, 0, bags);
  Tensor ends = offsets.to(kLong).slice(0, 1);
  if (!include_last_offset && bags > 0) ends = cat({ends, full({1}, index.numel(), ends.options())});
  TENGEN_CHECK(bags == 0 || (begin[0].item<int64_t>() == 0 && (ends >= begin).all().item<bool>() &&
                             ends.max().item<int64_t>() <= index.numel()),
               op, ": expected offsets to begin with 0, to ascend, and to end at ", index.numel(),
               " indices at most");
  // What lies behind the last bag's end belongs to none.
  if (bags > 0) index = index.slice(0, 0, ends[-1].item<int64_t>());
  Tensor samples = weighted ? per_sample_weights->slice(0, 0, index.numel()) : Tensor();
  Tensor bag = arange(bags, index.options()).repeat_interleave(ends - begin);
  const Tensor bag_of_each = bag;
  int64_t padding = padding_idx.value_or(-1);
  if (padding_idx) {
    TENGEN_CHECK(padding >= -rows && padding < rows, op, ": padding_idx must be within the ", rows,
                 " rows of weight, but got ", padding);
    if (padding < 0) padding += rows;
    const Tensor counted = index != padding;
    index = index.masked_select(counted), bag = bag.masked_select(counted);
    if (weighted) samples = samples.masked_select(counted);
  }
  const Tensor counts = bincount(bag, std::nullopt, bags);

  Tensor looked_up = embedding(weight, index);  // (L,D)
  if (scale_grad_by_freq && index.numel() > 0)
    looked_up = with_divided_gradient(
        looked_up,
        bincount(index, std::nullopt, rows).index_select(0, index).unsqueeze(1).to(weight.dtype()));
  if (mode == 2) {
    const Tensor at = largest(looked_up, bag, counts), there = at >= 0;
    const Tensor out = index.numel() == 0 ? zeros({bags, weight.size(1)}, weight.options())
                                          : where(there, looked_up.gather(0, at.clamp_min(0)), 0);
    const Tensor chosen =
        index.numel() == 0
            ? at
            : where(there, index.index_select(0, at.clamp_min(0).flatten()).view(at.sizes()), -1);
    return {out, bag_of_each, counts, chosen};
  }
  if (weighted) looked_up = looked_up * samples.unsqueeze(1);
  Tensor out = zeros({bags, weight.size(1)}, looked_up.options()).index_add(0, bag, looked_up);
  if (mode == 1) out = out / counts.clamp_min(1).unsqueeze(1);
  return {out, bag_of_each, counts, empty({0}, index.options())};
}

}  // namespace tengen::inline api
