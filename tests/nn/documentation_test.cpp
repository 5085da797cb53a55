// Every public class, function and option in the headers of nn/, optim/, data/ and io/ is documented.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

namespace {

/// Reads a header as far as needed: the declarations in namespaces, and which lines begin with `///`. The
/// bodies of classes and functions, and namespaces called detail, are passed over.
class HeaderReader {
 public:
  explicit HeaderReader(const std::string& text) {
    std::istringstream lines(text);
    bool directive = false;
    for (std::string line; std::getline(lines, line);) {
      const std::string start = line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
      const bool is_words = start.starts_with("///");
      documented_.insert(documented_.end(), is_words);
      directive = directive || start.starts_with('#');
      if (!directive) {
        check_option(line);
        static const std::regex literal(R"re("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)')re");
        const std::string plain = std::regex_replace(line, literal, "0");
        code_ += plain.substr(0, plain.find("//"));
      }
      directive = directive && line.ends_with('\\');
      code_ += '\n';
    }
    read_scope();
  }

  /// "line 7: relu, " for each that lacks words.
  std::string missing;
  int found = 0;

 private:
  // An option is documented above it or behind it.
  void check_option(const std::string& line) {
    static const std::regex option(R"(^\s*TENGEN_ARG\((?:.*, (\w+)\))?)");
    std::smatch match;
    if (!std::regex_search(line, match, option)) return;
    ++found;
    const size_t number = documented_.size();
    const bool above = number > 1 && documented_[number - 2];
    if (!above && line.find("///<") == std::string::npos) report(number, match[1]);
  }

  // Declarations up to the closing brace of a namespace.
  void read_scope() {
    while (skip_blanks(), at_ < code_.size() && code_[at_] != '}') read_declaration();
    ++at_;
  }

  void read_declaration() {
    const size_t line = 1 + size_t(std::count(code_.begin(), code_.begin() + std::ptrdiff_t(at_), '\n'));
    static const std::regex space(R"(^\s*(?:inline )?namespace\b\s*([\w:]*))"),
        macro(R"(^[A-Z][A-Z0-9_]*\(.*\)$)"), type(R"(^(?:class|struct|union|enum(?: class)?)\s+(\w+))"),
        concepts(R"(^concept\s+(\w+))"), function(R"((operator[^\s\w(]+|\w+)\s*\()");
    std::string head;        // the declaration, with {} for bodies
    size_t parentheses = 0;  // that are open
    bool called = false, assigned = false;
    while (at_ < code_.size()) {
      const char c = code_[at_++];
      if (c == '\n' && parentheses == 0 && std::regex_match(head, macro)) return;
      if (c == ';' && parentheses == 0) break;
      if (c == '{') {
        std::smatch match;
        if (parentheses == 0 && std::regex_search(head, match, space)) {
          if (match[1] == "detail" || match[1] == "")
            skip_block();
          else
            read_scope();
          return;
        }
        skip_block();
        head += "{}";
        if (parentheses == 0 && called && !assigned) break;  // a function's body
        continue;
      }
      if (c == '(') ++parentheses;
      if (c == ')') --parentheses;
      if (parentheses == 0) {
        called = called || c == ')';
        assigned = assigned || (c == '=' && !called);
      }
      head += c == '\n' ? ' ' : c;
    }
    head = without_template(head);
    std::smatch match;
    const bool has_words = line > 1 && documented_[line - 2];
    std::string name;
    if (std::regex_search(head, match, type)) {
      name = match[1];
      if (head.find('{') == std::string::npos && !has_words) return;  // announced only
    } else if (std::regex_search(head, match, concepts)) {
      name = match[1];
    } else if (called && !assigned && !head.starts_with("static_assert") && !std::regex_match(head, macro) &&
               std::regex_search(head, match, function)) {
      name = match[1];
    } else {
      return;  // an alias, a constant, ...
    }
    ++found;
    if (!names_.insert(name).second) return;  // the first of several speaks for all
    if (!has_words) report(line, name);
  }

  // Without `template <...>` and `requires(...)` before it.
  static std::string without_template(std::string head) {
    for (const auto& [intro, open, close] :
         {std::tuple("template", '<', '>'), std::tuple("requires(", '(', ')')})
      while (head.starts_with(intro)) {
        size_t end = head.find(open), depth = 0;
        for (; end < head.size(); ++end) {
          if (head[end] == open) ++depth;
          if (head[end] == close && --depth == 0) break;
        }
        end = std::min(head.find_first_not_of(' ', end + 1), head.size());
        head = head.substr(end);
      }
    return head;
  }

  void skip_blanks() {
    while (at_ < code_.size() && (std::isspace(static_cast<unsigned char>(code_[at_])) || code_[at_] == ';'))
      ++at_;
  }
  // Goes behind the brace that closes the one just read.
  void skip_block() {
    for (int depth = 1; depth > 0 && at_ < code_.size(); ++at_)
      depth += code_[at_] == '{' ? 1 : code_[at_] == '}' ? -1 : 0;
  }
  void report(size_t line, const std::string& name) {
    missing += "line " + std::to_string(line) + ": " + name + ", ";
  }

  std::string code_;
  std::vector<bool> documented_;
  std::set<std::string> names_;
  size_t at_ = 0;
};

}  // namespace

TEST_CASE("documentation: what the reader of headers finds") {
  const std::string header = R"(
namespace tengen {
class Announced;
namespace detail { void hidden(); }
/// Words.
template <class T>
class Spoken {
  void member();
};
class Silent {};
template <class T>
requires(sizeof(T) > 1)
void silent_template(T value = {}) { value(); }
/// Words.
int overloaded(int n);
int overloaded(double x);
int silent(int n = f(1));
using Alias = int (*)(int);
TENGEN_MODULE(Spoken);
constexpr int kNumber = f(2);
struct Options {
  TENGEN_ARG(int, with_words) = 1;  ///< words
  TENGEN_ARG(int, silent_option) = 1;
};
}
)";
  const HeaderReader reader(header);
  CHECK(reader.missing ==
        "line 23: silent_option, line 10: Silent, line 11: silent_template, line 17: silent, line 21: "
        "Options, ");
  CHECK(reader.found == 9);
}

TEST_CASE("documentation: every public class, function and option is documented in its header") {
  int found = 0;
  for (const char* folder : {"nn", "optim", "data", "io"})
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(TENGEN_SOURCE_DIR) + '/' + folder)) {
      if (entry.path().extension() != ".h") continue;
      std::ifstream file(entry.path());
      std::stringstream text;
      text << file.rdbuf();
      const HeaderReader reader(text.str());
      found += reader.found;
      CAPTURE(entry.path().string());
      CHECK_MESSAGE(reader.missing.empty(), "no /// above (or ///< behind an option) in ", reader.missing);
    }
  CHECK(found > 400);
}
