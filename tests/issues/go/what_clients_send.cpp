// What real clients send, and what was reported of other engines: Sabaki, KaTrain, LizGoban, gtp2ogs, Fox,
// GoGoD.
#include <doctest/doctest.h>

#include <string>

#include <tengen/apps/go/net/evaluator.h>
#include <tengen/apps/go/play/katago_arguments.h>
#include <tengen/apps/go/play/load_evaluator.h>
#include <tengen/apps/go/search/clock.h>
#include <tengen/apps/go/sgf/game.h>
#include <tengen/tests/go/analysis_fixture.h>
#include <tengen/tests/go/gtp_fixture.h>
#include <tengen/tests/temporary.h>

using namespace tengen;
using namespace tengen::go;

namespace {

sgf::Replay replay(std::string_view text) { return sgf::replay(sgf::parse(text).front()); }

Evaluation judge(Evaluator& evaluator, const Game& game) {
  Evaluation found;
  const Game* games[] = {&game};
  Evaluation* out[] = {&found};
  evaluator.evaluate(games, out);
  return found;
}

}  // namespace

TEST_CASE("a network is shown the nearest of the rules and komi that it learned") {
  if (default_network().empty()) return;
  EvaluatorOptions options;
  options.symmetry = "none";
  const auto evaluator = load_evaluator(options);
  const auto value = [&](Ko ko, bool suicide, double komi) {
    return double(judge(*evaluator, Game(9, Rules{ko, suicide, HandicapBonus::none, komi})).value);
  };
  const double known = value(Ko::positional, true, 7);
  CHECK(value(Ko::simple, false, 7) == known);
  CHECK(value(Ko::situational, false, 7) == known);
  // Black's chances fall with komi, also far beyond what was learned, and are nothing where no area can make
  // up for it.
  double last = 1;
  for (double komi : {-100., -40., 0., 7., 15., 20., 40., 60., 80.}) {
    CHECK(value(Ko::positional, true, komi) <= last);
    last = value(Ko::positional, true, komi);
  }
  CHECK(value(Ko::positional, true, 100) == -1);
  CHECK(value(Ko::positional, true, -100) == 1);
  CHECK(judge(*evaluator, Game(9, Rules{Ko::positional, true, HandicapBonus::none, 100})).score < -80);
}

TEST_CASE("what a network learned stands in its metadata") {
  const auto learned = LearnedRules::from({{"settings", R"({"rules":"chinese","komi":7,"komi-stdev":2})"}});
  CHECK_FALSE(learned.shown_suicide(Rules{}));
  CHECK_FALSE(learned.shown_superko(Rules{}));
  CHECK_FALSE(learned.knows(Rules{}));
  CHECK(learned.knows(*find_rules("chinese")));
  CHECK(learned.shown_komi(30) == 15);
  CHECK(learned.shown_komi(-30) == -1);
  for (const char* none : {"", "[]", "{}", R"({"rules":7,"komi":"x"})"}) {
    const auto all = LearnedRules::from({{"settings", none}});
    CHECK(all.knows(Rules{}));
    CHECK(all.shown_komi(1000) == 1000);
  }
}

TEST_CASE("Fox counts komi in hundredths, and records of Chinese games count stones") {
  const auto komi = [](const std::string& properties) {
    return replay("(;SZ[19]" + properties + ")").game.rules().komi;
  };
  CHECK(komi("AP[foxwq]RU[Chinese]KM[375]") == 7.5);
  CHECK(komi("AP[foxwq]RU[Japanese]KM[650]") == 6.5);
  CHECK(komi("AP[foxwq]KM[325]") == 6.5);
  CHECK(komi("AP[foxwq]KM[350]") == 7);
  CHECK(komi("AP[foxwq]HA[2]KM[50]") == 0.5);
  CHECK(komi("AP[foxwq]KM[0]") == 0);
  CHECK(komi("AP[SGFC:2.0]KM[375]") == 7.5);
  CHECK(komi("AP[SGFC:2.0]KM[50]") == 50);
  CHECK(komi("RU[Chinese]US[GoGoD95]KM[3.75]") == 7.5);
  CHECK(komi("KM[2.75]") == 5.5);
  CHECK(komi("KM[375]") == 375);  // nobody knows
  CHECK(replay("(;SZ[19]AP[foxwq]KM[375])").warnings.size() == 1);
}

