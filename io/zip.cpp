#include <tengen/io/zip.h>

#include <zlib.h>

#include <algorithm>
#include <cstring>

namespace tengen::io {
namespace {

// Little-endian numbers out of a block, with its end checked.
class Fields {
 public:
  Fields(const std::byte* data, size_t size, const InputFile& file) : at_(data), left_(size), file_(file) {}

  template <class T>
  T take() {
    need(sizeof(T));
    T value;
    std::memcpy(&value, at_, sizeof(T));
    skip(sizeof(T));
    return value;
  }
  std::string text(size_t size) {
    need(size);
    std::string value(reinterpret_cast<const char*>(at_), size);
    skip(size);
    return value;
  }
  Fields block(size_t size) {
    need(size);
    Fields inner(at_, size, file_);
    skip(size);
    return inner;
  }
  void skip(size_t size) {
    need(size);
    at_ += size;
    left_ -= size;
  }
  size_t left() const { return left_; }

 private:
  void need(size_t size) const {
    if (size > left_) file_.bad(": the zip directory is damaged");
  }
  const std::byte* at_;
  size_t left_;
  const InputFile& file_;
};

constexpr uint32_t kLocalHeader = 0x04034b50, kDirectoryEntry = 0x02014b50, kEnd = 0x06054b50,
                   kEnd64 = 0x06064b50, kEnd64Locator = 0x07064b50;
constexpr size_t kEndSize = 22, kLocatorSize = 20, kEnd64Size = 56, kLocalHeaderSize = 30;

struct Directory {
  uint64_t offset, size, count;
};

Directory find_directory(const InputFile& file) {
  // The end record comes before a comment of at most 64 KiB.
  const int64_t tail_size = std::min<int64_t>(file.size(), int64_t(kEndSize) + 0xffff),
                tail_at = file.size() - tail_size;
  std::vector<std::byte> tail(static_cast<size_t>(tail_size));
  file.read(tail_at, tail.data(), tail.size());
  for (int64_t i = tail_size - int64_t(kEndSize); i >= 0; --i) {
    uint32_t signature;
    std::memcpy(&signature, tail.data() + i, 4);
    if (signature != kEnd) continue;
    Fields end(tail.data() + i + 4, kEndSize - 4, file);
    end.skip(6);
    Directory directory{0, 0, end.take<uint16_t>()};
    directory.size = end.take<uint32_t>();
    directory.offset = end.take<uint32_t>();
    if (directory.count != 0xffff && directory.size != 0xffffffff && directory.offset != 0xffffffff)
      return directory;
    const int64_t locator_at = tail_at + i - int64_t(kLocatorSize);
    std::byte block[kEnd64Size];
    file.read(locator_at, block, kLocatorSize);
    Fields locator(block, kLocatorSize, file);
    if (locator.take<uint32_t>() != kEnd64Locator) return directory;
    locator.skip(4);
    const uint64_t end64_at = locator.take<uint64_t>();
    if (end64_at > uint64_t(file.size())) file.bad(": the zip directory is damaged");
    file.read(int64_t(end64_at), block, kEnd64Size);
    Fields end64(block, kEnd64Size, file);
    if (end64.take<uint32_t>() != kEnd64) file.bad(": the zip directory is damaged");
    end64.skip(28);
    directory.count = end64.take<uint64_t>();
    directory.size = end64.take<uint64_t>();
    directory.offset = end64.take<uint64_t>();
    return directory;
  }
  file.bad(" is not a zip archive, or is truncated");
}

ZipReader::Member read_entry(Fields& fields, const InputFile& file) {
  if (fields.take<uint32_t>() != kDirectoryEntry) file.bad(": the zip directory is damaged");
  ZipReader::Member member;
  fields.skip(4);  // versions
  member.flags = fields.take<uint16_t>();
  member.method = fields.take<uint16_t>();
  fields.skip(4);  // time
  member.crc = fields.take<uint32_t>();
  member.packed_size = fields.take<uint32_t>();
  member.size = fields.take<uint32_t>();
  const uint16_t name_size = fields.take<uint16_t>(), extra_size = fields.take<uint16_t>(),
                 comment_size = fields.take<uint16_t>();
  fields.skip(8);  // disk, attributes
  member.header_offset = fields.take<uint32_t>();
  member.name = fields.text(name_size);
  Fields extra = fields.block(extra_size);
  fields.skip(comment_size);
  while (extra.left() >= 4) {
    const uint16_t id = extra.take<uint16_t>(), size = extra.take<uint16_t>();
    Fields block = extra.block(size);
    if (id != 1) continue;  // zip64: what did not fit, in this order
    for (uint64_t* value : {&member.size, &member.packed_size, &member.header_offset})
      if (*value == 0xffffffff) *value = block.take<uint64_t>();
  }
  return member;
}

}  // namespace

ZipReader::ZipReader(std::string op, std::string path) : file_(std::move(op), std::move(path)) {
  read_directory();
}
ZipReader::ZipReader(std::string op, std::string name, std::string_view bytes)
    : file_(std::move(op), std::move(name), bytes) {
  read_directory();
}

void ZipReader::read_directory() {
  const Directory directory = find_directory(file_);
  const uint64_t file_size = uint64_t(file_.size());
  if (directory.offset > file_size || directory.size > file_size - directory.offset ||
      directory.count > directory.size)
    file_.bad(": the zip directory is damaged");
  std::vector<std::byte> bytes(directory.size);
  file_.read(int64_t(directory.offset), bytes.data(), bytes.size());
  Fields fields(bytes.data(), bytes.size(), file_);
  for (uint64_t i = 0; i < directory.count; ++i) {
    members_.push_back(read_entry(fields, file_));
    by_name_.emplace(members_.back().name, i);
  }
  check_apart(directory.offset);
}

// Members follow each other, all before the directory.
void ZipReader::check_apart(uint64_t end) const {
  std::vector<const Member*> order;
  for (const Member& member : members_) order.push_back(&member);
  std::sort(order.begin(), order.end(),
            [](const Member* a, const Member* b) { return a->header_offset > b->header_offset; });
  for (const Member* member : order) {
    const uint64_t least = kLocalHeaderSize + member->name.size();
    if (member->header_offset > end || end - member->header_offset < least ||
        end - member->header_offset - least < member->packed_size)
      file_.bad(": member '" + member->name + "' overlaps another one or lies outside of the file");
    end = member->header_offset;
  }
}

const ZipReader::Member* ZipReader::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &members_[found->second];
}

