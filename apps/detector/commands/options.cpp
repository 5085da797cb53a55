#include <tengen/apps/detector/commands/options.h>

#include <tengen/apps/common/usage_error.h>

#include <tengen/apps/common/device.h>

namespace tengen::detect {

using apps::add_number;

CLI::App& add_command(CLI::App& app, const std::string& name, const std::string& description) {
  CLI::App& command = *app.add_subcommand(name, description);
  command.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  return command;
}

void add_absent_options(CLI::App& command, std::initializer_list<AbsentOption> absent) {
  for (const AbsentOption& option : absent) {
    const std::string message = std::string(option.name) + " of YOLOv5 does not exist here: " + option.why;
    command
        .add_option_function<std::vector<std::string>>(
            option.name, [message](const std::vector<std::string>&) { throw apps::UsageError(message); })
        ->expected(0, -1)
        ->trigger_on_parse()
        ->group("");  // not in the help
  }
}

void add_device_option(CLI::App& command, std::string& device, const std::string& remark) {
  command.add_option("--device", device, std::string("Compute on ") + apps::kDeviceHelp + remark)
      ->type_name("NAME")
      ->default_str("cpu");
}

void add_folder_options(CLI::App& command, std::string& project, std::string& name, bool& exist_ok) {
  command.option_defaults()->group("Output");
  command.add_option("--project", project, "Write under this folder")
      ->type_name("FOLDER")
      ->capture_default_str();
  command.add_option("--name", name, "Name the folder of this run; a number is added when it exists")
      ->capture_default_str();
  command.add_flag("--exist-ok", exist_ok, "Write into the folder even when it exists");
}

void add_nms_options(CLI::App& command, float& conf_thres, float& iou_thres, int& max_det) {
  add_number(command, "--conf-thres", conf_thres, "Drop detections less confident than this", 0.f, 1.f);
  add_number(command, "--iou-thres", iou_thres, "Drop boxes that overlap a better one by more than this IoU",
             0.f, 1.f);
  add_number(command, "--max-det", max_det, "Keep at most this many detections per image", 1);
}

}  // namespace tengen::detect
