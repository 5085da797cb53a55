#include <tengen/apps/detector/hyp.h>

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include <tengen/tensor/error.h>

namespace tengen::detect {

std::vector<std::pair<const char*, double*>> Hyp::fields() {
  return {{"lr0", &lr0},
          {"lrf", &lrf},
          {"momentum", &momentum},
          {"weight_decay", &weight_decay},
          {"warmup_epochs", &warmup_epochs},
          {"warmup_momentum", &warmup_momentum},
          {"warmup_bias_lr", &warmup_bias_lr},
          {"box", &box},
          {"cls", &cls},
          {"cls_pw", &cls_pw},
          {"obj", &obj},
          {"obj_pw", &obj_pw},
          {"iou_t", &iou_t},
          {"anchor_t", &anchor_t},
          {"fl_gamma", &fl_gamma},
          {"hsv_h", &hsv_h},
          {"hsv_s", &hsv_s},
          {"hsv_v", &hsv_v},
          {"degrees", &degrees},
          {"translate", &translate},
          {"scale", &scale},
          {"shear", &shear},
          {"perspective", &perspective},
          {"flipud", &flipud},
          {"fliplr", &fliplr},
          {"mosaic", &mosaic},
          {"mixup", &mixup},
          {"copy_paste", &copy_paste},
          {"label_smoothing", &label_smoothing}};
}

std::vector<std::pair<const char*, const double*>> Hyp::fields() const {
  const auto mutable_fields = const_cast<Hyp*>(this)->fields();
  return {mutable_fields.begin(), mutable_fields.end()};
}

Hyp load_hyp(const std::string& path) {
  Hyp hyp;
  auto fields = hyp.fields();
  try {
    const YAML::Node root = YAML::LoadFile(path);
    TENGEN_CHECK(root.IsMap(), "hyp: ", path, " is not a list of `name: number` lines");
    for (const auto& item : root) {
      const std::string key = item.first.as<std::string>();
      const int line = item.first.Mark().line + 1;
      auto field = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return key == f.first; });
      TENGEN_CHECK(field != fields.end(), "hyp: ", path, ":", line, ": unknown hyper-parameter '", key, "'");
      try {
        *field->second = item.second.as<double>();
      } catch (const YAML::Exception&) {
        fail("hyp: ", path, ":", line, ": '", key, "' must be a number");
      }
    }
  } catch (const YAML::BadFile&) {
    fail("hyp: cannot open ", path);
  } catch (const YAML::Exception& error) {
    fail("hyp: ", path, ":", error.mark.line + 1, ": ", error.msg);
  }
  return hyp;
}

std::string to_yaml(const Hyp& hyp) {
  std::ostringstream out;
  for (const auto& [key, value] : hyp.fields()) out << key << ": " << *value << '\n';
  return out.str();
}

void save_hyp(const std::string& path, const Hyp& hyp) {
  std::ofstream file(path);
  file << to_yaml(hyp);
  TENGEN_CHECK(file.flush(), "hyp: cannot write ", path);
}

}  // namespace tengen::detect
