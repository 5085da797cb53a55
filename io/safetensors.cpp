#include <tengen/io/safetensors.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <filesystem>
#include <limits>
#include <set>

#include <tengen/io/file.h>
#include <tengen/io/json.h>
#include <tengen/tensor/factories.h>
#include <tengen/tensor/raw.h>

namespace tengen::io {
namespace {

static_assert(std::endian::native == std::endian::little,
              "safetensors: only little-endian machines are supported");

struct TypeName {
  const char* name;
  ScalarType dtype;
};
constexpr TypeName kTypeNames[] = {{"BOOL", kBool}, {"U8", kByte},   {"I8", kChar},  {"I16", kShort},
                                   {"I32", kInt},   {"I64", kLong},  {"F16", kHalf}, {"BF16", kBFloat16},
                                   {"F32", kFloat}, {"F64", kDouble}};
constexpr uint64_t kLargestHeader = 100'000'000;  // as the reference implementation

// One tensor as its header describes it.
struct Entry {
  std::string name;
  ScalarType dtype = ScalarType::Undefined;
  std::vector<int64_t> shape;
  int64_t begin = -1, end = -1;  // bytes within the data
};

Entry read_entry(JsonReader& json, const std::string& name) {
  Entry entry;
  entry.name = name;
  json.object([&](const std::string& key) {
    if (key == "dtype") {
      const std::string type = json.string();
      for (const TypeName& known : kTypeNames)
        if (type == known.name) entry.dtype = known.dtype;
      if (entry.dtype == ScalarType::Undefined) json.bad("'" + name + "' has the unknown type " + type);
    } else if (key == "shape") {
      json.array([&] { entry.shape.push_back(json.whole()); });
    } else if (key == "data_offsets") {
      std::vector<int64_t> offsets;
      json.array([&] { offsets.push_back(json.whole()); });
      if (offsets.size() != 2) json.bad("'" + name + "' needs two data_offsets");
      entry.begin = offsets[0];
      entry.end = offsets[1];
    } else {
      json.bad("unknown key '" + key + "' in '" + name + "'");
    }
  });
  if (entry.dtype == ScalarType::Undefined || entry.begin < 0)
    json.bad("'" + name + "' lacks dtype or data_offsets");
  return entry;
}

// The tensors' data must follow each other without gaps, fill the file, and fit their shapes.
void check_layout(std::vector<Entry>& entries, int64_t data_bytes, const std::string& path) {
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  int64_t at = 0;
  for (const Entry& e : entries) {
    auto bytes = int64_t(item_size(e.dtype));
    if (std::count(e.shape.begin(), e.shape.end(), 0) > 0) bytes = 0;
    for (int64_t size : e.shape) {
      TENGEN_CHECK(size == 0 || bytes <= std::numeric_limits<int64_t>::max() / size,
                   "load_safetensors: ", path, ": '", e.name, "': shape is too large");
      bytes *= size;
    }
    TENGEN_CHECK(e.begin == at && e.end >= e.begin && e.end <= data_bytes, "load_safetensors: ", path, ": '",
                 e.name, "' lies at bytes ", e.begin, " to ", e.end, ", expected from ", at, " to at most ",
                 data_bytes);
    TENGEN_CHECK(e.end - e.begin == bytes, "load_safetensors: ", path, ": '", e.name, "' has ",
                 e.end - e.begin, " bytes, its shape asks for ", bytes);
    at = e.end;
  }
  TENGEN_CHECK(at == data_bytes, "load_safetensors: ", path, " has ", data_bytes - at,
               " bytes after the last tensor");
}

SafeTensors read_safetensors(const InputFile& file) {
  const std::string& path = file.path();
  uint64_t header_bytes = 0;
  file.read(0, &header_bytes, sizeof header_bytes);
  TENGEN_CHECK(header_bytes <= kLargestHeader && header_bytes <= uint64_t(file.size()) - 8,
               "load_safetensors: ", path, " is truncated or no safetensors file (its header would have ",
               header_bytes, " bytes)");
  std::string header(size_t(header_bytes), '\0');
  file.read(8, header.data(), header.size());
  const int64_t data_begin = 8 + int64_t(header_bytes);

  SafeTensors result;
  std::vector<Entry> entries;
  std::set<std::string> seen;
  JsonReader json(header, "load_safetensors: " + path);
  json.object([&](const std::string& name) {
    if (!seen.insert(name).second) json.bad("'" + name + "' occurs twice");
    if (name == "__metadata__")
      json.object([&](const std::string& key) { result.metadata[key] = json.string(); });
    else
      entries.push_back(read_entry(json, name));
  });
  json.end();
  check_layout(entries, file.size() - data_begin, path);
  for (const Entry& e : entries) {
    Tensor value = empty(e.shape, TensorOptions(e.dtype));
    file.read(data_begin + e.begin, value.mutable_data_ptr(), size_t(e.end - e.begin));
    result.tensors.emplace(e.name, std::move(value));
  }
  return result;
}

// {"metadata": {...}, "weight_map": {tensor: file beside the index}}
SafeTensors read_shards(const InputFile& index) {
  const std::vector<std::byte> bytes = index.read_all();
  JsonReader json({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                  "load_safetensors: " + index.path());
  std::map<std::string, std::vector<std::string>> names;  // by file
  json.object([&](const std::string& key) {
    if (key != "weight_map") return json.skip();
    json.object([&](const std::string& tensor) {
      const std::string shard = json.string();
      if (shard.empty() || shard.find('/') != shard.npos || shard == "." || shard == "..")
        json.bad("expected the name of a file beside the index, but got '" + shard + "'");
      names[shard].push_back(tensor);
    });
  });
  json.end();
  if (names.empty()) json.bad("expected a weight_map");
  SafeTensors result;
  for (const auto& [shard, tensors] : names) {
    const std::filesystem::path path = std::filesystem::path(index.path()).replace_filename(shard);
    SafeTensors part = read_safetensors(InputFile("load_safetensors", path.string()));
    for (const std::string& name : tensors) {
      const auto found = part.tensors.find(name);
      TENGEN_CHECK(found != part.tensors.end(), "load_safetensors: ", index.path(), ": '", name,
                   "' is not in ", path.string());
      TENGEN_CHECK(result.tensors.emplace(name, std::move(found->second)).second,
                   "load_safetensors: ", index.path(), ": '", name, "' occurs twice");
      part.tensors.erase(found);
    }
    result.metadata.merge(part.metadata);
  }
  return result;
}

// A file's parts in order: the header with its length, then the data of each row.
struct Parts {
  std::string header;
  std::vector<std::pair<std::string, Tensor>> rows;
};

Parts make_parts(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& tensors,
                 const std::map<std::string, std::string>& metadata) {
  std::vector<std::pair<std::string, Tensor>> rows;
  for (const auto& [name, value] : tensors) {
    TENGEN_CHECK(value.defined(), "save_safetensors: ", path, ": '", name, "' is undefined");
    rows.emplace_back(name, raw::contiguous(raw::to(value, value.dtype(), kCPU)));
  }
  // Wide types first keeps every tensor aligned to its own type.
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.second.element_size() > b.second.element_size();
  });
  std::string header = "{";
  if (!metadata.empty()) {
    header += "\"__metadata__\":{";
    for (const auto& [key, value] : metadata)
      header += detail::str(header.back() == '{' ? "" : ",", json_quoted(key), ":", json_quoted(value));
    header += "}";
  }
  std::set<std::string> seen;
  size_t at = 0;
  for (const auto& [name, value] : rows) {
    TENGEN_CHECK(name != "__metadata__" && seen.insert(name).second, "save_safetensors: ", path,
                 ": the name '", name, "' cannot be used", name == "__metadata__" ? "" : " twice");
    const char* type = nullptr;
    for (const TypeName& known : kTypeNames)
      if (known.dtype == value.scalar_type()) type = known.name;
    header += detail::str(header.back() == '{' ? "" : ",", json_quoted(name), ":{\"dtype\":\"", type,
                          "\",\"shape\":[");
    for (int64_t d = 0; d < value.dim(); ++d) header += detail::str(d ? "," : "", value.size(d));
    header += detail::str("],\"data_offsets\":[", at, ",", at + value.nbytes(), "]}");
    at += value.nbytes();
  }
  header += "}";
  header.append((8 - header.size() % 8) % 8, ' ');

