#include <tengen/apps/detector/model/pytorch_checkpoint.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include <yaml-cpp/yaml.h>

#include <tengen/io/pytorch.h>
#include <tengen/torch.h>

namespace tengen::detect {
namespace {

using Item = io::PtFile::Item;

constexpr int kDeepest = 10;
constexpr size_t kLongest = 1 << 20;  // characters

/// A value of Python's as YAML.
void emit(YAML::Emitter& out, const Item& item, const std::string& path, int depth = 0) {
  TENGEN_CHECK(depth <= kDeepest && out.size() <= kLongest, "weights: ", path,
               ": the layout of its network is too large or nested too deep");
  if (item.is_dict()) {
    out << YAML::BeginMap;
    const std::vector<Item> items = item.items();
    for (size_t i = 0; i + 1 < items.size(); i += 2) {
      out << YAML::Key;
      emit(out, items[i], path, depth + 1);
      out << YAML::Value;
      emit(out, items[i + 1], path, depth + 1);
    }
    out << YAML::EndMap;
  } else if (item.is_list()) {
    out << YAML::Flow << YAML::BeginSeq;
    for (const Item& each : item.items()) emit(out, each, path, depth + 1);
    out << YAML::EndSeq;
  } else if (item.is_number()) {
    const double number = item.number();
    if (number == std::floor(number) && std::abs(number) < 1e15)
      out << int64_t(number);
    else
      out << number;
  } else {
    out << (item ? item.text() : "None");
  }
}

std::string yaml_of(const Item& item, const std::string& path) {
  YAML::Emitter out;
  emit(out, item, path);
  return out.c_str();
}

/// Class names: a list, or a dictionary by number. As a YAML list.
std::string names_of(const Item& names, const std::string& path) {
  YAML::Emitter out;
  out << YAML::Flow << YAML::BeginSeq;
  const std::vector<Item> items = names.items();
  const size_t step = names.is_dict() ? 2 : 1;
  for (size_t i = step - 1; i < items.size(); i += step) {
    TENGEN_CHECK(step == 1 || (items[i - 1].is_number() && items[i - 1].number() == double(i / 2)),
                 "weights: ", path, ": expected the class names numbered from 0");
    out << YAML::DoubleQuoted
        << (items[i].is_number() ? std::to_string(int64_t(items[i].number())) : items[i].text());
  }
  out << YAML::EndSeq;
  return out.c_str();
}

}  // namespace

bool is_pytorch_file(const std::string& path) {
  char start[2] = {};
  std::ifstream(path, std::ios::binary).read(start, sizeof start);
  const std::string_view begin(start, sizeof start);
  return begin == "PK" || begin == "\x80\x02";
}

io::SafeTensors read_pytorch_checkpoint(const std::string& path) {
  const io::PtFile file(path);
  const Item root = file.root();
  Item model = root["ema"];
  if (model.class_name().empty()) model = root["model"];
  if (model.class_name().empty() && !model.is_dict()) model = root;

  io::SafeTensors result;
  for (auto& [name, tensor] : model.tensors())
    result.tensors.emplace(name, tensor.is_floating_point() ? tensor.detach().to(kFloat) : tensor.detach());
  if (!model["yaml"].is_dict()) return result;
  result.metadata = {{"model", yaml_of(model["yaml"], path)},
                     {"model_name", std::filesystem::path(path).stem().string()},
                     {"names", names_of(model["names"], path)}};
  return result;
}

}  // namespace tengen::detect
