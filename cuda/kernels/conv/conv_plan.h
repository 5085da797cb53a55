// Which tile a convolution's product takes and into how many splits its depth is cut.
#pragma once

#include <cstdint>

#include <tengen/cuda/kernels/conv/conv_problem.h>

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

/// By ConvMath and ConvTileKind; without a size where there is no such tile. Speeds: peak multiply-adds of a
/// multiprocessor (Hopper: 128 float, 64 double, 1024 tf32 and 2048 16-bit, of which mma.sync reaches about
/// 60 %) times the fraction of instructions that multiply, which is less in small tiles.
inline constexpr ConvTile kConvTiles[4][kConvTileKinds] = {
    {{128, 128, 16, 100}, {64, 64, 16, 80}, {32, 128, 16, 80}},
    {{}, {64, 64, 16, 45}, {}},
    {{128, 128, 16, 400}, {64, 64, 16, 250}, {}},
    {{128, 128, 32, 500}, {64, 64, 32, 300}, {}},
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
