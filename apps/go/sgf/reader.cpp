// The grammar, with a stack of our own instead of recursion:
//   game = "(" node+ game* ")"     node = ";" property*     property = ID ("[" value "]")+
#include <filesystem>
#include <fstream>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <tengen/apps/go/sgf/charset.h>
#include <tengen/apps/go/sgf/tree.h>

namespace tengen::go::sgf {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; }
std::string trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return std::string(text);
}
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  void games(const std::function<void(Tree)>& visit) {
    bool any = false;
    for (; find_game(); any = true) visit(game());
    if (!any) error("a game that begins with '(;'");
  }

  /// CA of the first game's root, as far as the text goes.
  std::string charset() {
    if (!find_game()) return {};
    next();
    skip_blanks();
    next();
    Node root;
    try {
      properties(root);
    } catch (const SgfError&) {  // the text was cut, or has other mistakes
    }
    return root.text("CA");
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return text_[at_]; }
  void next() {
    const char c = text_[at_++];
    // LF, CR LF, or CR alone ends a line.
    if (c == '\n' || (c == '\r' && (at_end() || peek() != '\n'))) {
      ++line_;
      line_start_ = at_;
    }
  }
  void skip_blanks() {
    while (!at_end() && is_blank(peek())) next();
  }
  int column() const { return int(at_ - line_start_) + 1; }

  [[noreturn]] void error(const std::string& expected) const {
    std::string found = "the end of the file";
    if (!at_end()) {
      const auto byte = static_cast<unsigned char>(peek());
      found = byte > ' ' && byte < 0x7f ? std::string("'") + peek() + "'" : "byte " + std::to_string(byte);
    }
    throw SgfError(line_, column(), "expected " + expected + ", but got " + found);
  }

  /// To the next "(" that a ";" follows, blanks aside; other text between games means nothing.
  bool find_game() {
    for (; !at_end(); next()) {
      if (peek() != '(') continue;
      size_t after = at_ + 1;
      while (after < text_.size() && is_blank(text_[after])) ++after;
      if (after < text_.size() && text_[after] == ';') return true;
    }
    return false;
  }

  Tree game() {
    Tree tree;
    std::vector<int> open;  // for each open "(", the node that it continues
    int node = -1;          // the last one
    bool may_continue = false;
    counted_ = 0;
    do {
      skip_blanks();
      if (at_end()) error("')' to end the game that is open");
      switch (peek()) {
        case '(':
          if (node < 0 && !open.empty()) error("';' and a node");
          open.push_back(node);
          next();
          skip_blanks();
          if (at_end() || peek() != ';') error("';' and a node after '('");
          may_continue = true;
          break;
        case ';':
          if (!may_continue) error("'(' or ')' after a variation");
          count();
          node = tree.add_node(node);
          tree.nodes[node].line = line_;
          tree.nodes[node].column = column();
          next();
          properties(tree.nodes[node]);
          break;
        case ')':
          node = open.back();
          open.pop_back();
          may_continue = false;
          next();
          break;
        default:
          error("';', '(', ')' or a property");
      }
    } while (!open.empty());
    return tree;
  }

  void properties(Node& node) {
    std::unordered_map<std::string, size_t> known;  // by id
    for (skip_blanks(); !at_end() && is_letter(peek()); skip_blanks()) {
      std::string id;
      // Old files write GaMe for GM: only capitals count, unless there are none.
      std::string small;
      for (; !at_end() && (is_letter(peek()) || (peek() >= '0' && peek() <= '9')); next()) {
        (peek() >= 'a' ? small : id) += peek();
      }
      if (id.empty()) {
        for (char c : small) id += char(c - 'a' + 'A');
      }
      skip_blanks();
      if (at_end() || peek() != '[') error("'[' and a value of " + id);
      const auto [found, is_new] = known.try_emplace(id, node.properties.size());
      if (is_new) {
        count();
        node.properties.push_back({id, {}});
      }
      std::string& raw = node.properties[found->second].raw;
      for (; !at_end() && peek() == '['; skip_blanks()) raw += value();
    }
  }

  /// With its brackets.
  std::string_view value() {
    const int line = line_, from = column();
    const size_t begin = at_;
    next();
    for (; !at_end() && peek() != ']'; next()) {
      if (peek() == '\\') next();
      if (at_end()) break;
    }
    if (at_end()) error(tengen::detail::str("']' to end the value that begins at ", line, ":", from));
    next();
    return text_.substr(begin, at_ - begin);
  }

  void count() {
    if (++counted_ > kLargestGame) {
      throw SgfError(line_, column(),
                     tengen::detail::str("expected a game of at most ", kLargestGame,
                                         " nodes and properties, but got more"));
    }
  }

  std::string_view text_;
  size_t at_ = 0, line_start_ = 0;
  size_t counted_ = 0;  // nodes and properties of the game
  int line_ = 1;
};

/// The charset that the first root names. It must be known before the text can be read, since "]" may be half
/// of a character in it; and "CA[" may stand inside another value. So a name counts when the text, read by
/// it, has this name in its root.
std::string charset_of(std::string_view bytes) {
  constexpr size_t kMostBytes = 100'000;
  constexpr int kMostNames = 20;
  bytes = bytes.substr(0, kMostBytes);
  int names = 0;
  for (size_t at = 0; (at = bytes.find("CA", at)) != bytes.npos && names < kMostNames; ++at) {
    const size_t begin = bytes.find('[', at), end = bytes.find(']', at);
    if (begin == bytes.npos || end == bytes.npos || begin > end || end - at > 60) continue;
    ++names;
    const std::string name = trimmed(bytes.substr(begin + 1, end - begin - 1));
    if (name.find_first_of(std::string_view("/\0", 2)) != name.npos) continue;
    const std::string text = to_utf8(bytes.substr(0, end + 1), name);
    if (!name.empty() && trimmed(Reader(text).charset()) == name) return name;
  }
  return {};
}

}  // namespace

void parse(std::string_view bytes, const std::function<void(Tree)>& visit) {
  const std::string text = to_utf8(bytes, charset_of(bytes));
  Reader(text).games(visit);
}

std::vector<Tree> parse(std::string_view bytes) {
  std::vector<Tree> trees;
  parse(bytes, [&](Tree tree) { trees.push_back(std::move(tree)); });
  return trees;
}

void read(const std::string& path, const std::function<void(Tree)>& visit) {
  std::error_code ignored;
  TENGEN_CHECK(!std::filesystem::is_directory(path, ignored), path, ": is a folder, expected a game record");
  std::ifstream file(path, std::ios::binary);
  TENGEN_CHECK(file, path, ": cannot be opened");
  std::string bytes;
  std::vector<char> some(1 << 16);
  while (file.read(some.data(), std::streamsize(some.size())), file.gcount() > 0) {
    bytes.append(some.data(), size_t(file.gcount()));
    TENGEN_CHECK(int64_t(bytes.size()) <= kLargestFile, path, ": expected a file of at most ", kLargestFile,
                 " bytes, but got more");
  }
  try {
    parse(bytes, visit);
  } catch (const SgfError& error) {
    fail(path, ":", error.what());
  }
}

}  // namespace tengen::go::sgf
