// PostgreSQL, for runs on several machines. Numbers and bytes travel in binary.
#include <tengen/apps/go/learn/database.h>

#ifdef TENGEN_POSTGRESQL
#include <libpq-fe.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <list>
#include <memory>

namespace tengen::go {
namespace {

enum Type : Oid {
  kBytea = 17,
  kInt8 = 20,
  kInt4 = 23,
  kText = 25,
  kFloat8 = 701
};  // pg_type.dat; never change

template <class Integer>
std::string big_endian(Integer value) {
  std::string bytes(sizeof value, '\0');
  for (size_t i = 0; i < sizeof value; ++i) bytes[i] = char(value >> (8 * (sizeof value - 1 - i)));
  return bytes;
}

uint64_t from_big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | uint8_t(byte);
  return value;
}

/// What libpq's own messages quote may be a part of a password.
std::string without_quotes(std::string text) {
  const size_t first = text.find('"'), last = text.rfind('"');
  if (first != last) text.replace(first + 1, last - first - 1, "***");
  return text;
}

/// libpq's messages on one line: logs are read by lines.
std::string on_one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return text;
}

/// A connection string, taken apart by libpq itself.
class ConnectionString {
 public:
  explicit ConnectionString(const std::string& text) {
    char* said = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(text.c_str(), &said), &PQconninfoFree);
    if (!options) {
      const std::string why = said ? on_one_line(said) : "out of memory";
      PQfreemem(said);
      fail<StoreError>("the store looks like PostgreSQL, but libpq cannot read it: ", without_quotes(why),
                       ". Expected postgresql://USER@HOST/DATABASE or 'host=HOST dbname=DATABASE user=USER'; "
                       "for a file of "
                       "this name, sqlite:PATH");
    }
    std::string user, host, port, database;
    for (const PQconninfoOption* option = options.get(); option->keyword; ++option) {
      if (!option->val) continue;
      const std::string_view key = option->keyword;
      if (option->dispchar[0] == '*') secrets_.emplace_back(option->val);
      if (key == "user") user = option->val;
      if (key == "password") user += ":***";
      if (key == "host" || (key == "hostaddr" && host.empty())) host = option->val;
      if (key == "port") port = std::string(":") + option->val;
      if (key == "dbname") database = option->val;
    }
    const bool folder = host.starts_with('/');  // of a Unix socket
    shown_ = "postgresql://" + (user.empty() ? "" : user + "@") + (folder ? "" : host) + port + "/" +
             database + (folder ? "?host=" + host : "");
  }

  /// Without any password.
  const std::string& shown() const { return shown_; }
  /// A message of the server or of libpq without any password.
  std::string masked(std::string text) const {
    constexpr size_t kShortest = 4;  // a shorter one would be found in any sentence
    for (const std::string& secret : secrets_) {
      if (secret.size() < kShortest) continue;
      for (size_t at = 0; (at = text.find(secret, at)) != text.npos; at += 3)
        text.replace(at, secret.size(), "***");
    }
    return text;
  }

 private:
  std::string shown_;
  std::vector<std::string> secrets_;
};

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

class PostgresqlRow final : public Row {
 public:
  PostgresqlRow(const PGresult* result, int row) : result_(result), row_(row) {}
  bool is_null(int column) const override { return PQgetisnull(result_, row_, column) != 0; }
  int64_t integer(int column) const override {
    const uint64_t bits = from_big_endian(bytes(column));
    return PQftype(result_, column) == kInt4 ? int32_t(bits) : int64_t(bits);
  }
  double real(int column) const override { return std::bit_cast<double>(from_big_endian(bytes(column))); }
  std::string_view bytes(int column) const override {
    return {PQgetvalue(result_, row_, column), size_t(PQgetlength(result_, row_, column))};
  }

 private:
  const PGresult* result_;
  int row_;
};

