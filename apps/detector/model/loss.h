// The detector's loss, written from public differentiable operators only: autograd finds its gradient by
// itself.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <tengen/apps/detector/model/iou.h>
#include <tengen/torch.h>

namespace tengen::detect {

enum class Reduce { none, mean, sum };

/// Element-wise binary cross entropy on logits; pos_weight scales the positive part.
Tensor bce_loss(const Tensor& logits, const Tensor& targets, double pos_weight = 1.0,
                Reduce reduction = Reduce::mean);
/// Focal loss, arXiv:1708.02002: bce * a * (1 - pt)^gamma.
Tensor focal_loss(const Tensor& logits, const Tensor& targets, double gamma = 1.5, double alpha = 0.25,
                  double pos_weight = 1.0, Reduce reduction = Reduce::mean);
/// Quality focal loss, arXiv:2006.04388: bce * a * |target - p|^gamma.
Tensor quality_focal_loss(const Tensor& logits, const Tensor& targets, double gamma = 1.5,
                          double alpha = 0.25, double pos_weight = 1.0, Reduce reduction = Reduce::mean);
/// BCE damped where the prediction exceeds a missing label: bce * (1 - exp((p - y - 1) / (alpha + 1e-4))),
/// mean.
Tensor bce_blur_loss(const Tensor& logits, const Tensor& targets, double alpha = 0.05);
/// Targets of the positive and the negative classes under label smoothing: 1 - eps/2, eps/2.
std::pair<double, double> smooth_bce(double eps);

/// What one level must predict: m rows, a row being one (label, anchor, cell).
struct LevelMatches {
  std::vector<int32_t> image, anchor, gy, gx, cls;
  std::vector<float> box;          // (m, 4): center minus the cell, then size; in cells
  std::vector<float> anchor_size;  // (m, 2) in cells
  int64_t size() const { return int64_t(image.size()); }
};

/// Pairs labels with anchors whose sides differ by less than `anchor_t` times, in the label's cell and its
/// two nearest neighbors. `targets` (n, 6): image, class, x, y, w, h, the last four as fractions of the
/// image; `anchors` (anchors, 2) in cells.
LevelMatches match_targets(const Tensor& targets, const Tensor& anchors, int64_t ny, int64_t nx,
                           double anchor_t);

struct LossOptions {
  double box = 0.05, obj = 1.0, cls = 0.5;  // gains as multiplied in (see `scaled`)
  double cls_pw = 1.0, obj_pw = 1.0;        // weights of the positives
  double fl_gamma = 0.0;                    // above 0: focal loss on objectness and classes
  double label_smoothing = 0.0;
  double anchor_t = 4.0;
  double gr = 1.0;  // fraction of IoU in the objectness target
  bool autobalance = false;
  bool quality_focal = false;  // with fl_gamma above 0: the quality focal loss instead

  /// Gains of the hyper-parameter file adapted to levels, classes and image size.
  LossOptions scaled(int64_t levels, int64_t nc, int64_t image_size) const;
};

/// The matches of a batch, by level, and what the loss reads of them where the network runs.
struct LossTargets {
  struct Level {
    Tensor row, cls;               // (m) which cell of the flattened map, and its label's class
    Tensor object_row, object_of;  // (objects) the cells that hold objects, once each, and which of the m
    Tensor box, anchor_size;       // (m, 4), (m, 2) in cells
  };
  std::vector<LevelMatches> matches;
  std::vector<Level> levels;
};

struct LossResult {
  Tensor loss;   // (1): batch * (box + obj + cls)
  Tensor items;  // (3) without gradient: box, obj, cls
  // By level, for tests and diagnosis.
  std::vector<LevelMatches> matches;
  std::vector<Tensor> ciou, tobj;  // without gradient
};

/// YOLOv5's loss over raw maps (N, anchors, ny, nx, 5 + nc), on their device. Labels are matched on the host.
class ComputeLoss {
 public:
  /// `anchors` (levels, anchors, 2) in cells, as they are now.
  ComputeLoss(LossOptions options, const Tensor& anchors, std::vector<int64_t> strides, int64_t nc);
  /// Matches `targets` (n, 6; on the host) to the maps of images of `image_sizes` (N, 3, H, W), and moves
  /// what came of it to `device`. Needs no predictions: a device need not be waited for between forward and
  /// loss.
  LossTargets match(const Tensor& targets, IntArrayRef image_sizes, Device device) const;
  LossResult operator()(const std::vector<Tensor>& raw, LossTargets targets);
  /// Matches first.
  LossResult operator()(const std::vector<Tensor>& raw, const Tensor& targets);

  LossOptions options;
  std::vector<double> balance;  // weight of each level's objectness; moves with autobalance

 private:
  struct Grid {
    int64_t ny, nx;
  };
  LossTargets match(const Tensor& targets, int64_t image_count, const std::vector<Grid>& grids,
                    Device device) const;
  Tensor elementwise(const Tensor& logits, const Tensor& targets, double pos_weight) const;
  // Takes in the objectness losses by level.
  void adapt_balance(const Tensor& levels);

  Tensor anchors_;  // on the host
  std::vector<int64_t> strides_;
  int64_t nc_;
};

}  // namespace tengen::detect
