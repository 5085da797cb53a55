// A result that could not be written is a failure: exit status 1 and a sentence.
#include <string>

#include <doctest/doctest.h>

#include "../../program.h"
#include "../../temporary.h"

namespace {
const std::string kProgram = TENGEN_DETECT_PROGRAM;
}

TEST_CASE("a full standard output ends with status 1") {
  TemporaryFolder folder;
  const std::string demo = kProgram + " demo-data '" + folder / "demo" + "' --train 1 --val 1 --img 32";
  REQUIRE(run_program(demo).status == 0);
  for (const std::string& command :
       {demo, kProgram + " check --data '" + folder / "demo/data.yaml" + "'", kProgram + " --help"}) {
    const Outcome outcome = run_program(command + " >/dev/full");
    CHECK(outcome.status == 1);
    CHECK(contains(outcome.text,
                   "tengen-detect: error: could not write standard output: No space left on device"));
  }
  CHECK(run_program(kProgram + " --version >/dev/full").status == 1);
  CHECK(run_program(kProgram + " val >/dev/full").status == 2);  // wrong usage stays what it is
}