TEST_CASE("rules that KataGo wrote into a record") {
  const auto rules = find_rules("koSITUATIONALscoreAREAtaxNONEsui1whbN-1");
  REQUIRE(rules);
  CHECK(rules->ko == Ko::situational);
  CHECK(rules->suicide);
  CHECK(rules->handicap_bonus == HandicapBonus::n_minus_1);
  CHECK(find_rules("koSIMPLEscoreAREAtaxNONEsui0whb0fpok1"));
  CHECK_FALSE(find_rules("koSIMPLEscoreTERRITORYtaxSEKIsui0"));
  CHECK_FALSE(find_rules("koSIMPLE"));
}

TEST_CASE("records in Japanese, Chinese and Korean without a charset, and in UTF-16") {
  const auto names = [](const std::string& bytes) {
    const sgf::Replay game = replay("(;SZ[9]PB[" + bytes + "];B[ee];W[ge])");
    CHECK(game.game.moves().size() == 2);
    return game.black;
  };
  CHECK(names("\x88\xe4\x8eR\x97T\x91\xbe") == "井山裕太");  // Shift-JIS
  CHECK(names("\x83\x8b\x83\\") == "ルソ");                  // whose last byte is a backslash
  CHECK(names("\xb9\xc5\xc1\xa6") == "古力");                // GBK
  CHECK(names("\xc0\xcc\xc3\xa2\xc8\xa3 9"
              "\xb4\xdc \xc7\xd1\xb1\xb9") == "이창호 9단 한국");  // EUC-KR
  CHECK(names("J\xfcrgen M\xfcller") == "Jürgen Müller");          // Latin-1
  const std::string text = "(;SZ[9]PB[a];B[ee];W[ge])";
  std::string little = "\xff\xfe", big = "\xfe\xff";
  for (char c : text) (little += c) += '\0', (big += '\0') += c;
  CHECK(replay(little).game.moves().size() == 2);
  CHECK(replay(big).black == "a");
}

TEST_CASE("a controller's moves may break superko and forbid suicide, but not ko") {
  const std::string game =
      "boardsize 3\nplay b B1\nplay w B3\nplay b A3\nplay w B2\nplay b C3\nplay w A1\nplay b A2\nplay w A1\n";
  CHECK(gtp_last(game + "play b A3\n") == "=");
  CHECK(gtp_last("boardsize 5\nplay b B1\nplay w C1\nplay b A2\nplay w D2\nplay b C2\nplay w B2\nplay b "
                 "D5\nplay w C3\n"
                 "play b D4\nplay w E5\nplay b A5\nplay w B5\nplay w B3\nplay b B1\n")
            .starts_with("? illegal move"));
}

TEST_CASE("several stones of Black before White's first are a handicap") {
  const std::string rules =
      "boardsize 9\nkomi 0.5\nkata-set-rules chinese\nkata-set-rule friendlyPassOk false\n";
  const std::string played = gtp_last(rules + "play b C3\nplay b G7\nplay b G3\nplay w E5\nfinal_score\n");
  CHECK(played == gtp_last(rules + "set_free_handicap C3 G7 G3\nplay w E5\nfinal_score\n"));
  CHECK(played == "= W+1.5");
}

TEST_CASE("commands as clients send them") {
  CHECK(gtp_last("list_commands\n").find("\nanalyze") == std::string::npos);
  CHECK(gtp_last("known_command analyze\n") == "= true");
  CHECK(gtp_last("kata-set-rules chinese\nkata-get-rules\n").find("\"friendlyPassOk\":true") !=
        std::string::npos);
  CHECK(gtp_last("kata-set-rules tromp-taylor\nkata-get-rules\n").find("\"friendlyPassOk\":false") !=
        std::string::npos);
  CHECK(gtp_last("boardsize 9\nplay b E5\nprintsgf -\n").starts_with("= (;"));
  CHECK(gtp_last("boardsize 9 9\nquery_boardsize\n") == "= 9");
  CHECK(gtp_last("rectangular_boardsize 9 13\n").starts_with("? unacceptable size"));
  CHECK(gtp_last("kata-time_settings fischer 60 5\n") == "=");
  CHECK(gtp_last("quit now\n") == "=");
}

