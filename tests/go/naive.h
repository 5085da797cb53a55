// The rules of Go once more, slow and plain: a string of stones, flood fill, and the list of all earlier
// positions.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <tengen/apps/go/board/game.h>
#include <tengen/apps/go/board/text.h>

namespace naive {

using namespace tengen::go;

/// 'X', 'O' or '.' for each point, row by row.
class NaiveGame {
 public:
  NaiveGame(int size, const Rules& rules) : size_(size), rules_(rules), stones_(size * size, '.') {
    history_.push_back({stones_, 'X'});
  }

  const std::string& stones() const { return stones_; }
  char to_move() const { return to_move_; }
  bool is_over() const { return passes_ >= 2; }

  /// The stones that reach `point` through stones (or empty points) of its kind.
  std::set<int> group(const std::string& stones, int point) const {
    std::set<int> found;
    std::vector<int> todo{point};
    while (!todo.empty()) {
      const int p = todo.back();
      todo.pop_back();
      if (!found.insert(p).second) continue;
      for (int q : around(p)) {
        if (stones[q] == stones[point]) todo.push_back(q);
      }
    }
    return found;
  }
  std::set<int> touching(const std::string& stones, const std::set<int>& group, char kind) const {
    std::set<int> found;
    for (int p : group) {
      for (int q : around(p)) {
        if (stones[q] == kind) found.insert(q);
      }
    }
    return found;
  }
  std::set<int> liberties(int point) const { return touching(stones_, group(stones_, point), '.'); }

  /// The stones after a move, which may be illegal.
  std::string after(int point) const {
    std::string next = stones_;
    next[point] = to_move_;
    const char other = to_move_ == 'X' ? 'O' : 'X';
    for (int q : around(point)) {
      if (next[q] == other) clear_if_dead(next, q);
    }
    clear_if_dead(next, point);
    return next;
  }
  bool is_legal(int point) const {
    if (stones_[point] != '.') return false;
    const std::string next = after(point);
    if (next == stones_) return false;  // a lone stone's suicide
    if (next[point] == '.' && !rules_.suicide) return false;
    const char then = to_move_ == 'X' ? 'O' : 'X';
    for (size_t i = 0; i < history_.size(); ++i) {
      if (history_[i].stones != next) continue;
      if (rules_.ko == Ko::positional) return false;
      if (rules_.ko == Ko::situational && history_[i].to_move == then) return false;
      if (rules_.ko == Ko::simple && i + 2 == history_.size()) return false;
    }
    return true;
  }
  void play(int point) {
    passes_ = point == size_ * size_ ? passes_ + 1 : 0;
    if (passes_ == 0) stones_ = after(point);
    to_move_ = to_move_ == 'X' ? 'O' : 'X';
    history_.push_back({stones_, to_move_});
  }
  /// Black's area minus White's.
  int area() const {
    int score = 0;
    std::set<int> done;
    for (int p = 0; p < size_ * size_; ++p) {
      if (stones_[p] != '.') score += stones_[p] == 'X' ? 1 : -1;
      if (stones_[p] != '.' || done.contains(p)) continue;
      const auto region = group(stones_, p);
      done.insert(region.begin(), region.end());
      const int points = int(region.size());
      if (!touching(stones_, region, 'X').empty()) score += points;
      if (!touching(stones_, region, 'O').empty()) score -= points;
    }
    return score;
  }

 private:
  struct Past {
    std::string stones;
    char to_move;
  };
  std::vector<int> around(int p) const {
    std::vector<int> points;
    if (p % size_ > 0) points.push_back(p - 1);
    if (p % size_ < size_ - 1) points.push_back(p + 1);
    if (p / size_ > 0) points.push_back(p - size_);
    if (p / size_ < size_ - 1) points.push_back(p + size_);
    return points;
  }
  void clear_if_dead(std::string& stones, int point) const {
    const auto chain = group(stones, point);
    if (!touching(stones, chain, '.').empty()) return;
    for (int p : chain) stones[p] = '.';
  }

  int size_;
  Rules rules_;
  std::string stones_;
  char to_move_ = 'X';
  int passes_ = 0;
  std::vector<Past> history_;
};

inline std::string stones_of(const Board& board) {
  std::string text;
  for (Point p = 0; p < board.points(); ++p) text += ".XO"[int(board.at(p))];
  return text;
}

}  // namespace naive
