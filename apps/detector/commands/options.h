// The options that several commands share.
#pragma once

#include <initializer_list>
#include <string>

#include <tengen/apps/common/command_line.h>

namespace tengen::detect {

inline constexpr const char* kImageNames = "--img,--imgsz,--img-size";
inline constexpr int kLargestImage = 1 << 15;

/// A command whose repeated options are no mistake: the last one counts, as in the original.
CLI::App& add_command(CLI::App& app, const std::string& name, const std::string& description);

/// An option of YOLOv5's that does not exist here.
struct AbsentOption {
  const char *name, *why;
};
/// Refuses each of them with its sentence, instead of as an unknown option.
void add_absent_options(CLI::App& command, std::initializer_list<AbsentOption> absent);

/// --device
void add_device_option(CLI::App& command, std::string& device, const std::string& remark = "");
/// --project --name --exist-ok, in the group "Output"
void add_folder_options(CLI::App& command, std::string& project, std::string& name, bool& exist_ok);
/// --conf-thres --iou-thres --max-det
void add_nms_options(CLI::App& command, float& conf_thres, float& iou_thres, int& max_det);

}  // namespace tengen::detect
