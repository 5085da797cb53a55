// Files of networks that tell of more than they hold.
#include <doctest/doctest.h>

#include <tengen/apps/go/net/network.h>
#include <tengen/io/safetensors.h>

#include "../../temporary.h"

using namespace tengen;
using namespace tengen::go;

TEST_CASE("network file: a size in the metadata takes no memory that the file does not hold") {
  const std::string good = save_network_bytes(*make_network(NetworkConfig::named("b1c2")));
  CHECK(load_network_bytes(good, "good")->config().name() == "b1c2");
  io::SafeTensors file = io::parse_safetensors(good, "good");
  const auto error_with = [&](const std::string& blocks, const std::string& channels) {
    file.metadata["blocks"] = blocks;
    file.metadata["channels"] = channels;
    const std::string bytes =
        io::safetensors_bytes({file.tensors.begin(), file.tensors.end()}, file.metadata);
    return error_of([&] { load_network_bytes(bytes, "file"); });
  };
  CHECK(contains(error_with("100", "4096"),
                 "file: its metadata tell of 100 blocks of 4096 channels"));  // 120 GB
  CHECK(contains(error_with("0", "4096"), "but it holds"));
  CHECK(contains(error_with("2147483647", "2147483647"), "but it holds"));
  CHECK(contains(error_with("-1", "2"), "expected 0 to 100"));
  CHECK(contains(error_with("1", "-2"), "expected 1 to 4096"));
  CHECK(contains(error_with("1", "0"), "expected 1 to 4096"));
}
