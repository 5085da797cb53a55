// The grammar, with a stack of our own instead of recursion:
//   game = "(" node+ game* ")"     node = ";" property*     property = ID ("[" value "]")+
#include <tengen/apps/go/sgf/charset.h>
#include <tengen/apps/go/sgf/tree.h>

#include <fstream>
#include <iterator>

namespace tengen::go::sgf {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<Tree> games() {
    std::vector<Tree> trees;
    while (find_game()) trees.push_back(game());
    if (trees.empty()) error("a game that begins with '(;'");
    return trees;
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
    throw SgfError(line_, column(), "expected " + expected + ", found " + found);
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
      Property* property = nullptr;
      for (Property& known : node.properties) {
        if (known.id == id) property = &known;
      }
      if (!property) property = &node.properties.emplace_back(Property{id, {}});
      for (; !at_end() && peek() == '['; skip_blanks()) property->values.push_back(value());
    }
  }

  std::string value() {
    const int line = line_, from = column();
    next();
    const size_t begin = at_;
    for (; !at_end() && peek() != ']'; next()) {
      if (peek() == '\\') next();
      if (at_end()) break;
    }
    if (at_end()) error(tengen::detail::str("']' to end the value that begins at ", line, ":", from));
    std::string raw(text_.substr(begin, at_ - begin));
    next();
    return raw;
  }

  std::string_view text_;
  size_t at_ = 0, line_start_ = 0;
  int line_ = 1;
};

/// The charset that the file names. Before the text is decoded, since "]" may be half of a character in it.
std::string charset_of(std::string_view bytes) {
  for (size_t at = bytes.find("CA["); at != bytes.npos; at = bytes.find("CA[", at + 1)) {
    if (at > 0 && is_letter(bytes[at - 1])) continue;
    const size_t end = bytes.find(']', at);
    if (end == bytes.npos || end - at > 40) return {};
    std::string name(bytes.substr(at + 3, end - at - 3));
    while (!name.empty() && is_blank(name.back())) name.pop_back();
    return name.find('/') == name.npos && name.find('\0') == name.npos ? name : std::string();
  }
  return {};
}

}  // namespace

std::vector<Tree> parse(std::string_view bytes) {
  const std::string text = to_utf8(bytes, charset_of(bytes));
  return Reader(text).games();
}

std::vector<Tree> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  TENGEN_CHECK(file, path, ": cannot be opened");
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  try {
    return parse(bytes);
  } catch (const SgfError& error) {
    fail(path, ":", error.what());
  }
}

}  // namespace tengen::go::sgf
