// Where the programs compute: the one reading of --device.
#pragma once

#include <string>

#include <tengen/tensor/device.h>
#include <tengen/tensor/error.h>

namespace tengen::apps {

/// A device that is not known, or not there. A mistake of the command line: exit status 2.
class DeviceError : public Error {
 public:
  using Error::Error;
};

inline constexpr const char* kDeviceHelp = "cpu, cuda or cuda:0";

/// "cpu" (or nothing), "cuda", "cuda:0" or YOLOv5's "0" -> a device that can be used, a GPU with its index.
/// Else throws DeviceError: what was found and what is expected, or why there is no such device.
Device parse_device(const std::string& name);

}  // namespace tengen::apps
