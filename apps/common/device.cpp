#include <tengen/apps/common/device.h>

#include <tengen/apps/common/usage_error.h>
#include <tengen/tensor/cuda_backend.h>

namespace tengen::apps {

Device parse_device(const std::string& name) try {
  if (name.empty()) return kCPU;
  const Device device(name == "0" ? "cuda:0" : name);
  if (device.is_cuda()) return cuda::resolve(device);
  TENGEN_CHECK(device.index() <= 0, "found '", name, "', expected ", kDeviceHelp);
  return kCPU;
} catch (const Error& error) {
  throw UsageError("--device " + name + ": " + error.what());
}

}  // namespace tengen::apps
