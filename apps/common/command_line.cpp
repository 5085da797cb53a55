#include <tengen/apps/common/command_line.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <utility>

#include <tengen/apps/common/output.h>
#include <tengen/apps/common/progress.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::apps {
namespace {

// Edits that turn one word into the other: a letter inserted, removed or replaced, two neighbours exchanged
// (the optimal string alignment distance).
int edit_distance(std::string_view a, std::string_view b) {
  const size_t columns = b.size() + 1;
  std::vector<int> table((a.size() + 1) * columns);
  const auto at = [&](size_t i, size_t j) -> int& { return table[i * columns + j]; };
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        at(i, j) = int(i + j);
        continue;
      }
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + int(a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return table.back();
}

// "--img INT  Image size in pixels [default: 640]", the text in lines that fit the terminal.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() {
    column_width(kNames);
    label("SUBCOMMAND", "COMMAND");
    label("Positionals", "Arguments");
  }

  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
    return CLI::detail::find_and_replace(Formatter::make_help(app, std::move(name), mode), "\n\n\n", "\n\n");
  }

  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    std::string name = Formatter::make_option_name(option, is_positional);
    for (size_t brace; (brace = name.find('{')) != name.npos;)  // of a flag that sets false
      name.erase(brace, name.find('}') + 1 - brace);
    return name;
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_type_name().empty()) return "";  // a flag
    std::string text = " " + option->get_type_name();
    if (option->get_expected_min() == 0) text = " [" + option->get_type_name() + "]";
    return option->get_expected_max() > 1 ? text + " ..." : text;
  }

  std::string make_option_desc(const CLI::Option* option) const override {
    std::string text = option->get_description();
    if (option->get_required()) text += " [required]";
    // CLI11 keeps the value of an option without a value where others have their default.
    if (option->get_expected_min() > 0 && !option->get_default_str().empty())
      text += " [default: " + option->get_default_str() + "]";
    if (!option->get_envname().empty()) text += " [environment: " + option->get_envname() + "]";
    return wrapped(text);
  }

  std::string make_subcommands(const CLI::App* app, CLI::AppFormatMode) const override {
    const auto commands = app->get_subcommands({});
    if (commands.empty()) return "";
    std::string out = "\nCommands:\n";
    for (const CLI::App* command : commands) {
      std::string line = "  " + command->get_name();
      line.resize(std::max(line.size() + 2, size_t{14}), ' ');
      out += line + command->get_description() + "\n";
    }
    return out;
  }

 private:
  static constexpr size_t kNames = 30;

  static std::string wrapped(const std::string& text) {
    const auto width = size_t(std::clamp(terminal_columns(), 60, 100)) - kNames - 1;
    std::string out;
    size_t line = 0;
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find(' ', at), text.size());
      if (line > 0 && line + 1 + end - at > width)
        out += '\n', line = 0;
      else if (line > 0)
        out += ' ', ++line;
      out += text.substr(at, end - at);
      line += end - at;
      at = end + 1;
    }
    return out;
  }
};

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::string join(const std::vector<std::string>& names) { return CLI::detail::join(names, ", "); }

}  // namespace

std::string closest_name(std::string_view word, const std::vector<std::string>& names) {
  std::string closest;
  auto least = int(std::max(word.size() / 3, size_t{1})) + 1;
  for (const std::string& name : names) {
    if (const int distance = edit_distance(word, name); distance < least) {
      least = distance;
      closest = name;
    }
  }
  return closest;
}

std::string usage_message(const CLI::App& app, const CLI::ParseError& error) {
  const auto guess = [](std::string_view word, const std::vector<std::string>& names) {
    const std::string name = closest_name(word, names);
    return name.empty() ? name : "; did you mean " + name + "?";
  };
  const CLI::App* command = &app;
  for (;; command = command->get_subcommands().back()) {
    // A word that was not understood is the cause of whatever else is missing.
    if (const std::vector<std::string> unknown = command->remaining(); !unknown.empty()) {
      const std::string& word = unknown.front();
      if (word.starts_with('-')) {
        const std::string name = word.substr(0, word.find('='));
        return name + ": unknown option" + guess(name, option_names(*command));
      }
      const std::vector<std::string> commands = command_names(*command);
      if (commands.empty()) return "unexpected argument '" + word + "'";
      const std::string hint = guess(word, commands);
      return word + ": unknown command" + (hint.empty() ? "; expected one of " + join(commands) : hint);
    }
    if (command->get_subcommands().empty()) break;
  }
  const std::vector<std::string> commands = command_names(*command);
  return commands.empty() ? error.what() : "expected a command: " + join(commands);
}

Program::Program(const std::string& name, const std::string& description, const std::string& version)
    : app_(description, name) {
  app_.formatter(std::make_shared<HelpFormatter>());
  app_.set_version_flag("--version", name + " " + version, "Print the version and exit");
  app_.set_help_flag("-h,--help", "Print this help and exit");
  app_.require_subcommand(1);
}

int Program::run(int argc, const char* const* argv) {
  hold_standard_streams();
  return finish_output((app_.get_name() + ": error").c_str(), run_command(argc, argv));
}

int Program::failed(const std::string& message, int status) const {
  std::fflush(stdout);
  std::fprintf(stderr, "%s: error: %s\n", app_.get_name().c_str(), message.c_str());
  return status;
}

int Program::run_command(int argc, const char* const* argv) try {
  // Loaders and players are threads of their own, in whose way OpenMP's would spin.
  if (!std::getenv("TENGEN_PARALLEL")) set_parallel_backend(ParallelBackend::pool);
  app_.parse(argc, argv);
  return 0;
} catch (const CLI::RuntimeError& error) {
  return error.get_exit_code();
} catch (const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app_.exit(error);  // help or version
  return failed(usage_message(app_, error), 2);
} catch (const UsageError& error) {
  return failed(error.what(), 2);
} catch (const std::bad_alloc&) {
  return failed("out of memory", 1);
} catch (const std::exception& error) {
  return failed(error.what(), 1);
}

}  // namespace tengen::apps
