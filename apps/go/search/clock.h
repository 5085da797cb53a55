// How long to think: the clocks of GTP, and fractions of them.
#pragma once

#include <array>
#include <optional>

#include <tengen/apps/go/board/types.h>

namespace tengen::go {

/// Both players' clocks under one of GTP's time systems. All times are in seconds.
class Clock {
 public:
  /// No limit; the state at the start.
  void set_none();
  void set_absolute(double main);
  /// `periods` periods, each of which a move may use up to its end without losing it.
  void set_byoyomi(double main, double period, int periods);
  /// After the main time, `stones` moves in each `period`. As GTP's time_settings: stones 0 with a period
  /// means no limit; period 0 means main time only; all 0 means no limit.
  void set_canadian(double main, double period, int stones);

  /// GTP's time_left: the time of the main time (stones 0), or of the running overtime with this many moves
  /// (Canadian) or periods (Japanese) left.
  void set_left(Color color, double seconds, int stones);
  /// A move that took this long: for controllers that never send time_left.
  void spend(Color color, double seconds);

  /// Kept back from each move for what passes between controller and engine.
  double lag = 0.2;

  /// How long the player should think about his next move, on an N x N board after `moves` moves of both;
  /// nothing without a limit. Never less than 0.01, never more than what is left.
  std::optional<double> seconds_for_move(Color color, int size, int moves) const;

 private:
  enum class System { none, absolute, byoyomi, canadian };
  struct TimeLeft {
    double seconds = 0;     // of the main time or of the running period
    int stones = 0;         // moves (Canadian) or periods (Japanese) left
    bool overtime = false;  // the main time is used up
  };
  TimeLeft& left(Color color) { return left_[color == Color::white]; }
  const TimeLeft& left(Color color) const { return left_[color == Color::white]; }
  void start(System system, double main, double period, int stones);

  System system_ = System::none;
  double period_ = 0;
  int stones_ = 0;
  std::array<TimeLeft, 2> left_;
};

}  // namespace tengen::go
