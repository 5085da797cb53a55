#include <tengen/apps/detector/train/train.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include <tengen/apps/detector/data/batch.h>
#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/data/prefetch.h>
#include <tengen/apps/detector/eval/plots.h>
#include <tengen/apps/detector/eval/val.h>
#include <tengen/apps/detector/model/anchors.h>
#include <tengen/apps/detector/model/weights.h>
#include <tengen/apps/detector/train/checkpoint.h>
#include <tengen/apps/detector/train/optimizer.h>
#include <tengen/apps/detector/train/run_files.h>

namespace tengen::detect {
namespace fs = std::filesystem;

namespace {

// Names the first thing that is not finite, from cause to effect.
std::string explain_non_finite(DetectionModel& model, const Batch& batch) {
  NoGradGuard guard;
  const Tensor images = batch.images.to(model->device());
  const auto bad = [](const Tensor& t) { return !t.isfinite().all().item<bool>(); };
  if (bad(images)) return "the images of the batch";
  if (bad(batch.targets)) return "the labels of the batch";
  for (const auto& item : model->state_dict())
    if (item->is_floating_point() && bad(item.value()))
      return "the weights, first " + item.key() + "; lower lr0 or lengthen the warm-up";
  const std::string layer = model->first_layer(images, bad);
  return layer.empty() ? "the loss of finite predictions" : "the output of " + layer;
}

constexpr size_t kMostUnread = 4;  // batches: their images are kept until then

class Trainer {
 public:
  explicit Trainer(TrainCommand command);
  TrainResult run();

 private:
  void load_data();
  void fit_anchors();
  void build_optimizer();
  void build_loss();
  bool train_epoch();  // false: the user wants to stop
  void read_losses();
  void finish_epoch();
  bool out_of_patience() const {
    return command_.patience > 0 && state_.epoch - state_.best_epoch >= command_.patience;
  }
  bool finished() const { return state_.epoch >= command_.epochs || out_of_patience(); }
  void save(const fs::path& file) const {
    save_checkpoint(file.string(), model_, *ema_, *optimizer_, state_, data_.names);
  }
  Metrics report();
  void draw_data(const std::vector<int64_t>& order) const;

