#include <tengen/apps/go/sgf/game.h>

#include <algorithm>
#include <bitset>
#include <charconv>
#include <cmath>

#include <tengen/apps/go/board/text.h>

namespace tengen::go::sgf {
namespace {

[[noreturn]] void error(const Node& node, const std::string& what) {
  throw SgfError(node.line, node.column, what);
}

std::string trimmed(const std::string& text) {
  const size_t from = text.find_first_not_of(" \t\r\n");
  if (from == text.npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

/// "ID[value]" for a message, which has no use for a long one.
std::string quoted(const std::string& id, const std::string& value) {
  constexpr size_t kMost = 60;
  return id + "[" + (value.size() > kMost ? value.substr(0, kMost) + "..." : value) + "]";
}

int whole(const Node& node, const std::string& id, const std::string& text) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc() || stop != end) error(node, quoted(id, text) + ": expected a whole number");
  return value;
}

int size_of(const Node& root) {
  const std::string game = trimmed(root.text("GM"));
  if (!game.empty() && whole(root, "GM", game) != 1)
    error(root, quoted("GM", game) + ": expected 1, the game of Go");
  const std::string text = trimmed(root.text("SZ"));
  if (text.empty()) return kMaxSize;
  const size_t colon = text.find(':');
  const int columns = whole(root, "SZ", text.substr(0, colon));
  const int rows = colon == text.npos ? columns : whole(root, "SZ", text.substr(colon + 1));
  if (rows != columns) error(root, quoted("SZ", text) + ": only square boards exist here");
  if (rows < kMinSize || rows > kMaxSize) error(root, quoted("SZ", text) + ": expected 2 to 19");
  return rows;
}

/// Komi in other units. Fox counts hundredths ("650"), in Chinese games of stones ("375"), of which one is
/// two points; other records of Chinese games count stones too ("3.75").
std::optional<double> converted_komi(const Node& root, const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  if (text.empty() || failed != std::errc() || stop != end || !(value > 0 && value < 1e6)) return {};
  std::string program = root.text("AP");
  for (char& c : program) c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
  const bool fox = program.starts_with("foxwq"),
             converter = program.starts_with("sgfc");  // which many run over Fox's files
  if ((fox && value >= 25) || (converter && value >= 250)) {
    value /= 100;
    if (value == 3.5) value = 7;
  } else if (std::floor(4 * value) != 4 * value || std::floor(2 * value) == 2 * value) {
    return {};
  }
  return std::floor(2 * value) == 2 * value ? value : 2 * value;  // a quarter: stones
}

Rules rules_of(const Node& root, const ReplayOptions& options, std::vector<std::string>& warnings) {
  const std::string name = trimmed(root.text("RU"));
  Rules rules = options.rules;
  if (options.force_rules) {
    rules = *options.force_rules;
  } else if (const auto known = find_rules(name)) {
    rules = *known;
  } else if (!name.empty()) {
    warnings.push_back(quoted("RU", name) + " does not exist here: played by " + describe(rules));
  }
  const std::string komi = trimmed(root.text("KM"));
  try {
    if (options.force_komi) {
      rules.komi = check_komi(*options.force_komi);
    } else if (const auto converted = converted_komi(root, komi)) {
      rules.komi = *converted;
      warnings.push_back(quoted("KM", komi) + " is read as komi " + plain_text::format("%g", *converted));
    } else if (!komi.empty()) {
      rules.komi = parse_komi(komi);
    }
  } catch (const Error& wrong) {
    error(root, std::string("KM: ") + wrong.what());
  }
  return rules;
}

/// The points of a list, each once; "aa:cc" is a rectangle.
std::bitset<kMaxPoints> points_of(const Node& node, const Property& property, int size) {
  std::bitset<kMaxPoints> points;
  const auto corner = [&](const std::string& text, const std::string& value) {
    const auto point = parse_point(text, size);
    if (!point || *point == size * size) {
      error(node,
            quoted(property.id, value) + ": expected a point of a board of size " + std::to_string(size));
    }
    return *point;
  };
  for (const std::string_view raw : property.values()) {
    const std::string value = trimmed(unescape(raw));
    if (value.empty()) continue;  // AE[] and the like: an empty list
    const size_t colon = value.find(':');
    const Point a = corner(value.substr(0, colon), value);
    const Point b = colon == value.npos ? a : corner(value.substr(colon + 1), value);
    const auto [left, right] = std::minmax({a % size, b % size});
    const auto [top, bottom] = std::minmax({a / size, b / size});
    for (int y = top; y <= bottom; ++y) {
      for (int x = left; x <= right; ++x) points.set(size_t(y * size + x));
    }
  }
  return points;
}

/// Applies a node's setup to the position. The game restarts from there when there was any.
void set_up(const Node& node, Replay& replay) {
  Game& game = replay.game;
  Board board = game.board();
  bool any = false;
  for (const auto& [id, color] :
       {std::pair{"AE", Color::empty}, {"AB", Color::black}, {"AW", Color::white}}) {
    const Property* property = node.find(id);
    if (!property) continue;
    const auto points = points_of(node, *property, game.size());
    for (Point p = 0; p < board.points(); ++p) {
      if (points[p]) board.set(color, p);
    }
    any = true;
  }
  const std::string player = trimmed(node.text("PL"));
  if (!any && player.empty()) return;
  const char* const starts_anew = "stones set up after the first move: the game starts from there";
  if (!game.moves().empty() && std::ranges::find(replay.warnings, starts_anew) == replay.warnings.end())
    replay.warnings.push_back(starts_anew);

  std::vector<Move> stones;
  for (Point p = 0; p < board.points(); ++p) {
    if (board.at(p) != Color::empty) stones.push_back({board.at(p), p});
  }
  const bool handicap = any && node.parent < 0 && node.find("AB") && !node.find("AW");
  Color to_move = handicap ? Color::white : game.to_move();
  try {
    if (!player.empty()) to_move = parse_color(player == "1" ? "b" : player == "2" ? "w" : player);
    game = Game(game.size(), game.rules(), stones, to_move);
  } catch (const Error& wrong) {
    error(node, wrong.what());
  }
}

void play(const Node& node, const char* id, Color color, Game& game) {
  if (!node.find(id)) return;
  const std::string value = trimmed(node.text(id));
  const auto point = parse_point(value, game.size());
  const std::string move =
      "move " + std::to_string(game.moves().size() + 1) + ", " + quoted(id, value) + ": ";
  if (!point)
    error(node, move + "expected a point of a board of size " + std::to_string(game.size()) + " or nothing");
  const std::string why = game.why_impossible(color, *point);
  if (!why.empty()) error(node, move + why);
  game.play_unchecked(color, *point);
}

}  // namespace

std::optional<Point> parse_point(std::string_view text, int size) {
  if (text.empty() || text == "tt") return Point(size * size);  // no board here has a column t
  if (text.size() != 2) return {};
  const int x = text[0] - 'a', y = text[1] - 'a';
  if (x < 0 || x >= size || y < 0 || y >= size) return {};
  return Point(y * size + x);
}

std::string point_text(Point point, int size) {
  if (point >= size * size) return {};
  return {char('a' + point % size), char('a' + point / size)};
}

Replay replay(const Tree& tree, const ReplayOptions& options) {
  TENGEN_CHECK(!tree.nodes.empty(), "an SGF tree without nodes");
  const Node& root = tree.nodes[0];
  std::vector<std::string> warnings;
  const int size = size_of(root);
  const Rules rules = rules_of(root, options, warnings);
  Replay replay{Game(size, rules), trimmed(root.text("RU")), trimmed(root.text("RE")),
                root.text("PB"),   root.text("PW"),          std::move(warnings)};
  for (int index : tree.main_line()) {
    const Node& node = tree.nodes[index];
    set_up(node, replay);
    play(node, "B", Color::black, replay.game);
    play(node, "W", Color::white, replay.game);
  }
  return replay;
}

Tree to_tree(const Game& game, const std::string& result) {
  Tree tree;
  const int size = game.size();
  Node& root = tree.nodes.emplace_back();
  for (const auto& [id, value] : {std::pair{"FF", "4"}, {"GM", "1"}, {"CA", "UTF-8"}, {"AP", "tengen-go"}}) {
    root.add(id, value);
  }
  root.add("SZ", std::to_string(size));
  root.add("KM", tengen::detail::str(game.rules().komi));
  const std::string rules = name_of(game.rules());
  root.add("RU", rules.empty() ? describe(game.rules()) : rules);
  if (!result.empty() || game.is_over()) root.add("RE", result.empty() ? game.result() : result);
  if (game.handicap() > 0) root.add("HA", std::to_string(game.handicap()));
  for (const auto& [color, point] : game.start_stones()) {
    root.add(color == Color::black ? "AB" : "AW", point_text(point, size));
  }
  if (!game.start_stones().empty() || game.start_to_move() == Color::white) {
    root.add("PL", game.start_to_move() == Color::black ? "B" : "W");
  }
  int last = 0;
  for (const auto& [color, point] : game.moves()) {
    last = tree.add_node(last);
    tree.nodes[last].add(color == Color::black ? "B" : "W", point_text(point, size));
  }
  return tree;
}

}  // namespace tengen::go::sgf
