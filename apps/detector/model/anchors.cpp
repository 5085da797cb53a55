#include <tengen/apps/detector/model/anchors.h>

#include <algorithm>
#include <cmath>

#include <tengen/apps/detector/data/random.h>
#include <tengen/tensor/error.h>

namespace tengen::detect {
namespace {

/// min over both axes of min(r, 1/r): 1 for equal boxes.
float agreement(Extent box, Extent anchor) {
  const float rw = box.w / anchor.w, rh = box.h / anchor.h;
  return std::min(std::min(rw, 1 / rw), std::min(rh, 1 / rh));
}

float best_agreement(Extent box, std::span<const Extent> anchors) {
  float best = 0;
  for (const Extent& anchor : anchors) best = std::max(best, agreement(box, anchor));
  return best;
}

/// Mean best agreement, counting only boxes that some anchor may take.
double quality(std::span<const Extent> boxes, std::span<const Extent> anchors, float threshold) {
  double sum = 0;
  for (const Extent& box : boxes) {
    const float best = best_agreement(box, anchors);
    if (best > threshold) sum += best;
  }
  return sum / double(boxes.size());
}

/// Lloyd's k-means on sizes divided by their deviation, starting from boxes spread evenly over the sorted
/// areas.
std::vector<Extent> cluster(std::span<const Extent> boxes, int count) {
  double mean[2] = {}, deviation[2] = {};
  for (const Extent& b : boxes) mean[0] += b.w, mean[1] += b.h;
  for (double& m : mean) m /= double(boxes.size());
  for (const Extent& b : boxes) {
    deviation[0] += (b.w - mean[0]) * (b.w - mean[0]);
    deviation[1] += (b.h - mean[1]) * (b.h - mean[1]);
  }
  for (double& d : deviation) d = std::max(std::sqrt(d / double(boxes.size())), 1e-6);

  std::vector<Extent> sorted(boxes.begin(), boxes.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](Extent a, Extent b) { return a.w * a.h < b.w * b.h; });
  std::vector<Extent> centers;
  for (int i = 0; i < count; ++i)
    centers.push_back(sorted[(2 * size_t(i) + 1) * sorted.size() / (2 * size_t(count))]);
  for (int round = 0; round < 30; ++round) {
    std::vector<double> sum_w(centers.size()), sum_h(centers.size()), members(centers.size());
    for (const Extent& b : boxes) {
      size_t nearest = 0;
      double least = INFINITY;
      for (size_t c = 0; c < centers.size(); ++c) {
        const double dw = (b.w - centers[c].w) / deviation[0], dh = (b.h - centers[c].h) / deviation[1];
        if (dw * dw + dh * dh < least) least = dw * dw + dh * dh, nearest = c;
      }
      sum_w[nearest] += b.w;
      sum_h[nearest] += b.h;
      ++members[nearest];
    }
    for (size_t c = 0; c < centers.size(); ++c) {
      if (members[c] > 0) centers[c] = {float(sum_w[c] / members[c]), float(sum_h[c] / members[c])};
    }
  }
  return centers;
}

}  // namespace

AnchorFit anchor_fit(std::span<const Extent> boxes, std::span<const Extent> anchors, double threshold) {
  AnchorFit fit;
  const float limit = float(1 / threshold);
  int64_t usable = 0, recalled = 0;
  for (const Extent& box : boxes) {
    float best = 0;
    for (const Extent& anchor : anchors) {
      const float value = agreement(box, anchor);
      usable += value > limit;
      best = std::max(best, value);
    }
    recalled += best > limit;
    fit.best_ratio.push_back(best);
  }
  const double count = std::max(double(boxes.size()), 1.);
  fit.anchors_above_threshold = double(usable) / count;
  fit.best_possible_recall = double(recalled) / count;
  return fit;
}

std::vector<Extent> default_anchors() {
  return {{10, 13}, {16, 30}, {33, 23}, {30, 61}, {62, 45}, {59, 119}, {116, 90}, {156, 198}, {373, 326}};
}

std::vector<Extent> kmean_anchors(std::span<const Extent> all, int count, double threshold, uint64_t seed,
                                  int generations) {
  std::vector<Extent> boxes;
  for (const Extent& b : all) {
    if (b.w >= 2 || b.h >= 2) boxes.push_back(b);
  }
  TENGEN_CHECK(count > 0 && boxes.size() >= size_t(count), "kmean_anchors: ", boxes.size(),
               " boxes of at least 2 pixels do not give ", count, " anchors");
  std::vector<Extent> best = cluster(boxes, count);
  const float limit = float(1 / threshold);
  double best_quality = quality(boxes, best, limit);
  Random random(seed);
  for (int generation = 0; generation < generations; ++generation) {
    std::vector<Extent> trial = best;
    for (Extent& anchor : trial) {
      auto mutate = [&](float& side) {
        if (random.chance(0.9))
          side *= float(std::clamp(1 + 0.1 * random.uniform() * random.normal(), 0.3, 3.));
        side = std::max(side, 2.f);
      };
      mutate(anchor.w);
      mutate(anchor.h);
    }
    const double trial_quality = quality(boxes, trial, limit);
    if (trial_quality > best_quality) best_quality = trial_quality, best = std::move(trial);
  }
  std::stable_sort(best.begin(), best.end(), [](Extent a, Extent b) { return a.w * a.h < b.w * b.h; });
  return best;
}

std::string describe(const AnchorFit& fit) {
  return plain_text::format(
      "%.2f anchors/target, %.3f best possible recall: anchors are %s", fit.anchors_above_threshold,
      fit.best_possible_recall,
      fit.best_possible_recall > 0.98 ? "a good fit" : "a poor fit, clustering may help");
}

}  // namespace tengen::detect
