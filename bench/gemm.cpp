#include <tengen/bench/bench.h>
#include <tengen/bench/gemm_sizes.h>
#include <tengen/torch.h>

namespace bench {

void gemm(Cases& cases) {
  for (int64_t n : kGemmSizes)
    cases.push_back({gemm_name(n), {gemm_flops(n), 0}, [n] {
                       torch::Tensor a = torch::randn({n, n}), b = torch::randn({n, n});
                       return [=] {
                         torch::NoGradGuard guard;
                         torch::Tensor c = a.mm(b);
                       };
                     }});
}

}  // namespace bench
