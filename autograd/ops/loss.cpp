// Losses: compositions in numerically stable forms, and two elementwise ones with rules of their own.
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/autograd/ops/pointwise.h>

#include "loss.h"

namespace tengen::inline api {

namespace {

void check_same_size(const char* op, const Tensor& self, const Tensor& target) {
  TENGEN_CHECK(self.sizes().equals(target.sizes()), op, ": target size (", target.sizes(),
               ") must be the same as input size (", self.sizes(), ")");
}

}  // namespace

Tensor mse_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {self, target}))
    return cast.back(mse_loss(cast(self), cast(target), reduction));
  return reduced("mse_loss", (self - target).square(), reduction);
}

Tensor l1_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {self, target}))
    return cast.back(l1_loss(cast(self), cast(target), reduction));
  return reduced("l1_loss", (self - target).abs(), reduction);
}

namespace {
/// The square of the distance up to `bound` and what is left of the distance beyond it. A choice between both
/// would give NaN as the gradient at an infinite distance.
std::pair<Tensor, Tensor> split_at(const Tensor& distance, double bound) {
  const Tensor near = distance.clamp(-bound, bound);
  return {near.square(), distance.abs() - near.abs()};
}
}  // namespace

Tensor smooth_l1_loss(const Tensor& self, const Tensor& target, int64_t reduction, double beta) {
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {self, target}))
    return cast.back(smooth_l1_loss(cast(self), cast(target), reduction, beta));
  TENGEN_CHECK(beta >= 0, "smooth_l1_loss: does not support negative values for beta, got ", beta);
  if (beta == 0) return l1_loss(self, target, reduction);
  const auto [square, beyond] = split_at(self - target, beta);
  return reduced("smooth_l1_loss", square * (0.5 / beta) + beyond, reduction);
}

Tensor huber_loss(const Tensor& self, const Tensor& target, int64_t reduction, double delta) {
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {self, target}))
    return cast.back(huber_loss(cast(self), cast(target), reduction, delta));
  TENGEN_CHECK(delta > 0, "huber_loss: does not support non-positive values for delta, got ", delta);
  const auto [square, beyond] = split_at(self - target, delta);
  return reduced("huber_loss", square * 0.5 + beyond * delta, reduction);
}

// ---- binary cross entropy

Tensor binary_cross_entropy(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight,
                            int64_t reduction) {
  const char* op = "binary_cross_entropy";
  TENGEN_CHECK(
      !is_autocast(Autocast::CUDA, self), op,
      ": unsafe to autocast; give what comes before the sigmoid to binary_cross_entropy_with_logits, "
      "which is safe");
  if (CastOperands cast = with_float_kernels(Autocast::CPU, {self, target, weight}))
    return cast.back(binary_cross_entropy(cast(self), cast(target), cast(weight), reduction));
  check_same_size(op, self, target);
  Tensor loss;
  {
    NoGradGuard no_grad;
    TENGEN_CHECK(((self >= 0) & (self <= 1)).all().item<bool>(), op,
                 ": all elements of input should be between 0 and 1");
    TENGEN_CHECK(((target >= 0) & (target <= 1)).all().item<bool>(), op,
                 ": all elements of target should be between 0 and 1");
    // The logarithms stop at -100, so that a wrong certainty costs a finite amount.
    const Tensor yes = self.log().clamp_min(-100), no = (-self).log1p().clamp_min(-100);
    loss = (target - 1) * no - target * yes;
  }
  loss = record(op, loss, {self, target}, {self, target}, [](Node& node, const Tensor& grad) -> Grads {
    const Tensor x = node.saved(0), t = node.saved(1);
    return {node.needs(0) ? grad * (x - t) / (x * (1 - x)).clamp_min(1e-12) : Tensor(),
            node.needs(1) ? grad * ((-x).log1p().clamp_min(-100) - x.log().clamp_min(-100)) : Tensor()};
  });
  return reduced(op, given(weight) ? loss * *weight : loss, reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& self, const Tensor& target,
                                        const std::optional<Tensor>& weight,
                                        const std::optional<Tensor>& pos_weight, int64_t reduction) {
  const char* op = "binary_cross_entropy_with_logits";
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {self, target, weight, pos_weight}))
    return cast.back(binary_cross_entropy_with_logits(cast(self), cast(target), cast(weight),
                                                      cast(pos_weight), reduction));
  check_same_size(op, self, target);
  check_same_device(op, {&self, &target});
  Tensor loss;
  if (given(pos_weight)) {
    loss = (1 - target) * self - ((*pos_weight - 1) * target + 1) * log_sigmoid(self);
  } else {
    const ScalarType type = result_type(self, target);
    const Tensor x = self.to(real_type(type)), t = target.to(real_type(type));
    // The mean or sum is taken on the way: losses of single elements never reach the memory.
    const bool whole = !given(weight) && (reduction == Reduction::Mean || reduction == Reduction::Sum);
    const double count = whole && reduction == Reduction::Mean ? double(x.numel()) : 1;
    loss = empty(whole ? IntArrayRef() : x.sizes(), x.options());
    if (whole) {
      kernels(x).binary_sum(Binary::bce_with_logits, view_of(loss), view_of(x), view_of(t), nullptr);
      compute_into(loss, Binary::div, loss, Scalar(count), loss.dtype());
    } else {
      kernels(x).binary(Binary::bce_with_logits, view_of(loss), view_of(x), view_of(t), nullptr);
    }
    loss = record("bce_with_logits", loss, {x, t}, {x, t}, [count](Node& node, const Tensor& grad) -> Grads {
      const Tensor x = node.saved(0), t = node.saved(1), g = count == 1 ? grad : grad / count;
      const auto gradient = [&] {
        return GradMode::is_enabled() ? g * (x.sigmoid() - t)
                                      : compute(Ternary::bce_with_logits_grad, g, x, t, x.dtype());
      };
      return {node.needs(0) ? gradient() : Tensor(), node.needs(1) ? -(g * x) : Tensor()};
    });
    if (whole) return loss;
  }
  return reduced(op, given(weight) ? loss * *weight : loss, reduction);
}

