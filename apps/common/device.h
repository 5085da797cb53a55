// Where the programs compute: the one reading of --device.
#pragma once

#include <string>

#include <tengen/tensor/device.h>

namespace tengen::apps {

inline constexpr const char* kDeviceHelp = "cpu, cuda or cuda:0";

/// "cpu" (or nothing), "cuda", "cuda:0" or YOLOv5's "0" -> a device that can be used, a GPU with its index.
/// Else throws UsageError: what was found and what is expected, or why there is no such device.
Device parse_device(const std::string& name);

}  // namespace tengen::apps
