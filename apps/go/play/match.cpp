#include <tengen/apps/go/play/match.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cmath>
#include <mutex>
#include <set>
#include <utility>

#include <tengen/apps/go/board/area.h>
#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/play/opening.h>
#include <tengen/apps/go/search/threads.h>

namespace tengen::go {
namespace {

constexpr int kMostFailures = 3;  // to make a contestant, in a row

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Match {
 public:
  Match(const Side (&sides)[2], const MatchSettings& settings,
        const std::function<void(const MatchGame&, const MatchCount&)>& report)
      : sides_(sides), settings_(settings), report_(report) {}

  std::vector<MatchGame> run() {
    Threads workers;
    const int jobs = std::clamp(settings_.jobs, 1, std::max(settings_.games, 1));
    for (int job = 1; job <= jobs; ++job)
      workers.start([this, job](std::stop_token stop) { work(job, stop); });
    workers.join();
    std::ranges::sort(games_, {}, &MatchGame::index);
    return std::move(games_);
  }

 private:
  void work(int job, const std::stop_token& stop) {
    std::unique_ptr<Contestant> contestants[2];
    int failures = 0;
    while (failures < kMostFailures) {
      const int index = ++next_;
      if (index > settings_.games || failed_ || stop.stop_requested()) break;
      MatchGame game;
      game.index = index;
      game.swapped = settings_.alternate && index % 2 == 0;
      game.game = Game(settings_.size, settings_.rules);
      failures = make(contestants, job, game) ? 0 : failures + 1;
      if (failures == 0) {
        play_game(game, {contestants[0].get(), contestants[1].get()}, settings_, opening(index));
      }
      const std::lock_guard lock(mutex_);
      count_.add(game);
      games_.push_back(std::move(game));
      if (report_) report_(games_.back(), count_);
    }
    if (failures >= kMostFailures) failed_ = true;
  }

  /// Both contestants, new ones in place of broken ones; false: the side that cannot be made has lost.
  bool make(std::unique_ptr<Contestant> (&contestants)[2], int job, MatchGame& game) {
    for (int side = 0; side < 2; ++side) {
      std::unique_ptr<Contestant>& contestant = contestants[side];
      if (contestant && !contestant->broken()) continue;
      contestant.reset();
      try {
        contestant = sides_[side].make(job, settings_.seed * 7919 + uint64_t(++made_) * 104729);
      } catch (const std::exception& error) {
        game.how = "died";
        game.note = error.what();
        game.blame = side;
        game.winner = side == game.black() ? Color::white : Color::black;
        game.result = game.winner == Color::black ? "B+F" : "W+F";
        return false;
      }
    }
    return true;
  }

  /// Games 1 and 2, 3 and 4, ... begin alike when colors alternate.
  std::vector<Point> opening(int index) const {
    if (settings_.opening_moves <= 0) return {};
    Rng rng(settings_.seed * 1000003 + uint64_t(settings_.alternate ? (index - 1) / 2 : index - 1));
    for (int i = 0; i < 8; ++i) rng.next();
    const int line = settings_.opening_line > 0 ? settings_.opening_line : opening_line(settings_.size);
    return random_opening(settings_.size, settings_.rules, settings_.opening_moves, line, rng);
  }

  const Side (&sides_)[2];
  const MatchSettings& settings_;
  const std::function<void(const MatchGame&, const MatchCount&)>& report_;
  std::atomic<int> next_{0}, made_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  MatchCount count_;
  std::vector<MatchGame> games_;
};

}  // namespace

void MatchCount::add(const MatchGame& game) {
  if (!game.counts) {
    ++voids;
  } else if (game.winner == Color::empty) {
    ++draws;
  } else {
    ++(game.score() == 1 ? wins : losses);
  }
}

void play_game(MatchGame& record, Contestant* const (&contestants)[2], const MatchSettings& settings,
               const std::vector<Point>& opening) {
  Game& game = record.game;
  int turn = record.black();  // whose fault an EngineError is
  const auto forfeit = [&](int side, const std::string& how, const std::string& note) {
    record.how = how;
    record.note = note;
    record.blame = side;
    record.winner = side == record.black() ? Color::white : Color::black;
    record.result = record.winner == Color::black ? "B+F" : "W+F";
    const bool crash = how == "died" || how == "timeout";
    record.counts = !((crash && settings.void_on_crash) || (how == "reject" && settings.void_on_reject));
    if (!record.counts) record.result = "Void";
  };
  const auto each = [&](const auto& action) {
    for (int side : {record.black(), 1 - record.black()}) {
      turn = side;
      action(*contestants[side]);
    }
  };
  const int max_moves = settings.max_moves > 0 ? settings.max_moves : 3 * settings.size * settings.size;
  try {
    each([&](Contestant& c) { c.new_game(game); });
    for (Point point : opening) {
      const Color color = game.to_move();
      each([&](Contestant& c) { c.play(color, point); });
      game.play_unchecked(point);
    }
    record.opening = int(opening.size());
    while (!game.is_over()) {
      if (int(game.moves().size()) >= max_moves) {
        record.how = "limit";
        break;
      }
      const Color color = game.to_move();
      const int side = turn = record.side(color);
      const double start = now();
      const std::optional<Point> move = contestants[side]->genmove(color);
      const double spent = now() - start;
      record.seconds[side] += spent;
      record.longest[side] = std::max(record.longest[side], spent);
      ++record.genmoves[side];
      if (!move) {
        record.how = "resign";
        record.winner = opposite(color);
        record.result = record.winner == Color::black ? "B+R" : "W+R";
        return;
      }
      const std::string why = game.why_illegal(color, *move);
      if (!why.empty()) {
        return forfeit(side, "illegal",
                       detail::str(to_string(color), " ", to_string(*move, game.size()), " at move ",
                                   game.moves().size() + 1, ": ", why));
      }
      game.play_unchecked(*move);
      turn = 1 - side;
      contestants[turn]->play(color, *move);
    }
  } catch (const EngineError& error) {
    return forfeit(turn, error.how, error.what());
  } catch (const std::exception& error) {  // a network that fails, say; no game that counts
    record.how = "void";
    record.note = error.what();
    record.result = "Void";
    record.counts = false;
    return;
  }
  record.margin = game.score();
  record.winner = *record.margin > 0 ? Color::black : *record.margin < 0 ? Color::white : Color::empty;
  record.result = game.result();
  if (!settings.check_final_score) return;
  for (int side : {0, 1}) {
    try {
      record.final_scores[side] = contestants[side]->final_score();
    } catch (const EngineError& error) {
      record.final_scores[side] = std::string("! ") + error.what();
    }
  }
}

std::vector<MatchGame> play_match(const Side (&sides)[2], const MatchSettings& settings,
                                  const std::function<void(const MatchGame&, const MatchCount&)>& report) {
  return Match(sides, settings, report).run();
}

bool same_score(const std::string& answer, double margin) {
  std::string text;
  for (char c : answer) {
    if (c != ' ') text += c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
  }
  if (text == "0" || text == "DRAW" || text == "JIGO") return margin == 0;
  if (text.size() < 3 || (text[0] != 'B' && text[0] != 'W') || text[1] != '+') return false;
  double points = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 2, end, points);
  return error == std::errc() && stop == end && (text[0] == 'B' ? points : -points) == margin;
}

}  // namespace tengen::go
