#include <tengen/apps/go/learn/report.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include <tengen/apps/common/chart.h>
#include <tengen/apps/common/run.h>

namespace tengen::go {
namespace {

using apps::Chart;
using apps::Series;

constexpr apps::Color kBlue{30, 100, 200}, kRed{214, 64, 52}, kGray{120, 125, 135};

/// Hours of the run at some moment. Time in which nobody worked, between two starts, does not count.
class WorkingHours {
 public:
  explicit WorkingHours(std::vector<double> moments) : moments_(std::move(moments)) {
    constexpr double kPause = 15 * 60;  // nothing happened for so long: the run did not run
    std::sort(moments_.begin(), moments_.end());
    double paused = 0;
    for (size_t i = 0; i < moments_.size(); ++i) {
      if (i > 0 && moments_[i] - moments_[i - 1] > kPause) paused += moments_[i] - moments_[i - 1];
      paused_.push_back(paused);
    }
  }
  double at(double moment) const {
    const auto found = std::upper_bound(moments_.begin(), moments_.end(), moment);
    if (found == moments_.begin()) return 0;
    return (moment - moments_[0] - paused_[size_t(found - moments_.begin()) - 1]) / 3600;
  }
  double last() const { return moments_.empty() ? 0 : at(moments_.back()); }

 private:
  std::vector<double> moments_, paused_;  // paused: before each
};

WorkingHours hours_of(const std::vector<GameSummary>& games, const std::vector<MetricsRow>& metrics,
                      const std::vector<NetworkRow>& networks) {
  std::vector<double> moments;
  for (const auto& game : games) moments.push_back(game.created);
  for (const auto& row : metrics) moments.push_back(row.created);
  for (const auto& network : networks) moments.push_back(network.created);
  return WorkingHours(std::move(moments));
}

Chart chart(const std::string& title, Series series) {
  return {title, "hours", "", {std::move(series)}, false};
}

std::string cell(double value) { return std::isnan(value) ? "" : apps::format("%.6g", value); }

/// Games in equal parts of the run's time: how many an hour, how long, who won.
void add_game_charts(const std::vector<GameSummary>& games, const WorkingHours& hours,
                     std::vector<Chart>& charts) {
  if (games.size() < 2 || hours.last() <= 0) return;
  const int parts = int(std::clamp<size_t>(games.size() / 20, 1, 50));
  const double width = hours.last() / parts;
  struct Part {
    int games = 0, black = 0, draws = 0, moves = 0;
  };
  auto by_time = std::vector<Part>(size_t(parts));
  for (const GameSummary& game : games) {
    Part& part = by_time[size_t(std::clamp(int(hours.at(game.created) / width), 0, parts - 1))];
    ++part.games;
    part.black += game.winner > 0;
    part.draws += game.winner == 0;
    part.moves += game.moves;
  }
  Series rate{"", {}, {}, kBlue, 2, parts < 20}, length = rate, black = rate, draws = rate;
  black.name = "Black", draws.name = "nobody", draws.color = kGray;
  for (int i = 0; i < parts; ++i) {
    const Part& part = by_time[size_t(i)];
    for (Series* series : {&rate, &length, &black, &draws}) series->x.push_back((i + 0.5) * width);
    const double count = part.games > 0 ? part.games : NAN;
    rate.y.push_back(part.games / width);
    length.y.push_back(part.moves / count);
    black.y.push_back(part.black / count);
    draws.y.push_back(part.draws / count);
  }
  charts.push_back(chart("games per hour", std::move(rate)));
  charts.push_back(chart("moves per game", std::move(length)));
  charts.push_back(chart("fraction of games won by", std::move(black)));
  charts.back().series.push_back(std::move(draws));
}

}  // namespace

Report::Report(std::string folder) : folder_(std::move(folder)) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(folder_) / "games", error);
  TENGEN_CHECK(!error, "cannot create the folder ", folder_, "/games: ", error.message());
}

