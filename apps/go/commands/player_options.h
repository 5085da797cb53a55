// The options that gtp, analyze and match share.
#pragma once

#include <tengen/apps/common/command_line.h>
#include <tengen/apps/go/play/load_evaluator.h>

namespace tengen::go {

/// --device, for everything that runs a network
void add_device_option(CLI::App& command, Device& device);
/// --net --symmetry --cache --batch --device, in the group "Network"
void add_evaluator_options(CLI::App& command, EvaluatorOptions& options);

/// Checks of values, so that a wrong one is an error of the command line: names of rules (rules_named), komi
/// (parse_komi).
CLI::Validator rules_name();
CLI::Validator komi_number();

}  // namespace tengen::go
