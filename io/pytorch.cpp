#include <tengen/io/pytorch.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <optional>
#include <set>

#include <tengen/io/pickle.h>
#include <tengen/io/zip.h>
#include <tengen/tensor/factories.h>
#include <tengen/tensor/raw.h>
#include <tengen/tensor/storage.h>

namespace tengen::io {
namespace {

using Value = PickleValue;

static_assert(std::endian::native == std::endian::little,
              "load_pt: only little-endian machines are supported");

constexpr int64_t kMostExpanded = 1 << 30;  // bytes of a contiguous copy that any file may ask for
constexpr uint64_t kMostPacked =
    1 << 24;  // torch.save packs nothing, so memory is bounded by the file's size
constexpr int kDeepest = 100;

const std::string kDataPickle = "data.pkl";

/// Of torch.save before 1.6: five pickles (this number, the version, facts of the machine, the object, the
/// storages' keys), then the storages.
constexpr std::string_view kLegacyStart("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20j\xa8P\x19.", 15);

/// The value of a key or attribute; null where there is none.
const Value* find(const Value& value, std::string_view key) {
  const Value* dict = &value;
  if (dict->kind == Value::kObject) dict = &dict->items->values[0];
  // An object's state may be a pair: its dictionary, and slots.
  if (dict->kind == Value::kTuple && dict->items->values.size() == 2) dict = &dict->items->values[0];
  if (dict->kind != Value::kDict) return nullptr;
  const std::vector<Value>& items = dict->items->values;
  for (size_t i = 0; i + 1 < items.size(); i += 2)
    if (items[i].kind == Value::kText && *items[i].text == key) return &items[i + 1];
  return nullptr;
}

}  // namespace

// ---- reading
struct PtFile::Content {
  struct Place {
    int64_t offset, bytes;
  };

  std::string bytes;  // where the file is in memory
  std::optional<ZipReader> archive;
  std::optional<InputFile> legacy;
  std::string folder;                                // of the archive's members
  std::map<std::string, Place, std::less<>> places;  // of a legacy file's storages
  std::vector<std::byte> pickled;
  std::optional<Pickle> pickle;
  mutable std::map<std::string, intrusive_ptr<Storage>> storages;

  explicit Content(const std::string& path) {
    char start[kLegacyStart.size()] = {};
    const InputFile file("load_pt", path);
    file.read(0, start, size_t(std::min<int64_t>(file.size(), sizeof start)));
    if (std::string_view(start, sizeof start) == kLegacyStart) {
      legacy.emplace("load_pt", path);
      read_legacy();
    } else {
      archive.emplace("load_pt", path);
      read_archive();
    }
  }
  Content(std::string_view given, const std::string& name) {
    if (given.starts_with(kLegacyStart)) {
      legacy.emplace("load_pt", name, given);
      read_legacy();
    } else {
      archive.emplace("load_pt", name, given);
      read_archive();
    }
  }

  const InputFile& file() const { return archive ? archive->file() : *legacy; }

  void read_archive() {
    for (const ZipReader::Member& member : archive->members()) {
      const std::string& name = member.name;
      if (!name.ends_with(kDataPickle) ||
          (name.size() > kDataPickle.size() && name[name.size() - kDataPickle.size() - 1] != '/'))
        continue;
      folder = name.substr(0, name.size() - kDataPickle.size());
      if (const ZipReader::Member* order = archive->find(folder + "byteorder"))
        if (archive->read(*order).size() != 6) file().bad(": its numbers are big-endian");
      if (member.method != 0 && member.size > kMostPacked) file().bad(": its packed pickle is too large");
      pickled = archive->read(member);
      pickle.emplace(file(), pickled);
      return;
    }
    file().bad(" is no file of torch.save (no data.pkl in it)");
  }

  void read_legacy() {
    pickled = legacy->read_all();
    const std::span<const std::byte> all = pickled;
    const Pickle version(file(), all, kLegacyStart.size()), machine(file(), all, version.end());
    if (version.root().kind != Value::kInt || version.root().integer != 1001)
      file().bad(": expected version 1001 of torch.save's files before 1.6");
    if (const Value* little = find(machine.root(), "little_endian"); !little || little->integer == 0)
      file().bad(": its numbers are big-endian");
    pickle.emplace(file(), all, machine.end());
    const Pickle keys(file(), all, pickle->end());
    if (keys.root().kind != Value::kList) file().bad(": expected a list of storages behind the object");
    std::map<std::string, int64_t> item;
    for (const PickleTensor& tensor : pickle->tensors())
      item.emplace(tensor.storage, int64_t(item_size(tensor.dtype)));
    size_t at = keys.end();
    for (const Value& key : keys.root().items->values) {
      if (key.kind != Value::kText) file().bad(": expected the names of storages");
      uint64_t numel = 0;
      if (all.size() - at < sizeof numel) file().bad(" is truncated");
      std::memcpy(&numel, all.data() + at, sizeof numel);
      at += sizeof numel;
      const auto known = item.find(*key.text);
      if (known == item.end()) file().bad(": no tensor says what storage '" + *key.text + "' holds");
      if (numel > (all.size() - at) / uint64_t(known->second)) file().bad(" is truncated");
      const int64_t bytes = int64_t(numel) * known->second;
      places.emplace(*key.text, Place{int64_t(at), bytes});
      at += size_t(bytes);
    }
  }

