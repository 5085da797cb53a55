// A network of tengen-go.
#include <tengen/apps/go/net/network.h>

#include "../target.h"

namespace tengen::fuzz {
namespace {

using namespace tengen::go;

void read(std::string_view bytes) { load_network_bytes(bytes, "input"); }

std::vector<std::string> seeds() {
  manual_seed(1);
  const std::string good = save_network_bytes(*make_network(NetworkConfig::named("b1c2")));
  return {good, save_network_bytes(*make_network(NetworkConfig::named("alphago-zero-b0c1-2x2"))),
          replaced(good, "\"channels\":\"2\"", "\"channels\":\"9\""),
          replaced(good, "\"blocks\":\"1\"", "\"blocks\":\"9\""),
          // 120 GB of weights that are not there.
          replaced(replaced(good, "\"channels\":\"2\"", "\"channels\":\"4096\""), "\"blocks\":\"1\"",
                   "\"blocks\":\"99\"")};
}

const Added added({"go_network",
                   16384,
                   read,
                   seeds,
                   {"\"channels\":\"", "\"blocks\":\"", "\"size\":\"", "\"kind\":\"alphago-zero\"",
                    "\"planes\":\"17\"", "\"crc32\":\"0\""}});

}  // namespace
}  // namespace tengen::fuzz
