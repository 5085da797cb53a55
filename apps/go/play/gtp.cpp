#include <tengen/apps/go/play/gtp.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <utility>

#include <tengen/apps/go/play/answers.h>
#include <tengen/tensor/error.h>

namespace tengen::go {

const std::vector<GtpEngine::Command>& GtpEngine::commands() {
  using E = GtpEngine;
  static const std::vector<Command> table = {
      {"protocol_version", 0, 0, &E::protocol_version},
      {"name", 0, 0, &E::name},
      {"version", 0, 0, &E::version},
      {"known_command", 0, 1, &E::known_command},
      {"list_commands", 0, 0, &E::list_commands},
      {"quit", 0, -1, &E::quit},
      {"boardsize", 1, 2, &E::boardsize},
      {"rectangular_boardsize", 2, 2, &E::boardsize},
      {"query_boardsize", 0, 0, &E::query_boardsize},
      {"clear_board", 0, 0, &E::clear_board},
      {"komi", 1, 1, &E::komi},
      {"get_komi", 0, 0, &E::get_komi},
      {"play", 2, 2, &E::play},
      {"undo", 0, 0, &E::undo},
      {"showboard", 0, 0, &E::showboard},
      {"fixed_handicap", 1, 1, &E::fixed_handicap},
      {"place_free_handicap", 1, 1, &E::place_free_handicap},
      {"set_free_handicap", 0, -1, &E::set_free_handicap},
      {"set_position", 0, -1, &E::set_position},
      {"loadsgf", 1, -1, &E::loadsgf},
      {"printsgf", 0, -1, &E::printsgf},
      {"is_legal", 2, 2, &E::is_legal},
      {"all_legal", 1, 1, &E::all_legal},
      {"list_stones", 1, 1, &E::list_stones},
      {"captures", 1, 1, &E::captures},
      {"kata-set-rules", 1, -1, &E::set_rules},
      {"kata-set-rule", 2, 2, &E::set_rule},
      {"kata-get-rules", 0, 0, &E::get_rules},
      {"kgs-rules", 1, 1, &E::kgs_rules},
      {"genmove", 1, 1, &E::genmove},
      {"reg_genmove", 1, 1, &E::reg_genmove},
      {"lz-analyze", 0, -1, &E::lz_analyze},
      {"lz-genmove_analyze", 0, -1, &E::lz_genmove_analyze},
      {"kata-analyze", 0, -1, &E::kata_analyze},
      {"kata-genmove_analyze", 0, -1, &E::kata_genmove_analyze},
      // Sabaki's names for the same. It reads win rates as Leela Zero's where these are listed, and takes the
      // names that begin with "kata" otherwise.
      {"analyze", 0, -1, &E::kata_analyze, false},
      {"genmove_analyze", 0, -1, &E::kata_genmove_analyze, false},
      {"kata-search", 1, 1, &E::reg_genmove},
      {"kata-search_cancellable", 1, 1, &E::reg_genmove},
      {"kata-search_analyze", 0, -1, &E::kata_search_analyze},
      {"kata-search_analyze_cancellable", 0, -1, &E::kata_search_analyze},
      {"kata-raw-nn", 1, 1, &E::kata_raw_nn},
      {"kata-get-models", 0, 0, &E::kata_get_models},
      {"kata-list-params", 0, 0, &E::kata_list_params},
      {"kata-get-param", 1, 1, &E::kata_get_param},
      {"kata-get-params", 0, 0, &E::kata_get_params},
      {"kata-set-param", 1, 2, &E::kata_set_param},
      {"stop", 0, 0, &E::nothing},  // pondering stopped when the line arrived
      {"time_settings", 3, 3, &E::time_settings},
      {"kgs-time_settings", 1, 4, &E::kgs_time_settings},
      {"kata-list_time_settings", 0, 0, &E::kata_list_time_settings},
      {"kata-time_settings", 1, 4, &E::kata_time_settings},
      {"time_left", 3, 3, &E::time_left},
      {"final_score", 0, 0, &E::final_score},
      {"final_status_list", 1, 1, &E::final_status_list},
      {"clear_cache", 0, 0, &E::clear_cache},
      {"cputime", 0, 0, &E::cputime},
      {"gomill-cpu_time", 0, 0, &E::cputime},
  };
  return table;
}

const GtpEngine::Command* GtpEngine::find_command(const std::string& name) {
  const auto found = std::ranges::find(commands(), name, &Command::name);
  return found == commands().end() ? nullptr : &*found;
}

GtpEngine::GtpEngine(std::shared_ptr<Evaluator> evaluator, const GtpSettings& settings)
    : evaluator_(std::move(evaluator)),
      settings_(settings),
      game_(settings.size, settings.rules.rules),
      remove_dead_(settings.rules.remove_dead),
      player_(evaluator_, settings.search, settings.threads, settings.leaves_per_batch, settings.seed) {
  if (!settings.log.empty()) {
    log_ = std::make_unique<std::ofstream>(settings.log, std::ios::app);
    TENGEN_CHECK(*log_, "cannot write the log file ", settings.log);
  }
  new_game(game_);
}

GtpEngine::~GtpEngine() = default;

void GtpEngine::run(std::istream& input, std::ostream& output) {
  LineReader reader(input, [](const std::string& line) {
    const auto request = parse_gtp(line);
    return request && request->command == "quit";
  });
  reader_ = &reader;
  output_ = &output;
  quit_ = false;
  const auto ponder = [](const auto& action) {  // it is no part of any answer
    try {
      action();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "tengen-go: pondering: %s\n", error.what());
    }
  };
  while (!quit_) {
    if (may_ponder_) ponder([&] { player_.start_pondering(); });
    const auto line = reader.next();
    ponder([&] { player_.stop_pondering(); });
    if (!line) break;
    log("< " + line->text + "\n");
    const auto request = parse_gtp(line->text);
    if (!request) continue;
    if (line->too_long) {
      say(gtp_answer(false, request->id,
                     detail::str("line too long: expected at most ", LineReader::kLongestLine, " bytes")));
    } else {
      answer(*request);
    }
  }
  TENGEN_CHECK(!log_ || *log_, "cannot write the log file ", settings_.log, ": it is not complete");
}

