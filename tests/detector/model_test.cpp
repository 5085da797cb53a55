// Whole networks of the published layout with formula weights against the reference values.
#include <tengen/apps/detector/model/loss.h>
#include <tengen/apps/detector/model/model.h>
#include <tengen/apps/detector/train/optimizer.h>
#include <tengen/tests/detector/tensors.h>

using namespace tengen;
using namespace tengen::detect;

namespace {

// Number k of tensor t in [0,1), as the reference defines it.
double formula(uint32_t t, uint32_t k) {
  uint32_t h = t * 1000003u + k;
  h ^= h >> 16;
  h *= 0x85ebca6bu;
  h ^= h >> 13;
  h *= 0xc2b2ae35u;
  h ^= h >> 16;
  return double(h >> 8) / 16777216.0;
}

bool ends_with(const std::string& text, const std::string& tail) {
  return text.size() >= tail.size() && text.compare(text.size() - tail.size(), tail.size(), tail) == 0;
}

void fill_by_formula(DetectionModel& model) {
  NoGradGuard guard;
  uint32_t t = 0;
  for (const auto& item : model->state_dict()) {
    const std::string& name = item.key();
    const Tensor& value = item.value();
    const uint32_t id = t++;
    if (ends_with(name, "anchors") || ends_with(name, "num_batches_tracked")) continue;
    double fan_in = 1;
    for (int64_t d = 1; d < value.dim(); ++d) fan_in *= double(value.size(d));
    const auto number = [&](double u) {
      if (ends_with(name, "running_mean")) return (2 * u - 1) * 0.1;
      if (ends_with(name, "running_var") || ends_with(name, "bn.weight")) return 0.5 + u;
      if (ends_with(name, "bn.bias")) return (2 * u - 1) * 0.2;
      if (ends_with(name, "bias")) return (2 * u - 1) * 0.5;
      return (2 * u - 1) * std::sqrt(6 / fan_in);
    };
    std::vector<float> numbers(size_t(value.numel()));
    for (size_t k = 0; k < numbers.size(); ++k) numbers[k] = float(number(formula(id, uint32_t(k))));
    value.copy_(tengen::tensor(numbers).view(value.sizes()));
  }
}

Tensor input_of(const golden::Case& c) {
  const int64_t batch = c.integer("batch"), height = c.integer("height"), width = c.integer("width");
  std::vector<float> numbers(size_t(batch * 3 * height * width));
  for (size_t k = 0; k < numbers.size(); ++k) numbers[k] = float(formula(9999, uint32_t(k)));
  return tengen::tensor(numbers).view({batch, 3, height, width});
}

DetectionModel build(const golden::Case& c) {
  ModelConfig config = ModelConfig::load(c.text("config"));
  config.nc = c.integer("nc");
  config.depth_multiple = c.number("depth_multiple", config.depth_multiple);
  config.width_multiple = c.number("width_multiple", config.width_multiple);
  DetectionModel model(config);
  fill_by_formula(model);
  return model;
}

ComputeLoss loss_of(const golden::Case& c, const DetectionModel& model) {
  LossOptions options;
  options.box = c.number("gain_box");
  options.obj = c.number("gain_obj");
  options.cls = c.number("gain_cls");
  return {options, model->detect->anchors, model->detect->strides, model->config.nc};
}

std::vector<double> norms(const std::vector<Tensor>& tensors) {
  std::vector<double> result;
  for (const Tensor& t : tensors) result.push_back(t.detach().to(kDouble).norm().item<double>());
  return result;
}

void check_state(const golden::Case& c, const DetectionModel& model) {
  std::ifstream file(c.path() / "state.txt");
  size_t row = 0;
  const auto state = model->state_dict();
  for (std::string line; std::getline(file, line); ++row) {
    if (row >= state.size()) continue;
    std::ostringstream found;
    found << row << ' ' << state[row].key() << ' ';
    for (int64_t d = 0; d < state[row]->dim(); ++d) found << (d ? " " : "") << state[row]->size(d);
    CHECK(found.str() == line);
  }
  CHECK(row == state.size());
  CHECK(model->parameter_count() == c.integer("parameters"));
}

void check_inference(const golden::Case& c, DetectionModel& model) {
  NoGradGuard guard;
  model->eval();
  const Prediction p = model->forward(input_of(c));
  for (size_t i = 0; i < p.raw.size(); ++i)
    CHECK(golden::excess(p.raw[i], c, "eval_raw" + std::to_string(i), 10 * c.number("f32_vs_f64_raw_max_abs"),
                         0) <= 0);
  CHECK(golden::excess(p.decoded, c, "eval_decoded", 10 * c.number("f32_vs_f64_decoded_max_abs"), 0) <= 0);
  const double fused = 10 * c.number("fused_vs_unfused_decoded_max_abs");
  model->fuse();
  CHECK(golden::excess(model->forward(input_of(c)).decoded, c, "eval_decoded", fused, 0) <= 0);
  model->fuse(false);
  CHECK(model->forward(input_of(c)).decoded.equal(p.decoded));
  if (c.has("tta_decoded"))
    CHECK(golden::excess(model->forward_augmented(input_of(c)), c, "tta_decoded",
                         20 * c.number("f32_vs_f64_decoded_max_abs"), 0) <= 0);
}

void check_training_step(const golden::Case& c, DetectionModel& model) {
  model->train();
  const Prediction p = model->forward(input_of(c));
  CHECK_FALSE(p.decoded.defined());
  for (size_t i = 0; i < p.raw.size(); ++i)
    CHECK(golden::excess(p.raw[i], c, "train_raw" + std::to_string(i),
                         10 * c.number("train_raw_f32_vs_f64_max_abs"), 0) <= 0);
  LossResult result = loss_of(c, model)(p.raw, golden::load(c, "targets"));
  const double tolerance = std::max(10 * c.number("loss_f32_vs_f64_abs"), 1e-5);
  CHECK(golden::excess(result.loss, c, "loss", tolerance, 0) <= 0);
  CHECK(golden::excess(result.items, c, "items", tolerance, 0) <= 0);
  result.loss.backward();

  const double relative = 10 * c.number("grad_norms_f32_vs_f64_max_rel");
  std::vector<Tensor> grads;
  std::ifstream order(c.path() / "parameters.txt");
  size_t row = 0;
  for (const auto& item : model->named_parameters()) {
    std::string line;
    std::getline(order, line);
    CHECK(line.substr(0, line.find(' ')) == item.key());
    grads.push_back(item.value().grad());
    if (c.has("grad_" + item.key())) {
      const double largest = item.value().grad().abs().max().item<double>();
      CHECK(golden::excess(item.value().grad(), c, "grad_" + item.key(), relative * largest, relative) <= 0);
      ++row;
    }
  }
  CHECK(row >= 1);
  CHECK(golden::excess(norms(grads), c.values<double>("grad_norms"), 1e-9, relative) <= 0);

  std::vector<Tensor> means, variances;
  for (const auto& item : model->named_buffers()) {
    if (ends_with(item.key(), "running_mean")) means.push_back(item.value());
    if (ends_with(item.key(), "running_var")) variances.push_back(item.value());
  }
  CHECK(golden::excess(tengen::cat(means), c, "running_mean_after", 1e-5, 1e-5) <= 0);
  CHECK(golden::excess(tengen::cat(variances), c, "running_var_after", 1e-5, 1e-5) <= 0);
}

void check_three_steps(const golden::Case& c) {
  if (!c.has("train3_loss_items")) return;
  DetectionModel model = build(c);
  model->train();
  optim::AveragedModel ema(model->parameters(), optim::ramped_ema_decay(0.9999, 2000));
  ComputeLoss compute = loss_of(c, model);
  auto optimizer =
      make_optimizer(model, "SGD", c.number("lr"), c.number("momentum"), c.number("weight_decay"));
  const Tensor x = input_of(c), targets = golden::load(c, "targets");
  std::vector<double> items, clipped;
  for (int step = 0; step < 3; ++step) {
    LossResult result = compute(model->forward(x).raw, targets);
    items.push_back(result.loss.item<double>());
    for (double v : golden::to_vector(result.items)) items.push_back(v);
    optimizer->zero_grad();
    result.loss.backward();
    clipped.push_back(nn::utils::clip_grad_norm_(model->parameters(), 10.0));
    optimizer->step();
    ema.update();
  }
  // Batch norm over a dozen pixels is steep: rounding is magnified a hundredfold with every step.
  CHECK(golden::excess(items, c.values<double>("train3_loss_items"), 1e-4, 3e-3) <= 0);
  const auto expected = c.values<double>("train3_grad_norm_before_clip");
  REQUIRE(expected.size() == 3);
  const double relative[] = {1e-3, 5e-3, 0.1};
  for (size_t step = 0; step < 3; ++step)
    CHECK(clipped[step] == doctest::Approx(expected[step]).epsilon(relative[step]));
  CHECK(golden::excess(norms(model->parameters()), c.values<double>("train3_param_norms"), 1e-4, 1e-4) <= 0);
  CHECK(golden::excess(norms(ema.averages()), c.values<double>("train3_ema_param_norms"), 1e-4, 1e-4) <= 0);
}

}  // namespace

