#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <utility>

#include <tengen/apps/common/stopwatch.h>
#include <tengen/apps/go/board/area.h>
#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/play/gtp.h>
#include <tengen/apps/go/play/temperature.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

using apps::seconds_since;

constexpr int kMaxAnalysisVisits = Player::kMaxVisits;

}  // namespace

/// The player, thinking about the position with `color` to move.
Player& GtpEngine::prepare(Color color, const std::vector<MoveLimit>& limits) {
  Game game = game_;
  if (game.to_move() != color) game.set_to_move(color);
  restricted_.reset();
  Player* player = &player_;
  if (!limits.empty()) {
    auto evaluator = std::make_shared<RestrictedEvaluator>(evaluator_, limits, int(game.moves().size()));
    restricted_ = std::make_unique<Player>(std::move(evaluator), settings_.search, settings_.threads,
                                           settings_.leaves_per_batch, settings_.seed);
    player = restricted_.get();
  }
  player->set_position(game);
  return *player;
}

Limits GtpEngine::limits_for(Color color) const {
  Limits limits = settings_.limits;
  const auto share = clock_.seconds_for_move(color, game_.size(), int(game_.moves().size()));
  if (share) limits.seconds = limits.seconds > 0 ? std::min(limits.seconds, *share) : *share;
  if (limits.visits == 0 && limits.playouts == 0 && limits.seconds == 0) limits.seconds = kDefaultSeconds;
  limits.early_stop = true;
  return limits;
}

std::string GtpEngine::choose_and_play(Color color, const AnalysisOptions& options, const ThinkReport& report,
                                       bool play) {
  const auto start = std::chrono::steady_clock::now();
  if (play) check_room();
  Player& player = prepare(color, options.limits);
  player.think(limits_for(color), {}, report);
  if (report.call && reports_ == 0) report.call(player.search());  // it was shorter than the interval

  const int moves = int(game_.moves().size());
  const float temperature = play ? move_temperature(settings_.temperature, moves, game_.size()) : 0;
  const Point move = player.choose(temperature);
  if (!play) return to_string(move, game_.size());
  clock_.spend(color, seconds_since(start));
  if (resignation_[color == Color::white].update(player.search().value(), moves)) return "resign";
  game_.play(color, move);
  may_ponder_ = settings_.ponder;
  if (may_ponder_) prepare(game_.to_move(), {});
  return to_string(move, game_.size());
}

std::string GtpEngine::genmove(const Request& request) {
  return choose_and_play(parse_color(request.words[0]), {}, {}, true);
}

std::string GtpEngine::reg_genmove(const Request& request) {
  return choose_and_play(parse_color(request.words[0]), {}, {}, false);
}

/// From here on lines are printed one by one.
void GtpEngine::start_stream(const Request& request) {
  say("=" + request.id + "\n");
  streaming_ = true;
  reports_ = 0;
}

ThinkReport GtpEngine::report_to_stream(const AnalysisOptions& options) {
  return {options.interval, [this, &options](const Search& search) {
            const std::string line = analysis_line(search, options);
            if (!line.empty()) say(line + "\n"), ++reports_;
          }};
}

/// An analysis ends with the next command, not when it has searched as much as it may.
void GtpEngine::wait_for_input(const Player& player, std::stop_token stop, const ThinkReport& report) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any changed;
  const std::chrono::duration<double> interval(report.seconds > 0 ? report.seconds : 3600);
  while (!changed.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); }) &&
         !stop.stop_requested())
    if (report.seconds > 0) report.call(player.search());
}

std::string GtpEngine::analyze(const Request& request, bool kata) {
  const AnalysisOptions options = parse_analysis_options(request.words, kata, game_.size());
  Player& player = prepare(options.color.value_or(game_.to_move()), options.limits);
  start_stream(request);
  std::stop_source stop;
  reader_->stop_on_input(stop);
  const ThinkReport report = report_to_stream(options);
  player.think({.visits = kMaxAnalysisVisits}, stop.get_token(), report);
  wait_for_input(player, stop.get_token(), report);
  return {};
}

std::string GtpEngine::genmove_analyze(const Request& request, bool kata, bool play) {
  const AnalysisOptions options = parse_analysis_options(request.words, kata, game_.size());
  const Color color = options.color.value_or(game_.to_move());
  start_stream(request);
  return "play " + choose_and_play(color, options, report_to_stream(options), play);
}

std::string GtpEngine::kata_search_analyze(const Request& request) {
  return genmove_analyze(request, true, false);
}
std::string GtpEngine::lz_analyze(const Request& request) { return analyze(request, false); }
std::string GtpEngine::kata_analyze(const Request& request) { return analyze(request, true); }
std::string GtpEngine::lz_genmove_analyze(const Request& request) { return genmove_analyze(request, false); }
std::string GtpEngine::kata_genmove_analyze(const Request& request) { return genmove_analyze(request, true); }

