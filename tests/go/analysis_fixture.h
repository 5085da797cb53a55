// An analysis session in memory.
#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <tengen/apps/go/play/analysis.h>

/// The answers to lines of queries.
inline std::vector<tengen::go::json> analysis_answers(const std::string& lines, int positions, int visits) {
  tengen::go::AnalysisSettings settings;
  settings.positions = positions;
  settings.defaults.limits.visits = visits;
  settings.version = "1.2.3";
  std::istringstream input(lines);
  std::ostringstream output;
  tengen::go::run_analysis(std::make_shared<tengen::go::UniformEvaluator>(), settings, input, output);
  std::vector<tengen::go::json> answers;
  std::istringstream text(output.str());
  for (std::string line; std::getline(text, line);) answers.push_back(tengen::go::json::parse(line));
  return answers;
}
