#include <algorithm>
#include <cmath>
#include <set>

#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/play/match.h>
#include <tengen/apps/go/sgf/game.h>

namespace tengen::go {
namespace {

using plain_text::format;

json finite(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

struct Summary {
  MatchCount all, black, white;  // of the first side
  std::map<std::string, int> ends, forfeits;
  size_t distinct = 0;
  double moves = 0;
  double seconds_per_move[2] = {0, 0}, longest[2] = {0, 0};
  int asked[2] = {0, 0}, agreed[2] = {0, 0};  // final_score

  Summary(const std::vector<MatchGame>& games, const Side (&sides)[2]) {
    std::set<std::string> seen;
    double seconds[2] = {0, 0}, genmoves[2] = {0, 0};
    for (const MatchGame& g : games) {
      all.add(g);
      (g.swapped ? white : black).add(g);
      ++ends[g.how];
      if (g.blame >= 0) ++forfeits[sides[g.blame].name + ": " + g.how];
      std::string text;
      for (const Move& move : g.game.moves()) text += detail::str(move.point, ' ');
      seen.insert(text);
      moves += double(g.game.moves().size()) / double(games.size());
      for (int s : {0, 1}) {
        seconds[s] += g.seconds[s];
        genmoves[s] += g.genmoves[s];
        longest[s] = std::max(longest[s], g.longest[s]);
        if (!g.final_scores[s] || !g.margin) continue;
        ++asked[s];
        agreed[s] += same_score(*g.final_scores[s], *g.margin);
      }
    }
    for (int s : {0, 1}) seconds_per_move[s] = genmoves[s] > 0 ? seconds[s] / genmoves[s] : 0;
    distinct = seen.size();
  }
};

}  // namespace

std::string game_line(const MatchGame& game, const MatchCount& count, const Side (&sides)[2]) {
  const auto [low, high] = count.interval();
  return detail::str("game ", game.index, ": ", sides[game.black()].name, "(B) - ",
                     sides[1 - game.black()].name, "(W) ", game.result, " ", game.how,
                     game.note.empty() ? "" : " (" + game.note + ")", ", ", game.game.moves().size(),
                     " moves | ", sides[0].name, " ", count.wins, "-", count.losses, "-", count.draws,
                     format(" %.1f%% [%.1f, %.1f]", 100 * count.rate(), 100 * low, 100 * high));
}

json game_json(const MatchGame& game, const Side (&sides)[2]) {
  std::vector<std::string> moves;
  for (const auto& [color, point] : game.game.moves()) {
    moves.push_back((color == Color::black ? "B " : "W ") + to_string(point, game.game.size()));
  }
  json line{{"game", game.index},
            {"black", sides[game.black()].name},
            {"white", sides[1 - game.black()].name},
            {"engine1_color", game.swapped ? "W" : "B"},
            {"size", game.game.size()},
            {"komi", game.game.rules().komi},
            {"result", game.result},
            {"how", game.how},
            {"note", game.note},
            {"engine1_score", game.counts ? json(game.score()) : json(nullptr)},
            {"margin_black", game.margin ? json(*game.margin) : json(nullptr)},
            {"moves", moves},
            {"opening", game.opening},
            {"seconds", {game.seconds[0], game.seconds[1]}},
            {"longest", {game.longest[0], game.longest[1]}},
            {"genmoves", {game.genmoves[0], game.genmoves[1]}}};
  for (int s : {0, 1}) {
    if (game.final_scores[s]) line["final_score"][sides[s].name] = *game.final_scores[s];
  }
  return line;
}

std::string game_sgf(const MatchGame& game, const Side (&sides)[2]) {
  sgf::Tree tree = sgf::to_tree(game.game, game.result);
  sgf::Node& root = tree.nodes[0];
  root.add("PB", sides[game.black()].name);
  root.add("PW", sides[1 - game.black()].name);
  root.add("GN", detail::str("game ", game.index));
  root.add("C", detail::str("end: ", game.how, game.note.empty() ? "" : " (" + game.note + ")",
                            "; opening moves: ", game.opening));
  return sgf::write({tree});
}

std::string summary_text(const std::vector<MatchGame>& games, const MatchSettings& settings,
                         const Side (&sides)[2], double seconds) {
  const Summary s(games, sides);
  const auto [low, high] = s.all.interval();
  std::string text = detail::str(sides[0].name, " vs ", sides[1].name, ", ", settings.size, "x",
                                 settings.size, ", ", describe(settings.rules), "\n");
  text += format(
      "%d games: %d wins, %d losses, %d draws, %d void; win rate %.1f%%, 95%% Wilson [%.1f%%, %.1f%%]; "
      "Elo %+.0f [%+.0f, %+.0f]\n",
      s.all.games(), s.all.wins, s.all.losses, s.all.draws, s.all.voids, 100 * s.all.rate(), 100 * low,
      100 * high, elo_of(s.all.rate()), elo_of(low), elo_of(high));
  text += format("as black %d-%d-%d, as white %d-%d-%d; ends:", s.black.wins, s.black.losses, s.black.draws,
                 s.white.wins, s.white.losses, s.white.draws);
  for (const auto& [how, count] : s.ends) text += detail::str(" ", how, " ", count);
  text += "\n";
  for (const auto& [what, count] : s.forfeits) text += detail::str("FORFEIT: ", what, " x", count, "\n");
  text += format(
      "%.1f moves a game, %.0f games/hour with %d at once; seconds a move: %.3f, %.3f; longest: %.2f, %.2f\n",
      s.moves, seconds > 0 ? 3600 * double(games.size()) / seconds : 0, settings.jobs, s.seconds_per_move[0],
      s.seconds_per_move[1], s.longest[0], s.longest[1]);
  for (int i : {0, 1}) {
    if (s.asked[i] == 0) continue;
    text += detail::str("final_score of ", sides[i].name, " agrees with the count in ", s.agreed[i], " of ",
                        s.asked[i], " games\n");
  }
  if (s.distinct < games.size()) {
    text += detail::str("WARNING: only ", s.distinct, " distinct games of ", games.size(),
                        ": the interval is too narrow\n");
  }
  return text;
}

json summary_json(const std::vector<MatchGame>& games, const MatchSettings& settings, const Side (&sides)[2],
                  double seconds) {
  const Summary s(games, sides);
  const auto [low, high] = s.all.interval();
  const auto three = [](const MatchCount& c) { return json{c.wins, c.losses, c.draws}; };
  return {{"engine1", sides[0].name},
          {"engine2", sides[1].name},
          {"size", settings.size},
          {"komi", settings.rules.komi},
          {"rules", describe(settings.rules)},
          {"games", s.all.games()},
          {"void", s.all.voids},
          {"wins", s.all.wins},
          {"losses", s.all.losses},
          {"draws", s.all.draws},
          {"win_rate", s.all.rate()},
          {"wilson95", {low, high}},
          {"elo", finite(elo_of(s.all.rate()))},
          {"elo95", {finite(elo_of(low)), finite(elo_of(high))}},
          {"as_black", three(s.black)},
          {"as_white", three(s.white)},
          {"ends", s.ends},
          {"forfeits", s.forfeits},
          {"distinct_games", s.distinct},
          {"mean_moves", s.moves},
          {"seconds_wall", seconds},
          {"seconds_per_move", {s.seconds_per_move[0], s.seconds_per_move[1]}},
          {"longest_move", {s.longest[0], s.longest[1]}}};
}

}  // namespace tengen::go
