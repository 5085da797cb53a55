// Random numbers whose exclusive or names a position (Zobrist 1970). The same in every run and on every
// machine.
#pragma once

#include <array>

#include <tengen/apps/go/board/types.h>

namespace tengen::go::zobrist {

/// SplitMix64 (Steele, Lea, Flood 2014): the n-th number of a good stream.
constexpr uint64_t mix(uint64_t n) {
  uint64_t z = (n + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

namespace detail {
constexpr std::array<uint64_t, 2 * kMaxPoints> stones() {
  std::array<uint64_t, 2 * kMaxPoints> keys{};
  for (int i = 0; i < 2 * kMaxPoints; ++i) keys[i] = mix(i);
  return keys;
}
inline constexpr std::array<uint64_t, 2 * kMaxPoints> kStones = stones();
}  // namespace detail

inline uint64_t stone(Color color, Point point) { return detail::kStones[2 * point + (int(color) - 1)]; }
constexpr uint64_t empty_board(int size) { return mix(1000 + size); }
constexpr uint64_t to_move(Color color) { return color == Color::white ? mix(2000) : 0; }

}  // namespace tengen::go::zobrist