  std::vector<std::byte> storage_bytes(const std::string& key) const {
    if (archive) {
      const ZipReader::Member* member = archive->find(folder + "data/" + key);
      if (!member) file().bad(": no data for storage '" + key + "'");
      return archive->read(*member);
    }
    const auto found = places.find(key);
    if (found == places.end()) file().bad(": no data for storage '" + key + "'");
    const auto begin = pickled.begin() + found->second.offset;
    return {begin, begin + found->second.bytes};
  }

  Tensor tensor(const PickleTensor& from) const {
    const auto bad = [&](const std::string& what) { file().bad(": " + what + " '" + from.storage + "'"); };
    const int64_t item = int64_t(item_size(from.dtype));
    intrusive_ptr<Storage>& storage = storages[from.storage];
    if (!storage) {
      const std::vector<std::byte> data = storage_bytes(from.storage);
      storage = Storage::allocate(data.size(), kCPU);
      if (!data.empty()) std::memcpy(storage->data(), data.data(), data.size());
    }
    if (from.storage_numel > int64_t(storage->nbytes()) / item)
      file().bad(": storage '" + from.storage + "' is too short");
    // The number of elements and the place of the last one, with all overflow caught.
    int64_t last = from.offset, numel = 1;
    bool fits = true, empty = false;
    for (size_t d = 0; d < from.sizes.size(); ++d) {
      empty |= from.sizes[d] == 0;
      const int64_t size = std::max<int64_t>(from.sizes[d], 1);
      int64_t step;
      fits = fits && !__builtin_mul_overflow(size - 1, from.strides[d], &step) &&
             !__builtin_add_overflow(last, step, &last) && !__builtin_mul_overflow(numel, size, &numel);
    }
    if (!fits || (!empty && last >= from.storage_numel)) bad("a tensor reaches beyond its storage");
    // Expanded tensors repeat elements: a contiguous copy must not be larger than a file may ask for.
    if (!empty && numel > std::max(int64_t(storage->nbytes()), kMostExpanded) / item)
      file().bad(": a tensor repeats the elements of its storage '" + from.storage + "' too often");
    Tensor result(make_intrusive<TensorImpl>(storage, from.dtype, from.sizes, from.strides, from.offset));
    if (from.requires_grad && is_floating_point(from.dtype)) raw::set_requires_grad(result, true);
    return result;
  }
};

namespace {

/// Finds the tensors of nested containers, under dotted names.
class Collector {
 public:
  /// Containers and names may occur more than once, but not without end.
  Collector(const InputFile& file, size_t pickle_bytes)
      : file_(file), left_(1000 + 16 * int64_t(pickle_bytes)) {}

  std::vector<std::pair<std::string, const Value*>> found;
  std::string object;  // the class of one that was met

  void add(const Value& value, const std::string& name, int depth = 0) {
    // A file that refers to itself, or to the same thing again and again, has no end.
    left_ -= 1 + int64_t(name.size());
    if (depth > kDeepest || left_ < 0) file_.bad(": its containers are nested without end");
    const auto inside = [&](const Value& item, const std::string& key) {
      add(item, join(name, key), depth + 1);
    };
    if (value.kind == Value::kTensor) {
      found.emplace_back(name, &value);
    } else if (value.kind == Value::kDict) {
      each(value, inside);
    } else if (value.kind == Value::kList || value.kind == Value::kTuple) {
      const std::vector<Value>& items = value.items->values;
      for (size_t i = 0; i < items.size(); ++i) inside(items[i], std::to_string(i));
    } else if (value.kind == Value::kObject) {
      object = *value.text;
      const Value* modules = io::find(value, "_modules");
      if (!modules) return add(value.items->values[0], name, depth + 1);
      // A Python module, whose names are those of its state_dict.
      for (const char* members : {"_parameters", "_buffers"}) {
        const Value* tensors = io::find(value, members);
        const Value* left_out =
            *members == '_' && members[1] == 'b' ? io::find(value, "_non_persistent_buffers_set") : nullptr;
        if (!tensors) continue;
        each(*tensors, [&](const Value& item, const std::string& key) {
          if (!left_out || !holds(*left_out, key)) inside(item, key);
        });
      }
      each(*modules, inside);
    }
  }