std::vector<std::byte> ZipReader::read(const Member& member) const {
  const auto bad = [&](const std::string& what) { file_.bad(": member '" + member.name + "' " + what); };
  if (member.flags & 1) bad("is encrypted");
  if (member.method != 0 && member.method != 8)
    bad("is packed by the unknown method " + std::to_string(member.method));
  if (member.header_offset > uint64_t(file_.size())) bad("lies outside of the file");
  std::byte header[kLocalHeaderSize];
  file_.read(int64_t(member.header_offset), header, kLocalHeaderSize);
  Fields fields(header, kLocalHeaderSize, file_);
  if (fields.take<uint32_t>() != kLocalHeader) bad("has a damaged header");
  fields.skip(22);
  const uint64_t name_size = fields.take<uint16_t>(), extra_size = fields.take<uint16_t>();
  const int64_t data_at = int64_t(member.header_offset + kLocalHeaderSize + name_size + extra_size);
  if (member.packed_size > uint64_t(file_.size())) bad("lies outside of the file");
  // No more than deflate can unpack to: a damaged size does not make us allocate everything.
  if (member.method == 0 ? member.size != member.packed_size : member.size / 1100 > member.packed_size + 1)
    bad("has sizes that do not fit");

  std::vector<std::byte> packed(member.packed_size);
  file_.read(data_at, packed.data(), packed.size());
  std::vector<std::byte> bytes;
  if (member.method == 0) {
    bytes = std::move(packed);
  } else {
    bytes.resize(member.size);
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) bad("cannot be unpacked");
    // zlib counts in 32 bits.
    constexpr uint64_t kMost = 1u << 30;
    uint64_t in = 0, out = 0;
    int state = Z_OK;
    while (state == Z_OK) {
      const uint64_t give = std::min(kMost, packed.size() - in), room = std::min(kMost, bytes.size() - out);
      std::byte nothing;
      stream.next_in = reinterpret_cast<Bytef*>(packed.data() + in);
      stream.next_out = reinterpret_cast<Bytef*>(room ? bytes.data() + out : &nothing);
      stream.avail_in = uInt(give);
      stream.avail_out = uInt(room);
      state = inflate(&stream, Z_NO_FLUSH);
      in += give - stream.avail_in;
      out += room - stream.avail_out;
    }
    inflateEnd(&stream);
    if (state != Z_STREAM_END || out != bytes.size()) bad("is damaged (it does not unpack)");
  }
  uLong crc = crc32(0, nullptr, 0);
  for (size_t at = 0; at < bytes.size(); at += 1u << 30)
    crc = crc32(crc, reinterpret_cast<const Bytef*>(bytes.data() + at),
                uInt(std::min<size_t>(1u << 30, bytes.size() - at)));
  if (uint32_t(crc) != member.crc) bad("is damaged (wrong checksum)");
  return bytes;
}

