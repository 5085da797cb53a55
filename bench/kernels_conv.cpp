// Times the convolution kernels: forward, gradient of the input, gradient of the weights.
//     bench_kernels_conv [threads [GFLOP/s that one core can reach]]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <tengen/bench/conv_shapes.h>
#include <tengen/tensor/kernels.h>
#include <tengen/tensor/parallel.h>

using namespace tengen;

namespace {

struct Time {
  double min, median;  // seconds
};

template <class F>
Time measure(F&& f) {
  std::vector<double> times;
  double spent = 0;
  for (int i = 0; i < 60 && (i < 5 || spent < 0.05); ++i) {
    auto start = std::chrono::steady_clock::now();
    f();
    times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    spent += times.back();
  }
  times.erase(times.begin());  // the first one warms up
  std::sort(times.begin(), times.end());
  return {times.front(), times[times.size() / 2]};
}

void run(const char* title, const std::vector<bench::Layer>& layers, double peak) {
  std::printf("%s: microseconds, minimum (median), GFLOP/s, %% of peak\n", title);
  double total[3] = {}, work = 0;
  for (const bench::Layer& layer : layers) {
    const Conv2dShape& s = layer.shape;
    std::vector<float> input(size_t(s.batch * s.in_channels * s.in_h * s.in_w), 0.5f);
    std::vector<float> output(size_t(s.batch * s.out_channels * s.out_h * s.out_w), 0.25f);
    std::vector<float> weight(size_t(s.out_channels * s.in_channels / s.groups * s.kernel_h * s.kernel_w),
                              0.125f);
    const Kernels& table = kernels(kCPU);
    const Time times[3] = {
        measure([&] { table.conv2d(kFloat, s, input.data(), weight.data(), nullptr, output.data()); }),
        measure([&] { table.conv2d_input_grad(kFloat, s, output.data(), weight.data(), input.data()); }),
        measure([&] { table.conv2d_weight_grad(kFloat, s, output.data(), input.data(), weight.data()); })};
    std::printf("%2d x  b%-2d %3d -> %3d  %lldx%lld/%lld at %-3d", layer.count, int(s.batch),
                int(s.in_channels), int(s.out_channels), (long long)s.kernel_h, (long long)s.kernel_w,
                (long long)s.stride_h, int(s.in_h));
    for (int i = 0; i < 3; ++i) {
      double rate = bench::flops(s) / times[i].min * 1e-9;
      std::printf(" | %7.0f (%7.0f) %4.0f %3.0f%%", times[i].min * 1e6, times[i].median * 1e6, rate,
                  rate / peak * 100);
      total[i] += times[i].median * layer.count;
    }
    work += bench::flops(s) * layer.count;
    std::printf("\n");
  }
  std::printf(
      "sum of medians: forward %.2f ms, input gradient %.2f ms, weight gradient %.2f ms: %.0f %% of peak\n\n",
      total[0] * 1e3, total[1] * 1e3, total[2] * 1e3,
      300 * work / (total[0] + total[1] + total[2]) * 1e-9 / peak);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) set_num_threads(std::atoi(argv[1]));
  const double peak = (argc > 2 ? std::atof(argv[2]) : 117) * get_num_threads();
  std::printf("%s, %d threads, peak %.0f GFLOP/s\n", kernels(kCPU).name, get_num_threads(), peak);
  run("yolov5n, 320 px, batch 8", bench::yolov5n(8), peak);
  run("Go towers", bench::go_towers(), peak);
}
