#include <tengen/apps/detector/model/loss.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace tengen::detect {
namespace F = nn::functional;

namespace {

Tensor reduced(const Tensor& x, Reduce reduction) {
  switch (reduction) {
    case Reduce::mean:
      return x.mean();
    case Reduce::sum:
      return x.sum();
    case Reduce::none:
      break;
  }
  return x;
}

// alpha for positives, 1 - alpha for negatives, linear in between.
Tensor class_weight(const Tensor& targets, double alpha) { return targets * (2 * alpha - 1) + (1 - alpha); }

}  // namespace

Tensor bce_loss(const Tensor& logits, const Tensor& targets, double pos_weight, Reduce reduction) {
  F::BinaryCrossEntropyWithLogitsFuncOptions options;
  if (pos_weight != 1.0) options.pos_weight(full({1}, pos_weight, logits.options()));
  switch (reduction) {
    case Reduce::mean:
      options.reduction(kMean);
      break;
    case Reduce::sum:
      options.reduction(kSum);
      break;
    case Reduce::none:
      options.reduction(kNone);
      break;
  }
  return F::binary_cross_entropy_with_logits(logits, targets, options);
}

Tensor focal_loss(const Tensor& logits, const Tensor& targets, double gamma, double alpha, double pos_weight,
                  Reduce reduction) {
  const Tensor p = logits.sigmoid();
  const Tensor pt = targets * p + (1 - targets) * (1 - p);
  const Tensor bce = bce_loss(logits, targets, pos_weight, Reduce::none);
  return reduced(bce * class_weight(targets, alpha) * (1 - pt).pow(gamma), reduction);
}

Tensor quality_focal_loss(const Tensor& logits, const Tensor& targets, double gamma, double alpha,
                          double pos_weight, Reduce reduction) {
  const Tensor error = (targets - logits.sigmoid()).abs();
  const Tensor bce = bce_loss(logits, targets, pos_weight, Reduce::none);
  return reduced(bce * class_weight(targets, alpha) * error.pow(gamma), reduction);
}

Tensor bce_blur_loss(const Tensor& logits, const Tensor& targets, double alpha) {
  const Tensor bce = bce_loss(logits, targets, 1.0, Reduce::none);
  const Tensor damping = 1 - ((logits.sigmoid() - targets - 1) / (alpha + 1e-4)).exp();
  return (bce * damping).mean();
}

std::pair<double, double> smooth_bce(double eps) { return {1.0 - 0.5 * eps, 0.5 * eps}; }

LevelMatches match_targets(const Tensor& targets, const Tensor& anchors, int64_t ny, int64_t nx,
                           double anchor_t) {
  const Tensor rows = targets.to(kCPU, kFloat).contiguous(), sizes = anchors.to(kCPU, kFloat).contiguous();
  const auto* t = rows.data_ptr<float>();
  const auto* a = sizes.data_ptr<float>();
  const int64_t count = targets.size(0), num_anchors = anchors.size(0);
  const auto width = float(nx), height = float(ny);

  struct Pair {
    int64_t anchor, target;
    float x, y, w, h;  // in cells
  };
  std::vector<Pair> pairs;
  for (int64_t k = 0; k < num_anchors; ++k)
    for (int64_t i = 0; i < count; ++i) {
      const float* row = t + i * 6;
      const Pair pair{k, i, row[2] * width, row[3] * height, row[4] * width, row[5] * height};
      const float rw = pair.w / a[2 * k], rh = pair.h / a[2 * k + 1];
      const float worst = std::max(std::max(rw, 1 / rw), std::max(rh, 1 / rh));
      if (worst < float(anchor_t)) pairs.push_back(pair);
    }

  LevelMatches out;
  const auto frac = [](float x) { return x - std::floor(x); };
  // The cell itself, then left, upper, right, lower, each where the center lies in that half and the cell
  // exists.
  const std::array<std::pair<float, float>, 5> offsets{{{0, 0}, {.5f, 0}, {0, .5f}, {-.5f, 0}, {0, -.5f}}};
  for (size_t side = 0; side < offsets.size(); ++side)
    for (const Pair& pair : pairs) {
      const std::array<float, 5> along{0, pair.x, pair.y, width - pair.x, height - pair.y};
      if (side > 0 && !(frac(along[side]) < 0.5f && along[side] > 1.0f)) continue;
      const auto clamped = [](float v, int64_t n) {
        return int32_t(std::clamp<int64_t>(int64_t(v), 0, n - 1));
      };
      const int32_t gx = clamped(pair.x - offsets[side].first, nx),
                    gy = clamped(pair.y - offsets[side].second, ny);
      out.image.push_back(int32_t(t[pair.target * 6]));
      out.anchor.push_back(int32_t(pair.anchor));
      out.gy.push_back(gy);
      out.gx.push_back(gx);
      out.cls.push_back(int32_t(t[pair.target * 6 + 1]));
      for (float v : {pair.x - float(gx), pair.y - float(gy), pair.w, pair.h}) out.box.push_back(v);
      for (int64_t axis = 0; axis < 2; ++axis) out.anchor_size.push_back(a[2 * pair.anchor + axis]);
    }
  return out;
}

