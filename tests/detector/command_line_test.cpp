// What the program says to a wrong command line, and its help.
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tengen/apps/common/command_line.h>
#include <tengen/tests/program.h>
#include <tengen/tests/temporary.h>

using tengen::apps::closest_name;

namespace {

const std::string kProgram = TENGEN_DETECT_PROGRAM;

void refused(const std::string& arguments, const std::string& message) {
  CAPTURE(arguments);
  const Outcome outcome = run_program(kProgram + " " + arguments);
  CHECK(outcome.status == 2);
  CHECK(outcome.text == "tengen-detect: error: " + message + "\n");
}

}  // namespace

TEST_CASE("command line: the closest name, if one is close") {
  const std::vector<std::string> names{"train", "val", "detect", "check", "demo-data"};
  CHECK(closest_name("trian", names) == "train");
  CHECK(closest_name("detct", names) == "detect");
  CHECK(closest_name("va", names) == "val");
  CHECK(closest_name("demodata", names) == "demo-data");
  CHECK(closest_name("export", names).empty());
  CHECK(closest_name("", names).empty());
}

TEST_CASE("command line: mistakes are named, with what was probably meant") {
  refused("", "expected a command: train, val, detect, check, demo-data");
  refused("trian --data x", "trian: unknown command; did you mean train?");
  refused("export", "export: unknown command; expected one of train, val, detect, check, demo-data");
  refused("train --epcohs 3", "--epcohs: unknown option; did you mean --epochs?");
  refused("train --batchsize=3 --data x", "--batchsize: unknown option; did you mean --batch-size?");
  refused("val --nothing-like-it", "--nothing-like-it: unknown option");
  refused("check --data x y", "unexpected argument 'y'");
  refused("train", "--data is required");
  refused("train --data x --epochs many", "--epochs: expected a whole number of at least 1, but got 'many'");
  refused("train --data x --epochs 0", "--epochs: expected a whole number of at least 1, but got '0'");
  refused("val --data x --weights y --conf-thres 2",
          "--conf-thres: expected a number from 0 to 1, but got '2'");
  refused("detect --weights x --source y --max-det " + std::string(400, '9'),
          "--max-det: expected a whole number of at least 1, but got '" + std::string(40, '9') + "...'");
}

TEST_CASE("command line: a failure is status 1, a folder is called a folder") {
  TemporaryFolder folder;
  const Outcome outcome = run_program(kProgram + " check --data '" + folder / "" + "'");
  CHECK(outcome.status == 1);
  CHECK(contains(outcome.text, "is a folder"));
}

TEST_CASE("command line: help names the program, groups options and tells every default") {
  const Outcome help = run_program("COLUMNS=100 " + kProgram + " --help");
  CHECK(help.status == 0);
  CHECK(contains(help.text, "Usage: tengen-detect [OPTIONS] COMMAND\n"));
  const Outcome train = run_program("COLUMNS=100 " + kProgram + " train --help");
  CHECK(train.status == 0);
  CHECK(contains(train.text, "Usage: tengen-detect train [OPTIONS]\n"));
  for (const char* part : {"\nData:\n", "\nModel:\n", "\nTraining:\n", "\nOutput:\n", "[default: 100]",
                           "[default: auto]", "[default: SGD]", "[default: runs/train]", "[default: cpu]"}) {
    CAPTURE(part);
    CHECK(contains(train.text, part));
  }
  CHECK_FALSE(contains(train.text, "[default: ram]"));
  for (const char* command : {"train", "val", "detect", "check", "demo-data"}) {
    const Outcome outcome = run_program("COLUMNS=80 " + kProgram + " " + command + " --help");
    std::istringstream lines(outcome.text);
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(line);
      CHECK(line.size() <= 110);  // names of options are not broken
    }
  }
}
