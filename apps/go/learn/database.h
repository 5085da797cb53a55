// The little that the store needs of an SQL database.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tengen/tensor/error.h>

namespace tengen::go {

/// The database refused; the message names it, what was asked of it and what it answered.
class StoreError : public Error {
 public:
  using Error::Error;
};

/// The database cannot be reached: its server is stopped, or the connection was lost. It may answer later.
class StoreUnavailable : public StoreError {
 public:
  using StoreError::StoreError;
};

struct Blob {
  std::string_view bytes;
};
/// A parameter refers to text that must outlive the call.
using Parameter = std::variant<std::monostate /* NULL */, int64_t, double, std::string_view, Blob>;

/// A row of a result, valid while it is visited.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string_view bytes(int column) const = 0;  // of a text or a blob
};

/// One connection, for one thread at a time. SQL is what SQLite and PostgreSQL have in common; parameters are
/// $1, $2, ..., each at its first use in this order.
class Database {
 public:
  virtual ~Database() = default;

  /// Runs one statement. Throws StoreError, or StoreUnavailable when the connection is lost.
  virtual void run(const char* sql, std::span<const Parameter> parameters,
                   const std::function<void(const Row&)>& visit) = 0;
  void run(const char* sql, std::initializer_list<Parameter> parameters = {},
           const std::function<void(const Row&)>& visit = {}) {
    run(sql, std::span(parameters.begin(), parameters.size()), visit);
  }

  virtual const char* begin() const = 0;      // the statement that begins a transaction that writes
  virtual const char* id_column() const = 0;  // the type of a key that counts up
  virtual const char* blob_type() const = 0;
  virtual std::vector<std::string> tables() = 0;
  /// What the connection needs for a store; may change the database's own settings, so it is called only when
  /// the database was found to be a store.
  virtual void set_up() = 0;
  virtual void check() = 0;  // throws when the database is damaged
  /// Takes the database's one lock for learners, whatever machine, folder or path they come by. It is held
  /// until the connection ends, however it ends. False when another connection holds it.
  virtual bool try_lock() = 0;
  /// Without passwords.
  virtual const std::string& name() const = 0;
};

/// Opens the file, and creates it when asked to. Throws StoreError.
std::unique_ptr<Database> open_sqlite(const std::string& path, bool create);
/// `connection` is what libpq takes: a URL or "host=... dbname=...". Throws StoreUnavailable when the server
/// does not answer, and StoreError when the program was built without libpq. No message shows a password.
std::unique_ptr<Database> open_postgresql(const std::string& connection);

/// Undone when it goes out of scope without commit().
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) { database.run(database.begin()); }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace tengen::go