LossOptions LossOptions::scaled(int64_t levels, int64_t nc, int64_t image_size) const {
  LossOptions result = *this;
  const double per_level = 3.0 / double(levels), side = double(image_size) / 640.0;
  result.box *= per_level;
  result.cls *= double(nc) / 80.0 * per_level;
  result.obj *= side * side * per_level;
  return result;
}

ComputeLoss::ComputeLoss(LossOptions given, const Tensor& anchors, std::vector<int64_t> strides, int64_t nc)
    : options(given), anchors_(anchors.to(kCPU, kFloat).clone()), strides_(std::move(strides)), nc_(nc) {
  if (strides_.size() == 3)
    balance = {4.0, 1.0, 0.4};
  else
    balance = {4.0, 1.0, 0.25, 0.06, 0.02};
  TENGEN_CHECK(strides_.size() <= balance.size(), "loss: ", strides_.size(), " levels, at most 5 are known");
  balance.resize(strides_.size());
}

Tensor ComputeLoss::elementwise(const Tensor& logits, const Tensor& targets, double pos_weight) const {
  if (options.fl_gamma <= 0) return bce_loss(logits, targets, pos_weight);
  if (options.quality_focal) return quality_focal_loss(logits, targets, options.fl_gamma, 0.25, pos_weight);
  return focal_loss(logits, targets, options.fl_gamma, 0.25, pos_weight);
}

LossTargets ComputeLoss::match(const Tensor& targets, IntArrayRef image_sizes, Device device) const {
  std::vector<Grid> grids;
  for (int64_t stride : strides_) grids.push_back({image_sizes[2] / stride, image_sizes[3] / stride});
  return match(targets, image_sizes[0], grids, device);
}

LossTargets ComputeLoss::match(const Tensor& targets, int64_t image_count, const std::vector<Grid>& grids,
                               Device device) const {
  const int64_t na = anchors_.size(1);
  LossTargets result;
  // All levels travel together.
  std::vector<int64_t> whole;
  std::vector<float> real;
  std::vector<int64_t> objects;  // of each level
  for (size_t i = 0; i < grids.size(); ++i) {
    const auto [ny, nx] = grids[i];
    LevelMatches match = match_targets(targets, anchors_[int64_t(i)], ny, nx, options.anchor_t);
    std::vector<int64_t> row;
    std::map<int64_t, int64_t> last;  // of the matches of a cell the last one wins
    for (size_t r = 0; r < match.image.size(); ++r) {
      TENGEN_CHECK(
          match.image[r] >= 0 && match.image[r] < image_count && match.cls[r] >= 0 && match.cls[r] < nc_,
          "loss: label of image ", match.image[r], " and class ", match.cls[r], " for ", image_count,
          " images and ", nc_, " classes");
      row.push_back(((match.image[r] * na + match.anchor[r]) * ny + match.gy[r]) * nx + match.gx[r]);
      last[row.back()] = int64_t(r);
    }
    whole.insert(whole.end(), row.begin(), row.end());
    whole.insert(whole.end(), match.cls.begin(), match.cls.end());
    for (const auto& object : last) whole.push_back(object.first);
    for (const auto& object : last) whole.push_back(object.second);
    real.insert(real.end(), match.box.begin(), match.box.end());
    real.insert(real.end(), match.anchor_size.begin(), match.anchor_size.end());
    objects.push_back(int64_t(last.size()));
    result.matches.push_back(std::move(match));
  }
  const auto move = [&](const Tensor& t) {  // from pinned memory the host need not wait for it
    return device.is_cpu() ? t : t.pin_memory().to(device, /*non_blocking=*/true);
  };
  const Tensor indices = move(tensor(whole, kLong)), numbers = move(tensor(real, kFloat));
  int64_t at_index = 0, at_number = 0;
  const auto take = [](const Tensor& from, int64_t& at, int64_t count) {
    at += count;
    return from.narrow(0, at - count, count);
  };
  for (size_t i = 0; i < grids.size(); ++i) {
    const int64_t m = result.matches[i].size();
    LossTargets::Level level;
    level.row = take(indices, at_index, m);
    level.cls = take(indices, at_index, m);
    level.object_row = take(indices, at_index, objects[i]);
    level.object_of = take(indices, at_index, objects[i]);
    level.box = take(numbers, at_number, m * 4).view({m, 4});
    level.anchor_size = take(numbers, at_number, m * 2).view({m, 2});
    result.levels.push_back(level);
  }
  return result;
}

