#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/data/yaml.h>
#include <tengen/apps/detector/train/train.h>
#include <tengen/tensor/error.h>

namespace tengen::detect {
namespace {

// Visits every key of opt.yaml with the member it belongs to.
template <class Command, class Visit>
void visit_fields(Command& c, const Visit& visit) {
  visit("weights", c.weights);
  visit("cfg", c.cfg);
  visit("data", c.data);
  visit("hyp", c.hyp_file);
  visit("epochs", c.epochs);
  visit("batch_size", c.batch_size);
  visit("imgsz", c.image_size);
  visit("noautoanchor", c.no_autoanchor);
  visit("noval", c.no_val);
  visit("noplots", c.no_plots);
  visit("cache", c.cache);
  visit("device", c.device);
  visit("optimizer", c.optimizer);
  visit("workers", c.workers);
  visit("project", c.project);
  visit("name", c.name);
  visit("exist_ok", c.exist_ok);
  visit("single_cls", c.single_cls);
  visit("freeze", c.freeze);
  visit("cos_lr", c.cos_lr);
  visit("label_smoothing", c.label_smoothing);
  visit("patience", c.patience);
  visit("save_period", c.save_period);
  visit("seed", c.seed);
  visit("nominal_batch", c.nominal_batch);
  visit("autobalance", c.autobalance);
  visit("quality_focal", c.quality_focal);
}

}  // namespace

std::string TrainCommand::yaml() const {
  YAML::Emitter out;
  out << YAML::BeginMap;
  visit_fields(*this,
               [&](const char* key, const auto& value) { out << YAML::Key << key << YAML::Value << value; });
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

TrainCommand TrainCommand::from_yaml(const std::string& file) try {
  const YAML::Node root = load_yaml("train", file);
  TENGEN_CHECK(root.IsMap(), "train: ", file, " is not a list of `name: value` lines");
  TrainCommand command;
  visit_fields(command, [&](const char* key, auto& value) {
    if (root[key]) value = root[key].as<std::decay_t<decltype(value)>>();
  });
  return command;
} catch (const YAML::Exception& e) {
  fail("train: ", file, ":", e.mark.line + 1, ": ", e.msg);
}

}  // namespace tengen::detect
