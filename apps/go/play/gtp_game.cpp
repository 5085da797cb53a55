#include <algorithm>
#include <cstdio>
#include <utility>

#include <tengen/apps/common/run.h>
#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/play/gtp.h>
#include <tengen/apps/go/play/handicap.h>
#include <tengen/apps/go/play/json_text.h>
#include <tengen/apps/go/sgf/game.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

/// The same moves under other rules, whether or not these allow them.
Game with_rules(const Game& game, const Rules& rules) {
  Game other(game.size(), rules, game.start_stones(), game.start_to_move());
  for (const auto& [color, point] : game.moves()) other.play_unchecked(color, point);
  return other;
}

std::string number(double value) { return detail::str(value); }

std::vector<Point> stones_of(const Board& board, Color color) {
  std::vector<Point> points;
  for (Point p = 0; p < board.points(); ++p) {
    if (board.at(p) == color) points.push_back(p);
  }
  return points;
}

bool is_empty(const Board& board) { return int(board.empty_points().size()) == board.points(); }

}  // namespace

void GtpEngine::new_game(Game game) {
  game_ = std::move(game);
  clock_ = clock_at_start_;
  for (Resignation& r : resignation_) {
    r = {.threshold = float(2 * settings_.resign - 1), .min_moves = game_.board().points() / 5};
    if (settings_.resign <= 0) r.threshold = -2;
  }
  // White gave a handicap because he hopes to catch up.
  resignation_[1].min_moves *= 1 + game_.handicap();
}

/// For one more move.
void GtpEngine::check_room() const {
  TENGEN_CHECK(game_.moves().size() < kLongestGame, "the game has ", kLongestGame,
               " moves, and may have no more");
}

std::string GtpEngine::boardsize(const Request& request) {
  int size = 0, rows = 0;
  try {
    size = parse_int(request.words[0], kMinSize, kMaxSize);
    rows = parse_int(request.words.back(), kMinSize, kMaxSize);
  } catch (const Error&) {
    fail("unacceptable size: expected ", kMinSize, " to ", kMaxSize);
  }
  TENGEN_CHECK(size == rows, "unacceptable size: only square boards exist here");
  const int only = settings_.only_size;
  TENGEN_CHECK(only == 0 || size == only, "unacceptable size: the network knows only ", only, "x", only);
  new_game(Game(size, game_.rules()));
  return {};
}

std::string GtpEngine::query_boardsize(const Request&) { return std::to_string(game_.size()); }

std::string GtpEngine::clear_board(const Request&) {
  new_game(Game(game_.size(), game_.rules()));
  return {};
}

std::string GtpEngine::komi(const Request& request) {
  game_.set_komi(parse_komi(request.words[0]));
  return {};
}

std::string GtpEngine::get_komi(const Request&) { return number(game_.rules().komi); }

std::string GtpEngine::play(const Request& request) {
  const Color color = parse_color(request.words[0]);
  const Point point = parse_point(request.words[1], game_.size());
  check_room();
  const std::string why = game_.why_impossible(color, point);
  TENGEN_CHECK(why.empty(), "illegal move ", to_string(color), " ", to_string(point, game_.size()), ": ",
               why);
  game_.play_unchecked(color, point);
  return {};
}

std::string GtpEngine::undo(const Request&) {
  TENGEN_CHECK(game_.undo(), "cannot undo");
  return {};
}

std::string GtpEngine::showboard(const Request&) {
  const Board& board = game_.board();
  return detail::str("\n", to_string(board), to_string(game_.to_move()), " to move, ", game_.moves().size(),
                     " moves, captured: ", board.prisoners(Color::white), " by black, ",
                     board.prisoners(Color::black), " by white\n", describe(game_.rules()));
}

std::string GtpEngine::place_handicap(const std::vector<Point>& points) {
  TENGEN_CHECK(is_empty(game_.board()), "board not empty");
  std::vector<Move> stones;
  for (Point point : points) stones.push_back({Color::black, point});
  new_game(Game(game_.size(), game_.rules(), stones, Color::white));
  return vertices(points, game_.size());
}

std::string GtpEngine::fixed_handicap(const Request& request) {
  return place_handicap(go::fixed_handicap(game_.size(), parse_int(request.words[0], 0, kMaxPoints)));
}

std::string GtpEngine::place_free_handicap(const Request& request) {
  return place_handicap(free_handicap(game_.size(), parse_int(request.words[0], 0, kMaxPoints)));
}

std::string GtpEngine::set_free_handicap(const Request& request) {
  std::vector<Point> points;
  for (const std::string& word : request.words) {
    const Point point = parse_point(word, game_.size());
    TENGEN_CHECK(point < game_.board().pass() && std::ranges::find(points, point) == points.end(),
                 "bad vertex list: ", word, point < game_.board().pass() ? " twice" : "");
    points.push_back(point);
  }
  TENGEN_CHECK(!points.empty(), "bad vertex list: expected one or more vertices");
  place_handicap(points);
  return {};
}

