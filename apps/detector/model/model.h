// The YOLOv5 detector: modules, the network built from a layout table, decoding, test-time augmentation.
// State names are those of public checkpoints: model.0.conv.weight, model.2.m.0.cv1.bn.weight, ...,
// model.24.m.2.bias.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <tengen/apps/detector/model/model_config.h>
#include <tengen/torch.h>

namespace tengen::detect {

/// A row of the network: maps the outputs of earlier rows to one feature map.
struct LayerImpl : nn::Module {
  virtual Tensor run(const std::vector<Tensor>& inputs) = 0;
};

/// Convolution without bias, batch norm (eps 1e-3, momentum 0.03), SiLU.
struct ConvImpl : LayerImpl {
  /// `padding` < 0: k / 2, which keeps the size at stride 1.
  ConvImpl(int64_t in, int64_t out, int64_t k = 1, int64_t stride = 1, int64_t padding = -1,
           int64_t groups = 1);
  Tensor forward(const Tensor& x);  // (N,in,H,W) -> (N,out,H/stride,W/stride)
  Tensor run(const std::vector<Tensor>& inputs) override { return forward(inputs[0]); }
  /// Folds the running statistics into one convolution (`on`), or returns to the layers as trained.
  void fuse(bool on);

  nn::Conv2d conv{nullptr};
  nn::BatchNorm2d bn{nullptr};

 private:
  int64_t stride_, padding_, groups_;
  Tensor fused_weight_, fused_bias_;  // defined while fused
};
TENGEN_MODULE(Conv);

/// 1x1 then 3x3 convolution, with the input added when `shortcut` and the widths agree.
struct BottleneckImpl : LayerImpl {
  BottleneckImpl(int64_t in, int64_t out, bool shortcut = true, double expansion = 0.5);
  Tensor forward(const Tensor& x);
  Tensor run(const std::vector<Tensor>& inputs) override { return forward(inputs[0]); }

  Conv cv1{nullptr}, cv2{nullptr};
  bool add;
};
TENGEN_MODULE(Bottleneck);

/// Cross-stage partial block: n bottlenecks beside a 1x1 branch.
struct C3Impl : LayerImpl {
  C3Impl(int64_t in, int64_t out, int64_t n = 1, bool shortcut = true);
  Tensor forward(const Tensor& x);
  Tensor run(const std::vector<Tensor>& inputs) override { return forward(inputs[0]); }

  Conv cv1{nullptr}, cv2{nullptr}, cv3{nullptr};
  nn::ModuleList m;
};
TENGEN_MODULE(C3);

/// Spatial pyramid pooling by three chained k x k max-poolings.
struct SPPFImpl : LayerImpl {
  SPPFImpl(int64_t in, int64_t out, int64_t k = 5);
  Tensor forward(const Tensor& x);
  Tensor run(const std::vector<Tensor>& inputs) override { return forward(inputs[0]); }

  Conv cv1{nullptr}, cv2{nullptr};
  nn::MaxPool2d m{nullptr};
};
TENGEN_MODULE(SPPF);

/// Nearest-neighbor enlargement by a whole factor.
struct UpsampleImpl : LayerImpl {
  explicit UpsampleImpl(double scale);
  Tensor run(const std::vector<Tensor>& inputs) override;
  double scale;
};
TENGEN_MODULE(Upsample);

struct ConcatImpl : LayerImpl {
  explicit ConcatImpl(int64_t dim) : dim(dim) {}
  Tensor run(const std::vector<Tensor>& inputs) override { return cat(inputs, dim); }
  int64_t dim;
};
TENGEN_MODULE(Concat);

/// The head: one 1x1 convolution per level; raw output (N, anchors, ny, nx, 5 + nc) with x, y, w, h,
/// objectness, classes.
struct DetectImpl : nn::Module {
  /// `anchors_px`: by level, width and height in pixels alternating; `strides`: pixels per cell of each
  /// level.
  DetectImpl(int64_t nc, const std::vector<std::vector<float>>& anchors_px, const std::vector<int64_t>& in,
             std::vector<int64_t> strides);
  std::vector<Tensor> forward(const std::vector<Tensor>& features);
  /// Raw maps -> (N, rows, 5 + nc): xy = (2 sigmoid - 0.5 + cell) * stride, wh = (2 sigmoid)^2 * anchor in
  /// pixels, then probabilities. Rows: level, anchor, y, x.
  Tensor decode(const std::vector<Tensor>& raw);

  int64_t nc, na;
  std::vector<int64_t> strides;
  Tensor anchors;  // (levels, anchors, 2) in cells
  nn::ModuleList m;
};
TENGEN_MODULE(Detect);

struct Prediction {
  Tensor decoded;           // (N, rows, 5 + nc); undefined in training mode
  std::vector<Tensor> raw;  // by level
};

/// The whole network. Input (N,3,H,W) in 0..1 RGB, H and W multiples of max_stride().
struct DetectionModelImpl : nn::Module {
  explicit DetectionModelImpl(ModelConfig config);
  Prediction forward(const Tensor& x);
  /// Test-time augmentation over scales 1, 0.83 (mirrored) and 0.67: decoded rows of all three passes.
  Tensor forward_augmented(const Tensor& x);
  /// Folds every batch norm for inference; `fuse(false)` undoes it. Fold again after the weights changed.
  void fuse(bool on = true);
  int64_t max_stride() const { return detect->strides.back(); }
  Device device() const { return detect->anchors.device(); }
  int64_t parameter_count() const;
  /// The first layer whose output meets the condition, e.g. "layer 3 (Conv)"; empty when none does. For
  /// diagnosis.
  std::string first_layer(const Tensor& x, const std::function<bool(const Tensor&)>& condition);

  ModelConfig config;
  nn::ModuleList model;
  Detect detect{nullptr};

 private:
  // Runs all rows; `seen` is shown each output and may end the run by returning false.
  std::vector<Tensor> run_layers(const Tensor& x, const std::function<bool(size_t, const Tensor&)>& seen);

  std::vector<std::shared_ptr<LayerImpl>> layers_;  // all rows but the last, which is `detect`
  std::vector<bool> keep_;                          // rows that later rows read
};
TENGEN_MODULE(DetectionModel);

}  // namespace tengen::detect
