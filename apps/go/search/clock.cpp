#include <tengen/apps/go/search/clock.h>

#include <algorithm>

namespace tengen::go {

void Clock::start(System system, double main, double period, int stones) {
  system_ = system;
  period_ = period;
  stones_ = stones;
  left_.fill({main, 0, false});
  if (main <= 0 && system != System::absolute) left_.fill({period, stones, true});
}

void Clock::set_none() { start(System::none, 0, 0, 0); }

void Clock::set_absolute(double main) { start(System::absolute, main, 0, 0); }

void Clock::set_byoyomi(double main, double period, int periods) {
  if (period <= 0 || periods <= 0) return set_absolute(main);
  start(System::byoyomi, main, period, periods);
}

void Clock::set_canadian(double main, double period, int stones) {
  if (period <= 0) return main > 0 ? set_absolute(main) : set_none();
  if (stones <= 0) return set_none();
  start(System::canadian, main, period, stones);
}

void Clock::set_left(Color color, double seconds, int stones) {
  if (system_ == System::none) {
    // A controller that tells the time left without having told the settings.
    if (stones > 0) return;
    system_ = System::absolute;
    left_.fill({seconds, 0, false});
  }
  const bool overtime = stones > 0 && system_ != System::absolute;
  // Some controllers count stones of the overtime while the main time still runs: no period is longer than
  // its own length.
  left(color) = {std::max(overtime ? std::min(seconds, period_) : seconds, 0.0), stones, overtime};
}

void Clock::spend(Color color, double seconds) {
  TimeLeft& l = left(color);
  if (!l.overtime) {
    l.seconds -= seconds;
    if (l.seconds > 0 || system_ == System::absolute || system_ == System::none) {
      l.seconds = std::max(l.seconds, 0.0);
      return;
    }
    seconds = -l.seconds;
    l = {period_, stones_, true};
  }
  if (system_ == System::canadian) {
    l.seconds = std::max(l.seconds - seconds, 0.0);
    if (--l.stones <= 0) l = {period_, stones_, true};
  } else if (system_ == System::byoyomi) {
    // Whole periods are lost, the rest of the running one comes back.
    const int lost = std::min(int(seconds / period_), l.stones - 1);
    l.seconds = period_;
    l.stones -= std::max(lost, 0);
  }
}

std::optional<double> Clock::seconds_for_move(Color color, int size, int moves) const {
  if (system_ == System::none) return std::nullopt;
  const TimeLeft& l = left(color);
  const double usable = std::max(l.seconds - lag, 0.0);
  const auto at_most = [&](double seconds, double limit) { return std::max(std::min(seconds, limit), 0.01); };
  if (l.overtime)
    return at_most(system_ == System::canadian ? usable / std::max(l.stones, 1) : usable, usable);

  // Moves that a player still has to make: two thirds of the points are played in all, and never less than a
  // sixth of them are to come.
  const double points = size * size;
  const double to_come = std::max(points / 3 - moves / 2.0, points / 12);
  const double share = usable / to_come;
  if (system_ == System::absolute) return at_most(share, usable);

  // With overtime to fall back on, the main time may go faster, and no move needs to take less than the
  // overtime grants.
  const double granted = std::max((system_ == System::canadian ? period_ / stones_ : period_) - lag, 0.0);
  return at_most(std::max(1.5 * share, granted), usable + granted);
}

}  // namespace tengen::go
