#include <tengen/apps/go/learn/store.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <thread>

namespace tengen::go {
namespace {

constexpr int64_t kVersion = 1;

// %ID and %BLOB become the database's own types. The one row of `store` holds the version of these tables and
// the totals of `games`. Whoever adds games changes that row first and so locks out others that would: ids
// become visible in their order, and nobody who asks for the games after the last one he saw misses any.
constexpr const char* kTables[] = {
    "CREATE TABLE store (version BIGINT NOT NULL, games BIGINT NOT NULL, positions BIGINT NOT NULL,"
    " search_rows BIGINT NOT NULL, evaluations BIGINT NOT NULL)",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE games (id %ID, created DOUBLE PRECISION NOT NULL, size BIGINT NOT NULL, rules TEXT NOT "
    "NULL,"
    " komi DOUBLE PRECISION NOT NULL, moves BIGINT NOT NULL, search_rows BIGINT NOT NULL,"
    " result TEXT NOT NULL, score DOUBLE PRECISION NOT NULL, winner BIGINT NOT NULL,"
    " resigned BIGINT NOT NULL, network BIGINT NOT NULL, evaluations BIGINT NOT NULL, note TEXT NOT NULL,"
    " turns %BLOB NOT NULL, sgf TEXT NOT NULL)",
    "CREATE TABLE networks (id %ID, created DOUBLE PRECISION NOT NULL, step BIGINT NOT NULL,"
    " accepted BIGINT NOT NULL, elo DOUBLE PRECISION, bytes %BLOB NOT NULL)",
    "CREATE TABLE matches (id %ID, created DOUBLE PRECISION NOT NULL, candidate BIGINT NOT NULL,"
    " opponent BIGINT NOT NULL, visits BIGINT NOT NULL, wins BIGINT NOT NULL, losses BIGINT NOT NULL,"
    " draws BIGINT NOT NULL)",
    "CREATE TABLE metrics (step BIGINT PRIMARY KEY, created DOUBLE PRECISION NOT NULL, samples BIGINT NOT "
    "NULL,"
    " games BIGINT NOT NULL, search_rows BIGINT NOT NULL, loss DOUBLE PRECISION, policy DOUBLE PRECISION,"
    " value DOUBLE PRECISION, score DOUBLE PRECISION, ownership DOUBLE PRECISION, reply DOUBLE PRECISION,"
    " learning_rate DOUBLE PRECISION)",
    "CREATE TABLE learner (id BIGINT PRIMARY KEY, created DOUBLE PRECISION NOT NULL, state %BLOB NOT NULL)",
    "INSERT INTO store VALUES (1, 0, 0, 0, 0)",
};

std::string with(std::string text, const std::string& word, const std::string& replacement) {
  for (size_t at; (at = text.find(word)) != text.npos;) text.replace(at, word.size(), replacement);
  return text;
}

/// What `rules` holds: "ko=positional suicide=1 bonus=0". Komi has a column of its own.
constexpr const char* kKo[] = {"simple", "positional", "situational"};

std::string rules_text(const Rules& rules) {
  return detail::str("ko=", kKo[int(rules.ko)], " suicide=", int(rules.suicide),
                     " bonus=", int(rules.handicap_bonus));
}

Rules parse_rules(std::string_view text, double komi) {
  Rules rules;
  rules.komi = check_komi(komi);
  for (const Ko ko : {Ko::simple, Ko::positional, Ko::situational}) {
    for (const bool suicide : {false, true}) {
      for (const auto bonus : {HandicapBonus::none, HandicapBonus::n, HandicapBonus::n_minus_1}) {
        rules.ko = ko, rules.suicide = suicide, rules.handicap_bonus = bonus;
        if (rules_text(rules) == text) return rules;
      }
    }
  }
  fail("unknown rules '", text, "'");
}

Parameter optional_number(double value) { return std::isnan(value) ? Parameter() : Parameter(value); }
double number_or_nan(const Row& row, int column) { return row.is_null(column) ? NAN : row.real(column); }
double time_or_now(double created) { return created > 0 ? created : now(); }

}  // namespace

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.run("ROLLBACK");
  } catch (const StoreError&) {  // a full disk or a lost connection has rolled back already
  }
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

namespace {

/// A URL of PostgreSQL, or libpq's "host=... dbname=...": a word without dots or slashes before the first
/// "=".
bool is_postgresql(const std::string& url) {
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return true;
  const size_t word = url.find_first_not_of(" \t\n"), end = url.find('=');
  if (end == url.npos || word == end) return false;
  return url.find_first_not_of("abcdefghijklmnopqrstuvwxyz_ \t\n", word) == end;
}

}  // namespace

std::unique_ptr<Store> Store::open(const std::string& url, Open how) {
  if (is_postgresql(url)) return std::make_unique<Store>(open_postgresql(url), how);
  const bool named = url.starts_with("sqlite:");
  const std::string path = named ? url.substr(7) : url;
  const bool other = !named && (path.find("://") != path.npos || path.starts_with("postgres"));
  if (path.empty() || (other && path.find(':') != path.npos)) {
    fail<StoreError>(
        "the store: expected a path, sqlite:PATH or postgresql://USER@HOST/DATABASE (or libpq's "
        "'host=HOST dbname=DATABASE'), but got ",
        path.empty() ? "nothing" : "a URL that begins with '" + path.substr(0, path.find(':') + 1) + "'");
  }
  return std::make_unique<Store>(open_sqlite(path, how == Open::create), how);
}

Store::Store(std::unique_ptr<Database> database, Open how) : database_(std::move(database)) {
  if (how == Open::create) create_tables();
  check_schema();
  database_->set_up();
}

void Store::create_tables() {
  Transaction transaction(*database_);  // two that create at once: the second finds the tables
  if (!database_->tables().empty()) return;
  for (const char* sql : kTables) {
    database_->run(with(with(sql, "%ID", database_->id_column()), "%BLOB", database_->blob_type()).c_str());
  }
  transaction.commit();
}

void Store::check_schema() {
  const std::vector<std::string> tables = database_->tables();
  if (std::find(tables.begin(), tables.end(), "store") == tables.end()) {
    std::string list;
    for (const std::string& table : tables) list += (list.empty() ? "" : ", ") + table;
    fail<StoreError>(database_->name(), ": is no store of tengen-go: expected a table 'store', but got ",
                     list.empty() ? "none" : list, ". It was left as it is");
  }
  int64_t version = 0;
  database_->run("SELECT version FROM store", {}, [&](const Row& row) { version = row.integer(0); });
  if (version != kVersion) {
    fail<StoreError>(database_->name(), ": is a store of version ", version, ", expected ", kVersion,
                     ". It was left as it is");
  }
}

void Store::check() {
  std::lock_guard lock(mutex_);
  database_->check();
}

std::optional<std::string> Store::setting(std::string_view key) {
  std::lock_guard lock(mutex_);
  std::optional<std::string> value;
  database_->run("SELECT value FROM settings WHERE name = $1", {key},
                 [&](const Row& row) { value = row.bytes(0); });
  return value;
}

void Store::set_setting(std::string_view key, std::string_view value) {
  std::lock_guard lock(mutex_);
  database_->run(
      "INSERT INTO settings VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      {key, value});
}

std::string Store::setting_or(std::string_view key, std::string_view value) {
  {
    std::lock_guard lock(mutex_);
    database_->run("INSERT INTO settings VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", {key, value});
  }
  return setting(key).value();
}

void Store::add_games(std::span<const GameRecord> games) {
  if (games.empty()) return;
  struct EncodedGame {
    std::string rules, result, turns, sgf;
  };
  std::vector<EncodedGame> encoded;  // before the lock: replaying takes longer than writing
  int64_t positions = 0, rows = 0, evaluations = 0;
  for (const GameRecord& game : games) {
    encoded.push_back(
        {rules_text(game.rules), result_text(game), encode_turns(game), to_sgf(game, /*comments=*/false)});
    positions += int64_t(game.turns.size());
    rows += game.rows();
    evaluations += game.evaluations;
  }
  std::lock_guard lock(mutex_);
  Transaction transaction(*database_);
  database_->run(
      "UPDATE store SET games = games + $1, positions = positions + $2, search_rows = search_rows + $3,"
      " evaluations = evaluations + $4",
      {int64_t(games.size()), positions, rows, evaluations});
  for (size_t i = 0; i < games.size(); ++i) {
    const GameRecord& game = games[i];
    const EncodedGame& e = encoded[i];
    database_->run(
        "INSERT INTO games (created, size, rules, komi, moves, search_rows, result, score, winner, resigned,"
        " network, evaluations, note, turns, sgf)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        {now(), int64_t(game.size), std::string_view(e.rules), game.rules.komi, int64_t(game.turns.size()),
         int64_t(game.rows()), std::string_view(e.result), double(game.score), int64_t(game.winner),
         int64_t(game.resigned), game.network, game.evaluations, std::string_view(game.note), Blob{e.turns},
         std::string_view(e.sgf)});
  }
  transaction.commit();
}

std::vector<std::pair<int64_t, GameRecord>> Store::games_after(int64_t id, int limit) {
  std::vector<std::pair<int64_t, GameRecord>> games;
  std::lock_guard lock(mutex_);
  database_->run(
      "SELECT id, size, rules, komi, score, winner, resigned, network, evaluations, note, turns FROM games"
      " WHERE id > $1 ORDER BY id LIMIT $2",
      {id, int64_t(limit)}, [&](const Row& row) {
        auto& [game_id, game] = games.emplace_back();
        game_id = row.integer(0);
        try {
          game.size = int(row.integer(1));
          game.rules = parse_rules(row.bytes(2), row.real(3));
          game.score = float(row.real(4));
          game.winner = int(row.integer(5));
          game.resigned = row.integer(6) != 0;
          game.network = row.integer(7);
          game.evaluations = row.integer(8);
          game.note = row.bytes(9);
          game.turns = decode_turns(row.bytes(10), game.size);
        } catch (const Error& wrong) {
          fail<StoreError>(database_->name(), ": game ", game_id, ": ", wrong.what());
        }
      });
  return games;
}

std::vector<GameSummary> Store::summaries_after(int64_t id, int limit) {
  std::vector<GameSummary> games;
  std::lock_guard lock(mutex_);
  database_->run(
      "SELECT id, created, size, moves, search_rows, score, winner, resigned, network, evaluations FROM games"
      " WHERE id > $1 ORDER BY id LIMIT $2",
      {id, int64_t(limit)}, [&](const Row& row) {
        games.push_back({row.integer(0), row.real(1), int(row.integer(2)), int(row.integer(3)),
                         int(row.integer(4)), float(row.real(5)), int(row.integer(6)), row.integer(7) != 0,
                         row.integer(8), row.integer(9)});
      });
  return games;
}

std::optional<GameRecord> Store::game(int64_t id) {
  auto games = games_after(id - 1, 1);
  if (games.empty() || games[0].first != id) return {};
  return std::move(games[0].second);
}

int64_t Store::window_start(int64_t rows) {
  std::lock_guard lock(mutex_);
  int64_t first = INT64_MAX;  // of the games counted so far
  for (int64_t counted = 0, seen = 1; counted < rows && seen > 0;) {
    seen = 0;
    database_->run("SELECT id, search_rows FROM games WHERE id < $1 ORDER BY id DESC LIMIT 1000", {first},
                   [&](const Row& row) {
                     ++seen;
                     if (counted >= rows) return;
                     first = row.integer(0);
                     counted += row.integer(1);
                   });
    if (seen == 0) return 0;
  }
  return first == INT64_MAX ? 0 : first - 1;
}

int64_t Store::newest_game() {
  std::lock_guard lock(mutex_);
  int64_t id = 0;
  database_->run("SELECT id FROM games ORDER BY id DESC LIMIT 1", {},
                 [&](const Row& row) { id = row.integer(0); });
  return id;
}

StoreCounts Store::counts() {
  std::lock_guard lock(mutex_);
  StoreCounts counts;
  database_->run("SELECT games, positions, search_rows, evaluations FROM store", {}, [&](const Row& row) {
    counts = {row.integer(0), row.integer(1), row.integer(2), row.integer(3)};
  });
  return counts;
}

int64_t Store::insert_network(int64_t step, std::string_view bytes, bool accepted) {
  int64_t id = 0;
  database_->run("INSERT INTO networks (created, step, accepted, bytes) VALUES ($1, $2, $3, $4) RETURNING id",
                 {now(), step, int64_t(accepted), Blob{bytes}}, [&](const Row& row) { id = row.integer(0); });
  return id;
}

int64_t Store::add_network(int64_t step, std::string_view bytes, bool accepted) {
  std::lock_guard lock(mutex_);
  Transaction transaction(*database_);
  const int64_t id = insert_network(step, bytes, accepted);
  transaction.commit();
  return id;
}

std::optional<int64_t> Store::newest_network(bool accepted_only) {
  std::lock_guard lock(mutex_);
  std::optional<int64_t> id;
  database_->run("SELECT id FROM networks WHERE accepted >= $1 ORDER BY id DESC LIMIT 1",
                 {int64_t(accepted_only)}, [&](const Row& row) { id = row.integer(0); });
  return id;
}

namespace {
NetworkRow network_row(const Row& row) {
  NetworkRow network{row.integer(0), row.integer(1), row.real(2), row.integer(3) != 0, {}, {}};
  if (!row.is_null(4)) network.elo = row.real(4);
  return network;
}
}  // namespace

NetworkRow Store::network(int64_t id) {
  std::lock_guard lock(mutex_);
  NetworkRow network;
  database_->run("SELECT id, step, created, accepted, elo, bytes FROM networks WHERE id = $1", {id},
                 [&](const Row& row) {
                   network = network_row(row);
                   network.bytes = row.bytes(5);
                 });
  if (network.id == 0) fail<StoreError>(database_->name(), ": there is no network ", id);
  return network;
}

std::vector<NetworkRow> Store::networks() {
  std::lock_guard lock(mutex_);
  std::vector<NetworkRow> networks;
  database_->run("SELECT id, step, created, accepted, elo FROM networks ORDER BY id", {},
                 [&](const Row& row) { networks.push_back(network_row(row)); });
  return networks;
}

void Store::accept(int64_t id) {
  std::lock_guard lock(mutex_);
  database_->run("UPDATE networks SET accepted = 1 WHERE id = $1", {id});
}

void Store::set_elo(int64_t id, double elo) {
  std::lock_guard lock(mutex_);
  database_->run("UPDATE networks SET elo = $1 WHERE id = $2", {elo, id});
}

void Store::add_match(const MatchRow& match) {
  std::lock_guard lock(mutex_);
  database_->run(
      "INSERT INTO matches (created, candidate, opponent, visits, wins, losses, draws)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7)",
      {time_or_now(match.created), match.candidate, match.opponent, match.visits, match.wins, match.losses,
       match.draws});
}

std::vector<MatchRow> Store::matches() {
  std::lock_guard lock(mutex_);
  std::vector<MatchRow> matches;
  database_->run(
      "SELECT id, candidate, opponent, visits, wins, losses, draws, created FROM matches ORDER BY id", {},
      [&](const Row& row) {
        matches.push_back({row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4),
                           row.integer(5), row.integer(6), row.real(7)});
      });
  return matches;
}

