#include <tengen/io/pickle.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <map>

namespace tengen::io {
namespace {

constexpr uint64_t kMostGlobal = 1000;

const std::string kNoText;

const std::map<std::string, ScalarType> kStorageTypes = {
    {"FloatStorage", kFloat},       {"DoubleStorage", kDouble}, {"HalfStorage", kHalf},
    {"BFloat16Storage", kBFloat16}, {"LongStorage", kLong},     {"IntStorage", kInt},
    {"ShortStorage", kShort},       {"CharStorage", kChar},     {"ByteStorage", kByte},
    {"BoolStorage", kBool}};

const std::string& text_of(const PickleValue& value) { return value.text ? *value.text : kNoText; }

}  // namespace

Pickle::Pickle(const InputFile& file, std::span<const std::byte> bytes, size_t begin)
    : file_(file), bytes_(bytes), at_(begin) {
  root_ = run();
}

void Pickle::bad(const std::string& what) const {
  file_.bad(": its pickle, byte " + std::to_string(at_) + ": " + what);
}

// ---- bytes
void Pickle::need(uint64_t size) const {
  if (size > bytes_.size() - at_) bad("truncated");
}

template <class T>
T Pickle::take() {
  need(sizeof(T));
  T value;
  std::memcpy(&value, bytes_.data() + at_, sizeof(T));
  at_ += sizeof(T);
  return value;
}

// The only big-endian number.
double Pickle::take_double() { return std::bit_cast<double>(__builtin_bswap64(take<uint64_t>())); }

std::string Pickle::take_text(uint64_t size) {
  need(size);
  std::string text(reinterpret_cast<const char*>(bytes_.data() + at_), size);
  at_ += size;
  return text;
}

std::string Pickle::take_line() {
  const size_t start = at_;
  while (take<char>() != '\n') {
  }
  return std::string(reinterpret_cast<const char*>(bytes_.data() + start), at_ - 1 - start);
}

// Two's complement of any length.
int64_t Pickle::take_long(uint64_t size) {
  if (size > 8) bad("a number of more than 64 bits");
  uint64_t number = 0;
  for (uint64_t i = 0; i < size; ++i) number |= uint64_t(take<uint8_t>()) << (8 * i);
  if (size > 0 && size < 8 && number >> (8 * size - 1)) number |= ~uint64_t{0} << (8 * size);
  return int64_t(number);
}

// ---- the stack
void Pickle::push_int(int64_t number, Value::Kind kind) {
  Value value = Value::of(kind);
  value.integer = number;
  push(value);
}

void Pickle::push_text(std::string text, Value::Kind kind) {
  Value value = Value::of(kind);
  value.text = &texts_.emplace_back(std::move(text));
  push(value);
}

void Pickle::push_container(Value::Kind kind, std::vector<Value> items) {
  Value value = Value::of(kind);
  count_values(items.size());
  value.items = &containers_.emplace_back();
  value.items->values = std::move(items);
  push(value);
}

PickleValue Pickle::pop() {
  if (stack_.empty()) bad("nothing on the stack");
  const Value value = stack_.back();
  stack_.pop_back();
  return value;
}

std::vector<PickleValue> Pickle::pop_many(size_t count) {
  if (stack_.size() < count) bad("nothing on the stack");
  std::vector<Value> values(stack_.end() - std::ptrdiff_t(count), stack_.end());
  stack_.resize(stack_.size() - count);
  return values;
}

std::vector<PickleValue> Pickle::pop_to_mark() {
  size_t count = 0;
  while (count < stack_.size() && stack_[stack_.size() - 1 - count].kind != Value::kMark) ++count;
  if (count == stack_.size()) bad("no mark on the stack");
  std::vector<Value> values = pop_many(count);
  stack_.pop_back();
  return values;
}

// Appends to the container on top of the stack. An object that is a list or a dictionary too, of a class that
// is not known, keeps no such elements.
void Pickle::extend(Value::Kind kind, std::vector<Value> values) {
  if (!stack_.empty() && stack_.back().kind == Value::kObject) return;
  if (stack_.empty() || stack_.back().kind != kind) bad("unexpected type of container");
  if (kind == Value::kDict && values.size() % 2 != 0) bad("a key without value");
  count_values(values.size());
  std::vector<Value>& items = stack_.back().items->values;
  items.insert(items.end(), values.begin(), values.end());
}

// Every value of a container is in the pickle once, and a second time where a function takes a list of pairs.
void Pickle::count_values(size_t count) {
  values_ += count;
  if (values_ > 2 * bytes_.size()) bad("its containers repeat their contents without end");
}

void Pickle::remember(uint64_t slot) {
  if (stack_.empty()) bad("nothing on the stack");
  memo_[slot] = stack_.back();
}

void Pickle::recall(uint64_t slot) {
  const auto found = memo_.find(slot);
  if (found == memo_.end()) bad("unknown memo entry");
  push(found->second);
}

const std::vector<PickleValue>& Pickle::arguments_of(const Value& value, size_t at_least) const {
  if (value.kind != Value::kTuple || value.items->values.size() < at_least) bad("unexpected arguments");
  return value.items->values;
}

DimVector Pickle::whole_numbers(const Value& value) const {
  DimVector numbers;
  for (const Value& item : arguments_of(value, 0)) {
    if (item.kind != Value::kInt || item.integer < 0) bad("expected sizes or strides");
    numbers.push_back(item.integer);
  }
  return numbers;
}

// ---- objects
void Pickle::make_global() {
  const Value name = pop(), module = pop();
  if (text_of(name).size() + text_of(module).size() > kMostGlobal) bad("a name is too long");
  push_text(text_of(module) + ' ' + text_of(name), Value::kGlobal);
}

// ('storage', <storage type>, key, location, number of elements[, view])
void Pickle::load_persistent() {
  const Value id = pop();
  const std::vector<Value>& fields = arguments_of(id, 5);
  if (text_of(fields[0]) != "storage" || fields[1].kind != Value::kGlobal || fields[2].kind != Value::kText ||
      fields[4].kind != Value::kInt || fields[4].integer < 0 ||
      (fields.size() > 5 && fields[5].kind != Value::kNone))
    bad("unexpected persistent object");
  const std::string type = fields[1].text->substr(fields[1].text->find(' ') + 1);
  const auto known = kStorageTypes.find(type);
  if (known == kStorageTypes.end()) bad("storage of unknown type " + *fields[1].text);
  Value storage = Value::of(Value::kStorage);
  storage.text = fields[2].text;
  storage.dtype = known->second;
  storage.integer = fields[4].integer;
  push(storage);
}

// torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks[, metadata])
PickleValue Pickle::make_tensor(const std::vector<Value>& arguments) {
  const Value& from = arguments[0];
  if (from.kind != Value::kStorage || arguments[1].kind != Value::kInt || arguments[1].integer < 0)
    bad("unexpected arguments of a tensor");
  PickleTensor tensor{*from.text,
                      from.dtype,
                      from.integer,
                      arguments[1].integer,
                      whole_numbers(arguments[2]),
                      whole_numbers(arguments[3]),
                      arguments.size() > 4 && arguments[4].kind == Value::kBool && arguments[4].integer != 0};
  if (tensor.sizes.size() != tensor.strides.size()) bad("as many sizes as strides expected");
  Value value = Value::of(Value::kTensor);
  value.integer = int64_t(tensors_.size());
  tensors_.push_back(std::move(tensor));
  return value;
}

void Pickle::make_object(const Value& cls, const Value& arguments) {
  std::vector<Value> items(1);
  if (arguments.kind == Value::kTuple)
    items.insert(items.end(), arguments.items->values.begin(), arguments.items->values.end());
  push_container(Value::kObject, std::move(items));
  stack_.back().text = cls.text;
}

void Pickle::call(const Value& function, const Value& arguments) {
  if (function.kind != Value::kGlobal) bad("call of something that is no function");
  const std::string& name = *function.text;
  const std::vector<Value>& given = arguments_of(arguments, 0);
  if (name == "collections OrderedDict") {
    std::vector<Value> items;
    for (const Value& pairs : given) {  // empty, or a list of pairs
      if (pairs.kind != Value::kList) bad("unexpected arguments");
      for (const Value& pair : pairs.items->values) {
        const std::vector<Value>& both = arguments_of(pair, 2);
        items.insert(items.end(), both.begin(), both.begin() + 2);
      }
    }
    push_container(Value::kDict, std::move(items));
  } else if (name == "torch._utils _rebuild_tensor_v2" || name == "torch._utils _rebuild_tensor") {
    push(make_tensor(arguments_of(arguments, 4)));
  } else if (name == "torch._tensor _rebuild_from_type_v2") {  // (function, type, arguments, state)
    const Value inner = arguments_of(arguments, 3)[0];
    if (inner.kind != Value::kGlobal || text_of(inner) == name) bad("unexpected arguments");
    call(inner, given[2]);
  } else if (name == "torch._utils _rebuild_parameter" ||
             name == "torch._utils _rebuild_parameter_with_state" || name == "torch Size" ||
             name == "_codecs encode" || name.starts_with("torch.jit._pickle ")) {
    push(arguments_of(arguments, 1)[0]);  // the tensor, the sizes, the text, the list
  } else {
    make_object(function, arguments);
  }
}

void Pickle::build() {
  const Value state = pop();
  if (stack_.empty()) bad("nothing on the stack");
  if (stack_.back().kind == Value::kObject) stack_.back().items->values[0] = state;
}

// clang-format off
PickleValue Pickle::run() {
  while (true) {
    const auto op = take<uint8_t>();
    switch (op) {
      case 0x80: take<uint8_t>(); break;                                         // PROTO
      case 0x95: take<uint64_t>(); break;                                        // FRAME
      case '.': return pop();                                                    // STOP
      case '(': push(Value::of(Value::kMark)); break;                            // MARK
      case '0': pop(); break;                                                    // POP
      case '1': pop_to_mark(); break;                                            // POP_MARK
      case '2': push(pop()); push(stack_.back()); break;                         // DUP
      case 'N': push(Value()); break;                                            // NONE
      case 0x88: push_int(1, Value::kBool); break;                               // NEWTRUE
      case 0x89: push_int(0, Value::kBool); break;                               // NEWFALSE
      case 'J': push_int(take<int32_t>()); break;                                // BININT
      case 'K': push_int(take<uint8_t>()); break;                                // BININT1
      case 'M': push_int(take<uint16_t>()); break;                               // BININT2
      case 0x8a: push_int(take_long(take<uint8_t>())); break;                    // LONG1
      case 'G': push(Value::of(Value::kFloat)); stack_.back().real = take_double(); break;  // BINFLOAT
      case 'X': push_text(take_text(take<uint32_t>())); break;                   // BINUNICODE
      case 0x8c: push_text(take_text(take<uint8_t>())); break;                   // SHORT_BINUNICODE
      case 0x8d: push_text(take_text(take<uint64_t>())); break;                  // BINUNICODE8
      case 'T': case 'B': push_text(take_text(take<uint32_t>())); break;         // BINSTRING, BINBYTES
      case 'U': case 'C': push_text(take_text(take<uint8_t>())); break;          // SHORT_BINSTRING, SHORT_BINBYTES
      case 0x8e: case 0x96: push_text(take_text(take<uint64_t>())); break;       // BINBYTES8, BYTEARRAY8
      case ')': push_container(Value::kTuple, {}); break;                        // EMPTY_TUPLE
      case ']': case 0x8f: push_container(Value::kList, {}); break;              // EMPTY_LIST, EMPTY_SET
      case '}': push_container(Value::kDict, {}); break;                         // EMPTY_DICT
      case 0x85: push_container(Value::kTuple, pop_many(1)); break;              // TUPLE1
      case 0x86: push_container(Value::kTuple, pop_many(2)); break;              // TUPLE2
      case 0x87: push_container(Value::kTuple, pop_many(3)); break;              // TUPLE3
      case 't': push_container(Value::kTuple, pop_to_mark()); break;             // TUPLE
      case 'l': case 0x91: push_container(Value::kList, pop_to_mark()); break;   // LIST, FROZENSET
      case 'd': {                                                                // DICT
        std::vector<Value> items = pop_to_mark();
        push_container(Value::kDict, {});
        extend(Value::kDict, std::move(items));
        break;
      }
      case 'a': extend(Value::kList, pop_many(1)); break;                        // APPEND
      case 'e': case 0x90: extend(Value::kList, pop_to_mark()); break;           // APPENDS, ADDITEMS
      case 's': extend(Value::kDict, pop_many(2)); break;                        // SETITEM
      case 'u': extend(Value::kDict, pop_to_mark()); break;                      // SETITEMS
      case 'q': remember(take<uint8_t>()); break;                                // BINPUT
      case 'r': remember(take<uint32_t>()); break;                               // LONG_BINPUT
      case 0x94: remember(memo_.size()); break;                                  // MEMOIZE
      case 'h': recall(take<uint8_t>()); break;                                  // BINGET
      case 'j': recall(take<uint32_t>()); break;                                 // LONG_BINGET
      case 'c': {                                                                // GLOBAL
        std::string module = take_line();
        push_text(module + ' ' + take_line(), Value::kGlobal);
        break;
      }
      case 0x93: make_global(); break;                                           // STACK_GLOBAL
      case 'Q': load_persistent(); break;                                        // BINPERSID
      case 'R': { const Value arguments = pop(); call(pop(), arguments); break; }  // REDUCE
      case 0x81: { const Value arguments = pop(); call(pop(), arguments); break; }  // NEWOBJ
      case 0x92: { pop(); const Value arguments = pop(); call(pop(), arguments); break; }  // NEWOBJ_EX
      case 'b': build(); break;                                                  // BUILD
      default: bad("unknown opcode " + std::to_string(op));
    }
  }
}
// clang-format on

}  // namespace tengen::io
