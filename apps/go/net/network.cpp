// The default network and AlphaGo Zero's.
#include <tengen/apps/go/net/network.h>

#include <charconv>

#include <tengen/apps/go/net/layers.h>
#include <tengen/apps/go/net/planes.h>

namespace tengen::go {
namespace {

/// Any size of board. Residual tower, every second block with pooling; then two groups of features, one for
/// the policies and one for the rest.
struct TengenNetwork : NetworkImpl {
  explicit TengenNetwork(const NetworkConfig& config) : NetworkImpl(config) {
    const int64_t channels = config.channels, features = std::max<int64_t>(16, channels / 3);
    stem = register_module("stem", ConvNorm(kPlanes, channels, 3));
    blocks = register_module("blocks", nn::ModuleList());
    for (int i = 0; i < config.blocks; ++i) blocks->push_back(Block(channels, i % 2 == 1));

    value_features = register_module("value_features", ConvNorm(channels, features, 1));
    policy_features = register_module("policy_features", ConvNorm(channels, features, 1));
    policy_bias =
        register_module("policy_bias", nn::Linear(nn::LinearOptions(3 * features, features).bias(false)));
    moves = register_module("moves", nn::Conv2d(nn::Conv2dOptions(features, 2, 1).bias(false)));
    owner = register_module("owner", nn::Conv2d(nn::Conv2dOptions(features, 1, 1)));
    hidden = register_module("hidden", nn::Linear(3 * features, 2 * features));
    passes = register_module("passes", nn::Linear(2 * features, 2));
    value = register_module("value", nn::Linear(2 * features, 1));
    score = register_module("score", nn::Linear(2 * features, 1));
    for (const Tensor& last : {policy_bias->weight, moves->weight, owner->weight, owner->bias, passes->weight,
                               passes->bias, value->weight, value->bias, score->weight, score->bias})
      nn::init::zeros_(last);
  }

  int planes() const override { return kPlanes; }
  void encode(const Game& game, float* out, int symmetry) const override {
    go::encode(game, out, symmetry, learned());
  }

  NetworkOutput forward(const Tensor& planes) override {
    Tensor x = relu(stem(planes));  // (B,C,N,N)
    for (const auto& block : *blocks) x = block->as<BlockImpl>()->forward(x);

    const Tensor features = relu(value_features(x));  // (B,F,N,N)
    const Tensor pooled = pool(features);             // (B,3F)
    const Tensor summary = relu(hidden(pooled));      // (B,2F)

    const Tensor maps =
        moves(relu(add_bias(policy_features(x), policy_bias(pooled)))).flatten(2);       // (B,2,N*N)
    const Tensor logits = log_softmax(cat({maps, passes(summary).unsqueeze(2)}, 2), 2);  // (B,2,N*N+1)
    return {.policy = logits.select(1, 0),
            .value = tanh(value(summary)).squeeze(1),
            .score = score(summary).squeeze(1) * kScoreUnit,
            .ownership = tanh(owner(features)).flatten(1),
            .reply = logits.select(1, 1)};
  }

  ConvNorm stem{nullptr};
  nn::ModuleList blocks;
  ConvNorm value_features{nullptr}, policy_features{nullptr};
  nn::Linear policy_bias{nullptr};
  nn::Conv2d moves{nullptr};  // two planes: the player's move, the opponent's reply
  nn::Conv2d owner{nullptr};
  nn::Linear hidden{nullptr}, passes{nullptr}, value{nullptr}, score{nullptr};
};

/// Silver et al., Mastering the game of Go without human knowledge (2017), Methods: 17 planes; "PolicyNet"
/// 1x1 convolution to 2 channels, batch norm, ReLU, fully connected; "ValueNet" 1x1 convolution to 1 channel,
/// batch norm, ReLU, fully connected to 256, ReLU, fully connected to 1, tanh.
struct AlphaGoZeroNetwork : NetworkImpl {
  explicit AlphaGoZeroNetwork(const NetworkConfig& config) : NetworkImpl(config) {
    const int64_t channels = config.channels, points = int64_t(config.size) * config.size;
    stem = register_module("stem", ConvNorm(kPlanes17, channels, 3));
    blocks = register_module("blocks", nn::ModuleList());
    for (int i = 0; i < config.blocks; ++i) blocks->push_back(Block(channels, /*pooling=*/false));
    policy_conv = register_module("policy_conv", ConvNorm(channels, 2, 1));
    policy = register_module("policy", nn::Linear(2 * points, points + 1));
    value_conv = register_module("value_conv", ConvNorm(channels, 1, 1));
    value_hidden = register_module("value_hidden", nn::Linear(points, 256));
    value = register_module("value", nn::Linear(256, 1));
  }

