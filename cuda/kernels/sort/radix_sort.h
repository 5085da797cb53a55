// Stable sorting of unsigned keys in device memory, and running sums: what sort.cu, index_put.cu and
// nonzero.cu share.
#pragma once

#include <cstdint>

namespace tengen::cuda {

/// Keys to sort, and room for as many and for their positions. Sorting goes to and fro between the two.
template <class Key>
struct SortBuffers {
  Key *keys, *other_keys;
  uint32_t *positions, *other_positions;  // need not be set before
};

/// Sorts `rows` rows of n keys each by their low `bits` bits, stably. Afterwards keys and positions (swapped
/// with the others as it may be) hold each row in order: the keys, and where in the row each had stood. rows
/// * n < 2^32; Key is uint32_t or uint64_t. `op` names the operator in errors.
template <class Key>
void radix_sort(const char* op, int64_t rows, int64_t n, int bits, SortBuffers<Key>& buffers);

/// counts[i] becomes the sum of all counts before it, counts[n] that of all; T is uint32_t or int64_t.
template <class T>
void exclusive_sums(const char* op, int64_t n, T* counts);

}  // namespace tengen::cuda
