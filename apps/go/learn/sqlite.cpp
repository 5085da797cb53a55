// SQLite, in write-ahead logging mode: readers and one writer at a time do not wait for each other.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>
#include <unordered_map>

#include <sqlite3.h>

#include <tengen/apps/common/files.h>
#include <tengen/apps/go/learn/database.h>

namespace tengen::go {
namespace {

class Sqlite final : public Database {
 public:
  Sqlite(const std::string& path, bool create);
  ~Sqlite() override {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(connection_);
    if (lock_ >= 0) ::close(lock_);
  }

  using Database::run;
  void run(const char* sql, std::span<const Parameter> parameters,
           const std::function<void(const Row&)>& visit) override;
  const char* begin() const override { return "BEGIN IMMEDIATE"; }  // locks now, not at the first write
  const char* id_column() const override { return "INTEGER PRIMARY KEY AUTOINCREMENT"; }
  const char* blob_type() const override { return "BLOB"; }
  std::vector<std::string> tables() override;
  void set_up() override;
  void check() override;
  bool try_lock() override;
  const std::string& name() const override { return path_; }

 private:
  sqlite3_stmt* prepare(const char* sql);
  [[noreturn]] void failed(const char* what);

  std::string path_;
  sqlite3* connection_ = nullptr;
  std::unordered_map<std::string, sqlite3_stmt*> statements_;  // parsed once
  int lock_ = -1;                                              // a file
};

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  double real(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string_view bytes(int column) const override {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return {data, size_t(sqlite3_column_bytes(statement_, column))};
  }

 private:
  sqlite3_stmt* statement_;
};

Sqlite::Sqlite(const std::string& path, bool create) : path_(path) {
  if (!apps::path_exists(path)) {
    if (!create) fail<StoreError>(path, ": there is no such file; 'tengen-go train' makes it");
    std::error_code ignored;  // SQLite says what is wrong
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  } else if (apps::is_folder(path)) {
    fail<StoreError>(path, ": is a folder, expected an SQLite file");
  }
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
  try {
    if (sqlite3_open_v2(path.c_str(), &connection_, flags, nullptr) != SQLITE_OK) failed("open");
    sqlite3_extended_result_codes(connection_, 1);
    if (create) run("PRAGMA page_size = 8192");  // a game has 2 to 3 kB; of a file that is not new it stays
    sqlite3_busy_timeout(connection_, 60'000);  // the others write for milliseconds; a backup may take longer
    if (sqlite3_db_readonly(connection_, "main") == 1) {
      fail<StoreError>(path, ": may not be written to: look at the permissions of the file and its folder");
    }
  } catch (...) {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(connection_);
    throw;
  }
}

constexpr const char* kDamaged = "It was left as it is; 'sqlite3 FILE .recover' may save most of it";

std::string meaning_of(int code) {
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      return "is no SQLite database. It was left as it is";
    case SQLITE_CORRUPT:
      return std::string("the database is damaged. ") + kDamaged;
    case SQLITE_FULL:
      return "the disk is full; what was stored before is safe";
    case SQLITE_READONLY:
      return "may not be written to: look at the permissions of the file and its folder";
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return "cannot be opened: look at the permissions of the file and its folder";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program has kept it locked for a minute";
    case SQLITE_IOERR:
      return "reading or writing failed: a full or broken disk, or a limit on file sizes";
    default:
      return "the database refused";
  }
}

void Sqlite::failed(const char* what) {
  const int code = connection_ ? sqlite3_errcode(connection_) : SQLITE_NOMEM;
  const char* said = connection_ ? sqlite3_errmsg(connection_) : "out of memory";
  fail<StoreError>(path_, ": ", meaning_of(code), " (SQLite: ", said, "; in: ", what, ")");
}

sqlite3_stmt* Sqlite::prepare(const char* sql) {
  sqlite3_stmt*& statement = statements_[sql];
  if (!statement && sqlite3_prepare_v2(connection_, sql, -1, &statement, nullptr) != SQLITE_OK) failed(sql);
  return statement;
}

void Sqlite::run(const char* sql, std::span<const Parameter> parameters,
                 const std::function<void(const Row&)>& visit) {
  sqlite3_stmt* statement = prepare(sql);
  struct Reset {  // also after an exception: else the statement would keep its lock
    sqlite3_stmt* statement;
    ~Reset() {
      sqlite3_reset(statement);
      sqlite3_clear_bindings(statement);
    }
  } reset{statement};
  for (size_t i = 0; i < parameters.size(); ++i) {
    const int at = int(i) + 1;
    const Parameter& p = parameters[i];
    int result = SQLITE_OK;  // NULL is what an unbound parameter is
    if (const auto* integer = std::get_if<int64_t>(&p)) {
      result = sqlite3_bind_int64(statement, at, *integer);
    } else if (const auto* real = std::get_if<double>(&p)) {
      result = sqlite3_bind_double(statement, at, *real);
    } else if (const auto* text = std::get_if<std::string_view>(&p)) {
      result = sqlite3_bind_text64(statement, at, text->data() ? text->data() : "", text->size(),
                                   SQLITE_STATIC, SQLITE_UTF8);
    } else if (const auto* blob = std::get_if<Blob>(&p)) {
      result = sqlite3_bind_blob64(statement, at, blob->bytes.data() ? blob->bytes.data() : "",
                                   blob->bytes.size(), SQLITE_STATIC);
    }
    if (result != SQLITE_OK) failed(sql);
  }
  for (;;) {
    const int result = sqlite3_step(statement);
    if (result == SQLITE_DONE) return;
    if (result != SQLITE_ROW) failed(sql);
    if (visit) visit(SqliteRow(statement));
  }
}

std::vector<std::string> Sqlite::tables() {
  std::vector<std::string> names;
  run("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name", {},
      [&](const Row& row) { names.emplace_back(row.bytes(0)); });
  return names;
}

void Sqlite::set_up() {
  // Where several processes do this to a new file at once, SQLite refuses instead of waiting.
  const auto set_mode = [&] {
    return sqlite3_exec(connection_, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr) & 0xff;
  };
  for (int attempt = 0; set_mode() == SQLITE_BUSY && attempt < 1000; ++attempt)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::string mode;
  run("PRAGMA journal_mode", {}, [&](const Row& row) { mode = row.bytes(0); });
  if (mode != "wal") {
    fail<StoreError>(path_, ": SQLite's write-ahead log does not work here (journal mode ", mode,
                     "): a network file system? Use a local folder, or PostgreSQL for several machines");
  }
  // Whatever happens to a process, all it committed is kept. When the machine stops, the file is whole but
  // the last moments may be lost; FULL would wait for the disk at each game to keep these too.
  run("PRAGMA synchronous = NORMAL");
  run("PRAGMA journal_size_limit = 67108864");
}

void Sqlite::check() {
  std::string found;
  run("PRAGMA quick_check(3)", {}, [&](const Row& row) {
    if (row.bytes(0) != "ok") found += (found.empty() ? "" : "; ") + std::string(row.bytes(0));
  });
  if (!found.empty()) {
    fail<StoreError>(path_, ": the database is damaged (", found, "). ", kDamaged);
  }
}

/// A file beside the database, under its real name: whoever comes by a link finds the same one. A lock on the
/// database itself would get in the way of SQLite's own.
bool Sqlite::try_lock() {
  const char* file = sqlite3_db_filename(connection_, "main");
  if (!file || !*file) return true;  // a database in memory is this connection's alone
  const std::string path = std::string(file) + "-learner";
  if (lock_ < 0) lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ >= 0 && ::flock(lock_, LOCK_EX | LOCK_NB) == 0) return true;
  if (lock_ < 0 || errno != EWOULDBLOCK) fail<StoreError>("cannot lock ", path, ": ", std::strerror(errno));
  return false;
}

}  // namespace

std::unique_ptr<Database> open_sqlite(const std::string& path, bool create) {
  return std::make_unique<Sqlite>(path, create);
}

}  // namespace tengen::go
