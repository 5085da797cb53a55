#include <tengen/apps/go/learn/selfplay.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <tengen/apps/go/board/area.h>

namespace tengen::go {
namespace {

int index(Color color) { return color == Color::white; }

// A game that has not ended by then goes in circles (which superko makes long) or nowhere.
int longest_game(int size) { return 2 * size * size + 20; }

// The number of a geometric distribution with this mean, roughly.
int draw_exponential(double mean, Rng& rng) { return int(-mean * std::log(1 - rng.uniform())); }

Point draw(const std::vector<std::pair<Point, float>>& priors, Rng& rng) {
  double left = rng.uniform();
  for (const auto& [move, prior] : priors)
    if ((left -= prior) < 0) return move;
  return priors.front().first;
}

}  // namespace

double draw_komi(const RunSettings& settings, int size, Rng& rng) {
  if (settings.komi_stdev == 0 || rng.uniform() < 0.5) return settings.komi;
  for (;;) {
    const double normal =
        std::sqrt(-2 * std::log(1 - rng.uniform())) * std::cos(2 * std::numbers::pi * rng.uniform());
    const double komi = std::round(2 * (settings.komi + settings.komi_stdev * normal)) / 2;
    if (std::abs(komi) <= std::max(double(size * size), std::abs(settings.komi))) return komi;
  }
}

float resign_threshold(std::vector<float> winners_lowest, double share) {
  if (winners_lowest.size() < 50) return -2;
  const auto nth = winners_lowest.begin() + std::ptrdiff_t(share * double(winners_lowest.size()));
  std::nth_element(winners_lowest.begin(), nth, winners_lowest.end());
  return std::min(*nth, -0.8f);
}

GameRecord random_game(int size, const Rules& rules, Rng& rng) {
  GameRecord record;
  record.size = size;
  record.rules = rules;
  Game game(size, rules);
  while (!game.is_over() && int(game.moves().size()) < longest_game(size)) {
    game.play_unchecked(random_move(game, rng));
    record.turns.push_back({.move = game.moves().back().point});
  }
  set_outcome(record, game);
  return record;
}

SelfPlay::SelfPlay(const RunSettings& settings, int games, uint64_t seed)
    : settings_(settings),
      sizes_(board_sizes(settings)),
      stages_(parse_visits(settings.visits)),
      stage_(stages_.front()),
      rng_(seed) {
  for (int i = 0; i < games; ++i) {
    slots_.emplace_back(rng_.next());
    begin_game(slots_.back());
  }
}

void SelfPlay::set_progress(double progress) {
  for (const VisitStage& stage : stages_)
    if (progress >= stage.from) stage_ = stage;
}

void SelfPlay::step(Evaluator& evaluator, std::vector<GameRecord>& finished) {
  positions_.clear();
  evaluations_.clear();
  waiting_.clear();
  for (Slot& slot : slots_) {
    for (;;) {
      if (slot.search.visits() >= slot.visits) {
        end_turn(slot, finished);
      } else if (slot.search.begin(slot.leaf) == Search::Step::evaluate) {
        positions_.push_back(&slot.leaf.game);
        evaluations_.push_back(&slot.evaluation);
        waiting_.push_back(&slot);
        ++slot.record.evaluations;
        break;
      }
    }
  }
  evaluator.evaluate(positions_, evaluations_);
  for (Slot* slot : waiting_) slot->search.finish(slot->leaf, slot->evaluation);
}

void SelfPlay::begin_game(Slot& slot) {
  const int size = sizes_[rng_.below(uint32_t(sizes_.size()))];
  Rules rules = rules_of(settings_);
  rules.komi = draw_komi(settings_, size, rng_);
  slot.game = Game(size, rules);
  slot.record = {};
  slot.record.size = size;
  slot.record.rules = rules;
  slot.play_on = rng_.uniform() < 0.2;
  for (int side : {0, 1}) {
    slot.lost_turns[side] = 0;
    slot.lowest[side] = 1;
  }
  if (rng_.uniform() < settings_.random_openings) {
    for (int n = 1 + int(rng_.below(3)); n > 0; --n) {
      slot.game.play_unchecked(random_move(slot.game, rng_));
      slot.record.turns.push_back({.move = slot.game.moves().back().point});
    }
  }
  slot.policy_moves = draw_exponential(0.04 * size * size, rng_);
  begin_turn(slot);
}

double SelfPlay::earliness(const Game& game) const {
  return std::exp2(-double(game.moves().size()) / (settings_.temperature_halflife * game.board().points()));
}

SearchSettings SelfPlay::search_settings(const Slot& slot) const {
  SearchSettings s;
  s.ownership = false;
  s.c_puct = float(settings_.c_puct);
  s.fpu_reduction = float(settings_.fpu_reduction);
  s.root_fpu_reduction = float(settings_.fpu_reduction);
  s.score_weight = float(settings_.score_weight);
  if (slot.full) {
    s.root_fpu_reduction = float(settings_.root_fpu_reduction);
    s.noise_weight = float(settings_.noise_weight);
    s.noise_total = float(settings_.noise_total);
    s.forced_playouts = float(settings_.forced_playouts);
    s.root_policy_temperature =
        float(std::lerp(settings_.late_root_temperature, settings_.root_temperature, earliness(slot.game)));
  }
  return s;
}

void SelfPlay::begin_turn(Slot& slot) {
  if (slot.policy_moves > 0) {
    slot.full = false;
    slot.visits = 1;
  } else {
    slot.full = rng_.uniform() < settings_.full_share;
    slot.visits = slot.full ? stage_.full : stage_.cheap;
  }
  slot.search.settings() = search_settings(slot);
  slot.search.set_root(slot.game);
}

void SelfPlay::end_turn(Slot& slot, std::vector<GameRecord>& finished) {
  Turn turn;
  turn.full = slot.full;
  turn.value = slot.search.value();
  turn.score = slot.search.score();
  if (slot.policy_moves > 0) {
    --slot.policy_moves;
    turn.move = draw(slot.search.priors(), rng_);
  } else {
    const double temperature =
        std::lerp(settings_.late_temperature, settings_.temperature, earliness(slot.game));
    for (auto [move, visits] : slot.search.visit_counts(/*prune_forced=*/slot.full))
      turn.visits.emplace_back(move, uint16_t(visits));
    turn.move = slot.search.choose(float(temperature), rng_);
  }
  if (wants_to_resign(slot, turn.value)) {
    slot.record.resigned = true;
    slot.record.score = slot.game.to_move() == Color::black ? turn.score : -turn.score;
    slot.record.winner = slot.game.to_move() == Color::black ? -1 : 1;
    return end_game(slot, finished);
  }
  slot.record.turns.push_back(std::move(turn));
  slot.game.play_unchecked(slot.record.turns.back().move);

  if (slot.game.is_over() || int(slot.game.moves().size()) >= longest_game(slot.game.size()) ||
      settled(slot.game.board(), slot.game.rules().suicide)) {
    set_outcome(slot.record, slot.game);
    return end_game(slot, finished);
  }
  begin_turn(slot);
}

bool SelfPlay::wants_to_resign(Slot& slot, float value) {
  if (!settings_.resign || slot.policy_moves > 0) return false;
  const int side = index(slot.game.to_move());
  slot.lowest[side] = std::min(slot.lowest[side], value);
  slot.lost_turns[side] = value < resign_below_ ? slot.lost_turns[side] + 1 : 0;
  return !slot.play_on && slot.lost_turns[side] >= 3;
}

void SelfPlay::end_game(Slot& slot, std::vector<GameRecord>& finished) {
  constexpr size_t kRemembered = 400;
  if (settings_.resign && slot.play_on && slot.record.winner != 0) {
    if (winners_lowest_.size() == kRemembered) winners_lowest_.erase(winners_lowest_.begin());
    winners_lowest_.push_back(slot.lowest[slot.record.winner < 0]);
    resign_below_ = resign_threshold(winners_lowest_);
  }
  slot.record.network = network_;
  finished.push_back(std::move(slot.record));
  begin_game(slot);
}

}  // namespace tengen::go
