#include <algorithm>
#include <charconv>

#include <zlib.h>

#include <tengen/apps/go/net/network.h>
#include <tengen/io/safetensors.h>

namespace tengen::go {
namespace {

constexpr const char* kFormat = "tengen-go network 1";

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

/// CRC-32 of names and numbers, in the order of the names: a flipped bit in a weight would only play badly.
std::string check_sum(NamedTensors tensors) {
  std::ranges::sort(tensors, {}, [](const auto& item) { return item.first; });
  uLong crc = crc32(0, nullptr, 0);
  const auto add = [&](const void* data, size_t bytes) {
    crc = crc32(crc, static_cast<const Bytef*>(data), uInt(bytes));
  };
  for (const auto& [name, numbers] : tensors) {
    add(name.data(), name.size());
    add(numbers.const_data_ptr(), numbers.nbytes());
  }
  return std::to_string(crc);
}

/// Contiguous and on the host.
NamedTensors tensors_of(const NetworkImpl& network) {
  NamedTensors tensors = network.state_dict().pairs();
  for (auto& item : tensors) item.second = item.second.cpu().contiguous();
  return tensors;
}

Facts describe(const NetworkImpl& network, const NamedTensors& tensors, const Facts& facts) {
  const NetworkConfig& config = network.config();
  Facts metadata = facts;
  metadata["crc32"] = check_sum(tensors);
  metadata["format"] = kFormat;
  metadata["kind"] = config.kind;
  metadata["blocks"] = std::to_string(config.blocks);
  metadata["channels"] = std::to_string(config.channels);
  metadata["size"] = std::to_string(config.size);
  metadata["planes"] = std::to_string(network.planes());
  return metadata;
}

/// Metadata of one file.
struct Reader {
  const Facts& metadata;
  const std::string& name;

  const std::string& text(const char* key) const {
    const auto found = metadata.find(key);
    TENGEN_CHECK(found != metadata.end(), name, ": no '", key,
                 "' in its metadata, so it is no network of tengen-go");
    return found->second;
  }
  int number(const char* key) const {
    const std::string& digits = text(key);
    int value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    TENGEN_CHECK(error == std::errc() && end == digits.data() + digits.size(), name, ": '", key,
                 "' in its metadata is '", digits, "', expected a number");
    return value;
  }
};

Network restore(io::SafeTensors file, const std::string& name, Facts* facts) {
  const Reader reader{file.metadata, name};
  const std::string& format = reader.text("format");
  TENGEN_CHECK(format == kFormat, name, ": its format is '", format, "', expected '", kFormat, "'");
  const NetworkConfig config{.kind = reader.text("kind"),
                             .blocks = reader.number("blocks"),
                             .channels = reader.number("channels"),
                             .size = reader.number("size")};
  // A few bytes may name a network of 100 GB: before memory is made for it, its 3x3 convolutions must find
  // their weights.
  const double wanted = 9. * config.channels * (1 + 2. * config.blocks * config.channels);
  int64_t held = 0;
  for (const auto& [key, tensor] : file.tensors) held += tensor.numel();
  TENGEN_CHECK(wanted <= double(held), name, ": its metadata tell of ", config.blocks, " blocks of ",
               config.channels, " channels, but it holds ", held, " numbers only");
  try {
    Network network = make_network(config);
    TENGEN_CHECK(reader.number("planes") == network->planes(), "made for ", reader.number("planes"),
                 " input planes, this program has ", network->planes());
    nn::StateDict state;
    for (auto& [key, tensor] : file.tensors) {
      TENGEN_CHECK(!tensor.is_floating_point() || isfinite(tensor).all().item<bool>(), "'", key,
                   "' holds numbers that are not finite");
      state.insert(key, tensor);
    }
    network->load_state_dict(state);
    network->set_learned(LearnedRules::from(file.metadata));
    network->eval();
    if (file.metadata.contains("crc32")) {  // a file that was made by other means need not have it
      TENGEN_CHECK(file.metadata["crc32"] == check_sum(tensors_of(*network)),
                   "its numbers were changed (wrong check sum)");
    }
    if (facts) *facts = std::move(file.metadata);
    return network;
  } catch (const Error& error) {
    fail(name, ": ", error.what());
  }
}

}  // namespace

void save_network(const std::string& path, const NetworkImpl& network, const Facts& facts) {
  const NamedTensors tensors = tensors_of(network);
  io::save_safetensors(path, tensors, describe(network, tensors, facts));
}

std::string save_network_bytes(const NetworkImpl& network, const Facts& facts) {
  const NamedTensors tensors = tensors_of(network);
  return io::safetensors_bytes(tensors, describe(network, tensors, facts));
}

Network load_network(const std::string& path, Facts* facts) {
  return restore(io::load_safetensors(path), path, facts);
}

Network load_network_bytes(std::string_view bytes, const std::string& name, Facts* facts) {
  return restore(io::parse_safetensors(bytes, name), name, facts);
}

}  // namespace tengen::go
