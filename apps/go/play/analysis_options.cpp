#include <tengen/apps/go/play/analysis_options.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/play/gtp_line.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

bool is_number(const std::string& word) {
  return !word.empty() && word.find_first_not_of("0123456789.") == word.npos;
}

bool is_color(const std::string& word) {
  static constexpr const char* kWords[] = {"b",     "B",     "w",     "W",     "black",
                                           "Black", "BLACK", "white", "White", "WHITE"};
  return std::ranges::find(kWords, word) != std::end(kWords);
}

/// With a decimal point always: Sabaki tells KataGo's win rates from Leela Zero's by it.
std::string decimal(double value, int digits = 6) { return plain_text::format("%.*f", digits, value); }

std::string ten_thousandths(double rate) {
  return std::to_string(std::lround(10000 * std::clamp(rate, 0.0, 1.0)));
}

std::vector<Point> parse_vertices(const std::string& list, int size) {
  std::vector<Point> points;
  for (size_t from = 0; from <= list.size();) {
    const size_t comma = std::min(list.find(',', from), list.size());
    points.push_back(parse_point(list.substr(from, comma - from), size));
    from = comma + 1;
  }
  return points;
}

void add_move(const Candidate& c, int order, int size, bool kata, std::string& line) {
  line += (line.empty() ? "info move " : " info move ") + to_string(c.move, size) + " visits " +
          std::to_string(c.visits);
  const double rate = winrate_of(c.value), lcb = winrate_lcb(c);
  if (kata) {
    line += " edgeVisits " + std::to_string(c.visits) + " utility " + decimal(c.utility) + " winrate " +
            decimal(rate) + " scoreMean " + decimal(c.score, 3) + " scoreLead " + decimal(c.score, 3) +
            " prior " + decimal(c.prior) + " lcb " + decimal(lcb) + " utilityLcb " + decimal(c.lcb);
  } else {
    line += " winrate " + ten_thousandths(rate) + " prior " + ten_thousandths(c.prior) + " lcb " +
            ten_thousandths(lcb);
  }
  line += " order " + std::to_string(order) + " pv " + vertices(c.pv, size);
}

}  // namespace

AnalysisOptions parse_analysis_options(const std::vector<std::string>& words, bool kata, int size) {
  AnalysisOptions options;
  options.kata = kata;
  size_t at = 0;
  const auto next = [&](const char* what) -> const std::string& {
    TENGEN_CHECK(at < words.size(), "syntax error: expected ", what);
    return words[at++];
  };
  const auto centiseconds = [](const std::string& word) { return parse_number(word, 0, 1e9) / 100; };
  if (at < words.size() && is_color(words[at])) options.color = parse_color(words[at++]);
  if (at < words.size() && is_number(words[at])) options.interval = centiseconds(words[at++]);
  while (at < words.size()) {
    const std::string& option = words[at++];
    if (option == "interval") {
      options.interval = centiseconds(next("centiseconds"));
    } else if (option == "minmoves") {
      options.min_moves = parse_int(next("a number of moves"), 0, 1 << 20);
    } else if (option == "maxmoves") {
      options.max_moves = parse_int(next("a number of moves"), 1, 1 << 20);
    } else if (option == "avoid" || option == "allow") {
      MoveLimit limit;
      limit.only = option == "allow";
      limit.color = parse_color(next("a color"));
      limit.points = parse_vertices(next("vertices"), size);
      limit.plies = parse_int(next("a number of plies"), 1, 1 << 20);
      options.limits.push_back(std::move(limit));
    } else if (kata && option == "ownership") {
      options.ownership = parse_bool(next("true or false"));
    } else if (kata && option == "rootInfo") {
      options.root_info = parse_bool(next("true or false"));
    } else {
      fail("unknown analysis option '", option, "'");
    }
  }
  const auto allows = std::ranges::count_if(options.limits, [](const MoveLimit& l) { return l.only; });
  TENGEN_CHECK(allows == 0 || options.limits.size() == 1,
               "syntax error: 'allow' goes once, and not with 'avoid'");
  return options;
}

std::string analysis_line(const Search& search, const AnalysisOptions& options) {
  const int size = search.root().size();
  std::string line;
  std::vector<Candidate> candidates = search.candidates();
  if (int(candidates.size()) < options.min_moves || candidates.empty()) {
    // Moves without visits: what the position is worth, and the prior.
    const float value = search.value(), score = search.score();
    const int wanted = std::max(options.min_moves, 1);
    for (const auto& [move, prior] : search.priors()) {
      if (int(candidates.size()) >= wanted) break;
      if (std::ranges::any_of(candidates, [m = move](const Candidate& c) { return c.move == m; })) continue;
      candidates.push_back({move, 0, prior, value, score, value, value, {move}});
    }
  }
  const int count = std::min(int(candidates.size()), options.max_moves);
  for (int i = 0; i < count; ++i) add_move(candidates[i], i, size, options.kata, line);
  if (line.empty()) return line;
  if (options.root_info) {
    line += " rootInfo visits " + std::to_string(search.visits()) + " winrate " +
            decimal(winrate_of(search.value())) + " scoreMean " + decimal(search.score(), 3) + " scoreLead " +
            decimal(search.score(), 3);
  }
  if (options.ownership) {
    std::array<float, kMaxPoints> owner;
    search.ownership({owner.data(), size_t(size * size)});
    line += " ownership";
    for (int i = 0; i < size * size; ++i) line += " " + decimal(owner[i], 4);
  }
  return line;
}

}  // namespace tengen::go
