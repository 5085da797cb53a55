// Finds objects on images.
#pragma once

#include <string>
#include <vector>

#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/model/model.h>
#include <tengen/apps/detector/model/nms.h>

namespace tengen::detect {

/// Letterboxes (padded only to the stride), runs the network in inference mode and suppresses. Boxes in
/// pixels of `image`. Call model->eval() and model->fuse() before.
std::vector<Detection> find_objects(DetectionModel& model, const Image& image, Size size,
                                    const NmsOptions& options, bool augment = false);

/// `tengen-detect detect`, with YOLOv5's flags and defaults.
struct DetectCommand {
  std::string weights, source, device, project = "runs/detect", name = "exp";
  Size size{640, 640};
  NmsOptions nms;
  bool augment = false, save_txt = false, save_conf = false, save_crop = false, no_save = false,
       exist_ok = false;
  bool hide_labels = false, hide_conf = false;
  int line_thickness = 3;
};
void run_detect(const DetectCommand& command);

}  // namespace tengen::detect
