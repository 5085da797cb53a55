// Input planes and symmetries.
#include <cmath>
#include <set>
#include <sstream>

#include <doctest/doctest.h>

#include <tengen/apps/go/net/planes.h>
#include <tengen/apps/go/net/symmetry.h>

#include "net_positions.h"

using namespace net_test;

namespace {

std::vector<float> planes_of(const Game& game, int symmetry = 0) {
  std::vector<float> planes(size_t(kPlanes * game.size() * game.size()), NAN);
  encode(game, planes.data(), symmetry);
  return planes;
}
std::vector<float> planes17_of(const Game& game, int symmetry = 0) {
  std::vector<float> planes(size_t(kPlanes17 * game.size() * game.size()), NAN);
  encode17(game, planes.data(), symmetry);
  return planes;
}

/// Points where a plane is 1; the others must be 0.
std::string marked(const Game& game, const std::vector<float>& planes, int plane) {
  std::string names;
  const int points = game.size() * game.size();
  for (Point p = 0; p < points; ++p) {
    const float x = planes[size_t(plane * points + p)];
    CHECK((x == 0 || x == 1));
    if (x == 1) names += (names.empty() ? "" : " ") + to_string(p, game.size());
  }
  return names;
}
/// The one number of a constant plane.
float constant(const Game& game, const std::vector<float>& planes, int plane) {
  const int points = game.size() * game.size();
  for (int p = 1; p < points; ++p)
    CHECK(planes[size_t(plane * points + p)] == planes[size_t(plane * points)]);
  return planes[size_t(plane * points)];
}

void play(Game& game, const std::string& moves) {
  std::istringstream words(moves);
  for (std::string word; words >> word;) game.play(parse_point(word, game.size()));
}

Game turned(const Game& game, int symmetry) {
  std::vector<Move> stones;
  for (const auto& [color, point] : game.start_stones())
    stones.push_back({color, apply(symmetry, point, game.size())});
  Game result(game.size(), game.rules(), stones, game.start_to_move());
  for (const auto& [color, point] : game.moves()) result.play(color, apply(symmetry, point, game.size()));
  return result;
}

}  // namespace

TEST_CASE("planes: stones, liberties, last moves, from the view of the player to move") {
  Game game(5);
  play(game, "C3 C2 D2 B3 A1 C4 E5");
  // E5 is Black's last move, White is to move.
  //   5  . . . . X
  //   4  . . O . .
  //   3  . O X . .
  //   2  . . O X .
  //   1  X . . . .
  const auto planes = planes_of(game);
  CHECK(marked(game, planes, kOwn) == "C4 B3 C2");
  CHECK(marked(game, planes, kOpponent) == "E5 C3 D2 A1");
  CHECK(marked(game, planes, kLiberties1) == "C3");
  CHECK(marked(game, planes, kLiberties2) == "E5 C2 A1");
  CHECK(marked(game, planes, kLiberties3) == "C4 B3 D2");
  CHECK(marked(game, planes, kLastMove1) == "E5");
  CHECK(marked(game, planes, kLastMove2) == "C4");
  CHECK(marked(game, planes, kLastMove3) == "A1");
  CHECK(marked(game, planes, kLastMove4) == "B3");
  CHECK(marked(game, planes, kLastMove5) == "D2");
  CHECK(marked(game, planes, kForbidden).empty());
  CHECK(constant(game, planes, kOnBoard) == 1);
  CHECK(constant(game, planes, kPassEnds) == 0);
  CHECK(constant(game, planes, kKomi) == doctest::Approx(7.5 / 20));
  CHECK(constant(game, planes, kSize) == doctest::Approx(-0.9));
  CHECK(constant(game, planes, kSuicide) == 1);
  CHECK(constant(game, planes, kSuperko) == 1);

  play(game, "pass");
  const auto after = planes_of(game);
  CHECK(marked(game, after, kOwn) == "E5 C3 D2 A1");
  CHECK(marked(game, after, kLastMove1).empty());
  CHECK(marked(game, after, kLastMove2) == "E5");
  CHECK(constant(game, after, kPassEnds) == 1);
  CHECK(constant(game, after, kKomi) == doctest::Approx(-7.5 / 20));
}

