// Private: not installed; no public header includes it.
// Reading of Python's pickles as plain data (Lib/pickletools.py documents every opcode). Nothing is executed:
// of all functions, those that make tensors and ordinary containers are known by name; a call of any other,
// and an object of any class, becomes a record of its name, arguments and state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <tengen/io/file.h>
#include <tengen/tensor/dtype.h>
#include <tengen/tensor/shape.h>

namespace tengen::io {

struct PickleItems;

/// Small and copied freely: texts and containers lie in the Pickle.
struct PickleValue {
  enum Kind {
    kNone,
    kBool,
    kInt,
    kFloat,
    kText,
    kTuple,
    kList,
    kDict,
    kObject,
    kTensor,
    kGlobal,
    kStorage,
    kMark
  };
  Kind kind = kNone;
  ScalarType dtype = ScalarType::Undefined;  // of a storage
  int64_t integer = 0;                       // also a storage's number of elements, and a tensor's place
  double real = 0;
  const std::string* text =
      nullptr;  // also "module name" of a global or of an object's class, and a storage's key
  PickleItems* items = nullptr;

  static PickleValue of(Kind kind) {
    PickleValue value;
    value.kind = kind;
    return value;
  }
};

/// Elements; of a dictionary: key, value, key, value; of an object: what it restores itself from (None:
/// nothing), then the arguments that it was made with.
struct PickleItems {
  std::vector<PickleValue> values;
};

/// A tensor's place in its storage.
struct PickleTensor {
  std::string storage;  // its key
  ScalarType dtype;
  int64_t storage_numel, offset;
  DimVector sizes, strides;
  bool requires_grad;
};

/// One pickle, read whole.
class Pickle {
 public:
  /// Reads the pickle that begins at `begin`. Errors are the file's. Memory is bounded by the size of
  /// `bytes`.
  Pickle(const InputFile& file, std::span<const std::byte> bytes, size_t begin = 0);

  const PickleValue& root() const { return root_; }
  const PickleTensor& tensor(const PickleValue& value) const { return tensors_[size_t(value.integer)]; }
  const std::deque<PickleTensor>& tensors() const { return tensors_; }
  /// Where it ends.
  size_t end() const { return at_; }
  size_t size() const { return bytes_.size(); }

 private:
  using Value = PickleValue;

  Value run();
  [[noreturn]] void bad(const std::string& what) const;
  void need(uint64_t size) const;
  template <class T>
  T take();
  double take_double();
  std::string take_text(uint64_t size);
  std::string take_line();
  int64_t take_long(uint64_t size);

  void push(Value value) { stack_.push_back(value); }
  void push_int(int64_t number, Value::Kind kind = Value::kInt);
  void push_text(std::string text, Value::Kind kind = Value::kText);
  void push_container(Value::Kind kind, std::vector<Value> items);
  Value pop();
  std::vector<Value> pop_many(size_t count);
  std::vector<Value> pop_to_mark();
  void extend(Value::Kind kind, std::vector<Value> values);
  void count_values(size_t count);
  void remember(uint64_t slot);
  void recall(uint64_t slot);

  void make_global();
  void load_persistent();
  void call(const Value& function, const Value& arguments);
  void make_object(const Value& cls, const Value& arguments);
  void build();
  Value make_tensor(const std::vector<Value>& arguments);
  const std::vector<Value>& arguments_of(const Value& value, size_t at_least) const;
  DimVector whole_numbers(const Value& value) const;

  const InputFile& file_;
  std::span<const std::byte> bytes_;
  size_t at_, values_ = 0;
  std::vector<Value> stack_;
  std::unordered_map<uint64_t, Value> memo_;
  std::deque<std::string> texts_;
  std::deque<PickleItems> containers_;  // own everything, so that cycles and deep nesting are freed flatly
  std::deque<PickleTensor> tensors_;
  Value root_;
};

}  // namespace tengen::io
