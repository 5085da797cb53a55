// The Go Text Protocol: answers to the letter.
#include <algorithm>
#include <functional>

#include <tengen/apps/go/board/playout.h>
#include <tengen/apps/go/play/handicap.h>

#include "gtp_fixture.h"

namespace {

struct Exchange {
  const char* commands;  // sent before, their answers do not matter
  const char* command;
  const char* answer;  // as far as it begins like this; with "$" at the end: all of it
};

void check(const Exchange& exchange) {
  CAPTURE(exchange.commands);
  CAPTURE(exchange.command);
  const std::string answer = gtp_last(std::string(exchange.commands) + "\n" + exchange.command + "\n");
  std::string expected = exchange.answer;
  if (expected.ends_with('$')) {
    expected.pop_back();
    CHECK(answer == expected);
  } else {
    CHECK(answer.substr(0, expected.size()) == expected);
  }
}

constexpr const char* kTwoDead =  // White's E1, F1 have one liberty inside black area
    "boardsize 7\nkomi 0.5\nplay b D1\nplay w E1\nplay b D2\nplay w F1\nplay b E2\nplay b F2\nplay b G2";

const Exchange kAdministration[] = {
    {"", "protocol_version", "= 2$"},
    {"", "name", "= tengen-go$"},
    {"", "version", "= 1.2.3$"},
    {"", "known_command genmove", "= true$"},
    {"", "known_command kata-analyze", "= true$"},
    {"", "known_command no_such", "= false$"},
    {"", "known_command", "= false$"},
    {"", "list_commands", "= protocol_version\nname\nversion\n"},
    {"", "quit", "=$"},
    {"", "no_such 1 2", "? unknown command$"},
    {"", "cputime", "= "},
    {"", "stop", "=$"},
    {"", "clear_cache", "=$"},
    // the form of a line
    {"", "12 name", "=12 tengen-go$"},
    {"", "0 name", "=0 tengen-go$"},
    {"", "007 no_such", "?007 unknown command$"},
    {"", "  12\tname  # a comment", "=12 tengen-go$"},
    {"", "na\x01me\r", "= tengen-go$"},
    {"# comment\n\n   \n\t\n\r\n12\n", "name", "= tengen-go$"},
    {"", "name extra", "? syntax error"},
    {"", "play b", "? syntax error: play takes 2 arguments$"},
    {"", "kgs-time_settings", "? syntax error: kgs-time_settings takes 1 to 4 arguments$"},
    {"", "loadsgf", "? syntax error: loadsgf takes at least 1 arguments$"},
};

const Exchange kBoard[] = {
    {"", "boardsize 19", "=$"},
    {"", "boardsize 2", "=$"},
    {"", "boardsize 1", "? unacceptable size"},
    {"", "boardsize 20", "? unacceptable size"},
    {"", "boardsize nine", "? unacceptable size"},
    {"boardsize 13", "query_boardsize", "= 13$"},
    {"play b D4", "boardsize 9\nlist_stones b", "=$"},
    {"play b D4\nclear_board", "list_stones b", "=$"},
    {"", "komi 6.5", "=$"},
    {"", "komi -3.5", "=$"},
    {"", "komi 7.000", "=$"},
    {"", "komi 7.25", "? komi 7.25"},
    {"", "komi seven", "? komi 'seven' is no"},
    {"komi 5.5", "get_komi", "= 5.5$"},
    {"komi 5.5\nboardsize 13\nclear_board", "get_komi", "= 5.5$"},
    // moves: both cases, colors in any form, either color at any time
    {"", "play black d4", "=$"},
    {"play BLACK d4\nplay W e5\nplay white E6", "list_stones White", "= E6 E5$"},
    {"play b D4", "play w D4", "? illegal move white D4: there is a stone already$"},
    {"", "play b I5", "? 'I5' is no point of a board of size 9"},
    {"", "play b K1", "? 'K1' is no point"},
    {"", "play b A0", "? 'A0' is no point"},
    {"", "play b A10", "? 'A10' is no point"},
    {"", "play b A999999999999", "? 'A999999999999' is no point"},
    {"", "play b resign", "? 'resign' is no point"},
    {"", "play red A1", "? 'red' is no color"},
    {"", "play b pass", "=$"},
    {"", "play w PASS", "=$"},
    {"play b A2\nplay b B1", "play w A1", "? illegal move white A1: the stone would have no liberty$"},
    {"play b A2\nplay w B2\nplay b B1\nplay w C1\nplay w A1\nplay w A3", "play b A2",
     "? illegal move black A2"},
    {"play b D4\nundo", "list_stones b", "=$"},
    {"play b D4\nplay w E5\nundo", "list_stones b", "= D4$"},
    {"", "undo", "? cannot undo$"},
    // ko, and what was captured
    {"play b B1\nplay b A2\nplay w A1\nplay b pass", "captures black", "= 0$"},
    {"play w A1\nplay b A2\nplay b B1", "captures black", "= 1$"},
    {"play w A1\nplay b A2\nplay b B1", "captures white", "= 0$"},
    {"play b B2\nplay w C2\nplay b A1\nplay w D1\nplay b C1\nplay w B1", "play b C1",
     "? illegal move black C1: superko"},
    {"play b B2\nplay w C2\nplay b A1\nplay w D1\nplay b C1\nplay w B1", "is_legal b C1", "= 0$"},
    {"play b B2\nplay w C2\nplay b A1\nplay w D1\nplay b C1\nplay w B1", "is_legal b D4", "= 1$"},
    {"", "is_legal w pass", "= 1$"},
    {"boardsize 2", "all_legal b", "= A2 B2 A1 B1$"},
    {"boardsize 2\nplay b A1\nplay b B2", "all_legal w", "=$"},
    {"boardsize 2\nplay b A1\nplay b A2", "showboard",
     "= \n   A B\n 2 X . 2\n 1 X . 1\n   A B\nwhite to move, 2 moves"},
};

const Exchange kLargeBoard[] = {
    {"boardsize 19\nplay b T19\nplay w A1\nplay b J10", "list_stones b", "= T19 J10$"},
    {"boardsize 19\nplay b a19\nplay b t1\nplay b h8\nplay b j8", "list_stones b", "= A19 H8 J8 T1$"},
    {"boardsize 19", "play b T20", "? 'T20' is no point of a board of size 19: expected A1 to T19"},
    {"boardsize 19", "play b U1", "? 'U1' is no point"},
    {"boardsize 19\nplay w H10\nplay w K10\nplay w J9\nplay b J10\nplay w J11", "captures white", "= 1$"},
};

const Exchange kHandicap[] = {
    {"", "fixed_handicap 2", "= G7 C3$"},
    {"", "fixed_handicap 9", "= C7 E7 G7 C5 E5 G5 C3 E3 G3$"},
    {"", "fixed_handicap 1", "? invalid number of stones"},
    {"", "fixed_handicap 10", "? invalid number of stones"},
    {"boardsize 8", "fixed_handicap 5", "? invalid number of stones"},
    {"boardsize 6", "fixed_handicap 2", "? invalid number of stones"},
    {"play b A1", "fixed_handicap 2", "? board not empty$"},
    {"play b A1", "place_free_handicap 2", "? board not empty$"},
    {"play b A1", "set_free_handicap A2 A3", "? board not empty$"},
    {"boardsize 19", "place_free_handicap 5", "= D16 Q16 K10 D4 Q4$"},
    {"", "place_free_handicap 1", "? invalid number of stones"},
    {"", "place_free_handicap 41", "? invalid number of stones"},
    {"set_free_handicap D4 E5 f6", "list_stones b", "= F6 E5 D4$"},
    {"", "set_free_handicap", "? bad vertex list"},
    {"set_free_handicap D4", "list_stones b", "= D4$"},
    {"", "set_free_handicap D4 D4", "? bad vertex list"},
    {"", "set_free_handicap D4 pass", "? bad vertex list"},
    {"", "set_free_handicap D4 Z4", "? 'Z4' is no point"},
    {"fixed_handicap 2", "undo", "? cannot undo$"},
    {"kata-set-rules chinese\nkomi 0.5\nfixed_handicap 3", "final_score", "= B+77.5$"},
    {"set_position b A1 w C3", "list_stones w", "= C3$"},
    {"set_position b A1", "set_position\nlist_stones b", "=$"},
    {"", "set_position b A1 w", "? syntax error"},
    {"", "set_position b A1 w A1", "? two stones on A1$"},
    {"", "set_position b A1 w A2 w B1", "? the position has a chain without liberties$"},
};

const Exchange kRules[] = {
    {"", "kata-get-rules",
     "= {\"friendlyPassOk\":false,\"hasButton\":false,\"ko\":\"POSITIONAL\",\"scoring\":\"AREA\","
     "\"suicide\":true,\"tax\":\"NONE\",\"whiteHandicapBonus\":\"0\"}$"},
    {"kata-set-rules chinese", "kata-get-rules",
     "= {\"friendlyPassOk\":true,\"hasButton\":false,\"ko\":\"SIMPLE\",\"scoring\":\"AREA\","
     "\"suicide\":false,\"tax\":\"NONE\",\"whiteHandicapBonus\":\"N\"}$"},
    {"kgs-rules chinese", "kata-get-rules",
     "= {\"friendlyPassOk\":true,\"hasButton\":false,\"ko\":\"POSITIONAL\""},
    {"kata-set-rules {\"ko\":\"SITUATIONAL\",\"suicide\":false}", "kata-get-rules",
     "= {\"friendlyPassOk\":false,\"hasButton\":false,\"ko\":\"SITUATIONAL\",\"scoring\":\"AREA\","
     "\"suicide\":false,\"tax\":\"NONE\",\"whiteHandicapBonus\":\"0\"}$"},
    {"kata-set-rules { \"ko\": \"SIMPLE\", \"scoring\": \"AREA\" }", "kata-get-rules",
     "= {\"friendlyPassOk\":false,\"hasButton\":false,\"ko\":\"SIMPLE\""},
    {"kata-set-rule ko SIMPLE\nkata-set-rule whiteHandicapBonus N-1\nkata-set-rule friendlyPassOk true",
     "kata-get-rules",
     "= {\"friendlyPassOk\":true,\"hasButton\":false,\"ko\":\"SIMPLE\",\"scoring\":\"AREA\","
     "\"suicide\":true,\"tax\":\"NONE\",\"whiteHandicapBonus\":\"N-1\"}$"},
    {"", "kata-set-rules New Zealand", "=$"},
    {"", "kata-set-rules japanese", "=$"},  // the nearest, and a note on standard error
    {"kata-set-rules japanese", "kata-get-rules",
     "= {\"friendlyPassOk\":true,\"hasButton\":false,\"ko\":\"SIMPLE\",\"scoring\":\"AREA\","
     "\"suicide\":false,\"tax\":\"NONE\",\"whiteHandicapBonus\":\"0\"}$"},
    {"", "kata-set-rules no_such", "? unknown rules 'no_such'"},
    {"", "kata-set-rules {\"scoring\":\"TERRITORY\",\"tax\":\"ALL\",\"hasButton\":true}", "=$"},
    {"", "kata-set-rules {\"scoring\":\"POINTS\"}",
     "? rules: scoring POINTS does not exist here: expected one of AREA, TERRITORY"},
    {"", "kata-set-rules {\"ko\":\"SPIGHT\"}",
     "? rules: ko SPIGHT does not exist here: expected one of SIMPLE"},
    {"", "kata-set-rules {\"suicide\":1}", "? rules: suicide 1: expected true or false"},
    {"", "kata-set-rules {\"sui\":true}", "? rules: unknown field 'sui'"},
    {"", "kata-set-rules {\"ko\"", "? not valid JSON"},
    {"", "kata-set-rule no_such 1", "? rules: unknown field 'no_such'"},
    {"", "kgs-rules japanese", "=$"},
    {"play b A1\nkata-set-rules chinese", "list_stones b", "= A1$"},  // the position stays
    {"komi 3.5\nkata-set-rules chinese", "get_komi", "= 3.5$"},
};

const Exchange kTime[] = {
    {"", "time_settings 60 10 1", "=$"},
    {"", "time_settings 0 0 0", "=$"},
    {"", "time_settings 60 10", "? syntax error"},
    {"", "time_settings 60 10 x", "? syntax error: 'x' is no whole number"},
    {"", "time_settings -1 0 0", "? syntax error: '-1' is no number"},
    {"", "kgs-time_settings none", "=$"},
    {"", "kgs-time_settings absolute 300", "=$"},
    {"", "kgs-time_settings byoyomi 300 30 5", "=$"},
    {"", "kgs-time_settings canadian 300 30 5", "=$"},
    {"", "kgs-time_settings byoyomi 300", "? syntax error: byoyomi takes 3 numbers$"},
    {"", "kgs-time_settings fischer 300 5", "? syntax error: expected none, absolute"},
    {"", "time_left b 30 0", "=$"},
    {"", "time_left b 30", "? syntax error"},
    {"", "time_left green 30 0", "? 'green' is no color"},
};

const Exchange kEnd[] = {
    {"komi 7.5", "final_score", "= W+7.5$"},
    {"komi 7\nplay b A1", "final_score", "= B+74$"},
    {"komi 0", "final_score", "= 0$"},
    {kTwoDead, "final_score", "= B+"},
    {"boardsize 5\nkomi 0.5\nplay b C3\nplay w A1", "final_score", "= W+0.5$"},
    {"play b A1\nplay b B1\nplay w E5", "final_status_list alive", "= E5\nA1 B1$"},
    {"play b A1", "final_status_list dead", "=$"},
    {"play b A1", "final_status_list seki", "=$"},
    {"", "final_status_list lost", "? syntax error: expected alive, seki or dead$"},
};

const Exchange kMoves[] = {
    {"", "genmove red", "? 'red' is no color"},
    {"", "genmove", "? syntax error"},
    {"", "genmove b", "= "},
    {"", "genmove w", "= "},
    {"boardsize 2\nplay b A1\nplay b B2\nkomi 0.5\nplay w pass", "genmove b", "= pass$"},  // wins by it
    {"", "reg_genmove b", "= "},
    {"reg_genmove b", "list_stones b", "=$"},
    {"", "lz-genmove_analyze b 10 no_such", "? unknown analysis option 'no_such'$"},
    {"", "lz-analyze b 10 ownership true", "? unknown analysis option 'ownership'$"},
    {"", "kata-analyze no_such", "? unknown analysis option 'no_such'$"},
    {"", "kata-analyze 10 interval", "? syntax error: expected centiseconds$"},
    {"", "kata-analyze ownership maybe", "? syntax error: 'maybe' is neither true nor false$"},
    {"", "kata-analyze allow b D4 1 avoid b D5 1", "? syntax error: 'allow' goes once"},
    {"", "kata-analyze avoid b D4", "? syntax error: expected a number of plies$"},
    {"", "kata-analyze avoid b D44 1", "? 'D44' is no point"},
};

}  // namespace

