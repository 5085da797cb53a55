#include <tengen/apps/detector/data/dataset.h>

#include "../target.h"

namespace tengen::fuzz {
namespace {

void read(std::string_view bytes) {
  detect::load_data_config(file_of(bytes, "input.yaml"), /*require_paths=*/false);
}

std::vector<std::string> seeds() {
  return {"path: .\ntrain: images/train\nval: images/val\n\nnames:\n  0: circle\n  1: square\n",
          "train: [a, b]\nval: ../c\ntest:\nnc: 2\nnames: ['x', \"y\"]\n",
          "train: '*.jpg'\nval: .\nnc: 3\n",
          "train: .\nval: .\nnc: 2000000000\n",
          "nc: 3573571\nna",
          "names: {0: a, 0: b}\n",
          "names: {-1: a, 9223372036854775807: b}\nnc: 1e9\n",
          "a: &a [1, 1, 1]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nnames: *c\ntrain: *c\n",
          "names: &a [*a]\n",
          repeated("[", 1000),
          repeated("- ", 500)};
}

const Added added({"data_yaml",
                   1024,
                   read,
                   seeds,
                   {"path: ", "train: ", "val: ", "test: ", "names: ", "nc: ", "\n  0: ", "- ", "&a ", "*a",
                    "[", "{", "../", "2147483647", "!!str "}});

}  // namespace
}  // namespace tengen::fuzz
