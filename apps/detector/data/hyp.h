// Hyper-parameters, with YOLOv5's names and its defaults for training from scratch with little augmentation.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tengen::detect {

struct Hyp {
  double lr0 = 0.01;        // initial learning rate
  double lrf = 0.01;        // final one as a fraction of lr0
  double momentum = 0.937;  // SGD momentum, Adam's beta1
  double weight_decay = 5e-4;
  double warmup_epochs = 3;
  double warmup_momentum = 0.8;
  double warmup_bias_lr = 0.1;
  double box = 0.05, cls = 0.5, cls_pw = 1, obj = 1, obj_pw = 1;  // loss gains and positive weights
  double iou_t = 0.2;   // unused by the loss, kept for the file format
  double anchor_t = 4;  // largest ratio between a target and its anchor
  double fl_gamma = 0;  // focal loss
  double hsv_h = 0.015, hsv_s = 0.7, hsv_v = 0.4;
  double degrees = 0, translate = 0.1, scale = 0.5, shear = 0, perspective = 0;
  double flipud = 0, fliplr = 0.5;
  double mosaic = 1, mixup = 0, copy_paste = 0;  // copy_paste needs segments and has no effect on boxes
  double label_smoothing = 0;                    // a flag of the original's trainer
  double anchors = 0;  // of each level, rounded; 0: as many as the network's layout has

  /// Every key with its value's address, in the file's order.
  std::vector<std::pair<const char*, double*>> fields();
  std::vector<std::pair<const char*, const double*>> fields() const;
};

/// Reads a yaml map; keys that are absent keep their defaults. Unknown keys, and values that are no numbers,
/// are an error that names file, line and key.
Hyp load_hyp(const std::string& path);
std::string to_yaml(const Hyp& hyp);
void save_hyp(const std::string& path, const Hyp& hyp);

}  // namespace tengen::detect
