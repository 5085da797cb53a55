// How well anchors fit a dataset, and better ones by clustering.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tengen::detect {

/// Width and height in pixels.
struct Extent {
  float w = 0, h = 0;
};

struct AnchorFit {
  std::vector<float> best_ratio;  // of each box: best over the anchors of min over the axes of min(r, 1/r)
  double anchors_above_threshold = 0;  // mean number of anchors that a box may use
  double best_possible_recall = 0;     // fraction of boxes that may use any
};

/// `threshold` is the hyper-parameter anchor_t.
AnchorFit anchor_fit(std::span<const Extent> boxes, std::span<const Extent> anchors, double threshold);

/// The nine published anchors of P3, P4 and P5, smallest first.
std::vector<Extent> default_anchors();

/// `count` anchors by k-means on the box sizes, then refined by random mutation of the mean best ratio
/// above the threshold; sorted by area. The same seed gives the same anchors.
std::vector<Extent> kmean_anchors(std::span<const Extent> boxes, int count, double threshold, uint64_t seed,
                                  int generations = 1000);

/// One line for the log: anchors a target, best possible recall, and whether they are a good fit.
std::string describe(const AnchorFit& fit);

}  // namespace tengen::detect