TEST_CASE("model: reference networks") {
  golden::for_each_case("model", [](const golden::Case& c) {
    DetectionModel model = build(c);
    check_state(c, model);
    check_inference(c, model);
    check_training_step(c, model);
    check_three_steps(c);
  });
}

TEST_CASE("model: every built-in layout has the published number of parameters, batch norms folded") {
  const std::vector<std::pair<std::string, int64_t>> expected{{"yolov5n", 1867405},
                                                              {"yolov5s", 7225885},
                                                              {"yolov5m", 21172173},
                                                              {"yolov5n6", 3239884},
                                                              {"yolov5s6", 12612508}};
  for (const auto& item : expected) {
    const auto& name = item.first;
    const int64_t count = item.second;
    CAPTURE(name);
    DetectionModel model(ModelConfig::load(name));
    int64_t folded = model->parameter_count();
    for (const auto& parameter : model->named_parameters())
      if (ends_with(parameter.key(), "bn.weight")) folded -= parameter->numel();
    CHECK(folded == count);
  }
}

TEST_CASE("model: a configuration survives its yaml") {
  for (const char* name : {"yolov5p", "yolov5n", "yolov5n6"}) {
    ModelConfig config = ModelConfig::load(name);
    config.nc = 4;
    const ModelConfig again = ModelConfig::parse(config.yaml(), "test");
    const auto a = DetectionModel(config)->state_dict(), b = DetectionModel(again)->state_dict();
    REQUIRE(a.keys() == b.keys());
    for (size_t i = 0; i < a.size(); ++i) CHECK(a[i]->sizes() == b[i]->sizes());
  }
}

TEST_CASE("model: a wrong layout is refused with its layer") {
  const auto fails = [](const std::string& text, const std::string& message) {
    const std::string head =
        "nc: 2\nanchors: [[10,13], [30,61]]\nbackbone: [[-1, 1, Conv, [8, 3, 8]]]\nhead:\n";
    try {
      DetectionModel model(ModelConfig::parse(head + text, "file.yaml"));
      FAIL("accepted: " << text);
    } catch (const std::exception& e) {
      CHECK(std::string(e.what()).find(message) != std::string::npos);
    }
  };
  fails("  - [-1, 1, Convolution, [8]]\n  - [-1, 1, Detect, [nc, anchors]]\n",
        "unknown module 'Convolution'");
  fails("  - [7, 1, Conv, [8]]\n  - [-1, 1, Detect, [nc, anchors]]\n", "which is not before it");
  fails("  - [-1, 1, Conv, [wide]]\n  - [-1, 1, Detect, [nc, anchors]]\n", "expected a whole number");
  fails("  - [-1, 1, Detect, [nc, anchors]]\n", "anchor levels");
  fails("  - [-1, 1, Conv, [8]]\n", "Detect must be the last layer");
  CHECK_THROWS(ModelConfig::load("yolov5q"));
}
