// A game: rules, the position, the moves that led to it, and what they forbid.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <tengen/apps/go/board/board.h>
#include <tengen/apps/go/board/position_set.h>
#include <tengen/apps/go/board/rules.h>

namespace tengen::go {

/// Copying a game into another that was as long before allocates nothing, so a search can keep one per
/// thread. Superko compares 64-bit hashes: two different positions of a game agree by chance once in about
/// 10^14 games.
class Game {
 public:
  explicit Game(int size = kMaxSize, const Rules& rules = {});
  /// Starts from a position (`wall` is no stone; each chain needs a liberty). Two or more black stones alone
  /// are handicap stones. Throws when komi, size or stones are wrong.
  Game(int size, const Rules& rules, std::span<const Move> stones, Color to_move);

  const Rules& rules() const { return rules_; }
  const Board& board() const { return board_; }
  int size() const { return board_.size(); }
  Color to_move() const { return to_move_; }
  /// For a move out of turn: the other player is to move, and no pass was made.
  void set_to_move(Color color) { to_move_ = color; }
  std::span<const Move> moves() const { return moves_; }
  /// The stones that the game began with, and who was to move.
  std::span<const Move> start_stones() const { return start_; }
  Color start_to_move() const { return start_to_move_; }
  /// Black's stones before White's first: those that the game began with, or else the moves that Black made
  /// in a row.
  int handicap() const;
  /// Throws when komi is no half point.
  void set_komi(double komi) { rules_.komi = check_komi(komi); }

  /// The last two moves were passes. Moves stay possible: players may have to continue and capture dead
  /// stones.
  bool is_over() const { return passes_ >= 2; }

  /// A pass is always legal. Either color may play out of turn.
  bool is_legal(Point point) const { return is_legal(to_move_, point); }
  bool is_legal(Color color, Point point) const;
  /// Points in rising order; the pass is not among them.
  PointList legal_moves() const;
  /// Empty points that only ko or superko forbids to the player to move.
  PointList ko_forbidden() const;
  /// Why a move is illegal; empty when it is legal.
  std::string why_illegal(Color color, Point point) const;
  /// The same for a move of somebody else's game, whose rules may have been others: superko and suicide of
  /// several stones are no reasons.
  std::string why_impossible(Color color, Point point) const;

  /// Plays a move; throws when it is illegal, and says why.
  void play(Point point) { play(to_move_, point); }
  void play(Color color, Point point);
  /// The same without a check. The move must be legal.
  void play_unchecked(Color color, Point point);
  void play_unchecked(Point point) { play_unchecked(to_move_, point); }
  /// Takes the last move back (by playing the others again); false when there is none.
  bool undo();
  /// Room for so many more moves: playing them, here or in a copy that has been as long, allocates nothing.
  void reserve(int moves);
  /// Back to the start; allocates nothing.
  void restart();

  /// Position and player to move; and, under simple ko, the ko point: what a cache of evaluations needs.
  uint64_t situation_hash() const;
  /// Points that White gets: komi, and those for handicap stones.
  double compensation() const;
  /// Area of all stones on the board, Black's minus White's, komi and handicap points counted.
  double score() const;
  /// "B+3.5", "W+12", "0".
  std::string result() const;

 private:
  bool repeats(Color color, uint64_t hash) const;
  void remember();

  Rules rules_;
  Board board_;
  Color to_move_ = Color::black;
  Color start_to_move_ = Color::black;
  int passes_ = 0;  // at the end of the game
  int handicap_ = 0;
  std::vector<Move> start_, moves_;
  PositionSet seen_;  // empty under simple ko
};

}  // namespace tengen::go
