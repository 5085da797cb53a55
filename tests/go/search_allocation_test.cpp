// A visit allocates nothing once the tree has been as large before.
#include <atomic>
#include <cstdlib>
#include <new>

#include <doctest/doctest.h>

#include "search_tools.h"

namespace {

std::atomic<long> allocations{0};

}  // namespace

// Counts for the whole program.
void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(bytes ? bytes : 1);
}
void* operator new(size_t bytes) {
  if (void* p = operator new(bytes, std::nothrow)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }

using namespace search_tools;

TEST_CASE("search: no allocation per visit") {
  UniformEvaluator uniform;
  Search search;
  Search::Leaf leaf;
  const Evaluation evaluation = evaluate_one(uniform, Game(9));
  const auto visit = [&](int n) {
    for (int i = 0; i < n; ++i) {
      if (search.begin(leaf) == Search::Step::evaluate) search.finish(leaf, evaluation);
    }
  };
  Game game(9);
  search.set_root(game);
  visit(5000);
  for (int move = 0; move < 100; ++move) {
    game.play(game.legal_moves()[0]);
    search.set_root(game);
    visit(1);  // the leaf's game grows with the root's
    const long before = allocations;
    visit(100);
    const long after = allocations;
    CHECK(after == before);
  }
  search.check();
}
