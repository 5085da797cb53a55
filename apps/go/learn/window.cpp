#include <tengen/apps/go/learn/window.h>

#include <algorithm>
#include <cmath>

#include <tengen/apps/go/net/symmetry.h>

namespace tengen::go {
namespace {

// The visits of a turn as probabilities of moves, turned by a symmetry; zeros when there was no search.
void write_policy(const Turn& turn, int symmetry, int size, float* policy) {
  float total = 0;
  for (const auto& [move, visits] : turn.visits) total += visits;
  for (const auto& [move, visits] : turn.visits) policy[apply(symmetry, move, size)] = float(visits) / total;
}

// A batch of `count` positions whose tensors are views of `numbers`, or, if that is undefined, of new zeros.
Batch batch_of(int64_t count, int64_t planes, int size, Tensor numbers, bool pinned) {
  const int64_t points = size * size, moves = points + 1;
  const auto room = [&](int64_t of_one) {  // each begins at a boundary of 64 bytes
    return (count * of_one + 15) / 16 * 16;
  };
  if (!numbers.defined())
    numbers = torch::zeros({room(planes * points) + 2 * room(moves) + room(points) + 4 * room(1)},
                           torch::TensorOptions().pinned_memory(pinned));
  Batch batch;
  batch.size = size;
  batch.numbers = numbers;
  int64_t at = 0;
  const auto take = [&](int64_t of_one) {
    const Tensor part = numbers.narrow(0, at, count * of_one);
    at += room(of_one);
    return part;
  };
  batch.planes = take(planes * points).view({count, planes, size, size});
  Targets& t = batch.targets;
  t.policy = take(moves).view({count, moves});
  t.reply = take(moves).view({count, moves});
  t.ownership = take(points).view({count, points});
  t.value = take(1);
  t.score = take(1);
  t.reply_weight = take(1);
  t.finished = take(1);
  return batch;
}

}  // namespace

Batch Batch::to(Device device) const {
  return batch_of(planes.size(0), planes.size(1), size, numbers.to(device, /*non_blocking=*/true), false);
}

int64_t window_rows(int64_t total, int64_t first) {
  if (total <= first) return total;
  const double c = double(first), growth = (std::pow(double(total) / c, 0.75) - 1) / 0.75;
  return std::min(total, int64_t(c * (1 + 0.4 * growth)));
}

void Window::add(GameRecord record, Rows which) {
  auto entry = std::make_shared<Entry>();
  entry->record = std::move(record);
  const GameRecord& game = entry->record;
  if (!game.resigned) {
    const Area area = final_area(game);
    for (int point = 0; point < game.size * game.size; ++point) {
      const Color owner = area.owner[point];
      entry->owner.push_back(owner == Color::black ? 1 : owner == Color::white ? -1 : 0);
    }
  }
  std::deque<Row>& rows = rows_of_size_[game.size];
  for (int turn = 0; turn < int(game.turns.size()); ++turn) {
    if (which == Rows::full_searches && !game.turns[turn].full) continue;
    rows.push_back({entry, turn});
    ++entry->rows;
  }
  rows_ += entry->rows;
  games_.push_back(std::move(entry));
}

void Window::trim(int64_t rows) {
  while (!games_.empty() && rows_ - games_.front()->rows >= rows) {
    const Entry& oldest = *games_.front();
    std::deque<Row>& of_size = rows_of_size_[oldest.record.size];
    of_size.erase(of_size.begin(), of_size.begin() + oldest.rows);
    rows_ -= oldest.rows;
    games_.pop_front();
  }
}

Batch Window::sample(int64_t count, const NetworkImpl& network, Rng& rng) const {
  TENGEN_CHECK(rows_ > 0, "a batch: there are no rows to draw from");
  // A row drawn among all decides the size.
  uint64_t nth = rng.next() % uint64_t(rows_);
  auto chosen = rows_of_size_.begin();
  for (; nth >= chosen->second.size(); ++chosen) nth -= chosen->second.size();
  const auto& [size, rows] = *chosen;

  const int64_t points = size * size, moves = points + 1, plane_floats = network.planes() * points;
  Batch batch = batch_of(count, network.planes(), size, {}, network.device().is_cuda());
  Targets& t = batch.targets;

  for (int64_t i = 0; i < count; ++i) {
    const Row& row = rows[rng.next() % rows.size()];
    const GameRecord& game = row.game->record;
    const int symmetry = int(rng.below(kSymmetries));
    const Game position = replay(game, row.turn);
    const int mover = position.to_move() == Color::black ? 1 : -1;

    network.encode(position, batch.planes.data_ptr<float>() + i * plane_floats, symmetry);
    write_policy(game.turns[row.turn], symmetry, size, t.policy.data_ptr<float>() + i * moves);
    const bool answered = row.turn + 1 < int(game.turns.size()) && !game.turns[row.turn + 1].visits.empty();
    if (answered)
      write_policy(game.turns[row.turn + 1], symmetry, size, t.reply.data_ptr<float>() + i * moves);
    t.reply_weight.data_ptr<float>()[i] = answered;
    t.value.data_ptr<float>()[i] = float(mover * game.winner);
    t.score.data_ptr<float>()[i] = float(mover) * game.score;
    t.finished.data_ptr<float>()[i] = !game.resigned;
    for (int64_t point = 0; point < int64_t(row.game->owner.size()); ++point) {
      t.ownership.data_ptr<float>()[i * points + apply(symmetry, Point(point), size)] =
          float(mover * row.game->owner[point]);
    }
  }
  return batch;
}

}  // namespace tengen::go
