// The options that gtp, analyze and match share.
#pragma once

#include <CLI/CLI.hpp>

#include <tengen/apps/go/play/load_evaluator.h>

namespace tengen::go {

/// --net --symmetry --cache --batch
void add_evaluator_options(CLI::App& command, EvaluatorOptions& options);

/// Numbers from `low` up.
CLI::Validator at_least(double low);

}  // namespace tengen::go
