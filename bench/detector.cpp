// yolov5n (3 classes): a training step (forward, loss, backward, SGD) and inference.
#include <tengen/apps/detector/loss.h>
#include <tengen/apps/detector/model.h>
#include <tengen/bench/bench.h>
#include <tengen/torch.h>

namespace bench {
namespace {

using namespace tengen::detect;

constexpr int64_t kClasses = 3;

DetectionModel yolov5n() {
  ModelConfig config = ModelConfig::load("yolov5n");
  config.nc = kClasses;
  return DetectionModel(config);
}

// (n, 6): image, class, centre, size in shares of the picture
torch::Tensor labels(int64_t batch, int64_t per_image) {
  torch::Tensor targets = torch::zeros({batch * per_image, 6});
  auto t = targets.accessor<float, 2>();
  for (int64_t i = 0; i < batch * per_image; ++i) {
    t[i][0] = float(i / per_image), t[i][1] = float(i % kClasses);
    t[i][2] = 0.2f + 0.006f * float(i * 37 % 100), t[i][3] = 0.2f + 0.006f * float(i * 53 % 100);
    t[i][4] = 0.05f + 0.003f * float(i * 71 % 100), t[i][5] = 0.05f + 0.003f * float(i * 29 % 100);
  }
  return targets;
}

std::function<void()> training_step(int64_t batch, int64_t size) {
  DetectionModel model = yolov5n();
  model->train();
  torch::Tensor pictures = torch::rand({batch, 3, size, size}), targets = labels(batch, 13);
  ComputeLoss loss(LossOptions().scaled(3, kClasses, size), model->detect->anchors, model->detect->strides,
                   kClasses);
  auto optimizer = std::make_shared<torch::optim::SGD>(
      model->parameters(), torch::optim::SGDOptions(0.001).momentum(0.937).nesterov(true));
  return [=]() mutable {
    LossResult result = loss(model->forward(pictures).raw, targets);
    result.loss.backward();
    optimizer->step();
    optimizer->zero_grad();
  };
}

std::function<void()> inference(int64_t batch, int64_t size, bool folded) {
  DetectionModel model = yolov5n();
  model->eval();
  model->fuse(folded);
  torch::Tensor pictures = torch::rand({batch, 3, size, size});
  return [=]() mutable {
    torch::NoGradGuard guard;
    model->forward(pictures);
  };
}

}  // namespace

void detector(Cases& cases) {
  cases.push_back({"yolov5n/training step b8 320", {}, [] { return training_step(8, 320); }});
  for (bool folded : {false, true})
    for (int64_t size : {320, 640})
      for (int64_t batch : {1, 8})
        cases.push_back({"yolov5n/inference b" + std::to_string(batch) + " " + std::to_string(size) +
                             (folded ? " folded" : ""),
                         {},
                         [=] { return inference(batch, size, folded); }});
}

}  // namespace bench
