#include <cstdio>
#include <memory>
#include <string>

#include <tengen/apps/common/command_line.h>
#include <tengen/apps/detector/commands/commands.h>
#include <tengen/apps/detector/commands/options.h>
#include <tengen/apps/detector/data/demo_data.h>

namespace tengen::detect {

using apps::add_number;

void add_demo_data_command(CLI::App& app) {
  struct Options {
    std::string folder = "demo-data";
    int train = 120, val = 32, size = 160;
    uint64_t seed = 0;
  };
  const auto options = std::make_shared<Options>();
  CLI::App& command = add_command(app, "demo-data", "Draw a dataset of colored shapes");
  command.add_option("folder", options->folder, "Write images, labels and data.yaml into this folder")
      ->capture_default_str();
  add_number(command, "--train", options->train, "Draw this many images for training", 1);
  add_number(command, "--val", options->val, "Draw this many images for validation", 1);
  add_number(command, "--img,--imgsz", options->size, "Draw images of this size in pixels", 32,
             kLargestImage);
  add_number(command, "--seed", options->seed, "Random seed; the same seed gives the same images",
             uint64_t{0});
  command.callback([options] {
    const std::string yaml =
        make_demo_dataset(options->folder, options->train, options->val, options->seed, options->size);
    std::printf("%s\n", yaml.c_str());
  });
}

}  // namespace tengen::detect