class Postgresql final : public Database {
 public:
  explicit Postgresql(const std::string& connection)
      : string_(connection), connection_(PQconnectdb(connection.c_str()), &PQfinish) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) failed("connect", PQerrorMessage(connection_.get()));
    run("SET client_min_messages = warning");
    run("SET lock_timeout = '60s'");
    // The server ends the session of a machine that is gone, and with it the learner's lock, in a minute.
    run("SET tcp_keepalives_idle = 30");
    run("SET tcp_keepalives_interval = 10");
    run("SET tcp_keepalives_count = 3");
  }

  using Database::run;
  void run(const char* sql, std::span<const Parameter> parameters,
           const std::function<void(const Row&)>& visit) override;
  const char* begin() const override { return "BEGIN"; }
  const char* id_column() const override { return "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"; }
  const char* blob_type() const override { return "BYTEA"; }
  std::vector<std::string> tables() override;
  void set_up() override {}
  void check() override {}  // the server looks after its files
  bool try_lock() override;
  const std::string& name() const override { return string_.shown(); }

 private:
  [[noreturn]] void failed(const char* what, const std::string& said) {
    const std::string message = string_.masked(on_one_line(said));
    if (PQstatus(connection_.get()) != CONNECTION_OK)
      fail<StoreUnavailable>(name(), ": ", message, " (in: ", what, ")");
    fail<StoreError>(name(), ": ", message, " (in: ", what, ")");
  }

  ConnectionString string_;
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

void Postgresql::run(const char* sql, std::span<const Parameter> parameters,
                     const std::function<void(const Row&)>& visit) {
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::list<std::string> numbers;  // whose addresses stay
  const auto add = [&](Oid type, std::string_view bytes) {
    types.push_back(type);
    values.push_back(bytes.data() ? bytes.data() : "");
    lengths.push_back(int(bytes.size()));
  };
  for (const Parameter& parameter : parameters) {
    if (const auto* integer = std::get_if<int64_t>(&parameter)) {
      add(kInt8, numbers.emplace_back(big_endian(uint64_t(*integer))));
    } else if (const auto* real = std::get_if<double>(&parameter)) {
      add(kFloat8, numbers.emplace_back(big_endian(std::bit_cast<uint64_t>(*real))));
    } else if (const auto* text = std::get_if<std::string_view>(&parameter)) {
      add(kText, *text);
    } else if (const auto* blob = std::get_if<Blob>(&parameter)) {
      add(kBytea, blob->bytes);
    } else {
      add(0, {});
      values.back() = nullptr;
    }
  }
  const std::vector<int> formats(values.size(), 1);
  const Result result(PQexecParams(connection_.get(), sql, int(values.size()), types.data(), values.data(),
                                   lengths.data(), formats.data(), /*resultFormat=*/1),
                      &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) failed(sql, PQerrorMessage(connection_.get()));
  const int rows = visit ? PQntuples(result.get()) : 0;
  for (int row = 0; row < rows; ++row) visit(PostgresqlRow(result.get(), row));
}

std::vector<std::string> Postgresql::tables() {
  // Also asked before the tables are made: two that make them at once must not both find none.
  run("SELECT pg_advisory_xact_lock(21045)");
  std::vector<std::string> names;
  run("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename", {},
      [&](const Row& row) { names.emplace_back(row.bytes(0)); });
  return names;
}

/// The session's: a connection that is lost loses the lock, and the learner can write no more.
bool Postgresql::try_lock() {
  bool locked = false;
  run("SELECT pg_try_advisory_lock(21045, hashtext(current_schema()))", {},
      [&](const Row& row) { locked = row.integer(0) != 0; });
  return locked;
}

}  // namespace

std::unique_ptr<Database> open_postgresql(const std::string& connection) {
  return std::make_unique<Postgresql>(connection);
}

}  // namespace tengen::go

#else

namespace tengen::go {

std::unique_ptr<Database> open_postgresql(const std::string&) {
  fail<StoreError>("this tengen-go was built without libpq, so its store cannot be PostgreSQL: use a file");
}

}  // namespace tengen::go

#endif
