// The newest games, and batches of positions from them.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include <tengen/apps/go/board/playout.h>
#include <tengen/apps/go/learn/record.h>
#include <tengen/apps/go/net/loss.h>
#include <tengen/apps/go/net/network.h>

namespace tengen::go {

/// Positions and what a network should say of them; each in a random symmetry that turns the position, the
/// policies and the ownership alike.
struct Batch {
  int size = 0;   // of the boards
  Tensor planes;  // (B,C,N,N)
  Targets targets;
  Tensor numbers;  // all of these, one after the other

  /// The same on a device, by one copy that the host does not wait for.
  Batch to(Device device) const;
};

class Window {
 public:
  /// Which turns of a game become rows.
  enum class Rows { full_searches, all_turns };

  void add(GameRecord record, Rows rows = Rows::full_searches);
  /// Leaves the oldest games out as long as `rows` rows remain.
  void trim(int64_t rows);
  int64_t rows() const { return rows_; }
  int64_t games() const { return int64_t(games_.size()); }

  /// `count` rows, each drawn with the same probability among those of one board size, which is drawn with
  /// the probability of its fraction. The planes are `network`'s. On the host. Throws when there are
  /// no rows.
  Batch sample(int64_t count, const NetworkImpl& network, Rng& rng) const;

 private:
  struct Entry {
    GameRecord record;
    std::vector<int8_t> owner;  // at the end: 1 Black, -1 White; empty when the game was resigned
    int rows = 0;
  };
  struct Row {
    std::shared_ptr<const Entry> game;
    int turn;
  };

  std::deque<std::shared_ptr<const Entry>> games_;
  std::map<int, std::deque<Row>> rows_of_size_;
  int64_t rows_ = 0;
};

/// How many rows of the newest data to learn from when there are `total` in all: grows ever more slowly
/// beyond `first` (Wu 2019, section 3.1, with its exponent 0.75 and slope 0.4).
int64_t window_rows(int64_t total, int64_t first);

}  // namespace tengen::go
