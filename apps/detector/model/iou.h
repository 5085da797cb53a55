// Overlap of boxes as differentiable functions of tensors.
#pragma once

#include <tengen/torch.h>

namespace tengen::detect {

enum class IouKind { iou, giou, diou, ciou };
enum class BoxFormat { xywh, xyxy };  // center and size, or two corners

/// Row-wise overlap of two (n, 4) sets of boxes -> (n). GIoU arXiv:1902.09630; DIoU and CIoU
/// arXiv:1911.08287, the latter with its trade-off `alpha` as a constant. Equal boxes whose IoU rounds above
/// 1 give 1, where the original gives NaN.
Tensor bbox_iou(const Tensor& box1, const Tensor& box2, IouKind kind = IouKind::ciou,
                BoxFormat format = BoxFormat::xywh, double eps = 1e-7);

/// Overlap of every box of one (n, 4) set of corners with every box of another (m, 4) -> (n, m).
Tensor pairwise_iou(const Tensor& boxes1, const Tensor& boxes2, double eps = 1e-7);

/// Fraction of each box of boxes2 (m, 4) that `box` (4) covers -> (m). Corners.
Tensor bbox_ioa(const Tensor& box, const Tensor& boxes2, double eps = 1e-7);

}  // namespace tengen::detect
