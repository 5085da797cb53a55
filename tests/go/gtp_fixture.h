// A GTP session in memory.
#pragma once

#include <memory>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include <tengen/apps/go/play/gtp.h>

#include "../temporary.h"

using namespace tengen::go;

/// The session's answers, one after the other.
inline std::string gtp_session(const std::string& commands, GtpSettings settings = {},
                               std::shared_ptr<Evaluator> evaluator = std::make_shared<UniformEvaluator>()) {
  if (settings.limits.visits == 0) settings.limits.visits = 20;
  settings.version = "1.2.3";
  GtpEngine engine(std::move(evaluator), settings);
  std::istringstream input(commands);
  std::ostringstream output;
  engine.run(input, output);
  return output.str();
}

/// The answer to the last command, without "= " or "? " and the empty line at its end.
inline std::string gtp_last(const std::string& commands, GtpSettings settings = {},
                            std::shared_ptr<Evaluator> evaluator = std::make_shared<UniformEvaluator>()) {
  std::string all = gtp_session(commands, std::move(settings), std::move(evaluator));
  REQUIRE(all.ends_with("\n\n"));
  all.resize(all.size() - 2);
  const size_t before = all.rfind("\n\n");
  return before == all.npos ? all : all.substr(before + 2);
}
