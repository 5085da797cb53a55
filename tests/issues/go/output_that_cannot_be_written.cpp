// What could not be written is a failure: exit status 1 and a sentence.
#include <string>

#include <doctest/doctest.h>

#include "../../program.h"
#include "../../temporary.h"

namespace {

const std::string kProgram = TENGEN_GO_PROGRAM;

void check_lost(const std::string& command, const std::string& why) {
  const auto outcome = run_program(command);
  CAPTURE(command);
  CAPTURE(outcome.text);
  CHECK(outcome.status == 1);
  CHECK(contains(outcome.text, "tengen-go: "));
  CHECK(contains(outcome.text, why));
}

const std::string kMatch = kProgram + " match --black uniform --white uniform --games 2 --size 3 --visits 1 ";

}  // namespace

TEST_CASE("standard output that is full or closed ends every command with status 1") {
  const TemporaryFolder folder;
  const std::string file = folder.write("game.sgf", "(;SZ[5];B[aa];W[bb])");
  const std::string store = folder / "games.db";
  REQUIRE(run_program(kProgram + " begin --hours 1 --store '" + store + "'").status == 0);
  for (const std::string& command :
       {"echo name | " + kProgram + " gtp --net uniform",
        "echo 1 lz-analyze 1 | " + kProgram + " gtp --net uniform",
        "echo '{}' | " + kProgram + " analyze --net uniform", kProgram + " sgf check '" + file + "'",
        kProgram + " sgf print '" + file + "'", kProgram + " sgf replay '" + file + "'", kMatch,
        kProgram + " train --report --run '" + folder / "run" + "' --store '" + store + "'",
        kProgram + " bench --sizes 2 --networks b1c2 --batches 1 --threads 1 --seconds 0.001",
        kProgram + " --help"}) {
    check_lost(command + " >/dev/full", "could not write standard output");
    check_lost(command + " >&-", "could not write standard output");
  }
  CHECK(run_program(kProgram + " gtp --no-such-option >/dev/full").status == 2);  // stays what it is
}

TEST_CASE("a file that cannot be written ends a match with status 1") {
  check_lost(kMatch + "--jsonl /dev/full", "cannot write /dev/full: ");
  check_lost(kMatch + "--sgf-dir /proc/self", "/proc/self/game0000");
  check_lost(kMatch + "--json /no/such/folder/x.json", "/no/such/folder/x.json");
}

TEST_CASE("a log that cannot be written does not stop a GTP session, but is told") {
  const auto outcome =
      run_program("printf 'name\\nversion\\n' | " + kProgram + " gtp --net uniform --log /dev/full");
  CHECK(outcome.status == 1);
  CHECK(contains(outcome.text, "= tengen-go\n\n= "));
  CHECK(contains(outcome.text, "cannot write the log file /dev/full"));
}

TEST_CASE("a store that is opened while standard output is closed gets none of it") {
  const TemporaryFolder folder;
  const std::string store = folder / "games.db";
  REQUIRE(run_program(kProgram + " begin --hours 1 --store '" + store + "' <&- >&- 2>&-").status == 0);
  run_program(kProgram + " train --report --run '" + folder / "run" + "' --store '" + store +
              "' <&- >&- 2>&-");
  CHECK(
      run_program(kProgram + " train --report --run '" + folder / "run" + "' --store '" + store + "'").text ==
      "games 0 rows 0 networks 0 step 0\n");
}
