#include <tengen/apps/go/play/analysis.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include <tengen/apps/go/play/answers.h>
#include <tengen/apps/go/play/line_reader.h>
#include <tengen/apps/go/search/threads.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

struct Task {
  std::shared_ptr<const Query> query;
  int turn;
  size_t bytes;  // its fraction of what the query takes, roughly
};

/// The most that waiting tasks may hold; reading stops until there is less.
constexpr size_t kMostWaitingBytes = 64'000'000;

class Engine {
 public:
  /// `on_failure` is told at once when a thread fails.
  Engine(std::shared_ptr<Evaluator> evaluator, const AnalysisSettings& settings, std::ostream& output,
         std::function<void(std::exception_ptr)> on_failure)
      : evaluator_(std::move(evaluator)),
        settings_(settings),
        output_(output),
        workers_(std::move(on_failure)) {
    for (int i = 0; i < settings.positions; ++i) {
      workers_.start([this, i](std::stop_token stop) { work(i, stop); });
    }
  }
  /// What was not answered is given up.
  ~Engine() {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
    for (RunningSearch* task : running_) task->stop.request_stop();
  }

  /// Waits until everything was answered.
  void finish() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    workers_.join();
  }

  void take(const InputLine& line) {
    json object;
    json answer;
    try {
      TENGEN_CHECK(!line.too_long, "line too long: expected at most ", LineReader::kLongestLine, " bytes");
      object = parse_json(line.text);
      TENGEN_CHECK(object.is_object(), "expected a JSON object");
      if (object.contains("action")) return act(object);
      return ask(object, line.text.size());
    } catch (const std::exception& error) {
      answer["error"] = error.what();
      if (const auto* wrong = dynamic_cast<const QueryError*>(&error)) answer["field"] = wrong->field;
      if (object.is_object() && object.contains("id") && object["id"].is_string())
        answer["id"] = object["id"];
    }
    say(answer);
  }

 private:
  struct RunningSearch {
    Task task;
    std::stop_source stop;
  };

  void ask(const json& object, size_t bytes) {
    const auto query = std::make_shared<const Query>(parse_query(object, settings_.defaults));
    for (const auto& [field, text] : query->warnings) {
      say({{"warning", text}, {"field", field}, {"id", query->id}});
    }
    constexpr size_t kOfTask = 128, kOfQuery = 16'000;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, workers_.stop_token(), [&] { return waiting_bytes_ < kMostWaitingBytes; });
      for (size_t i = 0; i < query->turns.size(); ++i) {
        const Task task{query, query->turns[i], kOfTask + (kOfQuery + bytes) / query->turns.size()};
        waiting_bytes_ += task.bytes;
        waiting_.emplace(std::pair(-query->priorities[i], ++asked_), task);
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
    } else if (action == "query_models") {
      answer["models"] = {{{"name", settings_.model},
                           {"internalName", settings_.model},
                           {"version", 1},
                           {"usesHumanSLProfile", false}}};
    } else if (action == "terminate" || action == "terminate_all") {
      if (action == "terminate" && !(object.contains("terminateId") && object["terminateId"].is_string())) {
        throw QueryError("terminateId", "expected a string");
      }
      if (object.contains("turnNumbers") && !object["turnNumbers"].is_array()) {
        throw QueryError("turnNumbers", "expected an array");
      }
      terminate(object);
    } else if (action != "clear_cache") {  // trees do not outlive their query anyway
      throw QueryError(
          "action",
          "unknown action: expected query_version, query_models, clear_cache, terminate or terminate_all");
    }
    say(answer);
  }

  void terminate(const json& object) {
    std::set<double> turns;
    for (const json& turn : object.value("turnNumbers", json::array())) {
      if (turn.is_number()) turns.insert(turn.get<double>());
    }
    const auto meant = [&](const Task& task) {
      if (object.contains("terminateId") && object["terminateId"] != task.query->id) return false;
      return !object.contains("turnNumbers") || turns.contains(task.turn);
    };
    std::vector<json> answers;
    {
      const std::lock_guard lock(mutex_);
      for (RunningSearch* running : running_) {
        if (meant(running->task)) running->stop.request_stop();
      }
      std::erase_if(waiting_, [&](const auto& item) {
        const Task& task = item.second;
        if (!meant(task)) return false;
        answers.push_back({{"id", task.query->id},
                           {"isDuringSearch", false},
                           {"noResults", true},
                           {"turnNumber", task.turn}});
        waiting_bytes_ -= task.bytes;
        return true;
      });
    }
    for (const json& answer : answers) say(answer);
  }

  void work(int index, std::stop_token stop) {
    Player player(evaluator_, settings_.defaults.search, 1, settings_.leaves_per_batch,
                  settings_.seed + uint64_t(index));
    while (true) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [&] { return ended_ || !waiting_.empty(); });
      if (stop.stop_requested() || waiting_.empty()) return;
      RunningSearch running{std::move(waiting_.begin()->second), {}};
      waiting_.erase(waiting_.begin());
      waiting_bytes_ -= running.task.bytes;
      running_.push_back(&running);
      lock.unlock();
      changed_.notify_all();  // there may be room
      const json answer = answer_to(running, player);
      lock.lock();
      std::erase(running_, &running);
      lock.unlock();
      say(answer);
    }
  }

  json answer_to(const RunningSearch& running, Player& player) {
    try {
      return analyze(running, player);
    } catch (const std::exception& error) {
      return {{"error", error.what()}, {"id", running.task.query->id}, {"turnNumber", running.task.turn}};
    }
  }

  json analyze(const RunningSearch& running, Player& own) {
    const Task& task = running.task;
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
      report.call = [&](const Search& search) {
        json answer = analysis_result(query, task.turn, search, true);
        if (query.policy) answer["policy"] = raw_policy(game);
        say(answer);
      };
    }
    player.think(query.limits, running.stop.get_token(), report);
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
    write_answer(output_, text);
  }

  std::shared_ptr<Evaluator> evaluator_;
  const AnalysisSettings& settings_;
  std::mutex output_mutex_;
  std::ostream& output_;

  std::mutex mutex_;  // of what follows, but for the threads
  std::condition_variable_any changed_;
  std::map<std::pair<int, int64_t>, Task> waiting_;  // by priority, the greatest first, then by age
  size_t waiting_bytes_ = 0;
  int64_t asked_ = 0;
  std::vector<RunningSearch*> running_;
  bool ended_ = false;
  Threads workers_;  // the last member: they use the others
};

}  // namespace

void run_analysis(std::shared_ptr<Evaluator> evaluator, const AnalysisSettings& settings, std::istream& input,
                  std::ostream& output) {
  LineReader reader(input, [](const std::string&) { return false; });
  Engine engine(std::move(evaluator), settings, output,
                [&](std::exception_ptr failure) { reader.fail(failure); });
  while (const auto line = reader.next()) {
    if (line->text.find_first_not_of(" \t\r") != std::string::npos) engine.take(*line);
  }
  engine.finish();
}

}  // namespace tengen::go
