#include <tengen/io/pytorch.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <deque>
#include <map>
#include <unordered_map>

#include <tengen/io/zip.h>
#include <tengen/tensor/storage.h>

namespace tengen::io {
namespace {

struct Container;

const std::string kNoText;

// What a pickle is made of here. Texts and containers lie in the unpickler: values are small and copied
// freely.
struct Value {
  enum Kind {
    kNone,
    kBool,
    kInt,
    kFloat,
    kText,
    kTuple,
    kList,
    kDict,
    kGlobal,
    kStorage,
    kTensor,
    kMark
  } kind = kNone;
  int64_t integer = 0;                 // also a storage's number of elements
  const std::string* text = &kNoText;  // also a global's "module name" and a storage's key
  Container* items = nullptr;
  ScalarType dtype = ScalarType::Undefined;
  Tensor tensor;

  static Value of(Kind kind) {
    Value value;
    value.kind = kind;
    return value;
  }
};

// Elements; of a dictionary: key, value, key, value.
struct Container {
  std::vector<Value> values;
};

const std::map<std::string, ScalarType> kStorageTypes = {
    {"FloatStorage", kFloat},       {"DoubleStorage", kDouble}, {"HalfStorage", kHalf},
    {"BFloat16Storage", kBFloat16}, {"LongStorage", kLong},     {"IntStorage", kInt},
    {"ShortStorage", kShort},       {"CharStorage", kChar},     {"ByteStorage", kByte},
    {"BoolStorage", kBool}};

// The stack machine of Python's pickle module (Lib/pickletools.py documents every opcode), protocols 2 to 5
// as far as torch.save uses them.
class Unpickler {
 public:
  Unpickler(const ZipReader& archive, const ZipReader::Member& pickle, std::string folder)
      : archive_(archive), folder_(std::move(folder)), bytes_(read(archive, pickle)) {}

  Value run();
  size_t size() const { return bytes_.size(); }

 private:
  [[noreturn]] void bad(const std::string& what) const {
    archive_.file().bad(": its pickle, byte " + std::to_string(at_) + ": " + what);
  }
  template <class T>
  T take() {
    need(sizeof(T));
    T value;
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }
  std::string take_text(uint64_t size) {
    need(size);
    std::string text(reinterpret_cast<const char*>(bytes_.data() + at_), size);
    at_ += size;
    return text;
  }
  std::string take_line() {
    const size_t start = at_;
    while (take<char>() != '\n') {
    }
    return std::string(reinterpret_cast<const char*>(bytes_.data() + start), at_ - 1 - start);
  }
  // Two's complement of any length.
  int64_t take_long(int size) {
    if (size > 8) bad("a number of more than 64 bits");
    uint64_t number = 0;
    for (int i = 0; i < size; ++i) number |= uint64_t(take<uint8_t>()) << (8 * i);
    if (size > 0 && size < 8 && number >> (8 * size - 1)) number |= ~uint64_t{0} << (8 * size);
    return int64_t(number);
  }
  void need(uint64_t size) const {
    if (size > bytes_.size() - at_) bad("truncated");
  }

  // torch.save packs nothing, so memory is bounded by the file's size.
  static std::vector<std::byte> read(const ZipReader& archive, const ZipReader::Member& pickle) {
    if (pickle.method != 0 && pickle.size > kMostPacked)
      archive.file().bad(": its packed pickle is too large");
    return archive.read(pickle);
  }

