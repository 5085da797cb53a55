// The overlap family and its gradients against the reference values.
#include <tengen/apps/detector/model/iou.h>
#include <tengen/tests/detector/tensors.h>

using namespace tengen;
using namespace tengen::detect;

TEST_CASE("iou: reference cases") {
  golden::for_each_case("iou", [](const golden::Case& c) {
    const double eps = c.number("eps", 1e-7);
    const std::vector<std::pair<std::string, IouKind>> kinds{
        {"iou", IouKind::iou}, {"giou", IouKind::giou}, {"diou", IouKind::diou}, {"ciou", IouKind::ciou}};
    for (const auto& item : kinds) {
      const auto& name = item.first;
      const IouKind kind = item.second;
      CAPTURE(name);
      Tensor a = golden::load(c, "box1_xywh").requires_grad_(true);
      Tensor b = golden::load(c, "box2_xywh").requires_grad_(true);
      const Tensor value = bbox_iou(a, b, kind, BoxFormat::xywh, eps);
      CHECK(golden::excess(value, c, name, 1e-5, 0) <= 0);
      value.sum().backward();
      CHECK(golden::excess(a.grad(), c, name + "_grad1", 1e-5, 1e-4) <= 0);
      CHECK(golden::excess(b.grad(), c, name + "_grad2", 1e-5, 1e-4) <= 0);
    }
    const Tensor a = golden::load(c, "box1_xyxy"), b = golden::load(c, "box2_xyxy");
    CHECK(golden::excess(bbox_iou(a, b, IouKind::ciou, BoxFormat::xyxy, eps), c, "ciou_xyxy_mode", 1e-5, 0) <=
          0);
    CHECK(golden::excess(pairwise_iou(a, b, eps), c, "pairwise_iou", 1e-5, 0) <= 0);
    CHECK(golden::excess(bbox_ioa(a[0], b, eps), c, "ioa_first_over_all", 1e-5, 0) <= 0);
  });
}

TEST_CASE("iou: equal boxes never make NaN") {
  // Sizes for which float32 rounds the overlap of a box with itself to either side of 1.
  std::vector<float> boxes;
  for (int i = 1; i <= 2000; ++i) boxes.insert(boxes.end(), {0.37f * i, 0.11f * i, 0.0173f * i, 0.0291f * i});
  Tensor a = tengen::tensor(boxes).view({-1, 4}).requires_grad_(true);
  const Tensor value = bbox_iou(a, a.detach());
  CHECK(value.sub(1).abs().max().item<float>() < 1e-3f);
  value.sum().backward();
  CHECK(a.grad().isfinite().all().item<bool>());
}
