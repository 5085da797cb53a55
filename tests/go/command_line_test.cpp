// What the program says to a wrong command line, and its help.
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <tengen/tests/program.h>
#include <tengen/tests/temporary.h>

namespace {

const std::string kProgram = TENGEN_GO_PROGRAM;

void refused(const std::string& arguments, const std::string& message) {
  CAPTURE(arguments);
  const Outcome outcome = run_program(kProgram + " " + arguments);
  CHECK(outcome.status == 2);
  CHECK(outcome.text == "tengen-go: error: " + message + "\n");
}

}  // namespace

TEST_CASE("command line: mistakes are named, with what was probably meant") {
  refused("trian", "trian: unknown command; did you mean train?");
  refused("gtp --vists 3", "--vists: unknown option; did you mean --visits?");
  refused("match --blakc built-in", "--blakc: unknown option; did you mean --black?");
  refused("gtp --visits abc", "--visits: expected a whole number of at least 0, but got 'abc'");
  refused("gtp --size 25", "--size: expected a whole number from 2 to 19, but got '25'");
  refused("sgf prnt x.sgf", "prnt: unknown command; did you mean print?");
  refused("train --gate abc", "--gate: expected a number, but got 'abc'");
}

TEST_CASE("command line: wrong settings of a run leave nothing behind") {
  TemporaryFolder folder;
  const std::string run = folder / "run", store = folder / "run/games.db";
  refused("train --run '" + run + "' --size 25",
          "--size: expected 2 to 19, or several with commas, but got '25'");
  refused("train --run '" + run + "' --hours 0", "a run needs an end: --hours or --games");
  refused("begin --store '" + store + "' --gate 2", "--gate: expected 0 to 1, but got 2");
  CHECK_FALSE(std::filesystem::exists(run));
  // A run that has begun: other settings are wrong usage, its own are not.
  REQUIRE(run_program(kProgram + " begin --store '" + store + "' --size 3 --games 5 --hours 0").status == 0);
  CHECK(run_program(kProgram + " begin --store '" + store + "' --size 3 --games 9 --hours 0").status == 0);
  refused("begin --store '" + store + "' --size 5 --games 5",
          "this run was begun with another --size; only --hours and --games may change");
}

TEST_CASE("command line: help names the program, groups options and tells defaults") {
  const Outcome gtp = run_program("COLUMNS=100 " + kProgram + " gtp --help");
  CHECK(gtp.status == 0);
  for (const char* part : {"Usage: tengen-go gtp [OPTIONS]\n", "\nGame:\n", "\nSearch:\n", "\nNetwork:\n",
                           "[default: tromp-taylor]", "[default: 0.05]", "[default: the built-in network]"}) {
    CAPTURE(part);
    CHECK(contains(gtp.text, part));
  }
  const Outcome train = run_program("COLUMNS=100 " + kProgram + " train --help");
  for (const char* part :
       {"\nSelf-play:\n", "\nTraining:\n", "\nEvaluation:\n", "[environment: TENGEN_STORE]"}) {
    CAPTURE(part);
    CHECK(contains(train.text, part));
  }
}
