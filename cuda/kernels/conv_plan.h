// Which tile a convolution's product takes and into how many splits its depth is cut.
#pragma once

#include <cstdint>

#include <tengen/cuda/kernels/conv_problem.h>

namespace tengen::cuda {

/// What multiplies: fused multiply-adds in float or double, or tensor cores.
enum class ConvMath { kFloat, kDouble, kTf32, kSixteenBit };

struct ConvTile {
  int m, n, depth;  // of a tile, in elements
  double speed;     // multiply-adds per clock of a multiprocessor, about
};
/// The tiles there are: `kLarge` for many blocks, `kSmall` for few, `kFlat` for few channels.
enum ConvTileKind { kLarge, kSmall, kFlat, kConvTileKinds };

struct ConvPlan {
  ConvTileKind tile;
  int splits, depth;  // the depth of a split is a multiple of the tile's
};

/// Null where `math` has no such tile.
const ConvTile* conv_tile(ConvMath math, ConvTileKind kind);
/// The tile and splits that are expected to be fastest on so many multiprocessors. The same arguments give
/// the same plan, and so the same bits.
ConvPlan plan_conv(ConvMath math, const ConvProblem& problem, int multiprocessors);

/// Tests make these small to see more than one launch and splits on small problems.
struct ConvTuning {
  int multiprocessors = 0;                   // 0: as many as the device has
  int64_t most_elements = int64_t{1} << 30;  // of a tensor in one launch, so that offsets are 32-bit numbers
};
ConvTuning& conv_tuning();

}  // namespace tengen::cuda
