#include <tengen/apps/go/learn/network_match.h>

#include <algorithm>
#include <deque>

namespace tengen::go {
namespace {

struct Table {
  Table(const NetworkMatchSettings& settings, Rng& rng)
      : first(settings.search, rng.next()), second(settings.search, rng.next()) {}

  Game game;
  Search first, second;  // the trees of the two sides
  Search::Leaf leaf;
  Evaluation evaluation;
  GameRecord record;
  int number = -1;  // of the game; -1: free

  bool first_to_move() const { return (game.to_move() == Color::black) == (number % 2 == 0); }
  Search& search() { return first_to_move() ? first : second; }
};

// What an evaluator is asked for in one round.
struct Round {
  std::vector<Table*> tables;
  std::vector<const Game*> positions;
  std::vector<Evaluation*> evaluations;

  void add(Table& table) {
    tables.push_back(&table);
    positions.push_back(&table.leaf.game);
    evaluations.push_back(&table.evaluation);
  }
  void run(Evaluator& evaluator) {
    if (!tables.empty()) evaluator.evaluate(positions, evaluations);
    for (Table* table : tables) table->search().finish(table->leaf, table->evaluation);
    tables.clear();
    positions.clear();
    evaluations.clear();
  }
};

class NetworkMatch {
 public:
  NetworkMatch(const NetworkMatchSettings& settings, NetworkMatchResult& result)
      : settings_(settings),
        result_(result),
        games_(settings.games + settings.games % 2),
        rng_(settings.seed) {
    result_.games.resize(games_);
    for (int i = 0; i < std::min(settings.at_once, games_); ++i) {
      tables_.emplace_back(settings, rng_);
      begin_game(tables_.back());
    }
  }

  // One visit on every table. False when all games have ended.
  bool step(Evaluator& first, Evaluator& second) {
    for (Table& table : tables_) {
      while (table.number >= 0) {
        if (table.search().visits() >= settings_.visits) {
          move(table);
        } else if (table.search().begin(table.leaf) == Search::Step::evaluate) {
          (table.first_to_move() ? of_first_ : of_second_).add(table);
          break;
        }
      }
    }
    if (of_first_.tables.empty() && of_second_.tables.empty()) return false;
    of_first_.run(first);
    of_second_.run(second);
    return true;
  }

 private:
  void begin_game(Table& table) {
    table.number = next_ < games_ ? next_++ : -1;
    if (table.number < 0) return;
    if (table.number / 2 == int(openings_.size())) {
      Game opening(settings_.size, settings_.rules);
      for (int i = 0; i < settings_.random_moves; ++i) opening.play_unchecked(random_move(opening, rng_));
      openings_.push_back(opening);
    }
    table.game = openings_[table.number / 2];
    table.record = {};
    table.record.size = settings_.size;
    table.record.rules = settings_.rules;
    for (const Move& move : table.game.moves()) table.record.turns.push_back({.move = move.point});
    table.search().set_root(table.game);
  }

  void move(Table& table) {
    Search& search = table.search();
    Turn turn;
    turn.value = search.value();
    turn.score = search.score();
    const bool opening = int(table.game.moves().size()) < settings_.size * settings_.size / 4;
    turn.move = search.choose(opening ? settings_.temperature : 0, rng_);
    table.record.turns.push_back(turn);
    table.game.play_unchecked(turn.move);
    const int points = table.game.board().points();
    if (!table.game.is_over() && int(table.game.moves().size()) < 3 * points &&
        !settled(table.game.board(), table.game.rules().suicide)) {
      table.search().set_root(table.game);
      return;
    }
    set_outcome(table.record, table.game);
    const int sign = table.number % 2 == 0 ? table.record.winner : -table.record.winner;
    ++(sign > 0 ? result_.wins : sign < 0 ? result_.losses : result_.draws);
    result_.games[table.number] = std::move(table.record);
    begin_game(table);
  }

  NetworkMatchSettings settings_;
  NetworkMatchResult& result_;
  int games_, next_ = 0;
  Rng rng_;
  std::vector<Game> openings_;  // by pair
  std::deque<Table> tables_;
  Round of_first_, of_second_;
};

}  // namespace

NetworkMatchResult play_networks(Evaluator& first, Evaluator& second, const NetworkMatchSettings& settings,
                                 const std::function<bool()>& stop) {
  NetworkMatchResult result;
  NetworkMatch match(settings, result);
  while (!(stop && stop()) && match.step(first, second)) {
  }
  return result;
}

}  // namespace tengen::go
