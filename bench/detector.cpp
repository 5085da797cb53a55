// yolov5n: a training step (batch 8, 320 px: forward, loss, backward, SGD) and inference. The same source is
// built against tengen and against LibTorch. Prints one line a case: name, milliseconds (median),
// repetitions.
//
//   bench_detector THREADS REPETITIONS [CASE]
#include <tengen/apps/detector/loss.h>
#include <tengen/apps/detector/model.h>
#include <tengen/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

using namespace tengen::detect;

namespace {

void measure(const std::string& name, int repetitions, const std::string& only,
             const std::function<void()>& body) {
  if (!only.empty() && name != only) return;
  std::vector<double> times;
  for (int i = -2; i < repetitions; ++i) {  // two to warm up
    auto start = std::chrono::steady_clock::now();
    body();
    double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    if (i >= 0) times.push_back(ms);
  }
  std::sort(times.begin(), times.end());
  std::printf("%-28s %9.2f ms median %9.2f min %4zu\n", name.c_str(), times[times.size() / 2], times[0],
              times.size());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  int threads = argc > 1 ? std::atoi(argv[1]) : 2, repetitions = argc > 2 ? std::atoi(argv[2]) : 9;
  std::string only = argc > 3 ? argv[3] : "";
  tengen::set_num_threads(threads);
  tengen::manual_seed(0);
  constexpr int64_t kClasses = 3, kBatch = 8, kSize = 320, kLabels = 13;

  ModelConfig config = ModelConfig::load("yolov5n");
  config.nc = kClasses;
  DetectionModel model(config);
  tengen::Tensor pictures = tengen::rand({kBatch, 3, kSize, kSize});
  // (n, 6): image, class, centre, size in shares of the picture
  tengen::Tensor targets = tengen::zeros({kBatch * kLabels, 6});
  auto t = targets.accessor<float, 2>();
  for (int64_t i = 0; i < kBatch * kLabels; ++i) {
    t[i][0] = float(i / kLabels), t[i][1] = float(i % kClasses);
    t[i][2] = 0.2f + 0.006f * float(i * 37 % 100), t[i][3] = 0.2f + 0.006f * float(i * 53 % 100);
    t[i][4] = 0.05f + 0.003f * float(i * 71 % 100), t[i][5] = 0.05f + 0.003f * float(i * 29 % 100);
  }
  ComputeLoss loss(LossOptions().scaled(3, kClasses, kSize), model->detect->anchors, model->detect->strides,
                   kClasses);
  tengen::optim::SGD optimizer(model->parameters(),
                               tengen::optim::SGDOptions(0.001).momentum(0.937).nesterov(true));

  model->train();
  measure("train step b8 320", repetitions, only, [&] {
    LossResult result = loss(model->forward(pictures).raw, targets);
    result.loss.backward();
    optimizer.step();
    optimizer.zero_grad();
  });
  model->eval();
  tengen::NoGradGuard guard;
  for (bool fused : {false, true}) {
    model->fuse(fused);
    for (auto [batch, size] : {std::pair<int64_t, int64_t>{1, 320}, {1, 640}, {8, 320}}) {
      tengen::Tensor x = tengen::rand({batch, 3, size, size});
      std::string name = std::string("infer b") + std::to_string(batch) + " " + std::to_string(size) +
                         (fused ? " fused" : "");
      measure(name, repetitions, only, [&] { model->forward(x); });
    }
  }
}
