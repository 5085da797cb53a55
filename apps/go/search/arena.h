// Memory of a search tree: many small blocks, given back one by one or all at once.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace tengen::go {

/// Blocks of up to kMaxBytes, cut from chunks that grow with the tree; a freed block waits in the list of its
/// size. One cache line is the unit.
class Arena {
 public:
  static constexpr size_t kUnit = 64, kMaxBytes = 136 * kUnit;

  /// Aligned to a cache line, not initialized.
  void* allocate(size_t bytes) {
    const size_t units = units_of(bytes);
    if (Free* block = free_[units]) {
      free_[units] = block->next;
      return block;
    }
    if (units > left_) next_chunk();
    left_ -= units;
    Unit* block = next_;
    next_ += units;
    return block;
  }
  /// `bytes` as given to allocate.
  void release(void* block, size_t bytes) {
    Free*& first = free_[units_of(bytes)];
    first = new (block) Free{first};
  }
  /// Frees every block, and keeps the chunks.
  void reset() {
    free_ = {};
    used_chunks_ = left_ = 0;
  }
  /// Held, whether in use or not.
  size_t bytes() const {
    size_t units = 0;
    for (size_t i = 0; i < chunks_.size(); ++i) units += chunk_units(i);
    return units * kUnit;
  }

 private:
  struct alignas(kUnit) Unit {
    std::byte bytes[kUnit];
  };
  struct Free {
    Free* next;
  };
  static size_t units_of(size_t bytes) { return (bytes + kUnit - 1) / kUnit; }
  /// 16 kB, doubled up to 1 MB.
  static size_t chunk_units(size_t i) { return size_t(256) << (i < 6 ? i : 6); }
  /// What was left of the last chunk stays unused.
  void next_chunk() {
    const size_t i = used_chunks_++;
    if (i == chunks_.size()) chunks_.push_back(std::make_unique_for_overwrite<Unit[]>(chunk_units(i)));
    next_ = chunks_[i].get();
    left_ = chunk_units(i);
  }

  std::vector<std::unique_ptr<Unit[]>> chunks_;
  size_t used_chunks_ = 0;
  Unit* next_ = nullptr;
  size_t left_ = 0;  // units, from next_ on
  std::array<Free*, kMaxBytes / kUnit + 1> free_{};
};

}  // namespace tengen::go