  void push(Value value) { stack_.push_back(std::move(value)); }
  void push_int(int64_t number, Value::Kind kind = Value::kInt) {
    Value value = Value::of(kind);
    value.integer = number;
    push(std::move(value));
  }
  void push_text(std::string text, Value::Kind kind = Value::kText) {
    Value value = Value::of(kind);
    value.text = &texts_.emplace_back(std::move(text));
    push(std::move(value));
  }
  void push_container(Value::Kind kind, std::vector<Value> items) {
    Value value = Value::of(kind);
    count_values(items.size());
    value.items = &containers_.emplace_back(Container{std::move(items)});
    push(std::move(value));
  }
  Value pop() {
    if (stack_.empty()) bad("nothing on the stack");
    Value value = std::move(stack_.back());
    stack_.pop_back();
    return value;
  }
  std::vector<Value> pop_many(size_t count) {
    if (stack_.size() < count) bad("nothing on the stack");
    std::vector<Value> values(std::make_move_iterator(stack_.end() - std::ptrdiff_t(count)),
                              std::make_move_iterator(stack_.end()));
    stack_.resize(stack_.size() - count);
    return values;
  }
  std::vector<Value> pop_to_mark() {
    size_t count = 0;
    while (count < stack_.size() && stack_[stack_.size() - 1 - count].kind != Value::kMark) ++count;
    if (count == stack_.size()) bad("no mark on the stack");
    std::vector<Value> values = pop_many(count);
    stack_.pop_back();
    return values;
  }
  // Appends to the container on top of the stack.
  void extend(Value::Kind kind, std::vector<Value> values) {
    if (stack_.empty() || stack_.back().kind != kind) bad("unexpected type of container");
    if (kind == Value::kDict && values.size() % 2 != 0) bad("a key without value");
    count_values(values.size());
    std::vector<Value>& items = stack_.back().items->values;
    items.insert(items.end(), std::make_move_iterator(values.begin()), std::make_move_iterator(values.end()));
  }
  // Every value of a container is in the pickle once, and a second time where a function takes a list of
  // pairs.
  void count_values(size_t count) {
    values_ += count;
    if (values_ > 2 * bytes_.size()) bad("its containers repeat their contents without end");
  }
  void remember(uint32_t slot) {
    if (stack_.empty()) bad("nothing on the stack");
    memo_[slot] = stack_.back();
  }
  void recall(uint32_t slot) {
    auto found = memo_.find(slot);
    if (found == memo_.end()) bad("unknown memo entry");
    push(found->second);
  }

  void take_global() {
    std::string module = take_line();
    push_text(module + ' ' + take_line(), Value::kGlobal);
  }
  void make_global() {
    const Value name = pop(), module = pop();
    if (name.text->size() + module.text->size() > kMostGlobal) bad("a name is too long");
    push_text(*module.text + ' ' + *name.text, Value::kGlobal);
  }
  void call();
  void load_persistent();
  Value make_tensor(const std::vector<Value>& arguments);
  const std::vector<Value>& arguments_of(const Value& value, size_t at_least) const {
    if (value.kind != Value::kTuple || value.items->values.size() < at_least) bad("unexpected arguments");
    return value.items->values;
  }
  DimVector whole_numbers(const Value& value) const {
    DimVector numbers;
    for (const Value& item : arguments_of(value, 0)) {
      if (item.kind != Value::kInt || item.integer < 0) bad("expected sizes or strides");
      numbers.push_back(item.integer);
    }
    return numbers;
  }

  static constexpr uint64_t kMostPacked = 1 << 24, kMostGlobal = 1000;
  static constexpr int64_t kMostExpanded = 1 << 30;

