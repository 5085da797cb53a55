#include <tengen/apps/go/play/analysis.h>
#include <tengen/tensor/error.h>

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

namespace tengen::go {
namespace {

struct Task {
  std::shared_ptr<const Query> query;
  int turn, priority;
  std::stop_source stop;
};

class Engine {
 public:
  Engine(std::shared_ptr<Evaluator> evaluator, const AnalysisSettings& settings, std::ostream& output)
      : evaluator_(std::move(evaluator)), settings_(settings), output_(output) {
    for (int i = 0; i < settings.positions; ++i) workers_.emplace_back([this, i] { work(i); });
  }
  /// Waits until everything was answered.
  ~Engine() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  void take(const std::string& line) {
    json object;
    try {
      object = parse_json(line);
      TENGEN_CHECK(object.is_object(), "expected a JSON object");
      if (object.contains("action")) {
        act(object);
      } else {
        ask(object);
      }
    } catch (const std::exception& error) {
      json answer{{"error", error.what()}};
      if (const auto* wrong = dynamic_cast<const QueryError*>(&error)) answer["field"] = wrong->field;
      if (object.is_object() && object.contains("id") && object["id"].is_string())
        answer["id"] = object["id"];
      say(answer);
    }
  }

 private:
  void ask(const json& object) {
    const auto query = std::make_shared<const Query>(parse_query(object, settings_.defaults));
    for (const auto& [field, text] : query->warnings) {
      say({{"warning", text}, {"field", field}, {"id", query->id}});
    }
    {
      const std::lock_guard lock(mutex_);
      for (size_t i = 0; i < query->turns.size(); ++i) {
        waiting_.push_back({query, query->turns[i], query->priorities[i], {}});
      }
    }
    changed_.notify_all();
  }

  void act(const json& object) {
    if (!object["action"].is_string()) throw QueryError("action", "expected a string");
    const std::string action = object["action"];
    json answer = object;
    if (action == "query_version") {
      answer["version"] = settings_.version;
      answer["git_hash"] = "<omitted>";
    } else if (action == "terminate" || action == "terminate_all") {
      if (action == "terminate" && !(object.contains("terminateId") && object["terminateId"].is_string())) {
        throw QueryError("terminateId", "expected a string");
      }
      if (object.contains("turnNumbers") && !object["turnNumbers"].is_array()) {
        throw QueryError("turnNumbers", "expected an array");
      }
      terminate(object);
    } else if (action != "clear_cache") {  // trees do not outlive their query anyway
      throw QueryError("action",
                       "unknown action: expected query_version, clear_cache, terminate or terminate_all");
    }
    say(answer);
  }

  void terminate(const json& object) {
    const auto meant = [&](const Task& task) {
      if (object.contains("terminateId") && object["terminateId"] != task.query->id) return false;
      if (!object.contains("turnNumbers")) return true;
      return std::ranges::any_of(object["turnNumbers"], [&](const json& turn) { return turn == task.turn; });
    };
    std::vector<json> answers;
    {
      const std::lock_guard lock(mutex_);
      for (Task* task : running_) {
        if (meant(*task)) task->stop.request_stop();
      }
      for (auto task = waiting_.begin(); task != waiting_.end();) {
        if (!meant(*task)) {
          ++task;
          continue;
        }
        answers.push_back({{"id", task->query->id},
                           {"isDuringSearch", false},
                           {"noResults", true},
                           {"turnNumber", task->turn}});
        task = waiting_.erase(task);
      }
    }
    for (const json& answer : answers) say(answer);
  }

  void work(int index) {
    Player player(evaluator_, settings_.defaults.search, 1, settings_.leaves_per_batch,
                  settings_.seed + uint64_t(index));
    while (true) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return ended_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      const auto first = std::ranges::max_element(waiting_, {}, &Task::priority);  // the oldest of them
      Task task = std::move(*first);
      waiting_.erase(first);
      running_.push_back(&task);
      lock.unlock();
      json answer;
      try {
        answer = analyse(task, player);
      } catch (const std::exception& error) {
        answer = {{"error", error.what()}, {"id", task.query->id}, {"turnNumber", task.turn}};
      }
      lock.lock();
      std::erase(running_, &task);
      lock.unlock();
      say(answer);
    }
  }

  json analyse(const Task& task, Player& own) {
    const Query& query = *task.query;
    const Game game = position(query, task.turn);
    std::unique_ptr<Player> restricted;
    if (!query.move_limits.empty()) {
      restricted = std::make_unique<Player>(
          std::make_shared<RestrictedEvaluator>(evaluator_, query.move_limits, int(game.moves().size())),
          query.search, 1, settings_.leaves_per_batch, settings_.seed);
    }
    Player& player = restricted ? *restricted : own;
    player.reset(query.search);
    player.set_position(game);
    ThinkReport report;
    report.seconds = query.report_every;
    if (report.seconds > 0) {
      report.call = [&](const Search& search) { say(analysis_result(query, task.turn, search, true)); };
    }
    player.think(query.limits, task.stop.get_token(), report);
    json answer = analysis_result(query, task.turn, player.search(), false);
    if (query.policy) answer["policy"] = raw_policy(game);
    return answer;
  }

  /// The network's policy; -1 for illegal moves.
  json raw_policy(const Game& game) {
    const auto evaluation = std::make_unique<Evaluation>();
    const Game* const games[] = {&game};
    Evaluation* const out[] = {evaluation.get()};
    evaluator_->evaluate(games, out);
    const int moves = game.board().points() + 1;
    std::vector<double> policy(moves, -1);
    double sum = 0;
    const float largest = *std::max_element(evaluation->policy.begin(), evaluation->policy.begin() + moves);
    for (Point p = 0; p < moves; ++p) {
      if (game.is_legal(p)) sum += policy[p] = std::exp(double(evaluation->policy[p]) - largest);
    }
    for (double& p : policy) p = p < 0 ? p : p / sum;
    return policy;
  }

  void say(const json& answer) {
    const std::string text = to_text(answer) + "\n";
    const std::lock_guard lock(output_mutex_);
    output_ << text << std::flush;
  }

  std::shared_ptr<Evaluator> evaluator_;
  const AnalysisSettings& settings_;
  std::mutex output_mutex_;
  std::ostream& output_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Task> waiting_;
  std::vector<Task*> running_;
  bool ended_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace

void run_analysis(std::shared_ptr<Evaluator> evaluator, const AnalysisSettings& settings, std::istream& input,
                  std::ostream& output) {
  Engine engine(std::move(evaluator), settings, output);
  for (std::string line; std::getline(input, line);) {
    if (line.find_first_not_of(" \t\r") != line.npos) engine.take(line);
  }
}

}  // namespace tengen::go
