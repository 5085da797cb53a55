// A side of a match: a GTP engine in a process of its own, or a network that plays in this one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tengen/apps/go/play/gtp_client.h>
#include <tengen/apps/go/search/player.h>

namespace tengen::go {

/// Errors are EngineError: the side loses the game.
class Contestant {
 public:
  virtual ~Contestant() = default;
  /// Board, rules and komi of a game that begins.
  virtual void new_game(const Game& game) = 0;
  /// A move of either side. `how` "reject" in the error: it was refused.
  virtual void play(Color color, Point point) = 0;
  /// A move to play, which the contestant has made on its own board; nothing: it resigns.
  virtual std::optional<Point> genmove(Color color) = 0;
  /// Its opinion of a finished game, as text; nothing when it has none.
  virtual std::optional<std::string> final_score() { return {}; }
  /// Can play no more games.
  virtual bool broken() const { return false; }
};

struct Timeouts {  // seconds
  double start = 180, command = 60, move = 600;
};

struct EngineOptions {
  std::string name, command_line;
  std::vector<std::string> extra;  // commands before each game
  std::string log;                 // file for its standard error
  Timeouts timeouts;
};

struct NetPlayerOptions {
  Limits limits{.visits = 64};
  SearchSettings search;
  int leaves_per_batch = 1;
  double resign = 0;       // below this win rate; 0: never
  double temperature = 0;  // as in GtpSettings
};

std::unique_ptr<Contestant> make_engine(const EngineOptions& options);
std::unique_ptr<Contestant> make_net_player(std::shared_ptr<Evaluator> evaluator,
                                            const NetPlayerOptions& options, uint64_t seed);

}  // namespace tengen::go
