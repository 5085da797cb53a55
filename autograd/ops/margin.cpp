// Losses by margins, labels and counts: compositions. What is cut off at 0 gets no gradient there, as in
// PyTorch, hence relu and not clamp_min.
#include <numbers>

#include <tengen/autograd/ops/layers.h>
#include <tengen/autograd/ops/low_precision.h>

#include "loss.h"

namespace tengen::inline api {

namespace {

/// (N,C) and targets of N rows, or (C) as one row of a batch; loss(x, target) gives (N).
template <class Loss>
Tensor by_rows(const char* op, const Tensor& self, const Tensor& target, int64_t reduction,
               const Loss& loss) {
  TENGEN_CHECK((self.dim() == 1 || self.dim() == 2) && self.size(-1) > 0, op,
               ": expected a non-empty vector (C) or matrix (N,C), but got ", self.sizes());
  TENGEN_CHECK(target.dtype() == kLong, op, ": expected target of type Long (class numbers), but got ",
               target.dtype());
  const bool batched = self.dim() == 2;
  const Tensor rows = loss(batched ? self : self.unsqueeze(0), batched ? target : target.unsqueeze(0));
  return reduced(op, batched ? rows : rows.squeeze(0), reduction);
}

void check_classes(const char* op, const Tensor& target, int64_t least, int64_t classes) {
  if (target.numel() == 0) return;
  const int64_t low = target.min().item<int64_t>(), high = target.max().item<int64_t>();
  TENGEN_CHECK(low >= least && high < classes, op, ": target out of range: expected a class in [", least,
               ", ", classes, "), but got ", low < least ? low : high);
}

}  // namespace

Tensor hinge_embedding_loss(const Tensor& self, const Tensor& target, double margin, int64_t reduction) {
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {self, target}))
    return cast.back(hinge_embedding_loss(cast(self), cast(target), margin, reduction));
  const Tensor apart = where(target != 1, (margin - self).clamp_min(0), 0),
               alike = where(target != -1, self, 0);
  return reduced("hinge_embedding_loss", apart + alike, reduction);
}

Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target, double margin,
                           int64_t reduction) {
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {input1, input2, target}))
    return cast.back(margin_ranking_loss(cast(input1), cast(input2), cast(target), margin, reduction));
  return reduced("margin_ranking_loss", (target * (input2 - input1) + margin).clamp_min(0), reduction);
}

Tensor multi_margin_loss(const Tensor& self, const Tensor& target, const Scalar& p, const Scalar& margin,
                         const std::optional<Tensor>& weight, int64_t reduction) {
  const char* op = "multi_margin_loss";
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {self, weight}))
    return cast.back(multi_margin_loss(cast(self), target, p, margin, cast(weight), reduction));
  TENGEN_CHECK(p.equal(1) || p.equal(2), op, ": only p == 1 and p == 2 supported, but got ", p.toDouble());
  return by_rows(op, self, target, reduction, [&](const Tensor& x, const Tensor& y) {
    const int64_t rows = x.size(0), classes = x.size(1);
    TENGEN_CHECK(y.numel() == rows && y.dim() == 1, op, ": inconsistent target size, expected ", rows,
                 " but got ", target.sizes());
    TENGEN_CHECK(!given(weight) || (weight->dim() == 1 && weight->numel() == classes), op,
                 ": inconsistent weight size, expected ", classes, " but got ", weight->sizes());
    check_classes(op, y, 0, classes);
    const Tensor at = y.unsqueeze(1);  // (N,1)
    Tensor excess = relu(x - x.gather(1, at) + margin).scatter(1, at, 0);
    if (p.equal(2)) excess = excess.square();
    if (given(weight)) excess = excess * weight->index_select(0, y).unsqueeze(1);
    return excess.sum({1}) / classes;
  });
}

Tensor multilabel_margin_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  const char* op = "multilabel_margin_loss";
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {self}))
    return cast.back(multilabel_margin_loss(cast(self), target, reduction));
  TENGEN_CHECK(target.sizes().equals(self.sizes()), op, ": inconsistent target size: ", target.sizes(),
               " for input of size: ", self.sizes());
  return by_rows(op, self, target, reduction, [&](const Tensor& x, const Tensor& y) {
    const int64_t classes = x.size(1);
    check_classes(op, y, -1, classes);
    const Tensor listed = (y >= 0).to(kLong).cumprod(1) > 0;  // up to the first -1
    const Tensor classes_listed = where(listed, y, 0);
    const Tensor wanted =
        zeros(x.sizes(), x.options().dtype(kLong)).scatter_add(1, classes_listed, listed.to(kLong)) > 0;
    // (N,listed,1) and (N,1,C) -> (N,listed,C)
    const Tensor excess = relu(1 - x.gather(1, classes_listed).unsqueeze(2) + x.unsqueeze(1));
    const Tensor counted = listed.unsqueeze(2) & !wanted.unsqueeze(1);
    return where(counted, excess, 0).sum({1, 2}) / classes;
  });
}

Tensor soft_margin_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {self, target}))
    return cast.back(soft_margin_loss(cast(self), cast(target), reduction));
  return reduced("soft_margin_loss", -log_sigmoid(target * self), reduction);
}

Tensor poisson_nll_loss(const Tensor& input, const Tensor& target, bool log_input, bool full, double eps,
                        int64_t reduction) {
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {input, target}))
    return cast.back(poisson_nll_loss(cast(input), cast(target), log_input, full, eps, reduction));
  Tensor loss = log_input ? input.exp() - target * input : input - target * (input + eps).log();
  if (full) {
    const Tensor counts = where(target > 1, target, 2);  // the logarithm of another count is not used
    const Tensor stirling = counts * counts.log() - counts + 0.5 * (2 * std::numbers::pi * counts).log();
    loss = loss + where(target > 1, stirling, 0);
  }
  return reduced("poisson_nll_loss", loss, reduction);
}

}  // namespace tengen::inline api
