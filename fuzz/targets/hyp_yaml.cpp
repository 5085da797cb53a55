#include <tengen/apps/detector/data/hyp.h>

#include "../target.h"

namespace tengen::fuzz {
namespace {

void read(std::string_view bytes) {
  const detect::Hyp hyp = detect::load_hyp(file_of(bytes, "input.yaml"));
  detect::load_hyp(file_of(detect::to_yaml(hyp), "again.yaml"));
}

std::vector<std::string> seeds() {
  return {detect::to_yaml({}),      "lr0: 0.01  # comment\nmosaic: 1\n",
          "lr0: &a 0.1\nlrf: *a\n", "{lr0: 1e3, box: .5}",
          "lr0: .nan\nbox: .inf\n", "? lr0\n: 1\n",
          "--- \n...\n--- {}",      repeated("[", 1000),
          "a: &a [*a]\n",           "%YAML 1.2\n---\nlr0: !!float 1\n"};
}

const Added added({"hyp_yaml",
                   1024,
                   read,
                   seeds,
                   {"lr0: ", "mosaic: ", "box: ", ".nan", ".inf", "&a ", "*a", "!!float ", "? ", "- ", "--- ",
                    "\n", "%YAML ", "|\n"}});

}  // namespace
}  // namespace tengen::fuzz