TEST_CASE("planes: liberties of every chain agree with a flood fill") {
  for (int size : {2, 5, 9, 19}) {
    for (const Game& game : random_games(size, 40)) {
      const auto planes = planes_of(game);
      const int points = size * size;
      for (Point p = 0; p < points; ++p) {
        const bool stone = game.board().at(p) != Color::empty;
        const int liberties = stone ? game.board().liberties(p).size() : 0;
        for (int n = 1; n <= 3; ++n)
          REQUIRE(planes[size_t((kLiberties1 + n - 1) * points + p)] == (liberties == n));
      }
    }
  }
}

TEST_CASE("planes: the points that ko and superko forbid are those that the game forbids") {
  const Rules rule_sets[] = {{Ko::simple, false}, {Ko::positional, true}, {Ko::situational, false}};
  int forbidden = 0;
  for (const Rules& rules : rule_sets) {
    for (int size : {3, 5, 9}) {
      for (const Game& game : random_games(size, 1000, rules)) {
        const auto planes = planes_of(game);
        const int points = size * size;
        CHECK(constant(game, planes, kSuicide) == rules.suicide);
        CHECK(constant(game, planes, kSuperko) == (rules.ko != Ko::simple));
        for (Point p = 0; p < points; ++p) {
          const bool ko =
              game.board().is_legal(game.to_move(), p, rules.suicide) && !game.is_legal(game.to_move(), p);
          REQUIRE(planes[size_t(kForbidden * points + p)] == ko);
          forbidden += ko;
        }
      }
    }
  }
  CHECK(forbidden > 50);
}

TEST_CASE("planes: komi counts handicap points, is bounded, and its parity repeats every two points") {
  const auto at = [](double komi, Color to_move, int plane, int size = 9) {
    Rules rules;
    rules.komi = komi;
    const Game game(size, rules, {}, to_move);
    return constant(game, planes_of(game), plane);
  };
  CHECK(at(24.5, Color::black, kKomi, 5) == doctest::Approx(-24.5 / 20));
  CHECK(at(24.5, Color::white, kKomi, 5) == doctest::Approx(24.5 / 20));
  CHECK(at(400, Color::black, kKomi) == doctest::Approx(-81.0 / 20));
  // 81 points: an odd difference is likely, so komi 7 allows draws.
  CHECK(at(7, Color::white, kParity) == 0);
  CHECK(at(7.5, Color::white, kParity) == 0.5);
  CHECK(at(8, Color::white, kParity) == 0);
  CHECK(at(8.5, Color::white, kParity) == -0.5);
  CHECK(at(7.5, Color::black, kParity) == -0.5);
  for (double komi = -10; komi <= 10; komi += 0.5)
    for (Color color : {Color::black, Color::white})
      CHECK(at(komi, color, kParity) == at(komi + 2, color, kParity));
  CHECK(at(6, Color::white, kParity, 4) == 0);  // 16 points
  CHECK(at(6.5, Color::white, kParity, 4) == 0.5);

  Rules chinese = rules_named("chinese");
  const std::vector<Move> stones{{Color::black, 20}, {Color::black, 60}, {Color::black, 24}};
  const Game game(9, chinese, stones, Color::white);
  CHECK(constant(game, planes_of(game), kKomi) == doctest::Approx(10.5 / 20));
}

