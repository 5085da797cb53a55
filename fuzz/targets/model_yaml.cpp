#include <tengen/apps/detector/model/model_config.h>

#include "../target.h"
#include "detector_layout.h"

namespace tengen::fuzz {
namespace {

void read(std::string_view bytes) {
  const detect::ModelConfig config = detect::ModelConfig::parse(std::string(bytes), "input");
  if (detect::ModelConfig::parse(config.yaml(), "again").yaml() != config.yaml())
    wrong("what was written is read as something else");
}

std::vector<std::string> seeds() {
  std::vector<std::string> all = layouts();
  all.push_back(detect::ModelConfig::load("yolov5n").yaml());
  all.push_back("nc: 2\nanchors: [[10, 13]]\nbackbone: [[-1, 1, nn.nn.Conv, [8, 3]]]\nhead: []\n");
  return all;
}

const Added added({"model_yaml",
                   2048,
                   read,
                   seeds,
                   {"nc: ",
                    "depth_multiple: ",
                    "width_multiple: ",
                    "anchors:\n",
                    "backbone:\n",
                    "head:\n",
                    "[-1, 1, Conv, [8, 3, 2]]",
                    "C3",
                    "SPPF",
                    "Upsample",
                    "Concat",
                    "Bottleneck",
                    "Detect",
                    "None",
                    "False",
                    "&x ",
                    "*x",
                    ".nan",
                    "1e300",
                    "2147483647"}});

}  // namespace
}  // namespace tengen::fuzz
