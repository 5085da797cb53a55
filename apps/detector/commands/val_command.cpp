#include <memory>

#include <tengen/apps/common/command_line.h>
#include <tengen/apps/detector/commands/commands.h>
#include <tengen/apps/detector/commands/options.h>
#include <tengen/apps/detector/eval/val.h>

namespace tengen::detect {

using apps::add_number;

void add_val_command(CLI::App& app) {
  const auto options = std::make_shared<ValCommand>();
  ValCommand& c = *options;
  CLI::App& command = add_command(app, "val", "Measure a model: precision, recall and mAP by class");
  command.option_defaults()->group("Input");
  command.add_option("--data", c.data, "Measure on the dataset of this data.yaml")
      ->type_name("FILE")
      ->required();
  command
      .add_option("--weights", c.weights,
                  "Measure the model of this file: .safetensors of a run, or a .pt checkpoint of YOLOv5")
      ->type_name("FILE")
      ->required();
  command.add_option("--task", c.task, "Measure on this split")
      ->check(CLI::IsMember({"train", "val", "test"}))
      ->capture_default_str();
  command.option_defaults()->group("Detection");
  add_number(command, kImageNames, c.image_size, "Resize images to this size in pixels", 1, kLargestImage);
  add_nms_options(command, c.settings.conf_thres, c.settings.iou_thres, c.settings.max_det);
  command.add_flag("--single-cls", c.settings.single_cls, "Count all objects and detections as one class");
  command.add_flag("--augment", c.settings.augment,
                   "Combine detections at three scales (test-time augmentation)");
  command.option_defaults()->group("Computation");
  add_number(command, "--batch-size,--batch", c.batch_size, "Put this many images into a batch", 1);
  add_number(command, "--workers", c.settings.workers, "Load images in this many threads", 0);
  add_device_option(command, c.device);
  add_folder_options(command, c.project, c.name, c.exist_ok);
  command.add_flag("--save-txt", c.save_txt, "Save detections as label files");
  command.add_flag("--save-conf", c.settings.save_conf, "Append the confidence to each line of these files");
  command.add_flag("--save-json", c.save_json, "Save all detections as a JSON file in COCO's form");
  command.add_flag("--verbose", c.verbose, "Do nothing: the table by class is always printed");
  add_absent_options(command, {{"--save-hybrid", "label files hold detections alone"},
                               {"--half", "networks compute in float32"},
                               {"--dnn", "there is one way to run a network"}});
  command.callback([options] { run_val(*options); });
}

}  // namespace tengen::detect
