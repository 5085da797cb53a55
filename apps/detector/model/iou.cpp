#include <tengen/apps/detector/model/iou.h>

#include <cmath>
#include <numbers>

namespace tengen::detect {
namespace {

// Overlap of two boxes along one axis, never negative.
Tensor overlap(const Tensor& low1, const Tensor& high1, const Tensor& low2, const Tensor& high2) {
  return (minimum(high1, high2) - maximum(low1, low2)).clamp_min(0);
}

}  // namespace

Tensor bbox_iou(const Tensor& box1, const Tensor& box2, IouKind kind, BoxFormat format, double eps) {
  struct Box {
    Tensor x1, y1, x2, y2, w, h;  // (n)
  };
  const auto read = [&](const Tensor& box) {
    const Tensor a = box.select(-1, 0), b = box.select(-1, 1), c = box.select(-1, 2), d = box.select(-1, 3);
    if (format == BoxFormat::xywh) return Box{a - c / 2, b - d / 2, a + c / 2, b + d / 2, c, d};
    return Box{a, b, c, d, c - a, d - b + eps};
  };
  const Box p = read(box1), t = read(box2);
  const Tensor inter = overlap(p.x1, p.x2, t.x1, t.x2) * overlap(p.y1, p.y2, t.y1, t.y2);
  const Tensor unite = p.w * p.h + t.w * t.h - inter + eps;
  const Tensor iou = inter / unite;
  if (kind == IouKind::iou) return iou;

  const Tensor cw = maximum(p.x2, t.x2) - minimum(p.x1, t.x1);  // the enclosing box
  const Tensor ch = maximum(p.y2, t.y2) - minimum(p.y1, t.y1);
  if (kind == IouKind::giou) {
    const Tensor hull = cw * ch + eps;
    return iou - (hull - unite) / hull;
  }
  const Tensor diagonal = cw.pow(2) + ch.pow(2) + eps;
  const Tensor distance = ((t.x1 + t.x2 - p.x1 - p.x2).pow(2) + (t.y1 + t.y2 - p.y1 - p.y2).pow(2)) / 4;
  if (kind == IouKind::diou) return iou - distance / diagonal;

  const Tensor v = (atan(t.w / t.h) - atan(p.w / p.h)).pow(2) * (4 / (std::numbers::pi * std::numbers::pi));
  Tensor alpha;
  {
    NoGradGuard guard;
    // Equal boxes: iou can round to 1 + 1e-7, which would make this 0 / 0.
    alpha = v / (v - iou + (1 + eps)).clamp_min(eps);
  }
  return iou - (distance / diagonal + v * alpha);
}

Tensor pairwise_iou(const Tensor& boxes1, const Tensor& boxes2, double eps) {
  const auto column = [](const Tensor& boxes, int64_t i) { return boxes.select(1, i); };
  const auto first = [&](int64_t i) { return column(boxes1, i).unsqueeze(1); };   // (n, 1)
  const auto second = [&](int64_t i) { return column(boxes2, i).unsqueeze(0); };  // (1, m)
  const Tensor inter =
      overlap(first(0), first(2), second(0), second(2)) * overlap(first(1), first(3), second(1), second(3));
  const Tensor area1 = (first(2) - first(0)) * (first(3) - first(1));
  const Tensor area2 = (second(2) - second(0)) * (second(3) - second(1));
  return inter / (area1 + area2 - inter + eps);
}

Tensor bbox_ioa(const Tensor& box, const Tensor& boxes2, double eps) {
  const auto second = [&](int64_t i) { return boxes2.select(1, i); };
  const Tensor inter =
      overlap(box[0], box[2], second(0), second(2)) * overlap(box[1], box[3], second(1), second(3));
  return inter / ((second(2) - second(0)) * (second(3) - second(1)) + eps);
}

}  // namespace tengen::detect