  const uint64_t header_bytes = header.size();
  std::string length(sizeof header_bytes, '\0');
  std::memcpy(length.data(), &header_bytes, sizeof header_bytes);
  return {length + header, std::move(rows)};
}

}  // namespace

SafeTensors load_safetensors(const std::string& path) {
  const InputFile file("load_safetensors", path);
  // The text of an index begins with a brace; the header of a file does so after its length.
  char start[9] = {};
  file.read(0, start, size_t(std::min<int64_t>(file.size(), sizeof start)));
  return start[0] == '{' && start[8] != '{' ? read_shards(file) : read_safetensors(file);
}

SafeTensors parse_safetensors(std::string_view bytes, const std::string& name) {
  return read_safetensors(InputFile("load_safetensors", name, bytes));
}

void save_safetensors(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  const Parts parts = make_parts(path, tensors, metadata);
  AtomicFile file("save_safetensors", path);
  file.write(parts.header);
  for (const auto& [name, value] : parts.rows) file.write(value.const_data_ptr(), value.nbytes());
  file.commit();
}

std::string safetensors_bytes(const std::vector<std::pair<std::string, Tensor>>& tensors,
                              const std::map<std::string, std::string>& metadata) {
  Parts parts = make_parts("memory", tensors, metadata);
  for (const auto& [name, value] : parts.rows)
    if (value.nbytes()) parts.header.append(static_cast<const char*>(value.const_data_ptr()), value.nbytes());
  return std::move(parts.header);
}

}  // namespace tengen::io
