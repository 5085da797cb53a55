// Connectionist temporal classification by the forward recursion of Graves et al. (2006), in operators: its
// gradient is the backward recursion.
#include <algorithm>
#include <limits>

#include <tengen/autograd/ops/low_precision.h>
#include <tengen/autograd/ops/ops.h>

#include "loss.h"

namespace tengen::inline api {

namespace {

// The logarithm of what is impossible: finite, so that differences of such numbers are not NaN.
constexpr double kImpossible = -1e30;

/// Targets (N,S) that were given so or one behind the other; what lies behind a target's end does not matter.
Tensor padded_targets(const Tensor& targets, IntArrayRef lengths, bool batched, int64_t longest,
                      int64_t blank) {
  const char* op = "ctc_loss";
  const auto batch = int64_t(lengths.size());
  int64_t total = 0;
  for (int64_t length : lengths) total += length;
  const Tensor numbers = targets.to(kLong);
  if (targets.dim() == 2 && batched) {
    TENGEN_CHECK(targets.size(0) == batch && targets.size(1) >= longest, op,
                 ": expected targets to have size at least ", longest, " at dimension 1 and ", batch,
                 " at dimension 0, but got size ", targets.sizes());
    return numbers.narrow(1, 0, longest);
  }
  TENGEN_CHECK(targets.dim() == 1 && (batched ? targets.numel() == total : targets.numel() >= total), op,
               ": expected 1D targets of size ", total, " or 2D targets, but got ", targets.sizes());
  std::vector<Tensor> rows;
  int64_t begin = 0;
  for (int64_t length : lengths) {
    rows.push_back(constant_pad_nd(numbers.narrow(0, begin, length), {0, longest - length}, blank));
    begin += length;
  }
  return stack(rows);
}

}  // namespace

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths,
                IntArrayRef target_lengths, int64_t blank, int64_t reduction, bool zero_infinity) {
  const char* op = "ctc_loss";
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {log_probs}))
    return cast.back(
        ctc_loss(cast(log_probs), targets, input_lengths, target_lengths, blank, reduction, zero_infinity));
  TENGEN_CHECK(is_floating_point(log_probs.dtype()) && (log_probs.dim() == 2 || log_probs.dim() == 3), op,
               ": expected log_probs (T,N,C) or (T,C) of floating type, but got ", log_probs.sizes(), " of ",
               log_probs.dtype());
  TENGEN_CHECK(log_probs.numel() > 0, op, ": log_probs tensor must not be empty");
  const bool batched = log_probs.dim() == 3;
  const Tensor lp = batched ? log_probs : log_probs.unsqueeze(1);  // (T,N,C)
  const int64_t time = lp.size(0), batch = lp.size(1), classes = lp.size(2);
  TENGEN_CHECK(targets.dtype() == kLong || targets.dtype() == kInt, op,
               ": expected targets of type Long or Int, but got ", targets.dtype());
  TENGEN_CHECK(int64_t(input_lengths.size()) == batch && int64_t(target_lengths.size()) == batch, op,
               ": input_lengths and target_lengths must be of size batch_size, ", batch, ", but got ",
               input_lengths.size(), " and ", target_lengths.size());
  TENGEN_CHECK(blank >= 0 && blank < classes, op, ": blank must be in label range, [0, ", classes,
               "), but got ", blank);
  int64_t longest = 0, shortest_input = time, longest_input = 0;
  for (int64_t n = 0; n < batch; ++n) {
    const int64_t input = input_lengths[size_t(n)], target = target_lengths[size_t(n)];
    TENGEN_CHECK(input >= 0 && input <= time, op, ": expected input_lengths to have value at most ", time,
                 ", but got value ", input);
    TENGEN_CHECK(target >= 0, op, ": expected target_lengths not to be negative, but got ", target);
    longest = std::max(longest, target);
    shortest_input = std::min(shortest_input, input), longest_input = std::max(longest_input, input);
  }
  const Tensor labels = padded_targets(targets, target_lengths, batched, longest, blank).to(lp.device());
  TENGEN_CHECK(
      labels.numel() == 0 || (labels.min().item<int64_t>() >= 0 && labels.max().item<int64_t>() < classes),
      op, ": expected targets in label range, [0, ", classes, ")");
  const TensorOptions whole = labels.options();
  const Tensor input_length = tensor(input_lengths.vec()).to(lp.device()),
               target_length = tensor(target_lengths.vec()).to(lp.device());

  // The states of a target: blank, its first label, blank, ..., its last label, blank (N,L).
  const int64_t states = 2 * longest + 1;
  const Tensor blanks = full({batch, longest + 1}, blank, whole);
  const Tensor state =
      cat({stack({blanks.narrow(1, 0, longest), labels}, 2).flatten(1), blanks.narrow(1, 0, 1)}, 1);
  // A blank between two different labels may be skipped.
  const Tensor before = constant_pad_nd(state, {2, -2}, blank);
  const Tensor no_skip = where((state == blank) | (state == before), kImpossible, 0).to(lp.dtype());
  const Tensor scores =
      lp.gather(2, state.unsqueeze(0).expand({time, batch, states})).clamp_min(kImpossible);  // (T,N,L)
  const std::vector<Tensor> score = scores.unbind(0);

  const Tensor first = arange(states, whole) < 2;
  Tensor alpha = where(first, score[0], kImpossible);  // of all paths to a state
  for (int64_t t = 1; t < longest_input; ++t) {
    const Tensor shifted = constant_pad_nd(alpha, {2, 0}, kImpossible);
    const Tensor next =
        stack({alpha, shifted.narrow(1, 1, states), shifted.narrow(1, 0, states) + no_skip}).logsumexp({0}) +
        score[size_t(t)];
    alpha = t < shortest_input ? next : where((input_length > t).unsqueeze(1), next, alpha);
  }
  // A path ends in the last label or the blank behind it.
  const Tensor end = (2 * target_length).unsqueeze(1);
  const Tensor label_end = where(end > 0, alpha.gather(1, (end - 1).clamp_min(0)), kImpossible);
  Tensor loss = -cat({alpha.gather(1, end), label_end}, 1).logsumexp({1});
  const double infinity = zero_infinity ? 0 : std::numeric_limits<double>::infinity();
  loss = where(loss > -kImpossible / 10, infinity, loss);
  // Nothing is read of an empty input: it gives the empty target for certain.
  if (shortest_input == 0)
    loss = where(input_length == 0, where(target_length == 0, 0, infinity).to(loss.dtype()), loss);
  if (reduction == Reduction::Mean) return (loss / target_length.clamp_min(1).to(loss.dtype())).mean();
  return reduced(op, batched ? loss : loss.squeeze(0), reduction);
}

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, int64_t blank, int64_t reduction, bool zero_infinity) {
  const auto numbers = [](const char* what, const Tensor& t) {
    TENGEN_CHECK(!is_floating_point(t.dtype()), "ctc_loss: ", what, " must be integral, but got ", t.dtype());
    const Tensor flat = t.to(kCPU, kLong).reshape(-1).contiguous();
    return std::vector<int64_t>(flat.data_ptr<int64_t>(), flat.data_ptr<int64_t>() + flat.numel());
  };
  return ctc_loss(log_probs, targets, IntArrayRef(numbers("input_lengths", input_lengths)),
                  IntArrayRef(numbers("target_lengths", target_lengths)), blank, reduction, zero_infinity);
}

}  // namespace tengen::inline api