/// KataGo's: stones as colors and vertices, without a history.
std::string GtpEngine::set_position(const Request& request) {
  TENGEN_CHECK(request.words.size() % 2 == 0, "syntax error: expected pairs of a color and a vertex");
  std::vector<Move> stones;
  for (size_t i = 0; i < request.words.size(); i += 2) {
    stones.push_back({parse_color(request.words[i]), parse_point(request.words[i + 1], game_.size())});
  }
  new_game(Game(game_.size(), game_.rules(), stones, Color::black));
  return {};
}

/// The main line, up to the position before a move number, if one is given. Rules that the file names and
/// that exist here are taken over; others stay.
std::string GtpEngine::loadsgf(const Request& request) {
  std::string path = request.rest;
  size_t moves = std::string::npos;
  if (request.words.size() > 1 && request.words.back().find_first_not_of("0123456789") == std::string::npos) {
    moves = size_t(parse_int(request.words.back(), 0, 1 << 20));
    path.resize(path.size() - request.words.back().size());
    path.erase(path.find_last_not_of(' ') + 1);
  }
  if (path.size() > 1 && path.front() == '"' && path.back() == '"') path = path.substr(1, path.size() - 2);
  try {
    sgf::Tree tree;  // the first game
    sgf::read(path, [&](sgf::Tree game) {
      if (tree.nodes.empty()) tree = std::move(game);
    });
    sgf::ReplayOptions options;
    options.rules.komi = game_.rules().komi;
    const sgf::Replay replay = sgf::replay(tree, options);
    Rules rules = find_rules(replay.rules).value_or(game_.rules());
    rules.komi = replay.game.rules().komi;
    Game game(replay.game.size(), rules, replay.game.start_stones(), replay.game.start_to_move());
    const auto played = replay.game.moves();
    if (moves != std::string::npos && moves > 0) --moves;
    for (size_t i = 0; i < std::min(played.size(), moves); ++i)
      game.play_unchecked(played[i].color, played[i].point);
    TENGEN_CHECK(game.moves().size() <= kLongestGame, path, ": expected at most ", kLongestGame,
                 " moves, but got ", game.moves().size());
    new_game(std::move(game));
  } catch (const Error& error) {
    fail("cannot load file: ", error.what());
  }
  return {};
}

std::string GtpEngine::printsgf(const Request& request) {
  std::string result;
  if (game_.is_over()) result = final_score(request);
  const std::string text = sgf::write({sgf::to_tree(game_, result)});
  if (request.words.empty() || request.rest == "-") return text;
  apps::write_text(request.rest, text);
  return {};
}

std::string GtpEngine::is_legal(const Request& request) {
  const Color color = parse_color(request.words[0]);
  return game_.is_legal(color, parse_point(request.words[1], game_.size())) ? "1" : "0";
}

std::string GtpEngine::all_legal(const Request& request) {
  const Color color = parse_color(request.words[0]);
  std::vector<Point> points;
  for (Point p = 0; p < game_.board().points(); ++p) {
    if (game_.is_legal(color, p)) points.push_back(p);
  }
  return vertices(points, game_.size());
}

std::string GtpEngine::list_stones(const Request& request) {
  return vertices(stones_of(game_.board(), parse_color(request.words[0])), game_.size());
}

/// The stones that this player captured, as in GNU Go.
std::string GtpEngine::captures(const Request& request) {
  return std::to_string(game_.board().prisoners(opposite(parse_color(request.words[0]))));
}

RulesText GtpEngine::current_rules() const { return {game_.rules(), remove_dead_, {}}; }

void GtpEngine::apply_rules(const RulesText& rules) {
  if (!rules.warning.empty()) std::fprintf(stderr, "tengen-go: note: %s\n", rules.warning.c_str());
  game_ = with_rules(game_, rules.rules);
  remove_dead_ = rules.remove_dead;
}

std::string GtpEngine::set_rules(const Request& request) {
  apply_rules(parse_rules(request.rest, current_rules()));
  return {};
}

std::string GtpEngine::set_rule(const Request& request) {
  apply_rules(go::set_rule(request.words[0], request.words[1], current_rules()));
  return {};
}

std::string GtpEngine::get_rules(const Request&) { return to_text(rules_to_json(current_rules())); }

/// By the names of kgsGtp; "chinese" is what KGS does.
std::string GtpEngine::kgs_rules(const Request& request) {
  const std::string& name = request.words[0];
  apply_rules(parse_rules(name == "chinese" ? "chinese-kgs" : name, current_rules()));
  return {};
}

}  // namespace tengen::go
