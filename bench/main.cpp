#include <tengen/bench/bench.h>
#include <tengen/torch.h>

int main(int argc, char** argv) {
  torch::manual_seed(0);
  bench::Cases cases;
#ifndef TENGEN_BENCH_LIBTORCH
  bench::limits(cases);
#endif
  bench::overhead(cases);
  bench::memory(cases);
  bench::gemm(cases);
  bench::conv(cases);
  bench::detector(cases);
  bench::go(cases);
  return bench::run(argc, argv, cases, [](int threads) { torch::set_num_threads(threads); });
}