TEST_CASE("gtp: administration and the form of a line") {
  for (const Exchange& e : kAdministration) check(e);
}
TEST_CASE("gtp: board, moves, captures, undo") {
  for (const Exchange& e : kBoard) check(e);
}
TEST_CASE("gtp: rows above 9 and columns beyond I on 19x19") {
  for (const Exchange& e : kLargeBoard) check(e);
}
TEST_CASE("gtp: handicap and positions") {
  for (const Exchange& e : kHandicap) check(e);
}
TEST_CASE("gtp: rules as words and as JSON") {
  for (const Exchange& e : kRules) check(e);
}
TEST_CASE("gtp: time settings") {
  for (const Exchange& e : kTime) check(e);
}
TEST_CASE("gtp: score and status") {
  for (const Exchange& e : kEnd) check(e);
}
TEST_CASE("gtp: moves and analysis arguments") {
  for (const Exchange& e : kMoves) check(e);
}

TEST_CASE("gtp: every command is in list_commands and known, and answers an empty line of arguments") {
  std::istringstream list(gtp_last("list_commands\n").substr(2));
  int count = 0;
  for (std::string name; list >> name; ++count) {
    CAPTURE(name);
    CHECK(gtp_last("known_command " + name + "\n") == "= true");
    if (name.find("analyze") == name.npos) CHECK(gtp_session(name + "\n").ends_with("\n\n"));
  }
  CHECK(count > 40);
}