  const ZipReader& archive_;
  std::string folder_;
  std::vector<std::byte> bytes_;
  size_t at_ = 0, values_ = 0;
  std::vector<Value> stack_;
  std::unordered_map<uint32_t, Value> memo_;
  std::deque<std::string> texts_;
  std::deque<Container> containers_;  // own everything, so that cycles and deep nesting are freed flatly
  std::map<std::string, intrusive_ptr<Storage>> storages_;
};

// ('storage', <storage type>, key, location, number of elements)
void Unpickler::load_persistent() {
  const Value id = pop();
  const std::vector<Value>& fields = arguments_of(id, 5);
  if (*fields[0].text != "storage" || fields[1].kind != Value::kGlobal || fields[2].kind != Value::kText ||
      fields[4].kind != Value::kInt || fields[4].integer < 0)
    bad("unexpected persistent object");
  const std::string type = fields[1].text->substr(fields[1].text->find(' ') + 1);
  auto known = kStorageTypes.find(type);
  if (known == kStorageTypes.end()) bad("storage of unknown type " + *fields[1].text);
  Value storage = Value::of(Value::kStorage);
  storage.text = fields[2].text;
  storage.dtype = known->second;
  storage.integer = fields[4].integer;
  push(std::move(storage));
}

// torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks[, metadata])
Value Unpickler::make_tensor(const std::vector<Value>& arguments) {
  const Value& from = arguments[0];
  if (from.kind != Value::kStorage || arguments[1].kind != Value::kInt || arguments[1].integer < 0)
    bad("unexpected arguments of a tensor");
  const int64_t item = int64_t(item_size(from.dtype)), offset = arguments[1].integer;
  intrusive_ptr<Storage>& storage = storages_[*from.text];
  if (!storage) {
    const ZipReader::Member* member = archive_.find(folder_ + "data/" + *from.text);
    if (!member) bad("no data for storage '" + *from.text + "'");
    std::vector<std::byte> data = archive_.read(*member);
    storage = Storage::allocate(data.size(), kCPU);
    if (!data.empty()) std::memcpy(storage->data(), data.data(), data.size());
  }
  if (from.integer > int64_t(storage->nbytes()) / item) bad("storage '" + *from.text + "' is too short");

  DimVector sizes = whole_numbers(arguments[2]), strides = whole_numbers(arguments[3]);
  if (sizes.size() != strides.size()) bad("as many sizes as strides expected");
  // The number of elements and the place of the last one, with all overflow caught.
  int64_t last = offset, numel = 1;
  bool fits = true, empty = false;
  for (size_t d = 0; d < sizes.size(); ++d) {
    empty |= sizes[d] == 0;
    const int64_t size = std::max<int64_t>(sizes[d], 1);
    int64_t step;
    fits = fits && !__builtin_mul_overflow(size - 1, strides[d], &step) &&
           !__builtin_add_overflow(last, step, &last) && !__builtin_mul_overflow(numel, size, &numel);
  }
  if (!fits || (!empty && last >= from.integer))
    bad("a tensor reaches beyond its storage '" + *from.text + "'");
  // Expanded tensors repeat elements: a contiguous copy must not be larger than a file may ask for.
  if (!empty && numel > std::max(int64_t(storage->nbytes()), kMostExpanded) / item)
    bad("a tensor repeats the elements of its storage '" + *from.text + "' too often");
  Value value = Value::of(Value::kTensor);
  value.tensor =
      Tensor(make_intrusive<TensorImpl>(storage, from.dtype, std::move(sizes), std::move(strides), offset));
  return value;
}

void Unpickler::call() {
  const Value arguments = pop(), function = pop();
  if (function.kind != Value::kGlobal) bad("call of something that is no function");
  const std::string& name = *function.text;
  if (name == "collections OrderedDict") {
    std::vector<Value> items;
    for (const Value& pairs : arguments_of(arguments, 0)) {  // empty, or a list of pairs
      if (pairs.kind != Value::kList) bad("unexpected arguments");
      for (const Value& pair : pairs.items->values) {
        const std::vector<Value>& both = arguments_of(pair, 2);
        items.insert(items.end(), both.begin(), both.begin() + 2);
      }
    }
    push_container(Value::kDict, std::move(items));
  } else if (name == "torch._utils _rebuild_tensor_v2") {
    push(make_tensor(arguments_of(arguments, 4)));
  } else if (name == "torch._utils _rebuild_parameter") {
    push(arguments_of(arguments, 1)[0]);
  } else if (name == "torch Size") {
    push(arguments_of(arguments, 1)[0]);
  } else {
    bad("it holds a Python object (" + name + "); save the state_dict() instead of the object");
  }
}

// clang-format off
Value Unpickler::run() {
  while (true) {
    const auto op = take<uint8_t>();
    switch (op) {
      case 0x80: take<uint8_t>(); break;                                         // PROTO
      case 0x95: take<uint64_t>(); break;                                        // FRAME
      case '.': return pop();                                                    // STOP
      case '(': push(Value::of(Value::kMark)); break;                            // MARK
      case '0': pop(); break;                                                    // POP
      case '1': pop_to_mark(); break;                                            // POP_MARK
      case 'N': push(Value()); break;                                            // NONE
      case 0x88: push_int(1, Value::kBool); break;                               // NEWTRUE
      case 0x89: push_int(0, Value::kBool); break;                               // NEWFALSE
      case 'J': push_int(take<int32_t>()); break;                                // BININT
      case 'K': push_int(take<uint8_t>()); break;                                // BININT1
      case 'M': push_int(take<uint16_t>()); break;                               // BININT2
      case 0x8a: push_int(take_long(take<uint8_t>())); break;                    // LONG1
      case 'G': take<uint64_t>(); push(Value::of(Value::kFloat)); break;         // BINFLOAT
      case 'X': push_text(take_text(take<uint32_t>())); break;                   // BINUNICODE
      case 0x8c: push_text(take_text(take<uint8_t>())); break;                   // SHORT_BINUNICODE
      case 0x8d: push_text(take_text(take<uint64_t>())); break;                  // BINUNICODE8
      case 'T': case 'B': push_text(take_text(take<uint32_t>())); break;         // BINSTRING, BINBYTES
      case 'U': case 'C': push_text(take_text(take<uint8_t>())); break;          // SHORT_BINSTRING, SHORT_BINBYTES
      case ')': push_container(Value::kTuple, {}); break;                        // EMPTY_TUPLE
      case ']': push_container(Value::kList, {}); break;                         // EMPTY_LIST
      case '}': push_container(Value::kDict, {}); break;                         // EMPTY_DICT
      case 0x85: push_container(Value::kTuple, pop_many(1)); break;              // TUPLE1
      case 0x86: push_container(Value::kTuple, pop_many(2)); break;              // TUPLE2
      case 0x87: push_container(Value::kTuple, pop_many(3)); break;              // TUPLE3
      case 't': push_container(Value::kTuple, pop_to_mark()); break;             // TUPLE
      case 'l': push_container(Value::kList, pop_to_mark()); break;              // LIST
      case 'a': extend(Value::kList, pop_many(1)); break;                        // APPEND
      case 'e': extend(Value::kList, pop_to_mark()); break;                      // APPENDS
      case 's': extend(Value::kDict, pop_many(2)); break;                        // SETITEM
      case 'u': extend(Value::kDict, pop_to_mark()); break;                      // SETITEMS
      case 'q': remember(take<uint8_t>()); break;                                // BINPUT
      case 'r': remember(take<uint32_t>()); break;                               // LONG_BINPUT
      case 0x94: remember(uint32_t(memo_.size())); break;                        // MEMOIZE
      case 'h': recall(take<uint8_t>()); break;                                  // BINGET
      case 'j': recall(take<uint32_t>()); break;                                 // LONG_BINGET
      case 'c': take_global(); break;                                            // GLOBAL
      case 0x93: make_global(); break;                                           // STACK_GLOBAL
      case 'Q': load_persistent(); break;                                        // BINPERSID
      case 'R': case 0x81: call(); break;                                        // REDUCE, NEWOBJ
      case 'b': pop(); break;                                                    // BUILD: a dictionary's attributes
      default: bad("unknown opcode " + std::to_string(op));
    }
  }
}
// clang-format on

// Collects the tensors of nested containers under dotted names.
class Collector {
 public:
  // Containers and names may occur more than once, but not without end.
  Collector(const InputFile& file, size_t pickle_bytes)
      : file_(file), left_(1000 + 16 * int64_t(pickle_bytes)) {}

