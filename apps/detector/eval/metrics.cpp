#include <tengen/apps/detector/eval/metrics.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <tengen/tensor/error.h>

namespace tengen::detect {
namespace {

constexpr double kEps = 1e-16;

/// i-th of `count` evenly spaced numbers from 0 to 1.
double spaced(int i, int count) { return i == count - 1 ? 1. : i * (1. / (count - 1)); }

/// Value at `x` of the broken line through (xs, ys), xs rising; `left` before the first point, the last y
/// after the last.
double interpolate(double x, std::span<const double> xs, std::span<const double> ys, double left) {
  const auto after = size_t(std::upper_bound(xs.begin(), xs.end(), x) - xs.begin());
  if (after == 0) return left;
  if (after == xs.size() || xs[after - 1] == x) return ys[after - 1];
  const double slope = (ys[after] - ys[after - 1]) / (xs[after] - xs[after - 1]);
  return slope * (x - xs[after - 1]) + ys[after - 1];
}

double f1_of(double precision, double recall) { return 2 * precision * recall / (precision + recall + kEps); }

/// A label or detection paired with a partner.
struct Pair {
  int label, detection;
  float iou;
};

}  // namespace

std::array<float, kIouLevels> iou_levels() {
  std::array<float, kIouLevels> levels;
  const float start = 0.5f, end = 0.95f, step = (end - start) / float(kIouLevels - 1);
  // torch.linspace counts its second half from the end.
  for (int i = 0; i < kIouLevels; ++i) {
    levels[size_t(i)] = i < kIouLevels / 2 ? start + step * float(i) : end - step * float(kIouLevels - 1 - i);
  }
  return levels;
}

std::vector<CorrectLevels> match_detections(std::span<const Detection> detections,
                                            std::span<const LabeledBox> labels) {
  static const std::array<float, kIouLevels> levels = iou_levels();
  std::vector<CorrectLevels> correct(detections.size(), CorrectLevels{});
  // Which label a detection takes does not depend on the level; only whether it is near enough does.
  std::vector<std::array<bool, kIouLevels>> taken(labels.size(), std::array<bool, kIouLevels>{});
  for (size_t d = 0; d < detections.size(); ++d) {
    float best = 0;
    size_t partner = labels.size();
    for (size_t l = 0; l < labels.size(); ++l) {
      if (labels[l].cls != detections[d].cls) continue;
      const float overlap = iou(labels[l].box, detections[d].box);
      if (overlap >= best) best = overlap, partner = l;  // of equals the last, as a reversed sort gives
    }
    if (partner == labels.size()) continue;
    for (size_t level = 0; level < kIouLevels; ++level) {
      if (best < levels[level] || taken[partner][level]) continue;
      correct[d][level] = taken[partner][level] = true;
    }
  }
  return correct;
}

ApCurve compute_ap(std::span<const double> recall, std::span<const double> precision) {
  TENGEN_CHECK(recall.size() == precision.size(), "compute_ap: ", recall.size(), " recalls, ",
               precision.size(), " precisions");
  ApCurve curve;
  curve.mrec.assign(1, 0.);
  curve.mrec.insert(curve.mrec.end(), recall.begin(), recall.end());
  curve.mrec.push_back(1);
  curve.mpre.assign(1, 1.);
  curve.mpre.insert(curve.mpre.end(), precision.begin(), precision.end());
  curve.mpre.push_back(0);
  for (size_t i = curve.mpre.size() - 1; i-- > 0;) curve.mpre[i] = std::max(curve.mpre[i], curve.mpre[i + 1]);

  constexpr int kPoints = 101;
  double previous = 0;
  for (int i = 0; i < kPoints; ++i) {
    const double value = interpolate(spaced(i, kPoints), curve.mrec, curve.mpre, curve.mpre[0]);
    if (i > 0) curve.ap += (spaced(i, kPoints) - spaced(i - 1, kPoints)) * (value + previous) / 2;
    previous = value;
  }
  return curve;
}

std::vector<double> smooth(std::span<const double> values, double fraction) {
  if (values.empty()) return {};
  const int64_t size = int64_t(values.size());
  const int64_t filter = std::llrint(double(size) * fraction * 2) / 2 + 1, half = filter / 2;
  std::vector<double> result;
  for (int64_t i = 0; i + filter <= size + 2 * half; ++i) {
    double sum = 0;
    for (int64_t k = i - half; k < i - half + filter; ++k)
      sum += values[size_t(std::clamp<int64_t>(k, 0, size - 1))];
    result.push_back(sum / double(filter));
  }
  return result;
}

double ClassMetrics::map() const { return std::accumulate(ap.begin(), ap.end(), 0.) / kIouLevels; }

double fitness(const Metrics& metrics) { return 0.1 * metrics.map50 + 0.9 * metrics.map; }

ConfusionMatrix::ConfusionMatrix(int nc, float confidence, float iou)
    : nc_(nc), confidence_(confidence), iou_(iou), counts_(size_t(nc + 1) * size_t(nc + 1), 0.) {
  TENGEN_CHECK(nc > 0, "ConfusionMatrix: number of classes is ", nc);
}

void ConfusionMatrix::add(std::span<const Detection> detections, std::span<const LabeledBox> labels) {
  if (labels.empty()) return;
  std::vector<Detection> sure;
  for (const Detection& d : detections) {
    if (d.score > confidence_) sure.push_back(d);
  }
  auto count = [&](int predicted, int truth) { ++counts_[size_t(predicted) * (nc_ + 1) + truth]; };

  // Each detection's best label, whatever the classes; then each label's best among these.
  std::vector<int> detection_of(labels.size(), -1);
  std::vector<float> overlap_of(labels.size(), 0.f);
  bool any = false;
  for (size_t d = 0; d < sure.size(); ++d) {
    float best = iou_;
    int partner = -1;
    for (size_t l = 0; l < labels.size(); ++l) {
      const float overlap = iou(labels[l].box, sure[d].box);
      if (overlap > iou_ && overlap >= best) best = overlap, partner = int(l);
    }
    if (partner < 0) continue;
    any = true;
    if (best >= overlap_of[size_t(partner)]) {
      overlap_of[size_t(partner)] = best;
      detection_of[size_t(partner)] = int(d);
    }
  }
  std::vector<bool> used(sure.size(), false);
  for (size_t l = 0; l < labels.size(); ++l) {
    const int d = detection_of[l];
    count(d < 0 ? nc_ : sure[size_t(d)].cls, labels[l].cls);
    if (d >= 0) used[size_t(d)] = true;
  }
  for (size_t d = 0; any && d < sure.size(); ++d) {
    if (!used[d]) count(sure[d].cls, nc_);
  }
}

void Evaluator::add(std::span<const Detection> detections, std::span<const LabeledBox> labels) {
  ++images_;
  const std::vector<CorrectLevels> correct = match_detections(detections, labels);
  for (size_t i = 0; i < detections.size(); ++i)
    scored_.push_back({detections[i].score, detections[i].cls, correct[i]});
  for (const LabeledBox& label : labels) label_classes_.push_back(label.cls);
}

Metrics Evaluator::compute() const {
  constexpr int kPoints = MetricCurves::kPoints;
  Metrics metrics;
  metrics.images = images_;
  metrics.labels = int64_t(label_classes_.size());
  std::vector<ScoredDetection> scored = scored_;
  std::stable_sort(scored.begin(), scored.end(),
                   [](const ScoredDetection& a, const ScoredDetection& b) { return a.score > b.score; });

  for (int cls = 0; cls < nc_; ++cls) {
    const int64_t labels = std::count(label_classes_.begin(), label_classes_.end(), cls);
    if (labels == 0) continue;
    ClassMetrics& result = metrics.classes.emplace_back();
    result.cls = cls;
    result.labels = labels;
    auto zeros = std::vector<double>(kPoints, 0.);
    std::vector<double>& precision_curve = metrics.curves.precision.emplace_back(zeros);
    std::vector<double>& recall_curve = metrics.curves.recall.emplace_back(zeros);
    std::vector<double>& pr_curve = metrics.curves.pr.emplace_back(zeros);
    metrics.curves.f1.push_back(zeros);

    std::vector<double> confidence;  // negated, so that it rises
    for (const ScoredDetection& s : scored) {
      if (s.cls == cls) confidence.push_back(-double(s.score));
    }
    if (confidence.empty()) continue;
    std::vector<double> recall(confidence.size()), precision(confidence.size());
    for (size_t level = 0; level < kIouLevels; ++level) {
      double tp = 0, fp = 0;
      size_t i = 0;
      for (const ScoredDetection& s : scored) {
        if (s.cls != cls) continue;
        ++(s.correct[level] ? tp : fp);
        recall[i] = tp / (double(labels) + kEps);
        precision[i] = tp / (tp + fp);
        ++i;
      }
      const ApCurve curve = compute_ap(recall, precision);
      result.ap[level] = curve.ap;
      if (level > 0) continue;
      for (int p = 0; p < kPoints; ++p) {
        const double x = spaced(p, kPoints);
        recall_curve[size_t(p)] = interpolate(-x, confidence, recall, 0);
        precision_curve[size_t(p)] = interpolate(-x, confidence, precision, 1);
        pr_curve[size_t(p)] = interpolate(x, curve.mrec, curve.mpre, curve.mpre[0]);
        metrics.curves.f1.back()[size_t(p)] = f1_of(precision_curve[size_t(p)], recall_curve[size_t(p)]);
      }
    }
  }
  if (metrics.classes.empty()) return metrics;

  const double count = double(metrics.classes.size());
  std::vector<double> mean_f1(kPoints, 0.);
  for (const auto& row : metrics.curves.f1) {
    for (int p = 0; p < kPoints; ++p) mean_f1[size_t(p)] += row[size_t(p)] / count;
  }
  const std::vector<double> smoothed = smooth(mean_f1);
  const auto best = size_t(std::max_element(smoothed.begin(), smoothed.end()) - smoothed.begin());
  metrics.best_confidence = spaced(int(best), kPoints);
  for (size_t i = 0; i < metrics.classes.size(); ++i) {
    ClassMetrics& c = metrics.classes[i];
    c.precision = metrics.curves.precision[i][best];
    c.recall = metrics.curves.recall[i][best];
    c.f1 = metrics.curves.f1[i][best];
    c.tp = std::nearbyint(c.recall * double(c.labels));
    c.fp = std::nearbyint(c.tp / (c.precision + kEps) - c.tp);
    metrics.precision += c.precision / count;
    metrics.recall += c.recall / count;
    metrics.map50 += c.map50() / count;
    metrics.map += c.map() / count;
  }
  return metrics;
}

}  // namespace tengen::detect
