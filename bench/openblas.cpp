// The matrix products by OpenBLAS.
#include <cblas.h>

#include <memory>
#include <vector>

#include <tengen/bench/bench.h>
#include <tengen/bench/gemm_sizes.h>

namespace {

bench::Cases products(bench::Scale scale) {
  bench::Cases cases;
  for (int64_t n : bench::gemm_sizes(scale))
    cases.push_back({bench::gemm_name(n), {bench::gemm_flops(n), 0}, [n] {
                       auto a = std::make_shared<std::vector<float>>(n * n, 0.5f);
                       auto b = std::make_shared<std::vector<float>>(n * n, 0.25f);
                       auto c = std::make_shared<std::vector<float>>(n * n);
                       return [=] {
                         const int size = int(n);
                         cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1,
                                     a->data(), size, b->data(), size, 0, c->data(), size);
                       };
                     }});
  return cases;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, {products, [](int threads) { openblas_set_num_threads(threads); }});
}