void GtpEngine::answer(const Request& request) {
  streaming_ = false;
  may_ponder_ = false;
  bool success = true;
  std::string text;
  try {
    const Command* command = find_command(request.command);
    TENGEN_CHECK(command, "unknown command");
    const int given = int(request.words.size());
    TENGEN_CHECK(given >= command->least && (command->most < 0 || given <= command->most),
                 "syntax error: ", request.command, " takes ",
                 command->least == command->most ? ""
                 : command->most < 0             ? "at least "
                                                 : detail::str(command->least, " to "),
                 command->most < 0 ? command->least : command->most, " arguments");
    text = (this->*command->handler)(request);
  } catch (const std::exception& error) {
    success = false;
    text = error.what();
  }
  if (streaming_) {
    if (!success) std::fprintf(stderr, "tengen-go: %s: %s\n", request.command.c_str(), text.c_str());
    say((success && !text.empty() ? text + "\n" : "") + "\n");
  } else {
    say(gtp_answer(success, request.id, text));
  }
}

void GtpEngine::say(const std::string& text) {
  write_answer(*output_, text);
  log(text);
}

/// A log that cannot be written is no reason to lose a game; run() tells it at its end.
void GtpEngine::log(const std::string& text) {
  if (log_) *log_ << text << std::flush;
}

std::string GtpEngine::protocol_version(const Request&) { return "2"; }
std::string GtpEngine::name(const Request&) { return "tengen-go"; }
std::string GtpEngine::version(const Request&) { return settings_.version; }
std::string GtpEngine::nothing(const Request&) { return {}; }

std::string GtpEngine::known_command(const Request& request) {
  return !request.words.empty() && find_command(request.words[0]) ? "true" : "false";
}

std::string GtpEngine::list_commands(const Request&) {
  std::string text;
  for (const Command& command : commands())
    if (command.listed) text += (text.empty() ? "" : "\n") + std::string(command.name);
  return text;
}

std::string GtpEngine::quit(const Request&) {
  quit_ = true;
  return {};
}

std::string GtpEngine::clear_cache(const Request&) {
  player_.reset(settings_.search);
  return {};
}

/// Seconds of all processors that this program used.
std::string GtpEngine::cputime(const Request&) {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return plain_text::format("%.3f", double(used.tv_sec) + 1e-9 * double(used.tv_nsec));
}

}  // namespace tengen::go