TEST_CASE("gtp: nothing is said after quit, and the end of input ends the session") {
  CHECK(gtp_session("1 quit\n2 name\n") == "=1\n\n");
  CHECK(gtp_session("1 name") == "=1 tengen-go\n\n");
  CHECK(gtp_session("") == "");
}

TEST_CASE("gtp: an answer never contains an empty line") {
  CHECK(gtp_answer(true, "3", "") == "=3\n\n");
  CHECK(gtp_answer(true, "", "a\n\nb\n") == "= a\n \nb\n\n");
  CHECK(gtp_answer(false, "", "a\n\n\n") == "? a\n\n");
}

TEST_CASE("gtp: a game against itself; undo to the start; the players alternate legally") {
  std::string commands = "boardsize 5\nkomi 0.5\n";
  for (int i = 0; i < 30; ++i) commands += i % 2 ? "genmove w\n" : "genmove b\n";
  commands += "final_score\n";
  for (int i = 0; i < 30; ++i) commands += "undo\n";
  GtpSettings settings;
  settings.resign = 0;
  const std::string all = gtp_session(commands + "list_stones b\n", settings);
  CHECK(all.ends_with("=\n\n"));
  CHECK(all.find('?') == all.npos);
}

TEST_CASE("gtp: genmove resigns when three turns look lost, not before a fifth of the board is played") {
  struct Hopeless : UniformEvaluator {
    void evaluate(std::span<const Game* const> games, std::span<Evaluation* const> out) override {
      UniformEvaluator::evaluate(games, out);
      for (size_t i = 0; i < games.size(); ++i)
        out[i]->value = games[i]->to_move() == Color::black ? -1.f : 1.f;
    }
  };
  GtpSettings settings;
  settings.size = 5;
  settings.limits.visits = 4;
  std::string commands;
  for (int i = 0; i < 5; ++i) commands += "genmove b\nplay w pass\n";
  CHECK(gtp_last(commands + "genmove b\n", settings, std::make_shared<Hopeless>()) == "= resign");
  CHECK(gtp_last("genmove b\n", settings, std::make_shared<Hopeless>()) != "= resign");
  settings.resign = 0;
  CHECK(gtp_last(commands + "genmove b\n", settings, std::make_shared<Hopeless>()) != "= resign");
}

