#include <tengen/apps/go/learn/elo.h>

#include <algorithm>
#include <cmath>

namespace tengen::go {

std::vector<double> fit_elo(int players, std::span<const PairResult> results, double prior) {
  std::vector<double> strength(players, 1), wins(players, 0);
  for (const PairResult& r : results) {
    wins[r.i] += r.wins_i + prior / 2;
    wins[r.j] += r.games - r.wins_i + prior / 2;
  }
  for (int iteration = 0; iteration < 2000; ++iteration) {
    std::vector<double> denominator(players, 0);
    for (const PairResult& r : results) {
      const double met = (r.games + prior) / (strength[r.i] + strength[r.j]);
      denominator[r.i] += met;
      denominator[r.j] += met;
    }
    double largest_change = 0;
    for (int p = 0; p < players; ++p) {
      if (denominator[p] == 0) continue;
      const double next = wins[p] / denominator[p];
      largest_change = std::max(largest_change, std::abs(std::log(next / strength[p])));
      strength[p] = next;
    }
    if (largest_change < 1e-6) break;
  }
  std::vector<double> elo(players, 0);
  for (int p = 0; p < players; ++p)
    if (wins[p] > 0) elo[p] = 400 * std::log10(strength[p] / strength[0]);
  return elo;
}

}  // namespace tengen::go
