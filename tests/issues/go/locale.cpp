// Games and answers hold the same numbers whatever locale the program has chosen.
#include <tengen/apps/go/board/playout.h>
#include <tengen/apps/go/sgf/game.h>

#include "../../foreign_locale.h"
#include "../../go/analysis_fixture.h"
#include "../../go/gtp_fixture.h"

namespace {

/// What `body` makes in the usual locale and in another one is the same.
template <class Body>
std::string checked(const Body& body) {
  const std::string usual = body();
  const ForeignLocale foreign;
  CHECK(body() == usual);
  return usual;
}

}  // namespace

TEST_CASE("locale: SGF files") {
  const std::string text = checked([] {
    Rng rng(1);
    Game game(19, rules_named("chinese"));
    playout(game, rng, 1000);
    return sgf::write({sgf::to_tree(game, "B+12.5")});
  });
  CHECK(contains(text, "KM[7.5]"));
  CHECK(contains(text, "B+12.5"));
}

TEST_CASE("locale: GTP") {
  const std::string commands =
      "boardsize 9\nkomi 6.5\nget_komi\ntime_settings 1800 30 1\nkata-get-rules\nplay b C3\n"
      "kata-search_analyze w maxmoves 3\nprintsgf\nfinal_score\n";
  const std::string said = checked([&] { return gtp_session(commands); });
  CHECK(contains(said, "= 6.5\n"));
  CHECK(contains(said, "KM[6.5]"));
}

TEST_CASE("locale: analysis") {
  const std::string query =
      R"({"id":"a","moves":[["B","C3"]],"rules":"chinese","komi":12.5,"boardXSize":5,"boardYSize":5,)"
      R"("includeOwnership":true,"maxVisits":1200})"
      "\n";
  const auto answer = [&] { return analysis_answers(query, 1, 1).at(0).dump(); };
  const std::string said = checked(answer);
  CHECK(contains(said, "\"visits\":1200"));
}
