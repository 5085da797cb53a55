#include <tengen/io/numpy.h>
#include <tengen/tensor/factories.h>

#include "../target.h"

namespace tengen::fuzz {
namespace {

void read(std::string_view bytes) { io::load_npz(file_of(bytes, "input.npz")); }

std::string array(IntArrayRef shape) {
  const std::string path = file_of("", "array.npy");
  io::save_npy(path, zeros(shape));
  return contents(path);
}

std::vector<std::string> seeds() {
  const std::string small = array({3}), large = array({100, 1000});
  const std::string two = zip_of({{"a.npy", small}, {"b.npy", array({2, 2}), true}});
  std::vector<ZipMember> many(20, {"a.npy", large, true});
  return {two,
          zip_of({}),
          two + "a comment",
          zip_of({{"a.npy", large, true}}),
          zip_of(many, /*overlap=*/true),  // 400 kB each from the same few hundred bytes
          replaced(two, "b.npy", "a.npy"),
          zip_of({{"a.npy", "not an array"}})};
}

const Added added(
    {"npz", 2048, read, seeds, {"PK\1\2", "PK\3\4", "PK\5\6", "PK\6\6", "PK\6\7", "\xff\xff\xff\xff"}});

}  // namespace
}  // namespace tengen::fuzz
