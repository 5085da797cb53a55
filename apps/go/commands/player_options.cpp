#include <tengen/apps/go/commands/player_options.h>

#include <limits>

#include <tengen/apps/common/device.h>
#include <tengen/apps/go/board/rules.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

/// Good is what `read` does not throw at.
template <class Read>
CLI::Validator readable(const char* what, Read read) {
  return {[read](std::string& text) {
            try {
              read(text);
            } catch (const Error& error) {
              return std::string(error.what());
            }
            return std::string();
          },
          what};
}

}  // namespace

CLI::Validator rules_name() {
  return readable("NAME", [](const std::string& text) { rules_named(text); });
}
CLI::Validator komi_number() {
  return readable("POINTS", [](const std::string& text) { parse_komi(text); });
}

CLI::Validator at_least(double low) {
  return CLI::Range(low, std::numeric_limits<double>::max(), CLI::detail::to_string(low) + " or more");
}

void add_device_option(CLI::App& command, Device& device) {
  command
      .add_option_function<std::string>(
          "--device", [&device](const std::string& name) { device = apps::parse_device(name); },
          std::string("Where networks run: ") + apps::kDeviceHelp)
      ->type_name("NAME")
      ->default_str("cpu");
}

void add_evaluator_options(CLI::App& command, EvaluatorOptions& options) {
  command
      .add_option("--net", options.net,
                  "Weights (safetensors); 'uniform' for none. Default: the built-in network")
      ->type_name("FILE");
  command.add_option("--symmetry", options.symmetry, "How a position is turned for the network")
      ->check(CLI::IsMember({"none", "random", "average"}))
      ->capture_default_str();
  command.add_option("--cache", options.cache, "Positions whose evaluation is remembered")
      ->check(at_least(0))
      ->capture_default_str();
  command.add_option("--batch", options.batch, "Positions that the network sees at once, at most")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  add_device_option(command, options.device);
}

}  // namespace tengen::go
