// An SGF file (red-bean.com/sgf, FF[4] and older) as trees of nodes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <tengen/tensor/error.h>

namespace tengen::go::sgf {

/// Something is wrong with a file; the message begins with "line:column: ".
class SgfError : public Error {
 public:
  SgfError(int line, int column, const std::string& what);
  int line, column;  // from 1, column in bytes
};

/// Kept as it stands in the file, so that a game takes little more memory than its text.
struct Property {
  std::string id;   // upper case
  std::string raw;  // "[one][two]", escapes included
  /// What stands between the brackets, escapes included.
  std::vector<std::string_view> values() const;
};

struct Node {
  std::vector<Property> properties;
  int parent = -1;
  int first_child = -1, last_child = -1;  // the first is the main line; -1: none
  int next_sibling = -1;
  int line = 0, column = 0;  // of its semicolon in the file; 0 for a node that was not read

  const Property* find(std::string_view id) const;
  /// The first value without its escapes; empty when there is none.
  std::string text(std::string_view id) const;
  /// Adds a property, or values to one that is there. `value` is escaped here.
  void add(std::string_view id, std::string_view value);
};

/// One game: nodes in the order of the file, the root first. Nodes refer to each other by index, so that no
/// depth is too deep.
struct Tree {
  std::vector<Node> nodes;
  int add_node(int parent);
  std::vector<int> children(int node) const;
  /// Root, its first child, that one's first child, ...
  std::vector<int> main_line() const;
};

/// Limits of what is read: a file's bytes; nodes and properties of one game, together.
constexpr int64_t kLargestFile = 256'000'000;
constexpr size_t kLargestGame = 2'000'000;

/// Reads all games of a file, one after the other. Text is UTF-8 then: the bytes are converted from the
/// charset that CA in the first root names; without CA they are UTF-8 if they can be, else Latin-1. Unknown
/// properties are kept, text before the first game and after the last is skipped. Throws SgfError.
void parse(std::string_view bytes, const std::function<void(Tree)>& visit);
std::vector<Tree> parse(std::string_view bytes);
/// The same for a file; the message also names the file.
void read(const std::string& path, const std::function<void(Tree)>& visit);

/// The trees as UTF-8 SGF with CA[UTF-8]. parse(write(x)) gives x again.
std::string write(const std::vector<Tree>& trees);

/// A value without its escapes: "\]" is "]", a line break after a backslash vanishes, other line breaks are
/// "\n".
std::string unescape(std::string_view value);
std::string escape(std::string_view text);

}  // namespace tengen::go::sgf