  TrainCommand command_;
  bool resumed_;
  Device device_;
  fs::path folder_, weights_, csv_file_;
  Hyp hyp_;
  DataConfig data_;
  std::unique_ptr<TrainSet> train_;
  std::unique_ptr<ValSet> val_;
  DetectionModel model_{nullptr};
  std::unique_ptr<optim::AveragedModel> ema_;
  std::unique_ptr<optim::Optimizer> optimizer_;
  std::optional<ComputeLoss> loss_;
  ScheduleOptions schedule_;
  TrainState state_;
  std::string csv_;
  // Losses of batches since the last step of the optimizer, still on the device: to read one is to wait.
  struct UnreadLoss {
    Batch batch;
    Tensor items;  // (3)
  };
  std::vector<UnreadLoss> unread_;
  std::array<double, 3> mean_loss_{};  // of the batches of the running epoch that were read
  int64_t batches_read_ = 0;
  StepPlan plan_;
};

Trainer::Trainer(TrainCommand given) : command_(std::move(given)), resumed_(!command_.resume.empty()) {
  device_ = parse_device(command_.device);
  if (resumed_) {
    folder_ = find_run(command_.resume, command_.project);
    const TrainCommand asked = command_;
    command_ = TrainCommand::from_yaml((folder_ / "opt.yaml").string());
    if (asked.epochs_given) command_.epochs = asked.epochs;     // a run may be extended
    if (!asked.device.empty()) command_.device = asked.device;  // and resumed elsewhere
    device_ = parse_device(command_.device);
    hyp_ = load_hyp((folder_ / "hyp.yaml").string());
  } else {
    if (!command_.hyp_file.empty()) hyp_ = load_hyp(command_.hyp_file);
    if (command_.label_smoothing > 0) hyp_.label_smoothing = command_.label_smoothing;
  }
  TENGEN_CHECK(command_.epochs > 0, "--epochs: ", command_.epochs, ", expected at least 1");
  TENGEN_CHECK(command_.batch_size > 0, "--batch-size: ", command_.batch_size, ", expected at least 1");
  TENGEN_CHECK(command_.nominal_batch > 0, "--nominal-batch: ", command_.nominal_batch,
               ", expected at least 1");
  load_data();
  if (!resumed_) folder_ = make_run_folder(command_.project, command_.name, command_.exist_ok);
  weights_ = folder_ / "weights";
  make_folders(weights_);
  csv_file_ = folder_ / "results.csv";
  if (!resumed_) save_hyp((folder_ / "hyp.yaml").string(), hyp_);
  write_text((folder_ / "opt.yaml").string(), command_.yaml());

  fit_anchors();
  model_->to(device_);
  build_optimizer();
  const fs::path last = weights_ / "last.safetensors";
  if (resumed_) state_ = load_checkpoint(last.string(), model_, *ema_, *optimizer_);
  build_loss();
  if (resumed_) {
    loss_->balance = state_.balance;
    std::printf("Resuming %s after epoch %lld\n", folder_.c_str(), static_cast<long long>(state_.epoch));
  } else {
    state_.balance = loss_->balance;
    save(last);
  }
  csv_ = csv_up_to(csv_file_.string(), state_.epoch);
  write_text(csv_file_.string(), csv_);
}

/// The network that was asked for, else that of the weights.
ModelConfig network_of(const TrainCommand& command) {
  if (command.cfg.empty() && !command.weights.empty())
    if (const auto config = config_of_weights(command.weights)) return *config;
  return ModelConfig::load(command.cfg.empty() ? "yolov5n" : command.cfg);
}

/// One number: so many layers from the first on; several: the layers of these numbers.
void freeze_layers(const nn::Module& model, const std::vector<int>& freeze) {
  int64_t frozen = 0;
  for (auto& parameter : model.named_parameters()) {
    const int layer = std::atoi(parameter.key().c_str() + std::string_view("model.").size());
    if (freeze.size() == 1 ? layer >= freeze[0] : std::ranges::find(freeze, layer) == freeze.end()) continue;
    parameter.value().set_requires_grad(false);
    ++frozen;
  }
  if (frozen > 0) std::printf("Frozen: %lld parameter tensors\n", static_cast<long long>(frozen));
}

void Trainer::load_data() {
  data_ = load_data_config(command_.data);
  const int classes_of_labels = data_.nc();
  if (command_.single_cls && classes_of_labels > 1) data_.names = {"item"};
  manual_seed(command_.seed);
  ModelConfig config = resumed_
                           ? load_model((folder_ / "weights" / "last.safetensors").string()).model->config
                           : network_of(command_);
  config.nc = data_.nc();
  const size_t per_level = config.anchors.empty() ? 0 : config.anchors[0].size() / 2;
  TENGEN_CHECK(hyp_.anchors == 0 || size_t(std::lround(hyp_.anchors)) == per_level,
               "hyp: anchors: ", hyp_.anchors, ": the network has ", per_level,
               " of each level; write a model yaml with others");
  if (hyp_.copy_paste > 0)
    std::printf("copy_paste %g needs outlines of objects and has no effect on boxes\n", hyp_.copy_paste);
  manual_seed(command_.seed);
  model_ = DetectionModel(config);
  std::printf("%s: %zu layers, %lld parameters, %d classes\n", config.name.c_str(), config.layers.size(),
              static_cast<long long>(model_->parameter_count()), data_.nc());
  if (!command_.weights.empty() && !resumed_) {
    const int64_t copied = transfer_weights(command_.weights, model_);
    std::printf("Transferred %lld/%zu tensors from %s\n", static_cast<long long>(copied),
                model_->state_dict().size(), command_.weights.c_str());
  }
  freeze_layers(*model_, command_.freeze);
  const auto stride = int(model_->max_stride());
  command_.image_size = checked_image_size(command_.image_size, stride);

  const auto scan = [&](const std::vector<std::string>& sources, const char* what) {
    Scan found = scan_dataset(sources, classes_of_labels, what == std::string("train"), what);
    std::printf("%s: %s\n", what, found.summary().c_str());
    if (command_.single_cls) found.join_classes();
    size_t shown = 0;
    for (const Problem& p : found.problems) {
      if (++shown > 10) break;
      std::fprintf(stderr, "tengen-detect: warning: %s%s: %s\n", p.file.c_str(),
                   p.line ? (":" + std::to_string(p.line)).c_str() : "", p.what.c_str());
    }
    if (found.problems.size() > 10)
      std::fprintf(stderr, "tengen-detect: warning: %zu more; `tengen-detect check --data %s` lists all\n",
                   found.problems.size() - 10, command_.data.c_str());
    return found;
  };
  const Cache cache = command_.cache == "none"  ? Cache::none
                      : command_.cache == "ram" ? Cache::ram
                                                : Cache::automatic;
  train_ =
      std::make_unique<TrainSet>(scan(data_.train, "train"), command_.image_size, hyp_, command_.seed, cache);
  if (!command_.no_val)
    val_ = std::make_unique<ValSet>(scan(data_.val, "val"), command_.image_size, command_.batch_size * 2,
                                    true, stride, 0.5, cache);
}

void Trainer::fit_anchors() {
  if (resumed_ || command_.no_autoanchor) return;
  std::vector<Extent> boxes, anchors;
  for (const auto& [w, h] : train_->box_extents()) boxes.push_back({w, h});
  auto& levels = model_->config.anchors;
  for (const auto& level : levels)
    for (size_t i = 0; i < level.size(); i += 2) anchors.push_back({level[i], level[i + 1]});
  AnchorFit fit = anchor_fit(boxes, anchors, hyp_.anchor_t);
  std::printf("AutoAnchor: %s\n", describe(fit).c_str());
  if (fit.best_possible_recall > 0.98) return;
  const auto large = std::ranges::count_if(boxes, [](const Extent& b) { return b.w >= 2 || b.h >= 2; });
  if (large < std::ptrdiff_t(anchors.size())) {
    std::printf("AutoAnchor: %lld boxes of at least 2 pixels do not give %zu anchors; these are kept\n",
                static_cast<long long>(large), anchors.size());
    return;
  }
  const auto better = kmean_anchors(boxes, int(anchors.size()), hyp_.anchor_t, command_.seed);
  const AnchorFit fit_better = anchor_fit(boxes, better, hyp_.anchor_t);
  if (fit_better.best_possible_recall <= fit.best_possible_recall) {
    std::printf("AutoAnchor: clustering found no better anchors; these are kept\n");
    return;
  }
  std::printf("AutoAnchor: new anchors from the training boxes: %s\n", describe(fit_better).c_str());
  NoGradGuard guard;
  size_t next = 0;
  for (size_t l = 0; l < levels.size(); ++l)
    for (size_t i = 0; i < levels[l].size(); i += 2, ++next) {
      levels[l][i] = better[next].w;
      levels[l][i + 1] = better[next].h;
      Tensor row = model_->detect->anchors[int64_t(l)][int64_t(i / 2)];
      row.copy_(tensor({better[next].w, better[next].h}) / double(model_->detect->strides[l]));
    }
}

void Trainer::build_optimizer() {
  const auto image_count = int(train_->size());
  schedule_.epochs = command_.epochs;
  schedule_.batch_size = std::min(command_.batch_size, image_count);
  schedule_.batches_per_epoch = (image_count + schedule_.batch_size - 1) / schedule_.batch_size;
  schedule_.nominal_batch = command_.nominal_batch;
  TENGEN_CHECK(schedule_.batch_size > 1 || command_.image_size > int(model_->max_stride()), "--img ",
               command_.image_size,
               " and batches of one image leave the last layers a single number of each channel to "
               "normalize; use a larger --img or "
               "--batch-size, or more images");
  schedule_.cosine = command_.cos_lr;
  // YOLOv5's hundred batches would be most of a short run on a few images, which learns nothing then.
  schedule_.longest_warmup = 0.2;
  std::printf("Warm-up: %lld of %lld batches\n", static_cast<long long>(warmup_iterations(schedule_, hyp_)),
              static_cast<long long>(int64_t(schedule_.epochs) * schedule_.batches_per_epoch));
  // The decay acts once per step over `accumulate` batches.
  const double accumulate =
      std::max(std::nearbyint(double(command_.nominal_batch) / schedule_.batch_size), 1.0);
  const double decay = hyp_.weight_decay * schedule_.batch_size * accumulate / command_.nominal_batch;
  optimizer_ = make_optimizer(model_, command_.optimizer, hyp_.lr0, hyp_.momentum, decay);
  ema_ = std::make_unique<optim::AveragedModel>(model_->state_dict().values(),
                                                optim::ramped_ema_decay(0.9999, 2000));
}

void Trainer::build_loss() {
  LossOptions options;
  options.box = hyp_.box;
  options.obj = hyp_.obj;
  options.cls = hyp_.cls;
  options.cls_pw = hyp_.cls_pw;
  options.obj_pw = hyp_.obj_pw;
  options.fl_gamma = hyp_.fl_gamma;
  options.label_smoothing = hyp_.label_smoothing;
  options.anchor_t = hyp_.anchor_t;
  options.autobalance = command_.autobalance;
  options.quality_focal = command_.quality_focal;
  const auto& detect = model_->detect;
  loss_.emplace(options.scaled(int64_t(detect->strides.size()), data_.nc(), command_.image_size),
                detect->anchors, detect->strides, data_.nc());
}

bool Trainer::train_epoch() {
  model_->train();
  optimizer_->zero_grad();  // as the original: gradients of batches after the last step are dropped
  const int64_t epoch = state_.epoch, batches = schedule_.batches_per_epoch;
  const auto order = train_->order(epoch);
  if (epoch == 0 && !command_.no_plots) draw_data(order);
  Prefetcher<Batch> loader(batches, usable_workers(command_.workers, schedule_.batch_size), [&](int64_t b) {
    return train_batch(*train_, order, epoch, b, schedule_.batch_size, device_.is_cuda());
  });
  Progress progress(train_->size(), "img");
  std::string line;
  int64_t done = 0;
  mean_loss_ = {};
  batches_read_ = 0;
  unread_.clear();
  for (int64_t i = 0; auto batch = loader.next(); ++i) {
    if (stop_requested()) return false;
    const int64_t ni = i + batches * epoch;
    plan_ = step_plan(ni, schedule_, hyp_);
    apply_plan(*optimizer_, plan_);

    LossTargets targets = loss_->match(batch->targets, batch->images.sizes(), device_);
    const Tensor images = batch->images.to(device_, /*non_blocking=*/true);
    LossResult result = (*loss_)(model_->forward(images).raw, std::move(targets));
    result.loss.backward();
    unread_.push_back({*batch, result.items});
    const bool steps = should_step(ni, state_.last_step, plan_);
    // The gradient's norm has to be waited for; then the losses are there too, before a bad one does harm.
    if (steps) nn::utils::clip_grad_norm_(model_->parameters(), 10.0);
    if (steps || unread_.size() == kMostUnread || i + 1 == batches) read_losses();
    if (steps) {
      optimizer_->step();
      optimizer_->zero_grad();
      ema_->update();
      state_.last_step = ni;
    }
    done += batch->images.size(0);
    line = format("%7s%9.4f%9.4f%9.4f%10lld%6lld",
                  format("%lld/%d", static_cast<long long>(epoch + 1), command_.epochs).c_str(),
                  mean_loss_[0], mean_loss_[1], mean_loss_[2], static_cast<long long>(batch->targets.size(0)),
                  static_cast<long long>(batch->images.size(3)));
    progress.update(done, line);
  }
  progress.finish(line);
  return true;
}

// Adds the losses to the epoch's means; stops the run where one is not finite.
void Trainer::read_losses() {
  std::vector<Tensor> items;
  for (const UnreadLoss& unread : unread_) items.push_back(unread.items);
  const Tensor read = stack(items).cpu();  // (batches, 3)
  const float* row = read.data_ptr<float>();
  for (const UnreadLoss& unread : unread_) {
    const float value = row[0] + row[1] + row[2];
    ++batches_read_;
    if (!std::isfinite(value))
      fail("training: the loss became ", value, " in epoch ", state_.epoch + 1, ", batch ", batches_read_,
           "; not finite: ", explain_non_finite(model_, unread.batch),
           ". The state before this epoch is kept in ", (weights_ / "last.safetensors").string());
    for (double& mean : mean_loss_) mean += (*row++ - mean) / double(batches_read_);
  }
  unread_.clear();
}

void Trainer::finish_epoch() {
  const int64_t epoch = ++state_.epoch;
  std::array<double, 7> measured{};
  if (val_) {
    ValSettings settings;
    settings.workers = command_.workers;
    ComputeLoss measure = *loss_;
    measure.options.autobalance = false;
    ema_->swap();
    const ValResult result = validate(model_, *val_, data_.names, settings, &measure);
    ema_->swap();
    std::printf("%s", format_table(result, data_.names, false).c_str());
    const Metrics& m = result.metrics;
    measured = {m.precision, m.recall, m.map50, m.map, result.loss[0], result.loss[1], result.loss[2]};
    if (const double fit = fitness(m); epoch == 1 || fit > state_.best_fitness) {
      state_.best_fitness = fit;
      state_.best_epoch = epoch;
    }
  } else {
    state_.best_epoch = epoch;
  }
  csv_ += format("%20lld", static_cast<long long>(epoch));
  for (double v : mean_loss_) csv_ += format(",%20.5g", v);
  for (double v : measured) csv_ += format(",%20.5g", v);
  for (double v : {plan_.lr_bias, plan_.lr, plan_.lr}) csv_ += format(",%20.5g", v);
  csv_ += "\n";
  write_text(csv_file_.string(), csv_);
  state_.balance = loss_->balance;
  // The best weights first: a kill between the two files repeats this epoch and writes the same again.
  if (state_.best_epoch == epoch) {
    ema_->swap();
    save_weights((weights_ / "best.safetensors").string(), model_, data_.names,
                 {{"epoch", std::to_string(epoch)}, {"fitness", format("%.17g", state_.best_fitness)}});
    ema_->swap();
  }
  save(weights_ / "last.safetensors");
  if (command_.save_period > 0 && epoch % command_.save_period == 0)
    save(weights_ / ("epoch" + std::to_string(epoch) + ".safetensors"));
}

// What the network will be shown: the labels of the set, and the first augmented batches.
void Trainer::draw_data(const std::vector<int64_t>& order) const {
  std::vector<Label> labels;
  for (const Entry& entry : train_->entries())
    labels.insert(labels.end(), entry.labels.begin(), entry.labels.end());
  plot_labels(labels, data_.names, (folder_ / "labels.png").string());
  for (int b = 0; b < std::min(3, schedule_.batches_per_epoch); ++b) {
    std::vector<Image> images;
    std::vector<std::vector<Detection>> boxes;
    const auto batch = size_t(schedule_.batch_size), first = size_t(b) * batch;
    for (size_t i = first; i < std::min(order.size(), first + std::min<size_t>(16, batch)); ++i) {
      const auto item = train_->sample(order[i], state_.epoch);
      auto& list = boxes.emplace_back();
      const auto w = float(item.image.width), h = float(item.image.height);
      for (const Label& l : item.labels) list.push_back({to_corners(l, w, h), 1.f, l.cls});
      images.push_back(item.image);
    }
    save_image((folder_ / ("train_batch" + std::to_string(b) + ".jpg")).string(),
               plot_batch(images, boxes, data_.names, false));
  }
}

Metrics Trainer::report() {
  if (!command_.no_plots) plot_results(csv_file_.string(), (folder_ / "results.png").string());
  const fs::path best = weights_ / "best.safetensors";
  if (!val_ || !path_exists(best)) return {};
  LoadedModel loaded = load_model(best.string());
  loaded.model->to(device_);
  std::printf("\nValidating %s (epoch %lld)\n", best.c_str(), static_cast<long long>(state_.best_epoch));
  ValSettings settings;
  settings.workers = command_.workers;
  if (!command_.no_plots) settings.images_folder = folder_.string();
  const ValResult result = validate(loaded.model, *val_, data_.names, settings);
  std::printf("%s", format_table(result, data_.names, true).c_str());
  if (!command_.no_plots) {
    plot_curves(result.metrics, data_.names, folder_.string());
    plot_confusion(result.confusion, data_.names, (folder_ / "confusion_matrix.png").string());
  }
  return result.metrics;
}

TrainResult Trainer::run() {
  catch_interrupts();
  TrainResult result{folder_.string(), {}, false};
  const auto start = std::chrono::steady_clock::now();
  const int64_t begun = state_.epoch;
  // A run that is resumed here was killed in its report, or has one: it is made again.
  if (finished())
    std::printf("The training is finished; only its report is made again. --epochs N goes on to epoch N.\n");
  else
    std::printf(
        "Image sizes %d; batches of %d, %d per epoch; logging results to %s\nStarting training for %d "
        "epochs...\n\n",
        command_.image_size, schedule_.batch_size, schedule_.batches_per_epoch, folder_.c_str(),
        command_.epochs);
  while (!finished() && !result.stopped) {
    std::printf("%7s%9s%9s%9s%10s%6s\n", "Epoch", "box_loss", "obj_loss", "cls_loss", "Instances", "Size");
    if (!train_epoch()) {
      result.stopped = true;
      break;
    }
    finish_epoch();
    result.stopped = stop_requested();
    if (out_of_patience())
      std::printf("Stopping early: no better result in the last %d epochs; the best is epoch %lld\n",
                  command_.patience, static_cast<long long>(state_.best_epoch));
  }
  if (!finished()) {
    std::printf(
        "\nInterrupted. %s holds the state after epoch %lld; continue with\n  tengen-detect train --resume "
        "%s\n",
        (weights_ / "last.safetensors").c_str(), static_cast<long long>(state_.epoch), folder_.c_str());
    return result;
  }
  if (state_.epoch > begun)
    std::printf("\n%lld epochs completed in %s\n", static_cast<long long>(state_.epoch - begun),
                format_duration(seconds_since(start)).c_str());
  result.best = report();
  std::printf("Results saved to %s\n", folder_.c_str());
  return result;
}

}  // namespace

TrainResult run_train(TrainCommand command) { return Trainer(std::move(command)).run(); }

}  // namespace tengen::detect
