// A Go engine that speaks the Go Text Protocol, version 2, with the extensions that graphical programs use.
#pragma once

#include <istream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include <tengen/apps/go/play/analysis_options.h>
#include <tengen/apps/go/play/gtp_line.h>
#include <tengen/apps/go/play/line_reader.h>
#include <tengen/apps/go/play/rules_text.h>
#include <tengen/apps/go/search/clock.h>
#include <tengen/apps/go/search/player.h>

namespace tengen::go {

struct GtpSettings {
  int size = 9;
  int only_size = 0;  // the one board size that the network takes; 0: any
  RulesText rules;
  Limits limits;  // without any and without a clock: kDefaultSeconds a move
  SearchSettings search;
  int threads = 1, leaves_per_batch = 1;
  bool ponder = false;
  /// Resigns when the win rate stays below this for three turns; 0: never.
  double resign = 0.05;
  /// Temperature for the choice of a move by visits; halves every N moves on an N x N board. 0: the best
  /// move.
  double temperature = 0;
  uint64_t seed = 1;
  std::string log;  // a file that everything said is appended to; empty: none
  std::string version;
  std::string model = "built-in";  // the network's name, for clients that ask
};

constexpr double kDefaultSeconds = 5;

class GtpEngine {
 public:
  GtpEngine(std::shared_ptr<Evaluator> evaluator, const GtpSettings& settings);
  ~GtpEngine();

  /// Answers commands until `quit` or the end of input. A wrong command is answered, never thrown. Throws
  /// when the output takes no answers; at the end, when the log lacks something.
  void run(std::istream& input, std::ostream& output);

 private:
  using Request = GtpRequest;
  using Handler = std::string (GtpEngine::*)(const Request&);
  struct Command {
    const char* name;
    int least, most;  // arguments; -1: any number
    Handler handler;
    bool listed = true;  // by list_commands
  };
  static const std::vector<Command>& commands();
  static const Command* find_command(const std::string& name);
  void answer(const Request& request);
  void say(const std::string& text);
  void log(const std::string& text);

  // gtp.cpp: about the engine
  std::string protocol_version(const Request&);
  std::string name(const Request&);
  std::string version(const Request&);
  std::string known_command(const Request&);
  std::string list_commands(const Request&);
  std::string quit(const Request&);
  std::string nothing(const Request&);
  std::string clear_cache(const Request&);
  std::string cputime(const Request&);

  // gtp_game.cpp: the position and the rules
  std::string boardsize(const Request&);
  std::string query_boardsize(const Request&);
  std::string clear_board(const Request&);
  std::string komi(const Request&);
  std::string get_komi(const Request&);
  std::string play(const Request&);
  std::string undo(const Request&);
  std::string showboard(const Request&);
  std::string fixed_handicap(const Request&);
  std::string place_free_handicap(const Request&);
  std::string set_free_handicap(const Request&);
  std::string set_position(const Request&);
  std::string loadsgf(const Request&);
  std::string printsgf(const Request&);
  std::string is_legal(const Request&);
  std::string all_legal(const Request&);
  std::string list_stones(const Request&);
  std::string captures(const Request&);
  std::string set_rules(const Request&);
  std::string set_rule(const Request&);
  std::string get_rules(const Request&);
  std::string kgs_rules(const Request&);
  std::string place_handicap(const std::vector<Point>& points);
  RulesText current_rules() const;
  void apply_rules(const RulesText& rules);
  void new_game(Game game);
  void check_room() const;

  // gtp_think.cpp: moves, analysis, time, the end of the game
  std::string genmove(const Request&);
  std::string reg_genmove(const Request&);
  std::string lz_analyze(const Request&);
  std::string kata_analyze(const Request&);
  std::string lz_genmove_analyze(const Request&);
  std::string kata_genmove_analyze(const Request&);
  std::string kata_search_analyze(const Request&);
  std::string kata_raw_nn(const Request&);
  std::string kata_get_models(const Request&);
  std::string kata_list_params(const Request&);
  std::string kata_get_param(const Request&);
  std::string kata_get_params(const Request&);
  std::string kata_set_param(const Request&);
  std::string time_settings(const Request&);
  std::string kgs_time_settings(const Request&);
  std::string kata_list_time_settings(const Request&);
  std::string kata_time_settings(const Request&);
  std::string time_left(const Request&);
  std::string final_score(const Request&);
  std::string final_status_list(const Request&);
  std::string analyze(const Request&, bool kata);
  std::string genmove_analyze(const Request&, bool kata, bool play = true);
  Player& prepare(Color color, const std::vector<MoveLimit>& limits);
  Limits limits_for(Color color) const;
  std::string choose_and_play(Color color, const AnalysisOptions& options, const ThinkReport& report,
                              bool play);
  void wait_for_input(const Player& player, std::stop_token stop, const ThinkReport& report);
  void start_stream(const Request& request);
  ThinkReport report_to_stream(const AnalysisOptions& options);
  PointList dead_stones();

  std::shared_ptr<Evaluator> evaluator_;
  GtpSettings settings_;
  Limits limits_at_start_ = settings_.limits;
  Game game_;
  bool remove_dead_;
  Clock clock_, clock_at_start_;  // now, and as the time settings left it
  Player player_;
  std::unique_ptr<Player> restricted_;  // for an analysis with `avoid` or `allow`
  Resignation resignation_[2];

  std::ostream* output_ = nullptr;
  std::unique_ptr<std::ostream> log_;
  LineReader* reader_ = nullptr;
  bool quit_ = false;
  bool streaming_ = false;   // the answer has begun already
  int reports_ = 0;          // lines of analysis in it
  bool may_ponder_ = false;  // after a move of our own
};

}  // namespace tengen::go
