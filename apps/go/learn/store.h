// Where a run keeps everything: games, networks, the learner's state, what was measured.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tengen/apps/go/learn/database.h>
#include <tengen/apps/go/learn/record.h>

namespace tengen::go {

struct StoreCounts {
  int64_t games = 0;
  int64_t positions = 0;  // turns of the games
  int64_t rows = 0;       // turns with a full search
  int64_t evaluations = 0;
};

/// A game without its turns.
struct GameSummary {
  int64_t id = 0;
  double created = 0;
  int size = 0, moves = 0, rows = 0;
  float score = 0;
  int winner = 0;
  bool resigned = false;
  int64_t network = 0, evaluations = 0;
};

struct NetworkRow {
  int64_t id = 0, step = 0;
  double created = 0;
  bool accepted = false;      // may be played with: all of them unless there is a gate
  std::optional<double> elo;  // relative to the run's first network
  std::string bytes;          // a safetensors file; empty in lists
};

struct MatchRow {
  int64_t id = 0;
  int64_t candidate = 0, opponent = 0;  // networks; 0: no network
  int64_t visits = 0;
  int64_t wins = 0, losses = 0, draws = 0;  // the candidate's
  double created = 0;
};

/// What the learner measured since the row before.
struct MetricsRow {
  int64_t step = 0, samples = 0;  // so far
  int64_t games = 0, rows = 0;    // that the window held
  double loss = 0;                // total, and its terms; NaN: not measured
  double policy = 0, value = 0, score = 0, ownership = 0, reply = 0;
  double learning_rate = 0;
  double created = 0;
};

/// Each call is one transaction: it happened whole or not at all, whatever becomes of the process. Ids rise
/// from 1 and become visible in this order, also when several machines write. `created` is in seconds since
/// 1970; 0 in a row that is added: now. Safe from several threads, which take turns; several processes may
/// have the same store open.
///
/// Throws StoreError, which says what was found and what was expected.
class Store {
 public:
  enum class Open {
    existing,  // throws when there is none
    create,    // makes the tables where there are none
  };
  /// `url` is a path, sqlite:PATH, postgresql://USER@HOST/DATABASE or libpq's "host=HOST dbname=DATABASE". A
  /// file that is no store, is damaged or of another version is never changed. No message shows a password.
  static std::unique_ptr<Store> open(const std::string& url, Open how = Open::existing);
  explicit Store(std::unique_ptr<Database> database, Open how = Open::existing);

  /// Reads the whole file and throws when it is damaged: 1 s a GB. A server checks its own files.
  void check();

  /// The run's settings and other small texts, by name.
  std::optional<std::string> setting(std::string_view key);
  void set_setting(std::string_view key, std::string_view value);
  /// Writes the value unless there is one already. Returns the one that stands now: whoever comes first
  /// decides.
  std::string setting_or(std::string_view key, std::string_view value);

  void add_game(const GameRecord& game) { add_games({&game, 1}); }
  void add_games(std::span<const GameRecord> games);
  /// In the order of their ids. To follow a run, ask again with the last id. A limit of some hundred keeps
  /// the memory small.
  std::vector<std::pair<int64_t, GameRecord>> games_after(int64_t id, int limit);
  std::vector<GameSummary> summaries_after(int64_t id, int limit);
  std::optional<GameRecord> game(int64_t id);
  /// The id after which the games hold the newest `rows` rows, or just more: where a window begins. 0 when
  /// there are fewer.
  int64_t window_start(int64_t rows);
  int64_t newest_game();  // 0: none
  StoreCounts counts();

  int64_t add_network(int64_t step, std::string_view bytes, bool accepted);
  std::optional<int64_t> newest_network(bool accepted_only = true);
  NetworkRow network(int64_t id);      // throws when there is none with this id
  std::vector<NetworkRow> networks();  // without bytes, oldest first
  void accept(int64_t id);
  void set_elo(int64_t id, double elo);

  void add_match(const MatchRow& match);
  std::vector<MatchRow> matches();

  /// Makes this the store's one learner, until the connection ends: no other process on any machine can
  /// become it before. Waits for one that was killed a moment ago. Throws after `patience` seconds, and says
  /// who is the learner.
  void become_learner(double patience = 5);

  struct NewNetwork {
    int64_t step;
    std::string bytes;
    bool accepted;
  };
  /// The learner's state in place of the one before and, in the same transaction, a network. Returns the
  /// network's id, 0 without one. Throws, and changes nothing, when there is a network of a later step: two
  /// learners were at work.
  int64_t save_learner(std::string_view state, const NewNetwork* network = nullptr);
  std::optional<std::string> learner_state();

  /// Removes rows of this step and later ones first: a learner that went on from its last state measures
  /// them again.
  void add_metrics(const MetricsRow& row);
  std::vector<MetricsRow> metrics();

 private:
  void create_tables();
  void check_schema();
  int64_t insert_network(int64_t step, std::string_view bytes, bool accepted);

  std::mutex mutex_;
  std::unique_ptr<Database> database_;
};

/// Seconds since 1970.
double now();

}  // namespace tengen::go