// ---- classes

namespace {

/// What class-number losses have in common: `self` (N,C,d...) or (C), `target` of that shape without C.
struct ClassTarget {
  Tensor index;    // target with 0 for what is ignored
  Tensor counted;  // bool: not ignored
  int64_t dim;     // the dimension of classes

  ClassTarget(const char* op, const Tensor& self, const Tensor& target, int64_t ignore_index)
      : dim(self.dim() == 1 ? 0 : 1) {
    TENGEN_CHECK(self.dim() > 0, op, ": expected input of at least 1 dimension");
    TENGEN_CHECK(target.dtype() == kLong, op, ": expected target of type Long (class numbers), but got ",
                 target.dtype());
    DimVector expected(self.sizes());
    expected.erase(expected.begin() + dim);
    TENGEN_CHECK(target.sizes().equals(expected), op, ": expected target size ", IntArrayRef(expected),
                 " for input of size ", self.sizes(), ", but got ", target.sizes());
    counted = target != ignore_index;
    index = where(counted, target, 0);
    const int64_t classes = self.size(dim);
    if (index.numel() == 0) return;
    const int64_t low = index.min().item<int64_t>(), high = index.max().item<int64_t>();
    if (low < 0 || high >= classes)
      fail<IndexError>(op, ": target ", low < 0 ? low : high, " is out of bounds, expected a class in [0, ",
                       classes, ")");
  }

  Tensor pick(const Tensor& self) const { return self.gather(dim, index.unsqueeze(dim)).squeeze(dim); }
  /// The weight of each target's class, 0 for what is ignored; without weights 1 and 0 in `like`'s type.
  Tensor weights(const std::optional<Tensor>& weight, const Tensor& like) const {
    const Tensor mask = counted.to(like.dtype());
    return given(weight) ? weight->index_select(0, index.flatten()).reshape(index.sizes()) * mask : mask;
  }
};

void check_class_weight(const char* op, const std::optional<Tensor>& weight, int64_t classes) {
  TENGEN_CHECK(!given(weight) || (weight->dim() == 1 && weight->size(0) == classes), op,
               ": weight tensor should be defined for all ", classes,
               " classes or none, but got weight of shape ", weight->sizes());
}

Tensor nll(const char* op, const Tensor& self, const ClassTarget& target, const std::optional<Tensor>& weight,
           int64_t reduction) {
  check_class_weight(op, weight, self.size(target.dim));
  const Tensor weights = target.weights(weight, self);
  // where, not a product: what is ignored may be infinite.
  const Tensor loss = where(target.counted, -(target.pick(self) * weights), 0);
  return reduction == Reduction::Mean ? loss.sum() / weights.sum() : reduced(op, loss, reduction);
}

}  // namespace

Tensor nll_loss(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight,
                int64_t reduction, int64_t ignore_index) {
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {self, weight}))
    return cast.back(nll_loss(cast(self), target, cast(weight), reduction, ignore_index));
  return nll("nll_loss", autograd::with_constant_gradient(self),
             ClassTarget("nll_loss", self, target, ignore_index), weight, reduction);
}

