#include <memory>
#include <vector>

#include <tengen/apps/common/command_line.h>
#include <tengen/apps/detector/commands/commands.h>
#include <tengen/apps/detector/commands/options.h>
#include <tengen/apps/detector/eval/detect.h>

namespace tengen::detect {

using apps::add_number, apps::number_from;

void add_detect_command(CLI::App& app) {
  struct Options : DetectCommand {
    std::vector<int> sizes;
  };
  const auto options = std::make_shared<Options>();
  Options& c = *options;
  c.nms.max_det = 1000;
  CLI::App& command = add_command(app, "detect", "Find objects on images and draw them");
  command.option_defaults()->group("Input");
  command
      .add_option("--weights", c.weights,
                  "Use the model of this file: .safetensors of a run, or a .pt checkpoint of YOLOv5")
      ->type_name("FILE")
      ->required();
  command.add_option("--source", c.source, "Search an image, a folder, a glob or the images of a .txt list")
      ->required();
  command.option_defaults()->group("Detection");
  command
      .add_option(kImageNames, c.sizes, "Resize images to this size in pixels, or to this height and width")
      ->expected(1, 2)
      ->check(number_from(1, kLargestImage))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->default_str("640");
  add_nms_options(command, c.nms.conf_thres, c.nms.iou_thres, c.nms.max_det);
  command.add_option("--classes", c.nms.classes, "Keep only these class numbers [default: all]")
      ->expected(1, -1)
      ->check(number_from(0))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_flag("--agnostic-nms", c.nms.agnostic, "Let boxes of different classes suppress each other");
  command.add_flag("--augment", c.augment, "Combine detections at three scales (test-time augmentation)");
  add_device_option(command, c.device);
  add_folder_options(command, c.project, c.name, c.exist_ok);
  command.add_flag("--save-txt", c.save_txt, "Save detections as label files");
  command.add_flag("--save-conf", c.save_conf, "Append the confidence to each line of these files");
  command.add_flag("--save-crop", c.save_crop, "Save the contents of each box as an image");
  command.add_flag("--nosave", c.no_save, "Do not save images with the boxes drawn");
  command.add_flag("--hide-labels", c.hide_labels, "Draw boxes without class names");
  command.add_flag("--hide-conf", c.hide_conf, "Draw class names without confidences");
  add_number(command, "--line-thickness", c.line_thickness,
             "Draw lines of this many pixels; 0 chooses by the image's size", 0, 100);
  add_absent_options(command, {{"--data", "class names are in the weights file"},
                               {"--view-img", "images are saved, not shown"},
                               {"--visualize", "features are not drawn"},
                               {"--update", "weights files are not changed"},
                               {"--half", "networks compute in float32"},
                               {"--dnn", "there is one way to run a network"},
                               {"--vid-stride", "videos are not read"}});
  command.callback([options] {
    const auto& sizes = options->sizes;
    if (!sizes.empty()) options->size = {sizes.front(), sizes.back()};
    run_detect(*options);
  });
}

}  // namespace tengen::detect
