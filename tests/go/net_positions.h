// Positions and networks for tests.
#pragma once

#include <cmath>
#include <vector>

#include <tengen/apps/go/board/playout.h>
#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/net/network.h>

namespace net_test {

using namespace tengen::go;

/// A game after up to `moves` random moves.
inline Game random_game(int size, int moves, uint64_t seed, const Rules& rules = {}) {
  Game game(size, rules);
  Rng rng(seed);
  for (int i = 0; i < moves && !game.is_over(); ++i) game.play(random_move(game, rng));
  return game;
}

/// Games of all lengths; some with captures, passes, ko.
inline std::vector<Game> random_games(int size, int count, const Rules& rules = {}) {
  std::vector<Game> games;
  for (int i = 0; i < count; ++i)
    games.push_back(random_game(size, i * 3 * size * size / 2 / count, uint64_t(i + 1), rules));
  return games;
}

/// Gives every parameter and buffer values of its own; variances stay positive.
inline void randomize(NetworkImpl& network) {
  tengen::NoGradGuard guard;
  for (const auto& [name, tensor] : network.state_dict().pairs()) {
    if (!tensor.is_floating_point()) {
      tengen::Tensor(tensor).fill_(7);
    } else if (name.ends_with("running_var")) {
      tengen::Tensor(tensor).uniform_(0.5, 1.5);
    } else if (name.find("norm.weight") != std::string::npos) {
      tengen::Tensor(tensor).uniform_(0.3, 0.6);
    } else if (name.ends_with("running_mean") || tensor.dim() < 2) {
      tengen::Tensor(tensor).uniform_(-0.5, 0.5);
    } else {
      tengen::Tensor(tensor).normal_(0, 0.5 / std::sqrt(double(tensor.numel() / tensor.size(0))));
    }
  }
}

}  // namespace net_test
