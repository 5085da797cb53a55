// An SGF file (red-bean.com/sgf, FF[4] and older) as trees of nodes.
#pragma once

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

struct Property {
  std::string id;                   // upper case
  std::vector<std::string> values;  // as they stand between the brackets, escapes included
};

struct Node {
  std::vector<Property> properties;
  int parent = -1;
  std::vector<int> children;  // the first is the main line
  int line = 0, column = 0;   // of its semicolon in the file; 0 for a node that was not read

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
  /// Root, its first child, that one's first child, ...
  std::vector<int> main_line() const;
};

/// Reads all games of a file. Text is UTF-8 afterwards: the bytes are converted from the charset that CA
/// names; without CA they are UTF-8 if they can be, else Latin-1. Unknown properties are kept, text before
/// the first game and after the last is skipped. Throws SgfError.
std::vector<Tree> parse(std::string_view bytes);
/// The same for a file; the message also names the file.
std::vector<Tree> read(const std::string& path);

/// The trees as UTF-8 SGF with CA[UTF-8]. parse(write(x)) gives x again.
std::string write(const std::vector<Tree>& trees);

/// A value without its escapes: "\]" is "]", a line break after a backslash vanishes, other line breaks are
/// "\n".
std::string unescape(std::string_view value);
std::string escape(std::string_view text);

}  // namespace tengen::go::sgf
