// The eight symmetries of a square board, for points, planes, policies and ownership.
#pragma once

#include <span>

#include <tengen/apps/go/board/types.h>

namespace tengen::go {

constexpr int kSymmetries = 8;

/// Symmetry s exchanges x and y if s & 4, then mirrors x if s & 1, y if s & 2. 0 changes nothing.
/// Returns where each move goes: the points in order, then the pass, which stays: N*N + 1 numbers that live
/// as long as the program. Throws unless 0 <= symmetry < 8 and the size is a board's.
std::span<const Point> symmetry_map(int symmetry, int size);

inline Point apply(int symmetry, Point move, int size) { return symmetry_map(symmetry, size)[move]; }

/// The symmetry that undoes this one.
constexpr int inverse(int symmetry) { return symmetry == 5 ? 6 : symmetry == 6 ? 5 : symmetry; }

// Each writes to `out`, which must not overlap `in`, what the symmetry makes of `in`:
// out[apply(s, p)] = in[p].

/// `count` planes of N*N numbers, one behind the other.
void transform_planes(int symmetry, int size, int count, const float* in, float* out);
/// N*N + 1 numbers, by move.
void transform_policy(int symmetry, int size, const float* in, float* out);
/// N*N numbers, by point.
void transform_ownership(int symmetry, int size, const float* in, float* out);

}  // namespace tengen::go
