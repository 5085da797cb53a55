// The layout of a detector: which module stands where, what feeds it, how deep and wide it is.
// Facts from the published YOLOv5 v6 architecture tables; sizes differ by two multiples only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tengen::detect {

inline constexpr int kMostRepeats = 1000;

/// One row of a layout.
struct LayerSpec {
  std::vector<int> from{-1};      // rows that feed it; negative counts back from this row
  int number = 1;                 // repeats inside the module, before the depth multiple
  std::string module;             // Conv, Bottleneck, C3, SPPF, Upsample, Concat or Detect
  std::vector<std::string> args;  // as in a YOLOv5 yaml; channels before the width multiple
};

struct ModelConfig {
  std::string name;
  std::string source;  // the file that it was read from, for errors; may be empty
  int64_t nc = 80;     // number of classes
  double depth_multiple = 1.0;
  double width_multiple = 1.0;
  std::vector<std::vector<float>> anchors;  // by level: width, height, width, height, ... in pixels
  std::vector<LayerSpec> layers;
  /// A network with more parameters is refused before memory is taken for them.
  int64_t most_parameters = 500'000'000;

  /// A built-in name (yolov5{p,n,s,m,l,x}, yolov5{n,s,m,l,x}6; "yolov5n.yaml" works too) or a YOLOv5-style
  /// yaml file. "p" (pico) is ours: half the width of n, for demos and tests.
  static ModelConfig load(const std::string& name_or_file);
  /// From yaml text; `where` names it in errors.
  static ModelConfig parse(const std::string& yaml, const std::string& where);
  /// yaml text that `parse` reads back to the same network.
  std::string yaml() const;

  /// Channels after the width multiple, rounded up to a multiple of 8.
  int64_t channels(int64_t declared) const;
  /// Repeats after the depth multiple: max(round(n * depth), 1), halves to even.
  int64_t repeats(int64_t declared) const;
};

}  // namespace tengen::detect