std::string GtpEngine::time_settings(const Request& request) {
  constexpr double kMost = 1e9;
  clock_.set_canadian(parse_number(request.words[0], 0, kMost), parse_number(request.words[1], 0, kMost),
                      parse_int(request.words[2], 0, 1 << 20));
  clock_at_start_ = clock_;
  return {};
}

std::string GtpEngine::kata_list_time_settings(const Request&) {
  return "none absolute byoyomi canadian fischer";
}

/// KataGo's: none | absolute MAIN | byoyomi MAIN PERIOD PERIODS | canadian MAIN PERIOD STONES | fischer MAIN
/// INCREMENT
std::string GtpEngine::kata_time_settings(const Request& request) {
  if (request.words[0] != "fischer") return kgs_time_settings(request);
  TENGEN_CHECK(request.words.size() == 3, "syntax error: fischer takes 2 numbers");
  // One stone a period: what is not used is lost, which a player that spends a fraction of its main time
  // hardly notices.
  clock_.set_canadian(parse_number(request.words[1], 0, 1e9), parse_number(request.words[2], 0, 1e9), 1);
  clock_at_start_ = clock_;
  return {};
}

/// none | absolute MAIN | byoyomi MAIN PERIOD PERIODS | canadian MAIN PERIOD STONES
std::string GtpEngine::kgs_time_settings(const Request& request) {
  const std::string& kind = request.words[0];
  const size_t wanted = kind == "none" ? 1 : kind == "absolute" ? 2 : 4;
  TENGEN_CHECK(kind == "none" || kind == "absolute" || kind == "byoyomi" || kind == "canadian",
               "syntax error: expected none, absolute, byoyomi or canadian");
  TENGEN_CHECK(request.words.size() == wanted, "syntax error: ", kind, " takes ", wanted - 1, " numbers");
  const auto seconds = [&](int i) { return parse_number(request.words[i], 0, 1e9); };
  if (kind == "none") {
    clock_.set_none();
  } else if (kind == "absolute") {
    clock_.set_absolute(seconds(1));
  } else if (kind == "byoyomi") {
    clock_.set_byoyomi(seconds(1), seconds(2), parse_int(request.words[3], 0, 1 << 20));
  } else {
    clock_.set_canadian(seconds(1), seconds(2), parse_int(request.words[3], 0, 1 << 20));
  }
  clock_at_start_ = clock_;
  return {};
}

std::string GtpEngine::time_left(const Request& request) {
  clock_.set_left(parse_color(request.words[0]), parse_number(request.words[1], -1e9, 1e9),
                  parse_int(request.words[2], 0, 1 << 20));
  return {};
}

/// Stones that the search gives to the opponent, chain by chain; none where all stones count as they stand.
PointList GtpEngine::dead_stones() {
  PointList dead;
  if (!remove_dead_) return dead;
  Player& player = prepare(game_.to_move(), {});
  Limits limits = settings_.limits;
  if (limits.visits == 0 && limits.playouts == 0 && limits.seconds == 0) limits.visits = 200;
  player.think(limits);
  std::array<float, kMaxPoints> owner;
  const Board& board = game_.board();
  player.search().ownership({owner.data(), size_t(board.points())});
  const Color mover = game_.to_move();
  for (Point p = 0; p < board.points(); ++p) {
    if (board.at(p) == Color::empty) continue;
    float sum = 0;
    for (Point q : board.chain_stones(p)) sum += owner[q];
    const float own = sum / float(board.chain_size(p)) * (board.at(p) == mover ? 1.f : -1.f);
    if (own < -0.5f) dead.push_back(p);
  }
  return dead;
}

std::string GtpEngine::final_score(const Request&) {
  const PointList dead = dead_stones();
  Board board = game_.board();
  for (Point p : dead) board.set(Color::empty, p);
  const double score = game_.score() - area_of(game_.board()).score() + area_of(board).score();
  if (score == 0) return "0";
  return detail::str(score > 0 ? "B+" : "W+", std::abs(score));
}

/// Chains, one a line.
std::string GtpEngine::final_status_list(const Request& request) {
  const std::string& status = request.words[0];
  TENGEN_CHECK(status == "alive" || status == "dead" || status == "seki",
               "syntax error: expected alive, seki or dead");
  if (status == "seki") return {};  // with area scoring there is no difference
  const PointList dead = dead_stones();
  const Board& board = game_.board();
  std::string text;
  for (Point p = 0; p < board.points(); ++p) {
    if (board.at(p) == Color::empty) continue;
    const PointList chain = board.chain_stones(p);
    if (*std::min_element(chain.begin(), chain.end()) != p) continue;
    if (dead.contains(p) != (status == "dead")) continue;
    std::vector<Point> stones(chain.begin(), chain.end());
    std::ranges::sort(stones);
    text += (text.empty() ? "" : "\n") + vertices(stones, game_.size());
  }
  return text;
}

}  // namespace tengen::go
