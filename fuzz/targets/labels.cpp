#include <tengen/apps/detector/data/dataset.h>

#include "../target.h"

namespace tengen::fuzz {
namespace {

void read(std::string_view bytes) {
  std::vector<detect::Problem> problems;
  for (const detect::Label& label : detect::read_labels(file_of(bytes, "input.txt"), problems)) {
    if (!(label.w >= 0 && label.w <= 1 && label.x >= 0 && label.x <= 1 && label.cls >= 0))
      wrong("a label outside of the image");
  }
}

std::vector<std::string> seeds() {
  std::string many;
  for (int i = 0; i < 300; ++i) many += std::to_string(i) + " 0.5 0.5 0.1 0.1\n";
  return {"0 0.5 0.5 0.25 0.25\n1 0.1 0.2 0.05 0.1\n",
          "0 0.1 0.1 0.9 0.1 0.9 0.9\n\n0 0.1 0.1 0.9 0.1 0.9 0.9\r\n",
          "\xef\xbb\xbf"
          "0 0.5 0.5 0.1 0.1\n",
          "0 nan inf 1e-400 0x1p3\n",
          "+1 +.5 5e-1 1. 0\n2147483648 0 0 0 0",
          many};
}

const Added added({"labels",
                   1024,
                   read,
                   seeds,
                   {"0.5 ", "nan ", "inf ", "1e-9 ", "-0 ", "+1 ", "\n0 ", "\r\n", "2147483648 "}});

}  // namespace
}  // namespace tengen::fuzz
