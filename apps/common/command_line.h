// The command line of a program with subcommands: its help, what is wrong with it, its exit status.
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <CLI/CLI.hpp>

#include <tengen/apps/common/number.h>
#include <tengen/apps/common/usage_error.h>

namespace tengen::apps {

/// The one of `names` that `word` was probably meant to be: at most a third of its letters are wrong,
/// missing, too many or exchanged with their neighbour. Empty when none is that near.
std::string closest_name(std::string_view word, const std::vector<std::string>& names);

/// What the user reads after parsing failed: "--vists: unknown option; did you mean --visits?".
std::string usage_message(const CLI::App& app, const CLI::ParseError& error);

/// A program whose subcommands do their work in CLI11's callbacks. An exception that such a callback throws
/// is a message for the user; CLI::RuntimeError is an exit status and says nothing.
class Program {
 public:
  Program(const std::string& name, const std::string& description, const std::string& version);
  CLI::App& app() { return app_; }
  /// What main() returns: 0, 1 after a failure, 2 for a command line that cannot be obeyed.
  int run(int argc, const char* const* argv);

 private:
  int run_command(int argc, const char* const* argv);
  int failed(const std::string& message, int status) const;

  CLI::App app_;
};

/// A check of an option's value: a number from `low` to `high`, whole where T is.
template <class T>
CLI::Validator number_from(T low = std::numeric_limits<T>::lowest(), T high = std::numeric_limits<T>::max()) {
  const auto check = [low, high](std::string& text) {
    if (parse_number<T>(text, low, high)) return std::string();
    std::string expected = std::is_integral_v<T> ? "expected a whole number" : "expected a number";
    if (high != std::numeric_limits<T>::max())
      expected += detail::str(" from ", low, " to ", high);
    else if (low != std::numeric_limits<T>::lowest())
      expected += detail::str(" of at least ", low);
    return expected + ", but got '" + (text.size() > 40 ? text.substr(0, 40) + "..." : text) + "'";
  };
  return {check, ""};
}

/// An option that takes a number; the help tells the value that it has now as the default.
template <class T>
CLI::Option* add_number(CLI::App& command, const std::string& names, T& value, const std::string& help, T low,
                        T high = std::numeric_limits<T>::max()) {
  return command.add_option(names, value, help)->check(number_from(low, high))->capture_default_str();
}

/// A check of an option's value: what `read` does not throw at.
template <class Read>
CLI::Validator readable(Read read) {
  const auto check = [read](std::string& text) {
    try {
      read(text);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  return {check, ""};
}

}  // namespace tengen::apps
