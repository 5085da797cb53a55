#include <tengen/apps/go/board/game.h>

#include <algorithm>

#include <tengen/apps/go/board/area.h>
#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/board/zobrist.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

bool is_player(Color color) { return color == Color::black || color == Color::white; }

}  // namespace

Game::Game(int size, const Rules& rules) : Game(size, rules, {}, Color::black) {}

Game::Game(int size, const Rules& rules, std::span<const Move> stones, Color to_move)
    : rules_(rules), board_(size), start_to_move_(to_move), start_(stones.begin(), stones.end()) {
  check_komi(rules.komi);
  TENGEN_CHECK(is_player(to_move), "the player to move must be black or white");
  for (const auto& [color, point] : stones) {
    TENGEN_CHECK(is_player(color), "a stone must be black or white");
    TENGEN_CHECK(point < board_.points(), "a stone lies off the board");
    TENGEN_CHECK(board_.at(point) == Color::empty, "two stones on ", to_string(point, size));
    board_.set(color, point);
  }
  TENGEN_CHECK(board_.all_have_liberties(), "the position has a chain without liberties");
  const bool black_only = std::ranges::all_of(stones, [](const Move& m) { return m.color == Color::black; });
  handicap_ = black_only && stones.size() >= 2 ? int(stones.size()) : 0;
  moves_.reserve(2 * board_.points());
  restart();
}

void Game::reserve(int moves) {
  moves_.reserve(moves_.size() + moves);
  seen_.reserve(seen_.size() + moves);
}

void Game::restart() {
  board_ = Board(size());
  for (const auto& [color, point] : start_) board_.set(color, point);
  to_move_ = start_to_move_;
  passes_ = 0;
  moves_.clear();
  if (rules_.ko == Ko::simple) return;
  seen_.clear();
  remember();
}

bool Game::repeats(Color color, uint64_t hash) const {
  return seen_.contains(rules_.ko == Ko::situational ? hash ^ zobrist::to_move(opposite(color)) : hash);
}

void Game::remember() {
  seen_.insert(rules_.ko == Ko::situational ? board_.hash() ^ zobrist::to_move(to_move_) : board_.hash());
}

bool Game::is_legal(Color color, Point point) const {
  if (point == board_.pass()) return true;
  if (rules_.ko == Ko::simple) {
    return !board_.is_ko(color, point) && board_.is_legal(color, point, rules_.suicide);
  }
  const Effect effect = board_.effect(color, point);
  return (effect.kind >= Effect::quiet || (effect.kind == Effect::suicide && rules_.suicide)) &&
         !repeats(color, effect.hash);
}

PointList Game::legal_moves() const {
  PointList moves;
  for (Point p = 0; p < board_.points(); ++p) {
    if (is_legal(to_move_, p)) moves.push_back(p);
  }
  return moves;
}

PointList Game::ko_forbidden() const {
  PointList points;
  if (board_.prisoners(Color::black) + board_.prisoners(Color::white) == 0) return points;  // nothing repeats
  for (Point p = 0; p < board_.points(); ++p) {
    if (board_.is_legal(to_move_, p, rules_.suicide) && !is_legal(to_move_, p)) points.push_back(p);
  }
  return points;
}

std::string Game::why_illegal(Color color, Point point) const {
  if (!is_player(color)) return "a move must be black's or white's";
  if (point > board_.pass()) return "the point is off the board";
  if (is_legal(color, point)) return {};
  switch (board_.effect(color, point).kind) {
    case Effect::occupied:
      return "there is a stone already";
    case Effect::lone_suicide:
      return "the stone would have no liberty";
    case Effect::suicide:
      if (!rules_.suicide) return "the chain would have no liberty, and these rules forbid suicide";
      [[fallthrough]];
    default:
      return rules_.ko == Ko::simple ? "ko" : "superko: the move would bring back an earlier position";
  }
}

std::string Game::why_impossible(Color color, Point point) const {
  const std::string why = why_illegal(color, point);
  if (why.empty() || !is_player(color) || point >= board_.pass()) return why;
  const Effect::Kind kind = board_.effect(color, point).kind;
  if (kind == Effect::occupied || kind == Effect::lone_suicide) return why;
  return board_.is_ko(color, point) ? why : "";
}

int Game::handicap() const {
  if (!start_.empty()) return handicap_;
  const auto first = std::ranges::find_if(
      moves_, [this](const Move& m) { return m.color != Color::black || m.point == board_.pass(); });
  const int count = int(first - moves_.begin());
  return count >= 2 ? count : 0;
}

void Game::play(Color color, Point point) {
  const std::string why = why_illegal(color, point);
  if (!why.empty()) {
    fail("illegal move ", is_player(color) ? to_string(color) : "?", " ",
         point <= board_.pass() ? to_string(point, size()) : "?", ": ", why);
  }
  play_unchecked(color, point);
}

void Game::play_unchecked(Color color, Point point) {
  board_.play(color, point);
  to_move_ = opposite(color);
  passes_ = point == board_.pass() ? passes_ + 1 : 0;
  moves_.push_back({color, point});
  if (rules_.ko != Ko::simple) remember();
}

bool Game::undo() {
  if (moves_.empty()) return false;
  const std::vector<Move> kept(moves_.begin(), moves_.end() - 1);
  restart();
  for (const auto& [color, point] : kept) play_unchecked(color, point);
  return true;
}

uint64_t Game::situation_hash() const {
  uint64_t hash = board_.hash() ^ zobrist::to_move(to_move_);
  if (rules_.ko == Ko::simple && board_.is_ko(to_move_, board_.ko_point())) {
    hash ^= zobrist::mix(3000 + board_.ko_point());
  }
  return hash;
}

double Game::compensation() const {
  const int bonus = rules_.handicap_bonus == HandicapBonus::none ? 0
                    : rules_.handicap_bonus == HandicapBonus::n  ? handicap()
                                                                 : std::max(handicap() - 1, 0);
  return rules_.komi + bonus;
}

double Game::score() const { return area_of(board_).score() - compensation(); }

std::string Game::result() const {
  const double points = score();
  if (points == 0) return "0";
  return detail::str(points > 0 ? "B+" : "W+", std::abs(points));
}

}  // namespace tengen::go
