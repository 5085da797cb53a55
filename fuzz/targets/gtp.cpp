// Whole sessions, with an evaluator that knows nothing.
#include <sstream>

#include <tengen/apps/go/play/gtp.h>

#include "../target.h"

namespace tengen::fuzz {
namespace {

using namespace tengen::go;

/// Without the commands that read and write files by name.
std::string harmless(std::string_view bytes) {
  std::istringstream lines{std::string(bytes)};
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    const auto request = parse_gtp(line);
    const bool of_files = request && (request->command == "loadsgf" || request->command == "printsgf");
    if (!of_files || request->words.empty()) kept += line + "\n";
  }
  return kept;
}

void read(std::string_view bytes) {
  GtpSettings settings;
  settings.size = 5;
  settings.limits.visits = 8;
  settings.temperature = 1;
  settings.version = "1";
  GtpEngine engine(std::make_shared<UniformEvaluator>(), settings);
  std::istringstream input(harmless(bytes));
  std::ostringstream output;
  engine.run(input, output);
}

std::vector<std::string> seeds() {
  return {
      "1 protocol_version\n2 name\nversion\nknown_command play\nlist_commands\nquery_boardsize\ncputime\n",
      "boardsize 5\nclear_board\nkomi 6.5\nplay B C3\nplay W pass\ngenmove "
      "b\nundo\nshowboard\nfinal_score\nquit\n",
      "boardsize 9\nfixed_handicap 2\nplace_free_handicap 3\nset_free_handicap C3 D4\ngenmove w\nprintsgf\n",
      "set_position b A1 w B2 b C3\nis_legal b B1\nall_legal w\nlist_stones b\ncaptures w\nget_komi\n",
      "kata-set-rules {\"ko\":\"SIMPLE\",\"suicide\":false}\nkata-set-rule ko "
      "POSITIONAL\nkata-get-rules\nkgs-rules chinese\n",
      "lz-analyze b 10\nkata-analyze 1 minmoves 2 maxmoves 3 ownership true rootInfo true\nstop\n",
      "lz-genmove_analyze w 5\nkata-genmove_analyze b avoid b C3,D4 2\nanalyze b allow b A1 "
      "1\ngenmove_analyze w\nreg_genmove b\n",
      "time_settings 60 10 5\nkgs-time_settings byoyomi 10 5 3\ntime_left b 3 1\ngenmove "
      "b\nfinal_status_list dead\nclear_cache\n",
      "# comment\n\n12\tplay\tb\tq16\r\nboardsize 19\nboardsize 99999999999\nkomi nan\nplay b i9\nplay b "
      "A0\n",
      "play b A1\nplay b A1\nundo\nundo\nboardsize 2\n" + repeated("genmove b\ngenmove w\n", 10)};
}

const Added added({"gtp",
                   1024,
                   read,
                   seeds,
                   {"boardsize ",
                    "clear_board\n",
                    "komi ",
                    "play b ",
                    "play w ",
                    "genmove b\n",
                    "genmove w\n",
                    "undo\n",
                    "fixed_handicap ",
                    "place_free_handicap ",
                    "set_free_handicap ",
                    "set_position ",
                    "kata-set-rules ",
                    "kata-set-rule ",
                    "kgs-rules ",
                    "lz-analyze ",
                    "kata-analyze ",
                    "kata-genmove_analyze ",
                    "time_settings ",
                    "kgs-time_settings ",
                    "time_left ",
                    "final_status_list ",
                    "is_legal ",
                    " avoid b ",
                    " allow w ",
                    " interval ",
                    "pass",
                    "resign",
                    "1e400",
                    "-1",
                    "2147483648"}});

}  // namespace
}  // namespace tengen::fuzz
