#include <tengen/tensor/device.h>

#include <ostream>

#include <tengen/tensor/error.h>

namespace tengen::inline api {

Device::Device(const std::string& text) : type_(kCPU), index_(-1) {
  size_t colon = text.find(':');
  std::string name = text.substr(0, colon);
  bool good = name == "cpu" || name == "cuda";
  type_ = name == "cuda" ? kCUDA : kCPU;
  if (good && colon != std::string::npos) {
    std::string number = text.substr(colon + 1);
    good =
        !number.empty() && number.size() <= 2 && number.find_first_not_of("0123456789") == std::string::npos;
    if (good) index_ = DeviceIndex(std::stoi(number));
  }
  TENGEN_CHECK(good, "device: found '", text, "', expected cpu, cuda or cuda:N");
}

std::string Device::str() const {
  std::string name = is_cpu() ? "cpu" : "cuda";
  return has_index() ? name + ":" + std::to_string(index_) : name;
}

std::ostream& operator<<(std::ostream& out, DeviceType type) { return out << Device(type); }
std::ostream& operator<<(std::ostream& out, const Device& device) { return out << device.str(); }

}  // namespace tengen::inline api