Tensor cross_entropy_loss(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight,
                          int64_t reduction, int64_t ignore_index, double label_smoothing) {
  const char* op = "cross_entropy_loss";
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {self, target, weight}))
    return cast.back(
        cross_entropy_loss(cast(self), cast(target), cast(weight), reduction, ignore_index, label_smoothing));
  TENGEN_CHECK(label_smoothing >= 0 && label_smoothing <= 1, op,
               ": label_smoothing must be between 0.0 and 1.0, but got ", label_smoothing);
  TENGEN_CHECK(self.dim() > 0, op, ": expected input of at least 1 dimension");
  const int64_t dim = self.dim() == 1 ? 0 : 1, classes = self.size(dim);
  const Tensor log_probability = log_softmax(self, dim);
  DimVector class_shape(size_t(self.dim()), 1);
  class_shape[size_t(dim)] = classes;
  const double smooth = label_smoothing / double(classes);
  const auto by_class = [&](const Tensor& t) { return given(weight) ? t * weight->reshape(class_shape) : t; };

  if (self.sizes().equals(target.sizes()) && is_floating_point(target.dtype())) {  // probabilities
    check_class_weight(op, weight, classes);
    TENGEN_CHECK(ignore_index < 0, op, ": ignore_index is not supported for floating point target");
    const Tensor wanted = label_smoothing > 0 ? target * (1 - label_smoothing) + smooth : target;
    const Tensor loss = -by_class(log_probability * wanted);
    if (reduction == Reduction::Mean) return loss.sum() / (double(self.numel()) / double(classes));
    return reduced(op, loss.sum({dim}), reduction);
  }

  const ClassTarget classified(op, self, target, ignore_index);
  const Tensor hard = nll(op, log_probability, classified, weight, reduction);
  if (label_smoothing == 0) return hard;
  Tensor spread =
      where(classified.counted, -by_class(log_probability).sum({dim}), 0);  // over all classes alike
  if (reduction == Reduction::Mean)
    spread = spread.sum() / classified.weights(weight, self).sum();
  else
    spread = reduced(op, spread, reduction);
  return hard * (1 - label_smoothing) + spread * smooth;
}

// ---- distributions, angles, distances

Tensor kl_div(const Tensor& self, const Tensor& target, int64_t reduction, bool log_target) {
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {self, target}))
    return cast.back(kl_div(cast(self), cast(target), reduction, log_target));
  if (log_target) return reduced("kl_div", target.exp() * (target - self), reduction);
  const Tensor entropy = where(target == 0, 0, target * target.log());  // 0 * log(0) is 0
  return reduced("kl_div", entropy - target * self, reduction);
}

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim, double eps) {
  if (CastOperands cast = with_float_kernels(Autocast::CUDA, {x1, x2}))
    return cast.back(cosine_similarity(cast(x1), cast(x2), dim, eps));
  const auto unit = [&](const Tensor& x) { return x / norm(x, Scalar(2), {dim}, true).clamp_min(eps); };
  const std::vector<Tensor> same = broadcast_tensors({x1, x2});
  return (unit(same[0]) * unit(same[1])).sum({dim});
}

Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p, double eps, bool keepdim) {
  if (CastOperands cast = with_float_kernels(Autocast::CUDA, {x1, x2}))
    return cast.back(pairwise_distance(cast(x1), cast(x2), p, eps, keepdim));
  return norm(x1 - x2 + eps, Scalar(p), {-1}, keepdim);
}

Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target, double margin,
                             int64_t reduction) {
  const char* op = "cosine_embedding_loss";
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {input1, input2}))
    return cast.back(cosine_embedding_loss(cast(input1), cast(input2), cast(target), margin, reduction));
  TENGEN_CHECK(input1.dim() == target.dim() + 1 && input2.dim() == target.dim() + 1 && target.dim() <= 1, op,
               ": expected inputs (N,D) with a target (N), or (D) with a 0D target, but got ", input1.sizes(),
               ", ", input2.sizes(), " and ", target.sizes());
  const double eps = 1e-12;
  const DimVector last{-1};
  const Tensor squares1 = input1.square().sum(last) + eps, squares2 = input2.square().sum(last) + eps;
  const Tensor cosine = (input1 * input2).sum(last) / (squares1 * squares2).sqrt();
  const Tensor apart = where(target == -1, (cosine - margin).clamp_min(0), 0);
  return reduced(op, where(target == 1, 1 - cosine, apart), reduction);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           double margin, double p, double eps, bool swap, int64_t reduction) {
  const char* op = "triplet_margin_loss";
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {anchor, positive, negative}))
    return cast.back(
        triplet_margin_loss(cast(anchor), cast(positive), cast(negative), margin, p, eps, swap, reduction));
  TENGEN_CHECK(anchor.dim() == positive.dim() && positive.dim() == negative.dim(), op,
               ": expected all inputs to have the same number of dimensions, but got ", anchor.dim(), "D, ",
               positive.dim(), "D and ", negative.dim(), "D");
  const Tensor near = pairwise_distance(anchor, positive, p, eps);
  Tensor far = pairwise_distance(anchor, negative, p, eps);
  if (swap) far = minimum(far, pairwise_distance(positive, negative, p, eps));
  return reduced(op, (near - far + margin).clamp_min(0), reduction);
}

}  // namespace tengen::inline api
