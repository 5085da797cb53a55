// lz-analyze, kata-analyze and their genmove forms: what is printed, and what ends it.
#include <cmath>
#include <map>
#include <vector>

#include <tengen/apps/go/board/text.h>

#include "gtp_fixture.h"
#include "live_session.h"

namespace {

/// Prefers low points, and thinks that the player to move leads by a little.
struct Leaning : UniformEvaluator {
  void evaluate(std::span<const Game* const> games, std::span<Evaluation* const> out) override {
    UniformEvaluator::evaluate(games, out);
    for (size_t i = 0; i < games.size(); ++i) {
      const bool black = games[i]->to_move() == Color::black;
      out[i]->value = black ? 0.2f : -0.2f;
      out[i]->score = black ? 3 : -3;
      for (Point p = 0; p < games[i]->board().points(); ++p) {
        out[i]->policy[p] = -float(p) / 4;
        out[i]->ownership[p] = black == (p < 12) ? 0.5f : -0.5f;
      }
    }
  }
};

struct Session : LiveSession {
  explicit Session(GtpSettings settings = {})
      : LiveSession([settings](std::istream& in, std::ostream& out) {
          GtpSettings s = settings;
          s.size = 5;
          if (s.limits.visits == 0) s.limits.visits = 50;
          GtpEngine(std::make_shared<Leaning>(), s).run(in, out);
        }) {}
};

/// The last complete line that begins with "info".
std::string info_line(const std::string& output) {
  const size_t end = output.rfind('\n');
  size_t from = output.rfind("\ninfo ", end);
  REQUIRE(from != output.npos);
  return output.substr(from + 1, output.find('\n', from + 1) - from - 1);
}

/// As Sabaki reads it (enginesyncer.js): split at "info", pv last, the rest in pairs.
std::vector<std::map<std::string, std::string>> parse_like_sabaki(std::string line) {
  const size_t owner = line.find(" ownership");
  if (owner != line.npos) line.resize(owner);
  std::vector<std::map<std::string, std::string>> moves;
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    if (word == "info") {
      moves.emplace_back();
    } else if (word == "pv" || moves.back().contains("pv")) {
      if (word != "pv") moves.back()["pv"] += (moves.back()["pv"].empty() ? "" : " ") + word;
      moves.back()["pv"];
    } else {
      words >> moves.back()[word];
    }
  }
  return moves;
}

}  // namespace

TEST_CASE("analyze: lz-analyze prints Leela Zero's lines until a line arrives, then ends its answer") {
  Session session;
  session.type("7 lz-analyze b 1\n");
  REQUIRE(session.wait_for("info move"));
  CHECK(session.output().starts_with("=7\ninfo move "));
  CHECK(session.output().find("\n\n") == std::string::npos);
  session.type("8 name\n");
  REQUIRE(session.wait_until_ends_with("\n\n=8 tengen-go\n\n"));
  const auto moves = parse_like_sabaki(info_line(session.output()));
  REQUIRE(moves.size() > 3);
  int order = 0, visits = 1 << 30;
  for (auto move : moves) {
    CHECK(move["order"] == std::to_string(order++));
    CHECK(std::stoi(move["visits"]) <= visits);
    visits = std::stoi(move["visits"]);
    CHECK(move["pv"].starts_with(move["move"]));
    for (const char* key : {"winrate", "prior", "lcb"}) {
      CHECK(move[key].find_first_not_of("0123456789") == std::string::npos);
      CHECK(std::stoi(move[key]) <= 10000);
    }
    CHECK(move.size() == 7);
  }
  CHECK(std::abs(std::stoi(std::map(moves[0])["winrate"]) - 6000) < 1500);
}

TEST_CASE("analyze: an empty line, a comment, and the end of input stop it too") {
  for (const char* stop : {"\n", "# comment\n", "\r\n"}) {
    Session session;
    session.type("kata-analyze interval 1\n");
    REQUIRE(session.wait_for("info move"));
    session.type(stop);
    REQUIRE(session.wait_until_ends_with("\n\n"));
    session.type("3 name\n");
    CHECK(session.wait_until_ends_with("=3 tengen-go\n\n"));
  }
  CHECK(gtp_session("kata-analyze 1\n").starts_with("=\n"));  // the input has ended already
  CHECK(gtp_session("lz-analyze\nname\n").ends_with("\n\n= tengen-go\n\n"));
}