  int planes() const override { return kPlanes17; }
  void encode(const Game& game, float* out, int symmetry) const override {
    go::encode17(game, out, symmetry);
  }

  NetworkOutput forward(const Tensor& planes) override {
    Tensor x = relu(stem(planes));
    for (const auto& block : *blocks) x = block->as<BlockImpl>()->forward(x);
    const Tensor v = relu(value_hidden(relu(value_conv(x)).flatten(1)));
    return {.policy = log_softmax(policy(relu(policy_conv(x)).flatten(1)), 1),
            .value = tanh(value(v)).squeeze(1),
            .score = {},
            .ownership = {},
            .reply = {}};
  }

  ConvNorm stem{nullptr};
  nn::ModuleList blocks;
  ConvNorm policy_conv{nullptr}, value_conv{nullptr};
  nn::Linear policy{nullptr}, value_hidden{nullptr}, value{nullptr};
};

constexpr std::string_view kZero = "alphago-zero";

/// Cuts "PREFIXnumber" off the front of the text.
bool cut_number(std::string_view& text, std::string_view prefix, int& number) {
  if (!text.starts_with(prefix)) return false;
  const char* begin = text.data() + prefix.size();
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return false;
  text.remove_prefix(size_t(end - text.data()));
  return true;
}

}  // namespace

NetworkConfig NetworkConfig::named(std::string_view name) {
  NetworkConfig config;
  std::string_view rest = name;
  int width = 0;
  bool good = true;
  if (rest.starts_with(kZero)) {
    config.kind = kZero;
    rest.remove_prefix(kZero.size());
    good = rest.starts_with("-");
    if (good) rest.remove_prefix(1);
  }
  good = good && cut_number(rest, "b", config.blocks) && cut_number(rest, "c", config.channels);
  if (config.kind == kZero)
    good = good && cut_number(rest, "-", config.size) && cut_number(rest, "x", width) && width == config.size;
  TENGEN_CHECK(good && rest.empty(), "network '", name,
               "': expected a name like b4c32, b10c128 or alphago-zero-b4c32-9x9");
  return config;
}

std::string NetworkConfig::name() const {
  const std::string tower = detail::str("b", blocks, "c", channels);
  return kind == kZero ? detail::str(kind, "-", tower, "-", size, "x", size) : tower;
}

void NetworkImpl::fold(bool on) {
  for (const auto& module : modules())
    if (auto* layer = module->as<ConvNormImpl>()) layer->fold(on);
}

int64_t NetworkImpl::parameter_count() const {
  int64_t count = 0;
  for (const Tensor& p : parameters()) count += p.numel();
  return count;
}

Network make_network(const NetworkConfig& config) {
  TENGEN_CHECK(config.blocks >= 0 && config.blocks <= 100, "network: ", config.blocks,
               " blocks, expected 0 to 100");
  TENGEN_CHECK(config.channels >= 1 && config.channels <= 4096, "network: ", config.channels,
               " channels, expected 1 to 4096");
  if (config.kind == kZero) {
    TENGEN_CHECK(config.size >= kMinSize && config.size <= kMaxSize, "network: board size ", config.size,
                 ", expected ", kMinSize, " to ", kMaxSize);
    return std::make_shared<AlphaGoZeroNetwork>(config);
  }
  TENGEN_CHECK(config.kind == "tengen", "network of the unknown kind '", config.kind,
               "', expected tengen or alphago-zero");
  TENGEN_CHECK(config.size == 0, "network: a tengen network has no board size, but got ", config.size);
  return std::make_shared<TengenNetwork>(config);
}

Network copy_network(const NetworkImpl& network) {
  Network copy = make_network(network.config());
  copy->load_state_dict(network.state_dict());
  copy->set_learned(network.learned());
  copy->train(network.is_training());
  copy->to(network.device());
  return copy;
}

}  // namespace tengen::go
