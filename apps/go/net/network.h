// The two networks: what they are made of, what they answer, how they are stored.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <tengen/apps/go/board/game.h>
#include <tengen/apps/go/net/learned_rules.h>
#include <tengen/torch.h>

namespace tengen::go {

struct NetworkConfig {
  /// "tengen": any board size with one set of weights, all heads. "alphago-zero": as published, one board
  /// size.
  std::string kind = "tengen";
  int blocks = 4;     // residual blocks of two 3x3 convolutions each, 0 to 100
  int channels = 32;  // 1 to 4096
  int size = 0;       // of the board; alphago-zero only

  /// "b4c32", "b10c128"; "alphago-zero-b4c32-9x9". Throws on anything else.
  static NetworkConfig named(std::string_view name);
  std::string name() const;
  bool operator==(const NetworkConfig&) const = default;
};

constexpr double kScoreUnit = 20;  // points; inside, scores are counted in it so that they stay near 1

/// For a batch of B positions, from the view of the player to move. Undefined where the kind has none.
struct NetworkOutput {
  Tensor policy;     // (B, N*N+1) log-probabilities, pass last
  Tensor value;      // (B) -1 lost to 1 won
  Tensor score;      // (B) points, komi counted
  Tensor ownership;  // (B, N*N) -1 the opponent's to 1 the player's
  Tensor reply;      // (B, N*N+1) log-probabilities of the opponent's next move
};

class NetworkImpl : public nn::Module {
 public:
  explicit NetworkImpl(NetworkConfig config) : config_(std::move(config)) {}

  /// planes (B, planes(), N, N)
  virtual NetworkOutput forward(const Tensor& planes) = 0;
  virtual int planes() const = 0;
  /// Fills (planes(), N, N) numbers, turned by a symmetry.
  virtual void encode(const Game& game, float* planes, int symmetry = 0) const = 0;
  /// Folds every batch norm into the convolution before it: faster, for inference only. Fold again after the
  /// weights changed; fold(false) undoes it.
  void fold(bool on = true);

  const NetworkConfig& config() const { return config_; }
  /// Under which rules it learned: all, unless it comes from a file that says so.
  const LearnedRules& learned() const { return learned_; }
  void set_learned(const LearnedRules& learned) { learned_ = learned; }
  Device device() const { return parameters().front().device(); }
  bool takes(int size) const { return config_.size == 0 || config_.size == size; }
  int64_t parameter_count() const;

 private:
  NetworkConfig config_;
  LearnedRules learned_;
};
using Network = std::shared_ptr<NetworkImpl>;

/// With fresh weights from torch's generator (torch::manual_seed). An untrained default network calls every
/// position even and every move alike.
Network make_network(const NetworkConfig& config);
/// An independent copy, in the same mode and on the same device.
Network copy_network(const NetworkImpl& network);

// ---- network_file.cpp: safetensors; the architecture and the caller's facts are in the metadata

using Facts = std::map<std::string, std::string>;

/// From any device. Writes a temporary file and renames it: never half a network under this name.
void save_network(const std::string& path, const NetworkImpl& network, const Facts& facts = {});
std::string save_network_bytes(const NetworkImpl& network, const Facts& facts = {});

/// Every parameter and buffer must be there with its shape and finite numbers, and nothing else. Else throws:
/// the file, what was found and what was expected. `facts`, if given, gets the metadata. The network is on
/// the CPU.
Network load_network(const std::string& path, Facts* facts = nullptr);
/// `name`: what messages call the source.
Network load_network_bytes(std::string_view bytes, const std::string& name, Facts* facts = nullptr);

}  // namespace tengen::go