TEST_CASE("analyze: kata-analyze with ownership and rootInfo") {
  Session session;
  session.type("kata-analyze w 1 ownership true rootInfo true maxmoves 4 avoid b pass 99 avoid w pass 99\n");
  REQUIRE(session.wait_for(" ownership "));
  session.type("\n");
  REQUIRE(session.wait_until_ends_with("\n\n"));
  const std::string line = info_line(session.output());
  const std::string infos = line.substr(0, line.find(" rootInfo"));
  const auto moves = parse_like_sabaki(infos);
  CHECK(moves.size() == 4);
  for (auto move : moves) {
    for (const char* key : {"utility", "winrate", "scoreMean", "scoreLead", "prior", "lcb", "utilityLcb"}) {
      CAPTURE(key);
      CHECK(move[key].find('.') != std::string::npos);  // how Sabaki knows a rate of 0 to 1
    }
    CHECK(std::stod(move["winrate"]) < 0.5);  // from White's view
    CHECK(std::stod(move["scoreLead"]) < 0);
  }
  CHECK(contains(line, " rootInfo visits "));
  std::istringstream owners(line.substr(line.find(" ownership ") + 11));
  std::vector<double> values;
  for (double v; owners >> v;) values.push_back(v);
  REQUIRE(values.size() == 25);
  CHECK(values[0] == doctest::Approx(-0.5).epsilon(0.02));  // Black's, from White's view
  CHECK(values[24] == doctest::Approx(0.5).epsilon(0.02));
}

TEST_CASE("analyze: avoid and allow are kept to; the first 30 moves with minmoves") {
  Session session;
  session.type("lz-analyze b 1 avoid b A5,B5 1 avoid w C5 2\n");
  REQUIRE(session.wait_for("info move"));
  session.type("lz-analyze b 1 allow b C3,D4 1\n");
  REQUIRE(session.wait_for("\n\n=\ninfo move"));
  session.type("play b A1\n");
  REQUIRE(session.wait_until_ends_with("\n\n=\n\n"));
  const std::string output = session.output();
  const size_t second = output.find("\n\n=\ninfo");
  for (auto& move : parse_like_sabaki(info_line(output.substr(0, second + 1)))) {
    CHECK(move["move"] != "A5");
    CHECK(move["move"] != "B5");
    std::istringstream pv(move["pv"]);
    std::string mine, reply;
    pv >> mine >> reply;
    CHECK(reply != "C5");
  }
  for (auto& move : parse_like_sabaki(info_line(output.substr(second + 2)))) {
    CHECK((move["move"] == "C3" || move["move"] == "D4"));
  }
  session.type("kata-analyze 1 minmoves 20\n");
  REQUIRE(session.wait_for("\n\n=\n\n=\ninfo move"));
  session.type("\n");
  REQUIRE(session.wait_until_ends_with("\n\n"));
  CHECK(parse_like_sabaki(info_line(session.output())).size() >= 20);
}

TEST_CASE("analyze: genmove_analyze prints its move last, plays it, and is not stopped by input") {
  GtpSettings settings;
  settings.limits.visits = 3000;
  Session session(settings);
  session.type("1 kata-genmove_analyze b 1\n2 list_stones b\n");
  REQUIRE(session.wait_for("=2"));
  REQUIRE(session.wait_until_ends_with("\n\n"));
  const std::string output = session.output();
  CHECK(output.starts_with("=1\n"));
  const size_t play = output.find("play ");
  REQUIRE(play != output.npos);
  const std::string move = output.substr(play + 5, output.find('\n', play) - play - 5);
  CHECK(output.substr(play) == "play " + move + "\n\n=2 " + move + "\n\n");
  session.type("lz-genmove_analyze\n");
  CHECK(session.wait_until_ends_with("\n\n"));
}

TEST_CASE("analyze: the engine ponders after its move and still answers at once") {
  GtpSettings settings;
  settings.ponder = true;
  Session session(settings);
  for (int i = 0; i < 4; ++i) {
    session.type("genmove b\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    session.type("genmove w\n");
  }
  session.type("9 list_stones b\n");
  REQUIRE(session.wait_for("=9"));
  CHECK(session.output().find('?') == std::string::npos);
}