TEST_CASE(
    "gtp: with friendlyPassOk, stones that the search holds for dead are removed, in both answers alike") {
  struct BlackOwnsAll : UniformEvaluator {
    void evaluate(std::span<const Game* const> games, std::span<Evaluation* const> out) override {
      UniformEvaluator::evaluate(games, out);
      for (size_t i = 0; i < games.size(); ++i) {
        out[i]->ownership.fill(games[i]->to_move() == Color::black ? 1.f : -1.f);
      }
    }
  };
  const std::string position = "boardsize 5\nkomi 0.5\nplay b C3\nplay w A1\nplay b C2\nplay w E5\n";
  const auto black = std::make_shared<BlackOwnsAll>();
  CHECK(gtp_last(position + "final_score\n", {}, black) == "= W+0.5");
  CHECK(gtp_last(position + "final_status_list dead\n", {}, black) == "=");
  const std::string friendly = position + "kata-set-rule friendlyPassOk true\n";
  CHECK(gtp_last(friendly + "final_score\n", {}, black) == "= B+24.5");
  CHECK(gtp_last(friendly + "final_status_list dead\n", {}, black) == "= E5\nA1");
  CHECK(gtp_last(friendly + "final_status_list alive\n", {}, black) == "= C3 C2");
}

TEST_CASE("gtp: games to and from SGF files") {
  TemporaryFolder folder;
  const std::string file = folder / "a game.sgf";
  gtp_session("boardsize 13\nkomi 6.5\nplay b D4\nplay w K10\nplay b N1\nprintsgf " + file + "\n");
  CHECK(gtp_last("loadsgf " + file + "\nlist_stones b\n") == "= D4 N1");
  CHECK(gtp_last("loadsgf " + file + "\nget_komi\n") == "= 6.5");
  CHECK(gtp_last("loadsgf " + file + "\nquery_boardsize\n") == "= 13");
  CHECK(gtp_last("loadsgf " + file + " 3\nlist_stones b\n") == "= D4");
  CHECK(gtp_last("loadsgf " + file + " 1\nlist_stones b\n") == "=");
  CHECK(gtp_last("loadsgf " + file + " 99\nlist_stones w\n") == "= K10");
  CHECK(contains(gtp_last("play b D4\nprintsgf\n"), ";B[df]"));
  CHECK(contains(gtp_last("loadsgf " + (folder / "none.sgf") + "\n"), "? cannot load file: "));
  const std::string bad = folder.write("bad.sgf", "(;SZ[9];B[aa];W[aa])");
  CHECK(contains(gtp_last("loadsgf " + bad + "\n"), "? cannot load file: 1:"));
  CHECK(gtp_last("play b E5\nloadsgf " + bad + "\nlist_stones b\n") == "= E5");  // as it was
  CHECK(contains(gtp_last("printsgf /no/such/folder/x.sgf\n"), "/no/such/folder/x.sgf: No such file"));
}

