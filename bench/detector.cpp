// yolov5n (3 classes): a training step (forward, loss, backward, SGD) and inference.
#include <tengen/apps/detector/model/loss.h>
#include <tengen/apps/detector/model/model.h>
#include <tengen/bench/settings.h>

namespace bench {
namespace {

using namespace tengen::detect;

constexpr int64_t kClasses = 3;

DetectionModel yolov5n() {
  ModelConfig config = ModelConfig::load("yolov5n");
  config.nc = kClasses;
  return DetectionModel(config);
}

// (n, 6): image, class, center, size in fractions of the image
torch::Tensor labels(int64_t batch, int64_t per_image) {
  torch::Tensor targets = torch::zeros({batch * per_image, 6});
  auto t = targets.accessor<float, 2>();
  for (int64_t i = 0; i < batch * per_image; ++i) {
    t[i][0] = float(i / per_image), t[i][1] = float(i % kClasses);
    t[i][2] = 0.2f + 0.006f * float(i * 37 % 100), t[i][3] = 0.2f + 0.006f * float(i * 53 % 100);
    t[i][4] = 0.05f + 0.003f * float(i * 71 % 100), t[i][5] = 0.05f + 0.003f * float(i * 29 % 100);
  }
  return targets.to(device());
}

std::function<void()> training_step(int64_t batch, int64_t size) {
  DetectionModel model = yolov5n();
  model->train();
  model->to(device());
  torch::Tensor images = torch::rand({batch, 3, size, size}, options()), targets = labels(batch, 13);
  ComputeLoss loss(LossOptions().scaled(3, kClasses, size), model->detect->anchors, model->detect->strides,
                   kClasses);
  auto optimizer = std::make_shared<torch::optim::SGD>(
      model->parameters(), torch::optim::SGDOptions(0.001).momentum(0.937).nesterov(true));
  return [=]() mutable {
    torch::Tensor total;
    {
      Autocast guard;
      total = loss(model->forward(images).raw, targets).loss;
    }
    total.backward();
    optimizer->step();
    optimizer->zero_grad();
  };
}

std::function<void()> inference(int64_t batch, int64_t size, bool folded) {
  DetectionModel model = yolov5n();
  model->eval();
  model->to(device());  // before folding, whose results are no parameters
  model->fuse(folded);
  torch::Tensor images = torch::rand({batch, 3, size, size}, options());
  return [=]() mutable {
    torch::NoGradGuard guard;
    Autocast autocast;
    model->forward(images);
  };
}

}  // namespace

void detector(Cases& cases, Scale scale) {
  std::vector<int64_t> sizes{320, 640}, batches{1, 8};
  int64_t training_batch = 8, training_size = 320;
  if (scale == Scale::gpu) sizes = {640}, batches = {1, 64}, training_batch = 64, training_size = 640;
  if (scale == Scale::tiny) sizes = {32}, batches = {1}, training_batch = 2, training_size = 32;

  auto name = [](const std::string& what, int64_t batch, int64_t size) {
    return "yolov5n/" + what + " b" + std::to_string(batch) + " " + std::to_string(size);
  };
  cases.push_back({name("training step", training_batch, training_size),
                   {},
                   [=] { return training_step(training_batch, training_size); },
                   Kind::network});
  for (bool folded : {false, true})
    for (int64_t size : sizes)
      for (int64_t batch : batches)
        cases.push_back({name("inference", batch, size) + (folded ? " folded" : ""),
                         {},
                         [=] { return inference(batch, size, folded); },
                         Kind::network});
}

}  // namespace bench
