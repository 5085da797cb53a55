#include <tengen/apps/detector/eval/val.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include <tengen/apps/detector/data/batch.h>
#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/data/prefetch.h>
#include <tengen/apps/detector/eval/plots.h>
#include <tengen/apps/detector/eval/result_paths.h>
#include <tengen/apps/detector/model/nms.h>
#include <tengen/apps/detector/model/weights.h>
#include <tengen/io/json.h>

namespace tengen::detect {
namespace fs = std::filesystem;

namespace {

double milliseconds_since(std::chrono::steady_clock::time_point start) { return 1000 * seconds_since(start); }

// Puts the model into inference state and back.
class InferenceScope {
 public:
  explicit InferenceScope(DetectionModel& model) : model_(model), was_training_(model->is_training()) {
    model_->eval();
    model_->fuse();
  }
  ~InferenceScope() {
    model_->fuse(false);
    model_->train(was_training_);
  }

 private:
  DetectionModel model_;
  bool was_training_;
  NoGradGuard no_grad_;
};

void save_labels(const fs::path& file, const Entry& entry, const std::vector<Detection>& found,
                 bool save_conf) {
  std::string text;
  for (const Detection& d : found) {
    const auto w = float(entry.size.width), h = float(entry.size.height);
    const Label l = to_label({d.cls, d.box}, w, h);
    text += format("%d %.6g %.6g %.6g %.6g", l.cls, l.x, l.y, l.w, l.h);
    text += save_conf ? format(" %.6g\n", d.score) : "\n";
  }
  make_folders(file.parent_path());
  write_text(file.string(), text);
}

/// The detections of an image in COCO's form: corner, width and height in pixels; a name that is a number as
/// one.
void add_json(std::string& json, const std::string& stem, const std::vector<Detection>& found) {
  const bool number = !stem.empty() && stem.size() < 18 && stem.find_first_not_of("0123456789") == stem.npos;
  const std::string id = number ? std::to_string(std::stoll(stem)) : io::json_quoted(stem);
  for (const Detection& d : found) {
    json += json.empty() ? "[" : ",\n ";
    json += "{\"image_id\": " + id;
    json += format(", \"category_id\": %d, \"bbox\": [%.3f, %.3f, %.3f, %.3f], \"score\": %.5f}", d.cls,
                   d.box.x1, d.box.y1, d.box.x2 - d.box.x1, d.box.y2 - d.box.y1, d.score);
  }
}

void save_images(const std::string& folder, int64_t b, const ValBatch& batch,
                 const std::vector<std::vector<Detection>>& found, const std::vector<std::string>& names) {
  std::vector<Image> images;
  std::vector<std::vector<Detection>> truth;
  for (const auto& item : batch.items) {
    images.push_back(item.image);
    auto& boxes = truth.emplace_back();
    for (const Label& l : item.labels)
      boxes.push_back({to_corners(l, float(item.image.width), float(item.image.height)), 1.f, l.cls});
  }
  std::vector<std::vector<Detection>> confident = found;
  for (auto& list : confident) std::erase_if(list, [](const Detection& d) { return d.score < 0.25f; });
  const std::string stem = (fs::path(folder) / ("val_batch" + std::to_string(b))).string();
  save_image(stem + "_labels.jpg", plot_batch(images, truth, names, false));
  save_image(stem + "_pred.jpg", plot_batch(images, confident, names, true));
}

}  // namespace

ValResult validate(DetectionModel& model, const ValSet& set, const std::vector<std::string>& names,
                   const ValSettings& settings, ComputeLoss* loss) {
  const InferenceScope scope(model);
  const Device device = model->device();
  const int nc = int(model->config.nc), counted = settings.single_cls ? 1 : nc;
  Evaluator evaluator(counted);
  ValResult result{{}, ConfusionMatrix(counted), {}, 0, 0, 0};
  NmsOptions nms;
  nms.conf_thres = settings.conf_thres;
  nms.iou_thres = settings.iou_thres;
  nms.max_det = settings.max_det;
  nms.multi_label = true;
  nms.agnostic = settings.single_cls;

  const auto drawn = [&](int64_t b) { return b < 3 && !settings.images_folder.empty(); };
  const int batch_size = set.batches() > 0 ? int(set.batch_range(0).second) : 1;
  std::vector<std::string> image_files;
  if (!settings.labels_folder.empty() || !settings.json_file.empty())
    for (int64_t i = 0; i < set.size(); ++i) image_files.push_back(set.entry(i).image);
  const std::vector<fs::path> results = result_paths(image_files, "");
  const ResultStems stems(results);
  std::string json;
  Prefetcher<ValBatch> batches(
      set.batches(), usable_workers(settings.workers, batch_size),
      [&](int64_t b) { return val_batch(set, b, drawn(b), device.is_cuda()); }, 2);
  Progress progress(set.size(), "img");
  int64_t done = 0;
  auto start = std::chrono::steady_clock::now();
  for (int64_t b = 0; auto next = batches.next(); ++b) {
    const ValBatch& batch = *next;
    result.preprocess_ms += milliseconds_since(start);
    start = std::chrono::steady_clock::now();
    const Tensor images = batch.batch.images.to(device, /*non_blocking=*/true);
    Prediction prediction;
    if (settings.augment)
      prediction.decoded = model->forward_augmented(images);
    else
      prediction = model->forward(images);
    const Tensor decoded = prediction.decoded.cpu().contiguous();  // (N, rows, 5 + nc)
    result.inference_ms += milliseconds_since(start);
    if (loss && !settings.augment) {
      const Tensor items = (*loss)(prediction.raw, batch.batch.targets).items.cpu();
      for (int64_t k = 0; k < 3; ++k) result.loss[size_t(k)] += items.data_ptr<float>()[k];
    }
    start = std::chrono::steady_clock::now();
    const auto* rows = decoded.data_ptr<float>();
    const auto per_image = size_t(decoded.size(1) * decoded.size(2));
    const int64_t first = set.batch_range(b).first;
    std::vector<std::vector<Detection>> all;
    for (size_t i = 0; i < batch.items.size(); ++i) {
      std::vector<Detection> found = non_max_suppression({rows + i * per_image, per_image}, nc, nms);
      if (settings.single_cls)
        for (Detection& d : found) d.cls = 0;
      if (drawn(b)) all.push_back(found);
      const Entry& entry = set.entry(first + int64_t(i));
      for (Detection& d : found) d.box = unletterbox(d.box, batch.items[i].fit, entry.size);
      evaluator.add(found, batch.items[i].boxes);
      result.confusion.add(found, batch.items[i].boxes);
      if (results.empty()) continue;
      const std::string stem = stems.of(results[size_t(first) + i]);
      if (!settings.labels_folder.empty())
        save_labels(fs::path(settings.labels_folder) / (stem + ".txt"), entry, found, settings.save_conf);
      if (!settings.json_file.empty()) add_json(json, stem, found);
    }
    result.nms_ms += milliseconds_since(start);
    if (drawn(b)) save_images(settings.images_folder, b, batch, all, names);
    done += int64_t(batch.items.size());
    if (settings.progress) progress.update(done, "validating");
    start = std::chrono::steady_clock::now();
  }
  progress.clear();
  if (!settings.json_file.empty()) write_text(settings.json_file, (json.empty() ? "[" : json) + "]\n");
  result.metrics = evaluator.compute();
  const auto image_count = double(std::max<int64_t>(set.size(), 1));
  for (double* ms : {&result.preprocess_ms, &result.inference_ms, &result.nms_ms}) *ms /= image_count;
  for (double& l : result.loss) l /= double(std::max<int64_t>(set.batches(), 1));
  return result;
}

std::string format_table(const ValResult& result, const std::vector<std::string>& names, bool verbose) {
  const Metrics& m = result.metrics;
  std::string text =
      format("%22s%8s%10s%9s%9s%9s%10s\n", "Class", "Images", "Instances", "P", "R", "mAP50", "mAP50-95");
  const auto row = [&](const std::string& name, int64_t labels, double p, double r, double map50,
                       double map) {
    text += format("%22s%8lld%10lld%9.3g%9.3g%9.3g%10.3g\n", name.c_str(), static_cast<long long>(m.images),
                   static_cast<long long>(labels), p, r, map50, map);
  };
  row("all", m.labels, m.precision, m.recall, m.map50, m.map);
  if (verbose && names.size() > 1)
    for (const ClassMetrics& c : m.classes)
      row(names[size_t(c.cls)], c.labels, c.precision, c.recall, c.map50(), c.map());
  return text;
}

void run_val(const ValCommand& command) {
  const Device device = parse_device(command.device);
  DataConfig data = load_data_config(command.data);
  LoadedModel loaded = load_model(command.weights);
  const int classes_of_labels = data.nc();
  if (command.settings.single_cls)
    data.names = loaded.names.size() == 1 ? loaded.names : std::vector<std::string>{"item"};
  TENGEN_CHECK(command.settings.single_cls || loaded.model->config.nc == data.nc(), command.weights,
               " knows ", loaded.model->config.nc, " classes, ", command.data, " names ", data.nc());
  const auto& source = command.task == "train" ? data.train : command.task == "test" ? data.test : data.val;
  TENGEN_CHECK(!source.empty(), command.data, ": no '", command.task, "' split");
  Scan scan = scan_dataset(source, classes_of_labels, false, command.task);
  std::printf("%s: %s\n", command.task.c_str(), scan.summary().c_str());
  if (command.settings.single_cls) scan.join_classes();
  loaded.model->to(device);
  const auto stride = int(loaded.model->max_stride());
  const ValSet set(std::move(scan), checked_image_size(command.image_size, stride), command.batch_size, true,
                   stride, 0.5, Cache::none);
  const std::string folder = make_run_folder(command.project, command.name, command.exist_ok);
  ValSettings settings = command.settings;
  settings.images_folder = folder;
  if (command.save_txt) {
    settings.labels_folder = (fs::path(folder) / "labels").string();
    make_folders(settings.labels_folder);
  }
  if (command.save_json)
    settings.json_file =
        (fs::path(folder) / (fs::path(command.weights).stem().string() + "_predictions.json")).string();
  const ValResult result = validate(loaded.model, set, data.names, settings);
  std::printf("%s", format_table(result, data.names, true).c_str());
  std::printf("Speed: %.1f ms pre-process, %.1f ms inference, %.1f ms NMS per image\n", result.preprocess_ms,
              result.inference_ms, result.nms_ms);
  plot_curves(result.metrics, data.names, folder);
  plot_confusion(result.confusion, data.names, (fs::path(folder) / "confusion_matrix.png").string());
  std::printf("Results saved to %s\n", folder.c_str());
}

}  // namespace tengen::detect
