#include <tengen/apps/detector/data/hyp.h>

#include <algorithm>
#include <charconv>

#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/data/yaml.h>

namespace tengen::detect {

namespace {
constexpr double kLargest = 3e38;  // of any hyper-parameter: what float32 holds
}

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
          {"label_smoothing", &label_smoothing},
          {"anchors", &anchors}};
}

std::vector<std::pair<const char*, const double*>> Hyp::fields() const {
  const auto mutable_fields = const_cast<Hyp*>(this)->fields();
  return {mutable_fields.begin(), mutable_fields.end()};
}

Hyp load_hyp(const std::string& path) {
  Hyp hyp;
  auto fields = hyp.fields();
  const YAML::Node root = load_yaml("hyp", path);
  const std::string where = "hyp: " + path;
  TENGEN_CHECK(root.IsMap(), where, " is not a list of `name: number` lines");
  for (const auto& item : root) {
    const std::string key = item.first.IsScalar() ? item.first.Scalar() : "";
    auto field = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return key == f.first; });
    if (field == fields.end()) bad_yaml(item.first, where, "unknown hyper-parameter '" + key + "'");
    *field->second = yaml_number(item.second, where, key, -kLargest, kLargest);
  }
  return hyp;
}

std::string to_yaml(const Hyp& hyp) {
  std::string text;
  for (const auto& [key, value] : hyp.fields()) {
    char digits[32];  // the fewest that give back the same number
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, *value);
    text.append(key).append(": ").append(digits, end).push_back('\n');
  }
  return text;
}

void save_hyp(const std::string& path, const Hyp& hyp) { write_text(path, to_yaml(hyp)); }

}  // namespace tengen::detect
