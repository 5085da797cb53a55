#include <tengen/bench/settings.h>

int main(int argc, char** argv) {
  torch::manual_seed(0);
  bench::Program program;
  program.cases = [](bench::Scale scale) {
    bench::Cases cases;
#ifndef TENGEN_BENCH_LIBTORCH
    bench::limits(cases);
#ifdef TENGEN_BENCH_CUDA
    if (bench::device().is_cuda()) bench::device_limits(cases);
#endif
#endif
    bench::overhead(cases);
    bench::memory(cases, scale);
    bench::gemm(cases, scale);
    bench::conv(cases, scale);
#ifdef TENGEN_BENCH_DETECTOR
    bench::detector(cases, scale);
#endif
    bench::go(cases, scale);
    return cases;
  };
  program.set_threads = [](int threads) { torch::set_num_threads(threads); };
  program.set_device = bench::set_device;
  program.set_precision = bench::set_precision;
  program.synchronize = bench::synchronize;
  return bench::run(argc, argv, program);
}
