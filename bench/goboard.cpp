// Random games on one thread, for each size and set of rules: bench_goboard [SECONDS PER LINE]
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <tengen/apps/go/board/playout.h>

using namespace tengen::go;

namespace {

double cpu_seconds() { return double(std::clock()) / CLOCKS_PER_SEC; }

void measure(int size, Ko ko, bool suicide, double seconds) {
  Game game(size, {ko, suicide});
  Rng rng(1);
  int64_t moves = 0, games = 0;
  const double start = cpu_seconds();
  double taken = 0;
  while (taken < seconds) {
    for (int i = 0; i < 100; ++i, ++games) {
      game.restart();
      moves += playout(game, rng, 4 * size * size);
    }
    taken = cpu_seconds() - start;
  }
  static constexpr const char* kKo[] = {"simple", "positional", "situational"};
  std::printf("%5d  %-11s  %-7s  %10.0f  %12.2f  %6.1f\n", size, kKo[int(ko)], suicide ? "yes" : "no",
              double(games) / taken, double(moves) / taken / 1e6, double(moves) / double(games));
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  std::puts(" size  ko           suicide  playouts/s  Mmoves/s      moves  (CPU seconds, one thread)");
  for (int size : {9, 19}) {
    for (Ko ko : {Ko::simple, Ko::positional, Ko::situational}) {
      for (bool suicide : {false, true}) measure(size, ko, suicide, seconds);
    }
  }
}