TEST_CASE("planes of AlphaGo Zero: eight boards, correct after captures and from set-up stones") {
  for (int size : {3, 5, 9}) {
    for (uint64_t seed = 1; seed <= 30; ++seed) {
      Game game = seed % 2
                      ? Game(size)
                      : Game(size, {}, std::vector<Move>{{Color::black, 0}, {Color::white, 2}}, Color::white);
      Rng rng(seed);
      std::vector<Board> boards{game.board()};
      for (int i = 0; i < 3 * size * size && !game.is_over(); ++i) {
        const auto planes = planes17_of(game);
        const int points = size * size;
        CHECK(constant(game, planes, 16) == (game.to_move() == Color::black));
        for (int ago = 0; ago < 8; ++ago) {
          for (Point p = 0; p < points; ++p) {
            const Color there =
                ago < int(boards.size()) ? boards[boards.size() - 1 - ago].at(p) : Color::empty;
            REQUIRE(planes[size_t(2 * ago * points + p)] == (there == game.to_move()));
            REQUIRE(planes[size_t((2 * ago + 1) * points + p)] == (there == opposite(game.to_move())));
          }
        }
        game.play(random_move(game, rng));
        boards.push_back(game.board());
      }
    }
  }
}

TEST_CASE("symmetries: eight different permutations, undone by their inverse; a pass stays") {
  for (int size : {2, 3, 9, 19}) {
    std::set<std::vector<Point>> different;
    for (int s = 0; s < kSymmetries; ++s) {
      const auto map = symmetry_map(s, size);
      different.insert({map.begin(), map.end()});
      CHECK(map.size() == size_t(size * size + 1));
      CHECK(apply(s, Point(size * size), size) == size * size);
      for (Point p = 0; p < size * size; ++p) {
        CHECK(apply(inverse(s), apply(s, p, size), size) == p);
        // Neighbors stay neighbors.
        for (Point q : geometry(size).neighbors[p]) {
          if (q == size * size) continue;
          const auto& around = geometry(size).neighbors[apply(s, p, size)];
          CHECK(std::ranges::count(around, apply(s, q, size)) == 1);
        }
      }
    }
    CHECK(different.size() == 8);
  }
  CHECK_THROWS_WITH_AS(symmetry_map(8, 9), "symmetry 8: expected 0 to 7", tengen::Error);
}

TEST_CASE("symmetries: a turned game, turned planes and planes encoded under a symmetry are the same") {
  for (int size : {3, 9}) {
    for (const Game& game : random_games(size, 30)) {
      const auto straight = planes_of(game), straight17 = planes17_of(game);
      for (int s = 0; s < kSymmetries; ++s) {
        std::vector<float> moved(straight.size()), moved17(straight17.size());
        transform_planes(s, size, kPlanes, straight.data(), moved.data());
        transform_planes(s, size, kPlanes17, straight17.data(), moved17.data());
        REQUIRE(planes_of(game, s) == moved);
        REQUIRE(planes_of(turned(game, s)) == moved);
        REQUIRE(planes17_of(game, s) == moved17);
        REQUIRE(planes17_of(turned(game, s)) == moved17);
      }
    }
  }
}

TEST_CASE("symmetries: state and policy turn together") {
  // SuperGo turned the state and left the policy as it was. Here the policy is a mark on the points where the
  // player's stones stand, so that planes and policy can be compared after any symmetry.
  for (const Game& game : random_games(9, 20)) {
    const int points = 81;
    const auto planes = planes_of(game);
    std::vector<float> policy(planes.begin() + kOwn * points, planes.begin() + (kOwn + 1) * points);
    std::vector<float> ownership = policy;
    policy.push_back(0.25f);  // the pass
    for (int s = 0; s < kSymmetries; ++s) {
      std::vector<float> turned_policy(policy.size()), back(policy.size()), turned_owner(ownership.size());
      transform_policy(s, 9, policy.data(), turned_policy.data());
      transform_ownership(s, 9, ownership.data(), turned_owner.data());
      const auto turned_planes = planes_of(game, s);
      for (int p = 0; p < points; ++p) {
        REQUIRE(turned_policy[size_t(p)] == turned_planes[size_t(kOwn * points + p)]);
        REQUIRE(turned_owner[size_t(p)] == turned_planes[size_t(kOwn * points + p)]);
      }
      CHECK(turned_policy.back() == 0.25f);
      transform_policy(inverse(s), 9, turned_policy.data(), back.data());
      CHECK(back == policy);
    }
  }
}
