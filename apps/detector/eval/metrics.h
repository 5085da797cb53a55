// How good detections are: matching with the truth, average precision, confusion matrix.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <tengen/apps/detector/data/boxes.h>

namespace tengen::detect {

inline constexpr int kIouLevels = 10;
/// 0.50, 0.55 ... 0.95 in float32, as torch.linspace gives them.
std::array<float, kIouLevels> iou_levels();

using CorrectLevels = std::array<bool, kIouLevels>;
/// For every detection of one image whether it is correct at each IoU level. A detection first keeps its
/// best label of its class, then a label keeps the first of its detections.
std::vector<CorrectLevels> match_detections(std::span<const Detection> detections,
                                            std::span<const LabeledBox> labels);

/// Precision and recall as they rise with falling confidence -> area under the precision envelope at 101
/// points.
struct ApCurve {
  double ap = 0;
  std::vector<double> mrec, mpre;  // recall and envelope with the end points added
};
ApCurve compute_ap(std::span<const double> recall, std::span<const double> precision);

/// Box filter over a fraction of the length, ends repeated.
std::vector<double> smooth(std::span<const double> values, double fraction = 0.1);

struct ClassMetrics {
  int cls = 0;
  int64_t labels = 0;
  double precision = 0, recall = 0, f1 = 0, tp = 0, fp = 0;  // at the confidence of the best smoothed mean F1
  std::array<double, kIouLevels> ap{};

  double map50() const { return ap[0]; }
  double map() const;  // mean over the IoU levels
};

/// Points of the curves over 1000 confidences (or recalls, for `pr`) in [0,1], one row a class of `classes`.
struct MetricCurves {
  static constexpr int kPoints = 1000;
  std::vector<std::vector<double>> precision, recall, f1, pr;
};

struct Metrics {
  std::vector<ClassMetrics> classes;  // those that occur in the labels, by rising id
  MetricCurves curves;
  double precision = 0, recall = 0, map50 = 0, map = 0;  // means over these classes
  double best_confidence = 0;                            // where P, R and F1 are taken
  int64_t images = 0, labels = 0;
};

/// What training maximizes: 0.1 mAP@0.5 + 0.9 mAP@0.5:0.95.
double fitness(const Metrics& metrics);

/// Counts (predicted class, true class); the last row and column stand for the background.
class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(int nc, float confidence = 0.25f, float iou = 0.45f);
  /// Images without labels are not entered, as in the original.
  void add(std::span<const Detection> detections, std::span<const LabeledBox> labels);
  int classes() const { return nc_; }
  double at(int predicted, int truth) const { return counts_[size_t(predicted) * (nc_ + 1) + truth]; }
  const std::vector<double>& counts() const { return counts_; }

 private:
  int nc_;
  float confidence_, iou_;
  std::vector<double> counts_;  // (nc+1, nc+1)
};

/// Collects images and sums them up. Give the detections of an image by falling confidence.
class Evaluator {
 public:
  explicit Evaluator(int nc) : nc_(nc) {}
  void add(std::span<const Detection> detections, std::span<const LabeledBox> labels);
  Metrics compute() const;

 private:
  struct ScoredDetection {
    float score;
    int cls;
    CorrectLevels correct;
  };
  int nc_;
  int64_t images_ = 0;
  std::vector<ScoredDetection> scored_;
  std::vector<int> label_classes_;
};

}  // namespace tengen::detect
