// The hashes of the positions that a game has seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tengen::go {

/// Open addressing with linear probing, at most half full. Allocates only when it grows; clear() and a copy
/// into a set that was as large before do not.
class PositionSet {
 public:
  bool contains(uint64_t hash) const {
    hash |= !hash;  // 0 marks a free slot
    for (size_t i = hash & mask();; i = (i + 1) & mask()) {
      if (slots_[i] == hash) return true;
      if (slots_[i] == 0) return false;
    }
  }
  void insert(uint64_t hash) {
    hash |= !hash;
    size_t i = hash & mask();
    for (; slots_[i] != 0; i = (i + 1) & mask()) {
      if (slots_[i] == hash) return;
    }
    slots_[i] = hash;
    if (2 * ++size_ > slots_.size()) grow();
  }
  void clear() {
    slots_.assign(slots_.size(), 0);
    size_ = 0;
  }
  /// Room for so many in all.
  void reserve(size_t size) {
    while (2 * size > slots_.size()) grow();
  }
  size_t size() const { return size_; }

 private:
  size_t mask() const { return slots_.size() - 1; }
  void grow() {
    std::vector<uint64_t> old(2 * slots_.size());
    old.swap(slots_);
    size_ = 0;
    for (uint64_t hash : old) {
      if (hash != 0) insert(hash);
    }
  }

  std::vector<uint64_t> slots_ = std::vector<uint64_t>(256);  // a power of two
  size_t size_ = 0;
};

}  // namespace tengen::go
