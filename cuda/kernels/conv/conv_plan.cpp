#include <tengen/cuda/kernels/conv/conv_plan.h>

#include <algorithm>
#include <limits>

namespace tengen::cuda {
namespace {

// In clocks: what a block costs besides its product (first loads, storing), what a second kernel costs, and
// bytes of partial sums that a multiprocessor writes and reads in one.
constexpr double kBlockCost = 1500, kLaunchCost = 3000, kBytesPerClock = 32;

}  // namespace

const ConvTile* conv_tile(ConvMath math, ConvTileKind kind) {
  const ConvTile& tile = kConvTiles[int(math)][kind];
  return tile.m ? &tile : nullptr;
}

ConvPlan plan_conv(ConvMath math, const ConvProblem& p, int multiprocessors) {
  const auto up = [](int64_t a, int64_t b) { return (a + b - 1) / b; };
  ConvPlan best{};
  double least = std::numeric_limits<double>::infinity();
  for (int kind = 0; kind < kConvTileKinds; ++kind) {
    const ConvTile* tile = conv_tile(math, ConvTileKind(kind));
    if (!tile) continue;
    const int64_t tiles = up(p.m, tile->m) * up(p.n.size, tile->n) * p.groups;
    const int64_t steps = std::max<int64_t>(1, up(p.k.size, tile->depth));
    // Splits that fill the multiprocessors `waves` times; a split is at least four tiles deep.
    for (int waves = 0; waves <= 4; ++waves) {
      const int64_t most = std::max<int64_t>(1, waves * multiprocessors / tiles);
      const int64_t per_split = up(steps, std::min(most, std::max<int64_t>(1, steps / 4)));
      const int64_t splits = up(steps, per_split);
      const double product = double(tile->m) * tile->n * double(per_split * tile->depth) / tile->speed;
      double cost = double(up(tiles * splits, multiprocessors)) * (product + kBlockCost);
      if (splits > 1)
        cost += kLaunchCost +
                8.0 * double(splits) * p.m * p.groups * double(p.n.size) / (kBytesPerClock * multiprocessors);
      if (cost < least) {
        least = cost;
        best = {ConvTileKind(kind), int(splits), int(per_split * tile->depth)};
      }
    }
  }
  return best;
}

ConvTuning& conv_tuning() {
  static ConvTuning tuning;
  return tuning;
}

}  // namespace tengen::cuda
