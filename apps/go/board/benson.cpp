// Pass-alive chains and territory: see area.h. D. B. Benson, Life in the game of Go, Information Sciences 10
// (1976).
#include <algorithm>
#include <bitset>
#include <vector>

#include <tengen/apps/go/board/area.h>

namespace tengen::go {
namespace {

using PointSet = std::bitset<kMaxPoints + 1>;

struct Region {
  PointList points;
  std::vector<Point> chains;  // names of the chains that it touches
  std::vector<Point> vital;   // those of them to which it is vital
  bool alive = true;          // all of `chains` are still candidates
};

bool has(const std::vector<Point>& chains, Point chain) {
  return std::ranges::find(chains, chain) != chains.end();
}

bool touches(const Board& board, Point point, Point chain, Color color) {
  return std::ranges::any_of(board.geometry().neighbors[point],
                             [&](Point q) { return board.at(q) == color && board.chain(q) == chain; });
}

Region region_from(const Board& board, Color color, bool suicide, Point start, PointSet& seen) {
  Region region;
  region.points.push_back(start);
  seen[start] = true;
  for (int i = 0; i < region.points.size(); ++i) {
    for (Point q : board.geometry().neighbors[region.points[i]]) {
      if (board.at(q) == color) {
        if (!has(region.chains, board.chain(q))) region.chains.push_back(board.chain(q));
      } else if (board.at(q) != Color::wall && !seen[q]) {
        seen[q] = true;
        region.points.push_back(q);
      }
    }
  }
  for (Point chain : region.chains) {
    const bool vital = std::ranges::all_of(region.points, [&](Point p) {
      return (board.at(p) != Color::empty && !suicide) || touches(board, p, chain, color);
    });
    if (vital) region.vital.push_back(chain);
  }
  return region;
}

void add_pass_alive(const Board& board, Color color, bool suicide, Area& area) {
  std::vector<Region> regions;
  std::vector<Point> chains;
  PointSet seen;
  for (Point p = 0; p < board.points(); ++p) {
    if (board.at(p) == color) {
      if (board.chain(p) == p) chains.push_back(p);
    } else if (!seen[p]) {
      regions.push_back(region_from(board, color, suicide, p, seen));
    }
  }

  for (bool changed = true; changed;) {
    changed = std::erase_if(chains, [&](Point chain) {
                return std::ranges::count_if(regions, [&](const Region& region) {
                         return region.alive && has(region.vital, chain);
                       }) < 2;
              }) != 0;
    for (Region& region : regions) {
      region.alive = std::ranges::all_of(region.chains, [&](Point chain) { return has(chains, chain); });
    }
  }

  const auto give = [&](Point point) {
    area.owner[point] = color;
    ++(color == Color::black ? area.black : area.white);
  };
  for (Point chain : chains) std::ranges::for_each(board.chain_stones(chain), give);
  for (const Region& region : regions) {
    if (!region.alive || region.chains.empty()) continue;
    const auto away = std::ranges::count_if(region.points, [&](Point p) {
      return std::ranges::none_of(board.geometry().neighbors[p],
                                  [&](Point q) { return board.at(q) == color; });
    });
    if (away <= 1 || !region.vital.empty()) std::ranges::for_each(region.points, give);
  }
}

}  // namespace

Area pass_alive_of(const Board& board, bool suicide) {
  Area area;
  std::fill_n(area.owner.begin(), board.points(), Color::empty);
  for (Color color : {Color::black, Color::white}) add_pass_alive(board, color, suicide, area);
  return area;
}

}  // namespace tengen::go
