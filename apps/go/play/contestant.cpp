#include <tengen/apps/go/play/contestant.h>

#include <utility>

#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/play/temperature.h>

namespace tengen::go {
namespace {

const char* letter(Color color) { return color == Color::black ? "b" : "w"; }

class Engine : public Contestant {
 public:
  explicit Engine(const EngineOptions& options)
      : options_(options), client_(options.name, options.command_line, options.log, options.timeouts.start) {}
  ~Engine() override { client_.close(5); }

  void new_game(const Game& game) override {
    size_ = game.size();
    std::vector<std::string> commands{detail::str("boardsize ", size_), "clear_board",
                                      detail::str("komi ", game.rules().komi)};
    commands.insert(commands.end(), options_.extra.begin(), options_.extra.end());
    for (const std::string& command : commands) must(command, options_.timeouts.start, "bad-answer");
  }

  void play(Color color, Point point) override {
    must(detail::str("play ", letter(color), " ", to_string(point, size_)), options_.timeouts.command,
         "reject");
  }

  std::optional<Point> genmove(Color color) override {
    const std::string answer =
        must(detail::str("genmove ", letter(color)), options_.timeouts.move, "bad-answer");
    const std::string word = answer.substr(0, answer.find_first_of(" \t\n"));
    std::string lower;
    for (char c : word) lower += c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    if (lower == "resign") return {};
    try {
      return parse_point(word, size_);
    } catch (const Error& error) {
      throw EngineError("bad-answer", options_.name + " plays " + error.what());
    }
  }

  std::optional<std::string> final_score() override {
    if (!client_.knows("final_score")) return {};
    const auto answer = guarded("final_score", options_.timeouts.move);
    return answer.success ? answer.text : "? " + answer.text;
  }

  bool broken() const override { return broken_; }

 private:
  GtpClient::Answer guarded(const std::string& command, double seconds) {
    try {
      return client_.send(command, seconds);
    } catch (const EngineError&) {
      broken_ = true;
      throw;
    }
  }
  std::string must(const std::string& command, double seconds, const char* how) {
    auto [success, text] = guarded(command, seconds);
    if (!success) throw EngineError(how, options_.name + " refuses '" + command + "': " + text);
    return std::move(text);
  }

  EngineOptions options_;
  GtpClient client_;
  int size_ = 0;
  bool broken_ = false;
};

class NetPlayer : public Contestant {
 public:
  NetPlayer(std::shared_ptr<Evaluator> evaluator, const NetPlayerOptions& options, uint64_t seed)
      : options_(options), player_(std::move(evaluator), options.search, 1, options.leaves_per_batch, seed) {}

  void new_game(const Game& game) override {
    game_ = game;
    resignation_ = {.threshold = options_.resign > 0 ? float(2 * options_.resign - 1) : -2.0f,
                    .min_moves = game.board().points() / 5};
    player_.reset(options_.search);
  }

  void play(Color color, Point point) override { game_.play(color, point); }

  std::optional<Point> genmove(Color color) override {
    if (game_.to_move() != color) game_.set_to_move(color);
    player_.set_position(game_);
    player_.think(options_.limits);
    const int moves = int(game_.moves().size());
    const Point move = player_.choose(move_temperature(options_.temperature, moves, game_.size()));
    if (resignation_.update(player_.search().value(), moves)) return {};
    game_.play(color, move);
    return move;
  }

 private:
  NetPlayerOptions options_;
  Player player_;
  Game game_{kMinSize};
  Resignation resignation_;
};

}  // namespace

std::unique_ptr<Contestant> make_engine(const EngineOptions& options) {
  return std::make_unique<Engine>(options);
}

std::unique_ptr<Contestant> make_net_player(std::shared_ptr<Evaluator> evaluator,
                                            const NetPlayerOptions& options, uint64_t seed) {
  return std::make_unique<NetPlayer>(std::move(evaluator), options, seed);
}

}  // namespace tengen::go