  void add(const Value& value, const std::string& name, int depth = 0) {
    // A file that refers to itself, or to the same thing again and again, has no end.
    left_ -= 1 + int64_t(name.size());
    if (depth > 100 || left_ < 0) file_.bad(": its containers are nested without end");
    if (value.kind == Value::kTensor) {
      found_.emplace_back(name, value.tensor);
    } else if (value.kind == Value::kDict) {
      const std::vector<Value>& items = value.items->values;
      for (size_t i = 0; i + 1 < items.size(); i += 2) {
        const Value& key = items[i];
        add(items[i + 1], join(name, key.kind == Value::kInt ? std::to_string(key.integer) : *key.text),
            depth + 1);
      }
    } else if (value.kind == Value::kList || value.kind == Value::kTuple) {
      const std::vector<Value>& items = value.items->values;
      for (size_t i = 0; i < items.size(); ++i) add(items[i], join(name, std::to_string(i)), depth + 1);
    }
  }
  std::vector<std::pair<std::string, Tensor>> take() { return std::move(found_); }

 private:
  static std::string join(const std::string& outer, const std::string& inner) {
    return outer.empty() ? inner : outer + '.' + inner;
  }
  const InputFile& file_;
  int64_t left_;
  std::vector<std::pair<std::string, Tensor>> found_;
};

}  // namespace

std::vector<std::pair<std::string, Tensor>> load_pt(const std::string& path) {
  static_assert(std::endian::native == std::endian::little,
                "load_pt: only little-endian machines are supported");
  const ZipReader archive("load_pt", path);
  const std::string wanted = "data.pkl";
  for (const ZipReader::Member& member : archive.members()) {
    const std::string& name = member.name;
    if (!name.ends_with(wanted) ||
        (name.size() > wanted.size() && name[name.size() - wanted.size() - 1] != '/'))
      continue;
    const std::string folder = name.substr(0, name.size() - wanted.size());
    if (const ZipReader::Member* order = archive.find(folder + "byteorder")) {
      const std::vector<std::byte> text = archive.read(*order);
      if (text.size() != 6) archive.file().bad(": its numbers are big-endian");
    }
    Unpickler unpickler(archive, member, folder);
    const Value root = unpickler.run();
    Collector collector(archive.file(), unpickler.size());
    collector.add(root, "");
    return collector.take();
  }
  archive.file().bad(" is no file of torch.save (no data.pkl in it)");
}

}  // namespace tengen::io
