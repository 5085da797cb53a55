// A detector's weights: a safetensors file whose metadata hold the network's layout.
#include <tengen/apps/detector/model/weights.h>

#include "../target.h"
#include "detector_layout.h"

namespace tengen::fuzz {
namespace {

void read(std::string_view bytes) { detect::load_model(file_of(bytes, "input.safetensors")); }

std::vector<std::string> seeds() {
  manual_seed(1);
  const std::string layout = layout_of("[-1, 1, Conv, [8, 3, 2]]");
  detect::DetectionModel model(detect::ModelConfig::parse(layout, "seed"));
  const std::string path = file_of("", "seed.safetensors");
  std::vector<std::string> all;
  for (const std::string& other : layouts()) {  // the weights of one layout with the text of another
    detect::save_weights(path, model, {"a", "b"}, {{"model", other}});
    all.push_back(contents(path));
  }
  return all;
}

const Added added({"checkpoint",
                   8192,
                   read,
                   seeds,
                   {"\"model\":\"", "\"names\":\"[a, b]\"", "\\n",
                    "nc: ", "depth_multiple: ", "width_multiple: ", "anchors:", "[-1, 1, Conv, [8, 3, 2]]",
                    "C3", "SPPF", "Upsample", "Concat", "Bottleneck", "Detect", "2000000000", ".nan", "-1"}});

}  // namespace
}  // namespace tengen::fuzz