 private:
  /// Calls f(value, key) for each member of a dictionary.
  template <class F>
  static void each(const Value& dict, const F& f) {
    if (dict.kind != Value::kDict) return;
    const std::vector<Value>& items = dict.items->values;
    for (size_t i = 0; i + 1 < items.size(); i += 2)
      f(items[i + 1], items[i].kind == Value::kInt ? std::to_string(items[i].integer)
                      : items[i].text              ? *items[i].text
                                                   : std::string());
  }
  /// Whether a set, which is an object made from a list, holds the text.
  static bool holds(const Value& set, const std::string& text) {
    if (set.kind != Value::kList && set.kind != Value::kObject) return false;
    for (const Value& item : set.items->values) {
      if (item.kind == Value::kText && *item.text == text) return true;
      if (item.kind == Value::kList && set.kind == Value::kObject && holds(item, text)) return true;
    }
    return false;
  }
  static std::string join(const std::string& outer, const std::string& inner) {
    return outer.empty() ? inner : outer + '.' + inner;
  }

  const InputFile& file_;
  int64_t left_;
};

}  // namespace

PtFile::PtFile(const std::string& path) : content_(std::make_unique<Content>(path)) {}
PtFile::PtFile(std::unique_ptr<Content> content) : content_(std::move(content)) {}
PtFile::PtFile(PtFile&&) noexcept = default;
PtFile::~PtFile() = default;

PtFile::Item PtFile::root() const { return {*this, &content_->pickle->root()}; }

PtFile::Item::operator bool() const { return value_ && value_->kind != Value::kNone; }
PtFile::Item PtFile::Item::operator[](std::string_view key) const {
  return {*file_, value_ ? find(*value_, key) : nullptr};
}
std::vector<PtFile::Item> PtFile::Item::items() const {
  std::vector<Item> all;
  if (is_list() || is_dict())
    for (const Value& value : value_->items->values) all.push_back({*file_, &value});
  return all;
}
bool PtFile::Item::is_dict() const { return value_ && value_->kind == Value::kDict; }
bool PtFile::Item::is_list() const {
  return value_ && (value_->kind == Value::kList || value_->kind == Value::kTuple);
}
std::string PtFile::Item::class_name() const {
  return value_ && value_->kind == Value::kObject ? *value_->text : std::string();
}
std::string PtFile::Item::text() const {
  return value_ && value_->kind == Value::kText ? *value_->text : std::string();
}
bool PtFile::Item::is_number() const {
  return value_ &&
         (value_->kind == Value::kInt || value_->kind == Value::kBool || value_->kind == Value::kFloat);
}
double PtFile::Item::number() const {
  if (!is_number()) file_->content_->file().bad(": expected a number");
  return value_->kind == Value::kFloat ? value_->real : double(value_->integer);
}
Tensor PtFile::Item::tensor() const {
  if (!value_ || value_->kind != Value::kTensor) file_->content_->file().bad(": expected a tensor");
  return file_->content_->tensor(file_->content_->pickle->tensor(*value_));
}
NamedTensors PtFile::Item::tensors() const {
  NamedTensors result;
  if (!value_) return result;
  const Content& content = *file_->content_;
  Collector collector(content.file(), content.pickle->size());
  collector.add(*value_, "");
  if (collector.found.empty() && !collector.object.empty())
    content.file().bad(": found no tensors in its objects (" + collector.object + "); save a state_dict()");
  for (const auto& [name, value] : collector.found)
    result.emplace_back(name, content.tensor(content.pickle->tensor(*value)));
  return result;
}

NamedTensors load_pt(const std::string& path) { return PtFile(path).root().tensors(); }

NamedTensors parse_pt(std::string_view bytes, const std::string& name) {
  return PtFile(std::make_unique<PtFile::Content>(bytes, name)).root().tensors();
}

// ---- writing
namespace {

/// Writes protocol 2 of Python's pickle.
class Pickler {
 public:
  std::string bytes = "\x80\x02";

