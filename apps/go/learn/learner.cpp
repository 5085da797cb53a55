#include <tengen/apps/go/learn/learner.h>

#include <chrono>
#include <cmath>
#include <thread>

#include <tengen/apps/common/number.h>
#include <tengen/apps/common/run.h>
#include <tengen/apps/common/stopwatch.h>
#include <tengen/apps/go/learn/roles.h>
#include <tengen/apps/go/learn/run_state.h>
#include <tengen/apps/go/learn/selfplay.h>
#include <tengen/io/safetensors.h>
#include <tengen/torch.h>  // umbrella

namespace tengen::go {
namespace {

using apps::seconds_since;

using Clock = std::chrono::steady_clock;
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

constexpr int kSamplesPerRandomGame = 25;
constexpr int64_t kFewestRows = 200;  // to learn from
constexpr const char* kWeight = "weight.";
constexpr const char* kAverage = "average.";
constexpr const char* kOptimizer = "optimizer.";

std::vector<Tensor> tensors_of(const NetworkImpl& network) {
  std::vector<Tensor> tensors;
  for (const auto& item : network.state_dict()) tensors.push_back(item.value());
  return tensors;
}

std::unique_ptr<optim::Optimizer> make_optimizer(const RunSettings& settings, NetworkImpl& network) {
  // Biases and batch norm's weights do not decay.
  std::vector<Tensor> decayed, others;
  for (const Tensor& parameter : network.parameters())
    (parameter.dim() > 1 ? decayed : others).push_back(parameter);
  std::vector<optim::OptimizerParamGroup> groups;
  const auto add = [&](auto options) {
    using Options = decltype(options);
    groups.emplace_back(decayed, std::make_unique<Options>(options));
    groups.emplace_back(others, std::make_unique<Options>(options.weight_decay(0)));
  };
  if (settings.optimizer == "sgd") {
    const auto options =
        torch::optim::SGDOptions(settings.learning_rate).momentum(0.9).weight_decay(settings.weight_decay);
    add(options);
    return std::make_unique<torch::optim::SGD>(std::move(groups), options);
  }
  const auto options = torch::optim::AdamWOptions(settings.learning_rate).weight_decay(settings.weight_decay);
  add(options);
  return std::make_unique<torch::optim::AdamW>(std::move(groups), options);
}

}  // namespace

Learner::Learner(Store& store, Device device)
    : store_(store), device_(device), settings_(read_settings(store)), rng_(uint64_t(settings_.seed)) {
  torch::manual_seed(uint64_t(settings_.seed));
  network_ = make_network(NetworkConfig::named(settings_.net));
  for (int size : board_sizes(settings_))
    TENGEN_CHECK(network_->takes(size), "--net ", settings_.net, " does not play on ", size, "x", size);
  network_->train();
  network_->to(device_);
  sums_ = torch::zeros({6}, torch::TensorOptions(kDouble).device(device_));
  optimizer_ = make_optimizer(settings_, *network_);
  averages_ = std::make_unique<optim::AveragedModel>(tensors_of(*network_),
                                                     optim::ramped_ema_decay(settings_.average, 200));
  if (const auto state = store_.learner_state()) restore(*state);
}

void Learner::run() {
  Clock::time_point tick = Clock::now();
  if (step_ == 0) begin();
  last_game_ = store_.window_start(window_rows(store_.counts().rows, settings_.window));
  rows_ = store_.counts().rows;
  read_games();

  Clock::time_point last_read = tick, last_publish = Clock::now();
  while (!apps::stop_requested()) {
    seconds_ += seconds_since(tick);
    tick = Clock::now();
    const bool due =
        double(samples_) < settings_.samples_per_row * double(rows_) && window_.rows() >= kFewestRows;
    const bool time_is_up = settings_.hours > 0 && seconds_ >= 3600 * settings_.hours;
    if (time_is_up || (progress_ >= 1 && !due)) break;
    if (seconds_since(last_read) > 1) {
      read_games();
      last_read = tick;
    }
    if (due) {
      train(window_);
      samples_ += settings_.batch;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    if (summed_ > 0 && seconds_since(last_publish) > settings_.publish_seconds) {
      publish();
      last_publish = Clock::now();
    }
  }
  publish();
  if (!apps::stop_requested()) write_progress(store_, 1);
}

void Learner::begin() {
  if (settings_.random_games > 0) learn_from_random_games();
  publish();
}

void Learner::learn_from_random_games() {
  const std::vector<int> sizes = board_sizes(settings_);
  Window games;
  for (int64_t i = 0; i < settings_.random_games && !apps::stop_requested(); ++i) {
    const int size = sizes[rng_.below(uint32_t(sizes.size()))];
    Rules rules = rules_of(settings_);
    rules.komi = draw_komi(settings_, size, rng_);
    games.add(random_game(size, rules, rng_), Window::Rows::all_turns);
  }
  const int threads = get_num_threads();
  set_num_threads(int(std::thread::hardware_concurrency()));  // nobody else has work yet
  const int64_t steps = settings_.random_games * kSamplesPerRandomGame / settings_.batch;
  for (int64_t i = 0; i < steps && !apps::stop_requested(); ++i) train(games);
  set_num_threads(threads);
}

void Learner::read_games() {
  constexpr int kAtOnce = 500;
  const StoreCounts counts = store_.counts();
  for (;;) {
    auto games = store_.games_after(last_game_, kAtOnce);
    for (auto& [id, game] : games) {
      last_game_ = id;
      window_.add(std::move(game));
    }
    if (games.size() < kAtOnce) break;
  }
  rows_ = counts.rows;
  window_.trim(window_rows(rows_, settings_.window));
  progress_ = progress_of(settings_, seconds_, counts.games);
  write_progress_so_far(store_, progress_);
}

double Learner::learning_rate() const {
  const double rise = std::min(1.0, double(step_ + 1) / double(std::max<int64_t>(settings_.warmup, 1)));
  const double begin = 1 - settings_.decay;
  const double fall = progress_ <= begin ? 1 : std::pow(0.01, (progress_ - begin) / settings_.decay);
  return settings_.learning_rate * rise * fall;
}

void Learner::train(const Window& window) {
  const Batch batch = window.sample(settings_.batch, *network_, rng_).to(device_);
  for (auto& group : optimizer_->param_groups()) group.options().set_lr(learning_rate());
  const LossTerms loss = go_loss(network_->forward(batch.planes), batch.targets);
  optimizer_->zero_grad();
  loss.total.backward();
  optimizer_->step();
  averages_->update();
  ++step_;

  std::vector<Tensor> terms;
  for (const Tensor& term : {loss.total, loss.policy, loss.value, loss.score, loss.ownership, loss.reply})
    terms.push_back(term.defined() ? term.detach() : torch::zeros({}, loss.total.options()));
  sums_.add_(torch::stack(terms).to(kDouble));
  ++summed_;
}

void Learner::publish() {
  const std::string learner = state();
  averages_->swap();
  const Facts facts{{"step", std::to_string(step_)},
                    {"samples", std::to_string(samples_)},
                    {"games", std::to_string(store_.counts().games)},
                    {"rows", std::to_string(rows_)},
                    {"hours", plain_text::format("%f", seconds_ / 3600)},
                    {"settings", to_json(settings_)}};
  const Store::NewNetwork network{step_, save_network_bytes(*network_, facts),
                                  settings_.gate == 0 || step_ == 0};
  averages_->swap();
  store_.save_learner(learner, &network);
  if (summed_ == 0) return;
  MetricsRow row;
  const Tensor sums = sums_.cpu();
  const double* sum = sums.const_data_ptr<double>();
  for (double* mean : {&row.loss, &row.policy, &row.value, &row.score, &row.ownership, &row.reply})
    *mean = *sum++ / double(summed_);
  row.step = step_;
  row.samples = samples_;
  row.games = window_.games();
  row.rows = window_.rows();
  row.learning_rate = learning_rate();
  store_.add_metrics(row);
  sums_.zero_();
  summed_ = 0;
}

// One safetensors file: the weights, their averages, the optimizer's state, and counters in the metadata.
std::string Learner::state() const {
  NamedTensors tensors;
  const auto weights = network_->state_dict();
  for (size_t i = 0; i < weights.size(); ++i) {
    tensors.emplace_back(kWeight + weights[i].key(), weights[i].value());
    tensors.emplace_back(kAverage + weights[i].key(), averages_->averages()[i]);
  }
  for (const auto& item : optimizer_->state_dict())
    tensors.emplace_back(kOptimizer + item.key(), item.value());
  return io::safetensors_bytes(tensors, {{"step", std::to_string(step_)},
                                         {"samples", std::to_string(samples_)},
                                         {"averaged", std::to_string(averages_->n_averaged())},
                                         {"random", std::to_string(rng_.state())},
                                         {"seconds", plain_text::format("%g", seconds_)}});
}

void Learner::restore(const std::string& bytes) {
  const io::SafeTensors file = io::parse_safetensors(bytes, "the learner's state");
  const auto fact = [&](const std::string& key) {
    const auto found = file.metadata.find(key);
    TENGEN_CHECK(found != file.metadata.end(), "the learner's state has no '", key, "'");
    return found->second;
  };
  const auto with_prefix = [&](const std::string& prefix) {
    nn::StateDict part;
    for (const auto& [name, value] : file.tensors)
      if (name.starts_with(prefix)) part.insert(name.substr(prefix.size()), value);
    return part;
  };
  network_->load_state_dict(with_prefix(kWeight));
  optimizer_->load_state_dict(with_prefix(kOptimizer));
  const auto averages = with_prefix(kAverage);
  std::vector<Tensor> in_order;
  for (const auto& item : network_->state_dict()) in_order.push_back(averages[item.key()]);
  const auto number = [&]<class T>(const std::string& key, T& value) {
    const auto found = apps::parse_number<T>(fact(key), 0);
    TENGEN_CHECK(found, "the learner's state has '", key, "' that is no number from 0 on");
    value = *found;
  };
  int64_t averaged = 0;
  uint64_t random = 0;
  number("averaged", averaged);
  number("step", step_);
  number("samples", samples_);
  number("seconds", seconds_);
  number("random", random);
  averages_->restore(in_order, averaged);
  rng_.set_state(random);
}

int run_learn(const RoleOptions& options) {
  const auto store = Store::open(options.store);
  store->become_learner();  // before its state is read
  set_num_threads(options.threads);
  Learner(*store, options.device).run();
  return 0;
}

}  // namespace tengen::go