TEST_CASE(
    "what clients of KataGo ask: parameters, models, searches that play nothing, the network's judgement") {
  CHECK(gtp_last("kata-set-param maxVisits 1125899906842624\nkata-get-param maxVisits\n") == "= 1e+06");
  CHECK(gtp_last("kata-set-param maxTime 2.5\nkata-set-param maxTime\nkata-get-param maxTime\n") == "= 0");
  CHECK(gtp_last("kata-list-params\n") == "= maxVisits maxPlayouts maxTime");
  CHECK(gtp_last("kata-get-params\n").find("\"maxPlayouts\":") != std::string::npos);
  CHECK(gtp_last("kata-get-param wideRootNoise\n").starts_with("? unknown parameter 'wideRootNoise'"));
  CHECK(gtp_last("kata-get-models\n").find("\"usesHumanSLProfile\":false") != std::string::npos);
  CHECK(gtp_last("boardsize 5\nkata-search b\nlist_stones b\n") == "=");
  const std::string searched = gtp_last("boardsize 5\nkata-search_analyze_cancellable b 10\n");
  CHECK(searched.find("info move") != std::string::npos);
  CHECK(searched.find("play ") != std::string::npos);
  const std::string raw = gtp_last("boardsize 3\nplay b B2\nkata-raw-nn 0\n");
  CHECK(raw.starts_with("= symmetry 0\nwhiteWin 0.500000\nwhiteLoss 0.500000"));
  CHECK(raw.find("\npolicy\n0.111111 0.111111 0.111111\n0.111111 NAN 0.111111\n") != std::string::npos);
  CHECK(raw.find("\npolicyPass 0.111111\nwhiteOwnership\n") != std::string::npos);
  CHECK(gtp_last("kata-raw-nn 8\n").starts_with("? syntax error"));
}

TEST_CASE("an analysis that is shorter than its interval is reported once") {
  const std::string answers = gtp_last("boardsize 5\nkata-genmove_analyze b 10000\n");
  CHECK(answers.find("info move") != std::string::npos);
  CHECK(answers.find("play ") != std::string::npos);
}

TEST_CASE("overtime is never longer than its period") {
  Clock clock;
  clock.set_canadian(1780, 20, 1);
  clock.set_left(Color::black, 1917, 1);
  CHECK(*clock.seconds_for_move(Color::black, 19, 10) <= 20);
}

TEST_CASE("KataGo's command line") {
  using Words = std::vector<std::string>;
  CHECK(from_katago_arguments({"analysis", "-config", "c.cfg", "-model", "m.bin.gz",
                               "-quit-without-waiting"}) == Words{"analyze"});
  CHECK(from_katago_arguments({"gtp", "-model", "a.safetensors", "--visits", "9"}) ==
        Words{"gtp", "--net", "a.safetensors", "--visits", "9"});
  CHECK(from_katago_arguments({"analysis", "-analysis-threads", "4"}) ==
        Words{"analyze", "--positions", "4"});
  CHECK(from_katago_arguments({"match", "-config"}) == Words{"match", "-config"});
  CHECK(from_katago_arguments({}).empty());
}

TEST_CASE(
    "analysis: more visits than there can be, moves for both players, models, rules that do not exist here") {
  const std::string game = R"("komi":7,"boardXSize":5,"boardYSize":5,"moves":[])";
  const auto answers = [&](const std::string& fields) {
    return analysis_answers("{\"id\":\"a\"," + game + "," + fields + "}\n", 1, 10);
  };
  const auto limited = answers(R"("maxVisits":10000000,"overrideSettings":{"maxVisits":4})");
  REQUIRE(limited.size() == 1);
  CHECK(limited[0].contains("rootInfo"));
  const auto both = answers(
      R"("allowMoves":[{"player":"B","moves":["C3"],"untilDepth":4},{"player":"W","moves":["B2"],"untilDepth":4}])");
  REQUIRE(both.size() == 1);
  CHECK(both[0]["moveInfos"][0]["move"] == "C3");
  const auto japanese = answers(R"("rules":"japanese")");
  REQUIRE(japanese.size() == 2);
  CHECK(japanese[0]["warning"].get<std::string>().find("territory scoring") != std::string::npos);
  CHECK(japanese[1].contains("rootInfo"));
  const auto models = analysis_answers("{\"id\":\"m\",\"action\":\"query_models\"}\n", 1, 10);
  REQUIRE(models.size() == 1);
  CHECK(models[0]["models"].size() == 1);
}