void Store::become_learner(double patience) {
  constexpr const char* kLearner = "learner";
  const auto try_lock = [&] {
    std::lock_guard lock(mutex_);
    return database_->try_lock();
  };
  for (const double start = now(); !try_lock();) {
    if (now() - start > patience) {
      fail<StoreError>(database_->name(), ": another learner is at work on this store (",
                       setting(kLearner).value_or("it has not said who it is"),
                       "). A store has one learner at a time: stop that one first, or use another store");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  char since[64];
  const std::time_t seconds = std::time(nullptr);
  std::tm utc;
  std::strftime(since, sizeof since, "%Y-%m-%d %H:%M:%S UTC", ::gmtime_r(&seconds, &utc));
  set_setting(kLearner, detail::str("host ", host, ", process ", ::getpid(), ", since ", since));
}

int64_t Store::save_learner(std::string_view state, const NewNetwork* network) {
  std::lock_guard lock(mutex_);
  Transaction transaction(*database_);
  int64_t newest = 0;
  database_->run("SELECT step FROM networks ORDER BY id DESC LIMIT 1", {},
                 [&](const Row& row) { newest = row.integer(0); });
  if (network && network->step < newest) {
    fail<StoreError>(database_->name(), ": there is a network of step ", newest,
                     " already, this one is of step ", network->step,
                     ": another learner has been at work on this store");
  }
  database_->run(
      "INSERT INTO learner VALUES (1, $1, $2)"
      " ON CONFLICT (id) DO UPDATE SET created = excluded.created, state = excluded.state",
      {now(), Blob{state}});
  const int64_t id = network ? insert_network(network->step, network->bytes, network->accepted) : 0;
  transaction.commit();
  return id;
}

std::optional<std::string> Store::learner_state() {
  std::lock_guard lock(mutex_);
  std::optional<std::string> state;
  database_->run("SELECT state FROM learner WHERE id = 1", {}, [&](const Row& row) { state = row.bytes(0); });
  return state;
}

void Store::add_metrics(const MetricsRow& row) {
  std::lock_guard lock(mutex_);
  Transaction transaction(*database_);
  database_->run("DELETE FROM metrics WHERE step >= $1", {row.step});
  database_->run(
      "INSERT INTO metrics (step, created, samples, games, search_rows, loss, policy, value, score, "
      "ownership,"
      " reply, learning_rate) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
      {row.step, time_or_now(row.created), row.samples, row.games, row.rows, optional_number(row.loss),
       optional_number(row.policy), optional_number(row.value), optional_number(row.score),
       optional_number(row.ownership), optional_number(row.reply), optional_number(row.learning_rate)});
  transaction.commit();
}

std::vector<MetricsRow> Store::metrics() {
  std::lock_guard lock(mutex_);
  std::vector<MetricsRow> rows;
  database_->run(
      "SELECT step, samples, games, search_rows, loss, policy, value, score, ownership, reply, learning_rate,"
      " created FROM metrics ORDER BY step",
      {}, [&](const Row& row) {
        rows.push_back({row.integer(0), row.integer(1), row.integer(2), row.integer(3), number_or_nan(row, 4),
                        number_or_nan(row, 5), number_or_nan(row, 6), number_or_nan(row, 7),
                        number_or_nan(row, 8), number_or_nan(row, 9), number_or_nan(row, 10), row.real(11)});
      });
  return rows;
}

}  // namespace tengen::go
