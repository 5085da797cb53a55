// check: looks for everything that is wrong with a dataset before a training run meets it.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <tengen/apps/detector/commands/commands.h>
#include <tengen/apps/detector/commands/options.h>
#include <tengen/apps/detector/data/dataset.h>
#include <tengen/apps/detector/model/anchors.h>

namespace tengen::detect {
namespace {

// How well the default anchors fit the boxes at this image size.
void print_anchor_fit(const Scan& scan, int image_size) {
  std::vector<Extent> boxes;
  for (const Entry& entry : scan.entries) {
    const Size size = training_size(entry.size, image_size);
    for (const Label& l : entry.labels) boxes.push_back({l.w * float(size.width), l.h * float(size.height)});
  }
  if (!boxes.empty())
    std::printf("  anchors at %d px: %s\n", image_size,
                describe(anchor_fit(boxes, default_anchors(), 4.0)).c_str());
}

// Prints every problem with file and line, then labels by class. False when a problem was found.
bool check_split(const std::string& name, const std::vector<std::string>& sources, const DataConfig& data,
                 int image_size) {
  const Scan scan = scan_dataset(sources, data.nc(), false, name);
  for (const Problem& p : scan.problems)
    std::printf("%s%s: %s\n", p.file.c_str(), p.line ? (":" + std::to_string(p.line)).c_str() : "",
                p.what.c_str());
  std::printf("%s: %s, %zu problems\n", name.c_str(), scan.summary().c_str(), scan.problems.size());
  const auto counts = scan.class_counts(data.nc());
  for (size_t cls = 0; cls < counts.size(); ++cls)
    std::printf("  %-24s %lld\n", data.names[cls].c_str(), static_cast<long long>(counts[cls]));
  print_anchor_fit(scan, image_size);
  return scan.problems.empty();
}

bool check_dataset(const std::string& file, int image_size) {
  const DataConfig data = load_data_config(file);
  std::printf("%s: %d classes\n", file.c_str(), data.nc());
  bool sound = true;
  const std::pair<const char*, const std::vector<std::string>*> splits[] = {
      {"train", &data.train}, {"val", &data.val}, {"test", &data.test}};
  for (const auto& [name, sources] : splits)
    if (!sources->empty()) sound &= check_split(name, *sources, data, image_size);
  return sound;
}

}  // namespace

void add_check_command(CLI::App& app) {
  struct Options {
    std::string data;
    int image_size = 640;
  };
  const auto options = std::make_shared<Options>();
  CLI::App& command = add_command(app, "check", "List every problem of a dataset's images and labels");
  command.add_option("--data", options->data, "Check the dataset of this data.yaml")
      ->type_name("FILE")
      ->required();
  apps::add_number(command, kImageNames, options->image_size,
                   "Judge the anchors at this image size in pixels", 1, kLargestImage);
  command.callback([options] {
    if (!check_dataset(options->data, options->image_size)) throw CLI::RuntimeError(1);
  });
}

}  // namespace tengen::detect
