#include <array>
#include <cmath>
#include <cstdio>

#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/play/analysis.h>
#include <tengen/apps/go/play/analysis_options.h>

namespace tengen::go {
namespace {

/// Six decimals are plenty, and keep the lines short.
double rounded(double value) { return std::round(1e6 * value) / 1e6; }

/// Numbers from the view of the mover turned to the view that was asked for.
struct View {
  bool flip;
  double rate(double winrate) const { return rounded(flip ? 1 - winrate : winrate); }
  double points(double value) const { return rounded(flip ? -value : value); }
};

json move_info(const Candidate& c, int order, int size, const View& view) {
  std::vector<std::string> pv;
  for (Point point : c.pv) pv.push_back(to_string(point, size));
  return {{"move", to_string(c.move, size)},
          {"visits", c.visits},
          {"edgeVisits", c.visits},
          {"winrate", view.rate(winrate_of(c.value))},
          {"scoreLead", view.points(c.score)},
          {"scoreMean", view.points(c.score)},
          {"prior", rounded(c.prior)},
          {"utility", view.points(c.utility)},
          {"utilityLcb", view.points(c.lcb)},
          {"lcb", view.rate(winrate_lcb(c))},
          {"order", order},
          {"pv", pv}};
}

}  // namespace

json analysis_result(const Query& query, int turn, const Search& search, bool during_search) {
  const Game& root = search.root();
  const int size = root.size();
  const bool black = root.to_move() == Color::black;
  const View view{query.perspective != Perspective::mover &&
                  (query.perspective == Perspective::black) != black};

  json moves = json::array();
  for (const Candidate& c : search.candidates()) moves.push_back(move_info(c, int(moves.size()), size, view));
  const double value = search.value(), score = search.score(), w = query.search.score_weight;
  char hash[17];
  std::snprintf(hash, sizeof(hash), "%016llX", static_cast<unsigned long long>(root.situation_hash()));
  json answer{{"id", query.id},
              {"isDuringSearch", during_search},
              {"turnNumber", turn},
              {"moveInfos", std::move(moves)},
              {"rootInfo",
               {{"winrate", view.rate(winrate_of(value))},
                {"scoreLead", view.points(score)},
                {"utility", view.points((1 - w) * value + w * std::tanh(score / (2 * size)))},
                {"visits", search.visits()},
                {"currentPlayer", black ? "B" : "W"},
                {"thisHash", hash}}}};
  if (query.ownership) {
    std::array<float, kMaxPoints> owner;
    search.ownership({owner.data(), size_t(size * size)});
    json& list = answer["ownership"] = json::array();
    for (int i = 0; i < size * size; ++i) list.push_back(view.points(owner[i]));
  }
  return answer;
}

}  // namespace tengen::go
