// Many positions at once: JSON lines in, JSON lines out.
#pragma once

#include <istream>
#include <memory>
#include <ostream>
#include <string>

#include <tengen/apps/go/play/query.h>

namespace tengen::go {

struct AnalysisSettings {
  QueryDefaults defaults;
  int positions = 8;  // looked at side by side, each by one thread of its own
  int leaves_per_batch = 4;
  uint64_t seed = 1;
  std::string version;
  std::string model = "built-in";  // for query_models
};

/// Reads queries until the end of input and answers each when its search is done, in no particular order;
/// then waits for the rest. Wrong lines are answered with {"error": ...}. Besides queries there are the
/// actions query_version, query_models, clear_cache, terminate and terminate_all. While tens of thousands of
/// positions wait, nothing is read. Throws when the output takes no answers.
void run_analysis(std::shared_ptr<Evaluator> evaluator, const AnalysisSettings& settings, std::istream& input,
                  std::ostream& output);

/// The answer about a position that was searched: moveInfos, rootInfo and what the query asks for.
json analysis_result(const Query& query, int turn, const Search& search, bool during_search);

}  // namespace tengen::go
