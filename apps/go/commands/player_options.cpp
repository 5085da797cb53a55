#include <tengen/apps/go/commands/player_options.h>

#include <limits>

#include <tengen/apps/common/device.h>
#include <tengen/apps/go/board/rules.h>
#include <tengen/tensor/error.h>

namespace tengen::go {

CLI::Validator rules_name() {
  return apps::readable([](const std::string& text) { rules_named(text); });
}
CLI::Validator komi_number() {
  return apps::readable([](const std::string& text) { parse_komi(text); });
}

void add_device_option(CLI::App& command, Device& device) {
  command
      .add_option_function<std::string>(
          "--device", [&device](const std::string& name) { device = apps::parse_device(name); },
          std::string("Run networks on ") + apps::kDeviceHelp)
      ->type_name("NAME")
      ->default_str("cpu");
}

void add_evaluator_options(CLI::App& command, EvaluatorOptions& options) {
  command.option_defaults()->group("Network");
  command
      .add_option(
          "--net", options.net,
          "Use the weights of this safetensors file; 'uniform' for none [default: the built-in network]")
      ->type_name("FILE");
  command
      .add_option("--symmetry", options.symmetry, "Turn positions in this way before the network sees them")
      ->check(CLI::IsMember({"none", "random", "average"}))
      ->capture_default_str();
  apps::add_number(command, "--cache", options.cache, "Remember the evaluations of this many positions", 0);
  apps::add_number(command, "--batch", options.batch, "Evaluate at most this many positions at once", 1,
                   4096);
  add_device_option(command, options.device);
}

}  // namespace tengen::go