  template <class T>
  void number(char opcode, T value) {
    bytes += opcode;
    for (size_t i = 0; i < sizeof(T); ++i) bytes += char(uint64_t(value) >> (8 * i));
  }
  void whole(int64_t value) {
    if (value >= 0 && value < 256)
      number('K', uint8_t(value));
    else if (value >= INT32_MIN && value <= INT32_MAX)
      number('J', uint32_t(value));
    else
      bytes += '\x8a', number('\x08', uint64_t(value));
  }
  void text(const std::string& value) {
    number('X', uint32_t(value.size()));
    bytes += value;
  }
  void global(const char* module, const std::string& name) {
    bytes += std::string("c") + module + '\n' + name + '\n';
  }
  void tuple(IntArrayRef values) {
    bytes += '(';
    for (int64_t value : values) whole(value);
    bytes += 't';
  }
};

const char* storage_type(ScalarType dtype) {
  switch (dtype) {
    case kFloat:
      return "FloatStorage";
    case kDouble:
      return "DoubleStorage";
    case kHalf:
      return "HalfStorage";
    case kBFloat16:
      return "BFloat16Storage";
    case kLong:
      return "LongStorage";
    case kInt:
      return "IntStorage";
    case kShort:
      return "ShortStorage";
    case kChar:
      return "CharStorage";
    case kByte:
      return "ByteStorage";
    default:
      return "BoolStorage";
  }
}

void write_pt(const std::string& name, const NamedTensors& tensors, PtForm form,
              const ZipWriter::Sink& sink) {
  TENGEN_CHECK(form != PtForm::kTensor || tensors.size() == 1, "save_pt: ", name,
               ": expected one tensor, but got ", tensors.size());
  Pickler pickle;
  std::vector<Tensor> storages;
  std::map<std::tuple<const void*, size_t, ScalarType>, size_t> keys;  // of memory that is written once
  std::set<std::string> seen;
  if (form == PtForm::kDict) pickle.bytes += "}(";
  if (form == PtForm::kList) pickle.bytes += "](";
  for (const auto& [key, value] : tensors) {
    TENGEN_CHECK(value.defined(), "save_pt: ", name, ": '", key, "' is undefined");
    const Tensor plain = raw::contiguous(raw::to(value, value.dtype(), kCPU));
    const bool shares = plain.const_data_ptr() == value.const_data_ptr();
    size_t number = storages.size();
    if (shares)
      number = keys.emplace(std::tuple(plain.const_data_ptr(), plain.nbytes(), plain.scalar_type()), number)
                   .first->second;
    if (number == storages.size()) storages.push_back(plain);
    if (form == PtForm::kDict) {
      TENGEN_CHECK(seen.insert(key).second, "save_pt: ", name, ": the name '", key, "' occurs twice");
      pickle.text(key);
    }
    pickle.global("torch._utils", "_rebuild_tensor_v2");
    pickle.bytes += "((";
    pickle.text("storage");
    pickle.global("torch", storage_type(plain.scalar_type()));
    pickle.text(std::to_string(number));
    pickle.text("cpu");
    pickle.whole(plain.numel());
    pickle.bytes += "tQ";
    pickle.whole(0);
    pickle.tuple(plain.sizes());
    pickle.tuple(plain.strides());
    pickle.bytes += value.unsafeGetTensorImpl()->requires_grad ? '\x88' : '\x89';
    pickle.global("collections", "OrderedDict");
    pickle.bytes += ")RtR";
  }
  if (form == PtForm::kDict) pickle.bytes += 'u';
  if (form == PtForm::kList) pickle.bytes += 'e';
  pickle.bytes += '.';

  constexpr size_t kAlignment = 64;
  const std::string folder = "archive/";
  ZipWriter zip(sink);
  const auto add = [&](const std::string& member, std::string_view bytes) {
    zip.add(folder + member, bytes.data(), bytes.size(), kAlignment);
  };
  add(kDataPickle, pickle.bytes);
  add("byteorder", "little");
  for (size_t i = 0; i < storages.size(); ++i)
    zip.add(folder + "data/" + std::to_string(i), storages[i].const_data_ptr(), storages[i].nbytes(),
            kAlignment);
  add("version", "3\n");
  zip.finish();
}

}  // namespace

void save_pt(const std::string& path, const NamedTensors& tensors, PtForm form) {
  AtomicFile file("save_pt", path);
  write_pt(path, tensors, form, [&](const void* data, size_t size) { file.write(data, size); });
  file.commit();
}

std::string pt_bytes(const NamedTensors& tensors, PtForm form) {
  std::string bytes;
  write_pt("memory", tensors, form,
           [&](const void* data, size_t size) { bytes.append(static_cast<const char*>(data), size); });
  return bytes;
}

}  // namespace tengen::io
