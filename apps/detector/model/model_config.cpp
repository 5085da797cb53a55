#include <tengen/apps/detector/model/model_config.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <sstream>

#include <tengen/apps/common/files.h>
#include <tengen/apps/common/run.h>
#include <tengen/apps/detector/data/data_config.h>
#include <tengen/apps/detector/data/yaml.h>
#include <tengen/torch.h>

namespace tengen::detect {
namespace {

// A built-in layout: rows separated by ';', each "Module[*repeats] [@from,from] args".
constexpr const char* kP5 =
    "Conv 64 6 2 2; Conv 128 3 2; C3*3 128; Conv 256 3 2; C3*6 256; Conv 512 3 2; C3*9 512; Conv 1024 3 2;"
    "C3*3 1024; SPPF 1024 5;"
    "Conv 512 1 1; Upsample None 2 nearest; Concat @-1,6 1; C3*3 512 False;"
    "Conv 256 1 1; Upsample None 2 nearest; Concat @-1,4 1; C3*3 256 False;"
    "Conv 256 3 2; Concat @-1,14 1; C3*3 512 False;"
    "Conv 512 3 2; Concat @-1,10 1; C3*3 1024 False; Detect @17,20,23 nc anchors";
constexpr const char* kP6 =
    "Conv 64 6 2 2; Conv 128 3 2; C3*3 128; Conv 256 3 2; C3*6 256; Conv 512 3 2; C3*9 512; Conv 768 3 2;"
    "C3*3 768; Conv 1024 3 2; C3*3 1024; SPPF 1024 5;"
    "Conv 768 1 1; Upsample None 2 nearest; Concat @-1,8 1; C3*3 768 False;"
    "Conv 512 1 1; Upsample None 2 nearest; Concat @-1,6 1; C3*3 512 False;"
    "Conv 256 1 1; Upsample None 2 nearest; Concat @-1,4 1; C3*3 256 False;"
    "Conv 256 3 2; Concat @-1,20 1; C3*3 512 False; Conv 512 3 2; Concat @-1,16 1; C3*3 768 False;"
    "Conv 768 3 2; Concat @-1,12 1; C3*3 1024 False; Detect @23,26,29,32 nc anchors";
const std::vector<std::vector<float>> kAnchorsP5{
    {10, 13, 16, 30, 33, 23}, {30, 61, 62, 45, 59, 119}, {116, 90, 156, 198, 373, 326}};
const std::vector<std::vector<float>> kAnchorsP6{{19, 27, 44, 40, 38, 94},
                                                 {96, 68, 86, 152, 180, 137},
                                                 {140, 301, 303, 264, 238, 542},
                                                 {436, 615, 739, 380, 925, 792}};
// size letter -> depth multiple, width multiple
const std::map<char, std::pair<double, double>> kSizes{{'p', {0.33, 0.125}}, {'n', {0.33, 0.25}},
                                                       {'s', {0.33, 0.50}},  {'m', {0.67, 0.75}},
                                                       {'l', {1.00, 1.00}},  {'x', {1.33, 1.25}}};

std::vector<LayerSpec> parse_layout(const std::string& text) {
  std::vector<LayerSpec> rows;
  std::istringstream all(text);
  for (std::string row; std::getline(all, row, ';');) {
    std::istringstream words(row);
    LayerSpec spec;
    words >> spec.module;
    if (auto star = spec.module.find('*'); star != std::string::npos) {
      spec.number = std::stoi(spec.module.substr(star + 1));
      spec.module.resize(star);
    }
    for (std::string word; words >> word;) {
      if (word[0] != '@') {
        spec.args.push_back(word);
        continue;
      }
      spec.from.clear();
      std::istringstream list(word.substr(1));
      for (std::string index; std::getline(list, index, ',');) spec.from.push_back(std::stoi(index));
    }
    rows.push_back(std::move(spec));
  }
  return rows;
}

bool builtin(const std::string& name, ModelConfig& config) {
  const bool p6 = name.size() == 8 && name[7] == '6';
  if (name.rfind("yolov5", 0) != 0 || (name.size() != 7 && !p6)) return false;
  auto size = kSizes.find(name[6]);
  if (size == kSizes.end()) return false;
  config.name = name;
  config.depth_multiple = size->second.first;
  config.width_multiple = size->second.second;
  config.anchors = p6 ? kAnchorsP6 : kAnchorsP5;
  config.layers = parse_layout(p6 ? kP6 : kP5);
  return true;
}

constexpr size_t kMostLayers = 1000;
constexpr double kLargestMultiple = 100;
constexpr float kLargestAnchor = 1e5f;  // pixels

LayerSpec parse_row(const YAML::Node& row, const std::string& where) {
  if (!row.IsSequence() || row.size() != 4) bad_yaml(row, where, "a layer is [from, number, module, args]");
  constexpr int kMost = int(kMostLayers);
  LayerSpec spec;
  spec.from.clear();
  if (row[0].IsSequence())
    for (const auto& from : row[0]) spec.from.push_back(yaml_number(from, where, "from", -kMost, kMost));
  else
    spec.from.push_back(yaml_number(row[0], where, "from", -kMost, kMost));
  spec.number = yaml_number(row[1], where, "number", 1, kMostRepeats);
  spec.module = row[2].as<std::string>();
  while (spec.module.starts_with("nn.")) spec.module.erase(0, 3);
  for (const auto& arg : row[3])
    spec.args.push_back(arg.IsScalar() ? arg.as<std::string>() : YAML::Dump(arg));
  return spec;
}

}  // namespace

ModelConfig ModelConfig::load(const std::string& name_or_file) {
  namespace fs = std::filesystem;
  ModelConfig config;
  std::string stem = name_or_file;
  if (apps::path_exists(name_or_file) && !apps::is_folder(name_or_file)) {
    config = parse(apps::read_text(name_or_file, "model"), name_or_file);
    config.name = fs::path(name_or_file).stem().string();
    return config;
  }
  if (stem.size() > 5 && stem.substr(stem.size() - 5) == ".yaml") stem = fs::path(stem).stem().string();
  TENGEN_CHECK(builtin(stem, config), "no model '", name_or_file,
               "': neither a file nor one of yolov5{p,n,s,m,l,x} and yolov5{n,s,m,l,x}6");
  return config;
}

ModelConfig ModelConfig::parse(const std::string& text, const std::string& source) try {
  const std::string where = "model: " + source;
  const YAML::Node yaml = parse_yaml(text, where);
  TENGEN_CHECK(yaml.IsMap() && yaml["anchors"] && yaml["backbone"] && yaml["head"], where,
               ": a model yaml needs nc, depth_multiple, width_multiple, anchors, backbone and head");
  for (const auto& item : yaml) {
    const std::string key = item.first.IsScalar() ? item.first.Scalar() : "";
    if (key == "activation") {
      const std::string name = item.second.IsScalar() ? item.second.Scalar() : "";
      if (name != "nn.SiLU()" && name != "nn.SiLU")
        bad_yaml(item.second, where, "activation " + name + ": only nn.SiLU() exists here");
    }
  }
  TENGEN_CHECK(yaml["anchors"].IsSequence(), where,
               ": anchors: expected one list per level, but got a number");
  ModelConfig config;
  config.name = config.source = source;
  if (const auto nc = yaml["nc"]) config.nc = yaml_number(nc, where, "nc", 1, kMostClasses);
  for (const auto& [key, multiple] :
       {std::pair{"depth_multiple", &config.depth_multiple}, {"width_multiple", &config.width_multiple}})
    if (const auto node = yaml[key]) *multiple = yaml_number(node, where, key, 0.001, kLargestMultiple);
  for (const auto& level : yaml["anchors"]) {
    std::vector<float>& sides = config.anchors.emplace_back();
    for (const auto& side : level)
      sides.push_back(yaml_number(side, where, "anchors", 1e-3f, kLargestAnchor));
  }
  for (const char* part : {"backbone", "head"})
    for (const auto& row : yaml[part]) {
      config.layers.push_back(parse_row(row, where));
      if (config.layers.size() > kMostLayers)
        bad_yaml(row, where, detail::str("more than ", kMostLayers, " layers"));
    }
  return config;
} catch (const YAML::Exception& e) {
  fail("model: ", source, ":", e.mark.line + 1, ": ", e.msg);
}

std::string ModelConfig::yaml() const {
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "nc" << YAML::Value << nc << YAML::Key << "depth_multiple"
      << YAML::Value << depth_multiple << YAML::Key << "width_multiple" << YAML::Value << width_multiple;
  out << YAML::Key << "anchors" << YAML::Value << YAML::BeginSeq;
  for (const auto& level : anchors) out << YAML::Flow << level;
  out << YAML::EndSeq << YAML::Key << "backbone" << YAML::Value << YAML::BeginSeq;
  for (const auto& row : layers) {
    out << YAML::Flow << YAML::BeginSeq;
    if (row.from.size() == 1)
      out << row.from[0];
    else
      out << row.from;
    out << row.number << row.module << row.args << YAML::EndSeq;
  }
  out << YAML::EndSeq << YAML::Key << "head" << YAML::Value << YAML::Flow << YAML::BeginSeq << YAML::EndSeq
      << YAML::EndMap;
  return out.c_str();
}

int64_t ModelConfig::channels(int64_t declared) const {
  return int64_t(std::ceil(double(declared) * width_multiple / 8.0)) * 8;
}

int64_t ModelConfig::repeats(int64_t declared) const {
  if (declared <= 1) return declared;
  return std::max<int64_t>(int64_t(std::nearbyint(double(declared) * depth_multiple)), 1);
}

}  // namespace tengen::detect