void Report::update(Store& store) {
  update_network(store);
  update_games(store);
  for (;;) {
    const auto more = store.summaries_after(games_.empty() ? 0 : games_.back().id, 10'000);
    games_.insert(games_.end(), more.begin(), more.end());
    if (more.size() < 10'000) break;
  }
  update_results(store);
  update_curves(store);
}

void Report::update_network(Store& store) {
  const auto newest = store.newest_network();
  if (!newest || *newest == network_) return;
  apps::write_text(folder_ + "/network.safetensors", store.network(*newest).bytes);
  network_ = *newest;
}

void Report::update_games(Store& store) {
  const auto write = [&](int64_t id, const std::string& name) {
    if (const auto game = store.game(id)) apps::write_text(folder_ + "/games/" + name, to_sgf(*game));
  };
  const int64_t newest = store.newest_game();
  if (newest == sampled_until_) return;
  for (int64_t id : {1, 2, 5, 10, 20, 50, 100, 200, 500}) {
    if (id > sampled_until_ && id <= newest) write(id, apps::format("%07lld.sgf", (long long)id));
  }
  for (int64_t id = sampled_until_ / 1000 * 1000 + 1000; id <= newest; id += 1000)
    write(id, apps::format("%07lld.sgf", (long long)id));
  write(newest, "newest.sgf");
  sampled_until_ = newest;
}

void Report::update_results(Store& store) {
  const auto metrics = store.metrics();
  const auto networks = store.networks();
  const WorkingHours hours = hours_of(games_, metrics, networks);
  std::map<int64_t, const NetworkRow*> by_step;
  for (const NetworkRow& network : networks) by_step[network.step] = &network;
  std::string text =
      "hours,step,samples,games,window_games,window_rows,loss,policy_loss,value_loss,score_loss,"
      "ownership_loss,reply_loss,learning_rate,network,accepted,elo\n";
  for (const MetricsRow& row : metrics) {
    const auto games = std::upper_bound(games_.begin(), games_.end(), row.created,
                                        [](double time, const GameSummary& g) { return time < g.created; });
    text += apps::format("%.4f,%lld,%lld,%lld,%lld,%lld", hours.at(row.created), (long long)row.step,
                         (long long)row.samples, (long long)(games - games_.begin()), (long long)row.games,
                         (long long)row.rows);
    for (double value :
         {row.loss, row.policy, row.value, row.score, row.ownership, row.reply, row.learning_rate})
      text += "," + cell(value);
    const auto found = by_step.find(row.step);
    if (found == by_step.end()) {
      text += ",,,\n";
    } else {
      const NetworkRow& network = *found->second;
      text += apps::format(",%lld,%d,", (long long)network.id, int(network.accepted)) +
              cell(network.elo.value_or(NAN)) + "\n";
    }
  }
  apps::write_text(folder_ + "/results.csv", text);
}

void Report::update_curves(Store& store) {
  const auto metrics = store.metrics();
  const auto networks = store.networks();
  const WorkingHours hours = hours_of(games_, metrics, networks);
  std::vector<Chart> charts;

  Series elo{"", {}, {}, kRed, 2, true};
  for (const NetworkRow& network : networks) {
    if (!network.elo) continue;
    elo.x.push_back(hours.at(network.created));
    elo.y.push_back(*network.elo);
  }
  if (!elo.x.empty()) charts.push_back(chart("Elo", std::move(elo)));

  const std::pair<const char*, double MetricsRow::*> losses[] = {
      {"loss", &MetricsRow::loss},
      {"policy loss", &MetricsRow::policy},
      {"value loss", &MetricsRow::value},
      {"score loss", &MetricsRow::score},
      {"ownership loss", &MetricsRow::ownership},
      {"reply loss", &MetricsRow::reply},
      {"learning rate", &MetricsRow::learning_rate}};
  for (const auto& [title, member] : losses) {
    Series series{"", {}, {}, kBlue, 2, metrics.size() < 20};
    for (const MetricsRow& row : metrics) {
      series.x.push_back(hours.at(row.created));
      series.y.push_back(row.*member);
    }
    const bool any = std::any_of(series.y.begin(), series.y.end(), [](double y) { return std::isfinite(y); });
    if (any) charts.push_back(chart(title, std::move(series)));
  }
  add_game_charts(games_, hours, charts);
  if (charts.empty()) return;
  apps::save_image(folder_ + "/curves.png", apps::plot_grid(charts, 4));
}

}  // namespace tengen::go