LossResult ComputeLoss::operator()(const std::vector<Tensor>& raw, const Tensor& targets) {
  std::vector<Grid> grids;
  for (const Tensor& p : raw) grids.push_back({p.size(2), p.size(3)});
  return (*this)(raw, match(targets, raw[0].size(0), grids, raw[0].device()));
}

LossResult ComputeLoss::operator()(const std::vector<Tensor>& raw, LossTargets targets) {
  const auto [positive, negative] = smooth_bce(options.label_smoothing);
  const auto gr = float(options.gr);
  const TensorOptions like = raw[0].options();
  Tensor lbox = zeros({1}, like), lobj = zeros({1}, like), lcls = zeros({1}, like);
  LossResult result;
  std::vector<Tensor> levels;  // objectness losses
  for (size_t i = 0; i < raw.size(); ++i) {
    const Tensor& p = raw[i];  // (N, A, ny, nx, 5 + nc)
    const LossTargets::Level& target = targets.levels[i];
    const int64_t m = targets.matches[i].size(), m_columns = p.size(4);
    Tensor ciou = zeros({0}, like), tobj = zeros({p.numel() / m_columns}, like);
    if (m > 0) {
      const Tensor at = p.reshape({-1, m_columns}).index_select(0, target.row);  // (m, 5 + nc)
      const Tensor xy = at.narrow(1, 0, 2).sigmoid() * 2 - 0.5;
      const Tensor wh = (at.narrow(1, 2, 2).sigmoid() * 2).pow(2) * target.anchor_size.to(like);
      const Tensor iou = bbox_iou(cat({xy, wh}, 1), target.box.to(like));
      lbox = lbox + (1 - iou).mean();

      ciou = iou.detach();
      const Tensor score = ciou.index_select(0, target.object_of).clamp_min(0) * gr + (1 - gr);
      tobj.scatter_(0, target.object_row, score);

      if (nc_ > 1) {
        const Tensor wanted = full({m, nc_}, negative, like).scatter_(1, target.cls.view({m, 1}), positive);
        lcls = lcls + elementwise(at.narrow(1, 5, nc_), wanted, options.cls_pw);
      }
    }
    tobj = tobj.view({p.size(0), p.size(1), p.size(2), p.size(3)});
    levels.push_back(elementwise(p.select(-1, 4), tobj, options.obj_pw));
    lobj = lobj + levels.back() * balance[i];
    result.ciou.push_back(ciou);
    result.tobj.push_back(tobj);
  }
  if (options.autobalance) adapt_balance(stack(levels).detach());
  lbox = lbox * options.box;
  lobj = lobj * options.obj;
  lcls = lcls * options.cls;
  result.loss = (lbox + lobj + lcls) * double(raw[0].size(0));
  result.items = cat({lbox, lobj, lcls}).detach();
  result.matches = std::move(targets.matches);
  return result;
}

void ComputeLoss::adapt_balance(const Tensor& levels) {
  const Tensor losses = levels.to(kCPU, kDouble);
  for (size_t i = 0; i < balance.size(); ++i)
    balance[i] = balance[i] * 0.9999 + 0.0001 / losses.data_ptr<double>()[i];
  const auto middle = std::find(strides_.begin(), strides_.end(), 16);
  const double reference = balance[middle == strides_.end() ? 0 : size_t(middle - strides_.begin())];
  for (double& b : balance) b /= reference;
}

}  // namespace tengen::detect