// ---- writing
namespace {

constexpr uint32_t kMost32 = 0xffffffff;

template <class T>
void append(std::string& to, T number) {
  for (size_t i = 0; i < sizeof(T); ++i) to += char(uint64_t(number) >> (8 * i));
}
uint32_t in_32_bits(uint64_t number) { return number < kMost32 ? uint32_t(number) : kMost32; }

}  // namespace

void ZipWriter::put(const std::string& bytes) {
  sink_(bytes.data(), bytes.size());
  at_ += bytes.size();
}

void ZipWriter::add(const std::string& name, const void* data, size_t size, size_t alignment) {
  constexpr uint16_t kVersion = 45, kUtf8 = 1 << 11, kFirstOf1980 = 33, kZip64 = 1, kPadding = 0x4246;
  uLong crc = crc32(0, nullptr, 0);
  for (size_t done = 0; done < size; done += 1u << 30)
    crc = crc32(crc, static_cast<const Bytef*>(data) + done, uInt(std::min<size_t>(1u << 30, size - done)));

  std::string facts;  // which both headers have
  append(facts, kVersion);
  append(facts, kUtf8);
  append(facts, uint16_t(0));  // stored
  append(facts, uint16_t(0));
  append(facts, kFirstOf1980);
  append(facts, uint32_t(crc));
  append(facts, in_32_bits(size));
  append(facts, in_32_bits(size));
  append(facts, uint16_t(name.size()));

  std::string extra, entry_extra;
  if (size >= kMost32)
    for (std::string* fields : {&extra, &entry_extra})
      append(*fields, uint64_t(size)), append(*fields, uint64_t(size));
  if (at_ >= kMost32) append(entry_extra, at_);
  for (std::string* fields : {&extra, &entry_extra}) {
    if (fields->empty()) continue;
    std::string head;
    append(head, kZip64);
    append(head, uint16_t(fields->size()));
    fields->insert(0, head);
  }
  const uint64_t behind = at_ + kLocalHeaderSize + name.size() + extra.size();
  if (const uint64_t beyond = behind % alignment; beyond != 0) {
    uint64_t padding = alignment - beyond;
    while (padding < 4) padding += alignment;
    append(extra, kPadding);
    append(extra, uint16_t(padding - 4));
    extra.append(padding - 4, '\0');
  }

  append(directory_, kDirectoryEntry);
  append(directory_, kVersion);
  directory_ += facts;
  append(directory_, uint16_t(entry_extra.size()));
  directory_.append(10, '\0');  // comment, disk, attributes
  append(directory_, in_32_bits(at_));
  directory_ += name + entry_extra;
  ++count_;

  std::string header;
  append(header, kLocalHeader);
  header += facts;
  append(header, uint16_t(extra.size()));
  put(header + name + extra);
  sink_(data, size);
  at_ += size;
}

void ZipWriter::finish() {
  const uint64_t begin = at_, size = directory_.size();
  put(directory_);
  std::string end;
  if (count_ >= 0xffff || begin >= kMost32 || size >= kMost32) {
    const uint64_t end64 = at_;
    append(end, kEnd64);
    append(end, uint64_t(kEnd64Size - 12));
    append(end, uint16_t(45));
    append(end, uint16_t(45));
    append(end, uint64_t(0));  // disks
    append(end, count_);
    append(end, count_);
    append(end, size);
    append(end, begin);
    append(end, kEnd64Locator);
    append(end, uint32_t(0));
    append(end, end64);
    append(end, uint32_t(1));
  }
  append(end, kEnd);
  append(end, uint32_t(0));
  append(end, uint16_t(std::min<uint64_t>(count_, 0xffff)));
  append(end, uint16_t(std::min<uint64_t>(count_, 0xffff)));
  append(end, in_32_bits(size));
  append(end, in_32_bits(begin));
  append(end, uint16_t(0));
  put(end);
}

}  // namespace tengen::io