TEST_CASE("gtp: fixed handicap on every size that has one") {
  for (int size = 2; size <= 19; ++size) {
    for (int stones = 2; stones <= max_fixed_handicap(size); ++stones) {
      const auto points = fixed_handicap(size, stones);
      CHECK(int(points.size()) == stones);
      CHECK(std::ranges::adjacent_find(points, std::greater_equal()) == points.end());
    }
    for (int stones = 2; 2 * stones < size * size && stones <= 20; stones += 3) {
      const auto points = free_handicap(size, stones);
      CHECK(int(points.size()) == stones);
      CHECK(std::ranges::adjacent_find(points, std::greater_equal()) == points.end());
    }
  }
}

TEST_CASE("gtp: random lines and random bytes are answered or skipped, never a crash") {
  Rng rng(7);
  std::istringstream names(gtp_last("list_commands\n").substr(2));
  std::vector<std::string> words{"b",       "w",    "D4",      "A1",          "T19",  "pass",  "19",   "2",
                                 "0",       "-1",   "7.5",     "nan",         "1e99", "alive", "true", "{",
                                 "{\"ko\"", "#",    "",        "99999999999", "\t\t", "\x80",  "=",    "?",
                                 "I9",      "none", "byoyomi", "[]",          "[[["};
  for (std::string name; names >> name;) {
    if (name != "quit" && name.find("sgf") == name.npos) words.push_back(name);
  }
  std::string lines;
  for (int i = 0; i < 1500; ++i) {
    const int count = int(rng.below(6));
    for (int k = 0; k < count; ++k)
      lines += words[rng.below(uint32_t(words.size()))] + (rng.below(9) ? " " : "");
    lines += rng.below(20) ? "\n" : "\r\n";
  }
  for (int i = 0; i < 20000; ++i) lines += char(rng.below(256));
  GtpSettings settings;
  settings.limits = {.visits = 2, .playouts = 2, .seconds = 0.01};
  settings.size = 5;
  const std::string answers = gtp_session(lines + "\n77 name\n", settings);
  CHECK(answers.ends_with("=77 tengen-go\n\n"));
}
