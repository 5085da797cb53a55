#include <tengen/apps/detector/model/nms.h>

#include <algorithm>
#include <numeric>

#include <tengen/tensor/error.h>

namespace tengen::detect {
namespace {

/// The kept boxes of one class, by coordinate, so that a candidate is compared with many at once.
struct KeptBoxes {
  std::vector<float> x1, y1, x2, y2, area;

  bool suppresses(const Box& b, float b_area, float threshold) const {
    constexpr size_t kBlock = 16;
    const size_t count = x1.size();
    for (size_t first = 0; first < count; first += kBlock) {
      const size_t last = std::min(first + kBlock, count);
      int hits = 0;
      for (size_t i = first; i < last; ++i) {
        const float width = std::max(std::min(x2[i], b.x2) - std::max(x1[i], b.x1), 0.f);
        const float height = std::max(std::min(y2[i], b.y2) - std::max(y1[i], b.y1), 0.f);
        const float both = width * height;
        hits += both > threshold * (area[i] + b_area - both);
      }
      if (hits) return true;
    }
    return false;
  }
  void add(const Box& b, float b_area) {
    x1.push_back(b.x1);
    y1.push_back(b.y1);
    x2.push_back(b.x2);
    y2.push_back(b.y2);
    area.push_back(b_area);
  }
};

}  // namespace

std::vector<Detection> non_max_suppression(std::span<const float> pred, int nc, const NmsOptions& options,
                                           std::span<const Label> labels) {
  TENGEN_CHECK(nc > 0 && pred.size() % size_t(5 + nc) == 0, "non_max_suppression: ", pred.size(),
               " values do not make rows of 5 + ", nc);
  std::vector<char> wanted(size_t(nc), options.classes.empty());
  for (int cls : options.classes) {
    if (cls >= 0 && cls < nc) wanted[size_t(cls)] = 1;
  }
  const bool multi_label = options.multi_label && nc > 1;

  std::vector<Detection> candidates;
  auto add = [&](const float* box, float score, int cls) {
    if (score > options.conf_thres && wanted[size_t(cls)]) {
      candidates.push_back({corners_of(box[0], box[1], box[2], box[3]), score, cls});
    }
  };
  const size_t row_size = size_t(5 + nc);
  for (const float *row = pred.data(), *end = row + pred.size(); row != end; row += row_size) {
    const float objectness = row[4];
    if (!(objectness > options.conf_thres)) continue;
    const float* scores = row + 5;
    if (multi_label) {
      for (int cls = 0; cls < nc; ++cls) add(row, scores[cls] * objectness, cls);
    } else {
      // The products decide, not the factors: they may tie in float.
      int best = 0;
      for (int cls = 1; cls < nc; ++cls) {
        if (scores[cls] * objectness > scores[best] * objectness) best = cls;
      }
      add(row, scores[best] * objectness, best);
    }
  }
  for (const Label& label : labels) {
    TENGEN_CHECK(label.cls >= 0 && label.cls < nc, "non_max_suppression: label of class ", label.cls,
                 " with ", nc, " classes");
    const float box[4] = {label.x, label.y, label.w, label.h};
    add(box, 1, label.cls);
  }

  auto stronger = [](const Detection& a, const Detection& b) { return a.score > b.score; };
  std::stable_sort(candidates.begin(), candidates.end(), stronger);
  if (candidates.size() > size_t(options.max_candidates)) candidates.resize(size_t(options.max_candidates));

  std::vector<KeptBoxes> kept(options.agnostic ? 1 : size_t(nc));
  std::vector<Detection> result;
  for (const Detection& candidate : candidates) {
    if (result.size() >= size_t(std::max(options.max_det, 0))) break;
    KeptBoxes& rivals = kept[options.agnostic ? 0 : size_t(candidate.cls)];
    const float size = area(candidate.box);
    if (rivals.suppresses(candidate.box, size, options.iou_thres)) continue;
    rivals.add(candidate.box, size);
    result.push_back(candidate);
  }
  return result;
}

}  // namespace tengen::detect
