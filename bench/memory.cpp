// Operators that are bound by memory. Bytes: every input read once, every output written once.
#include <tengen/bench/bench.h>
#include <tengen/torch.h>

namespace bench {
namespace {

constexpr int64_t kElements = 12'800'000;  // 51 MB: no cache holds it

/// `make(x)` on a tensor of kElements, nothing recorded.
template <class F>
void forward(Cases& cases, const char* name, double bytes, torch::IntArrayRef sizes, F make) {
  std::vector<int64_t> shape(sizes.begin(), sizes.end());
  cases.push_back({name, {0, bytes}, [=] {
                     torch::Tensor x = torch::randn(shape);
                     return [=] {
                       torch::NoGradGuard guard;
                       make(x);
                     };
                   }});
}

/// `loss(x)` and its gradient; bytes as the least that a fused forward and backward move.
template <class F>
void gradient(Cases& cases, const char* name, double bytes, torch::IntArrayRef sizes, F make) {
  std::vector<int64_t> shape(sizes.begin(), sizes.end());
  cases.push_back({name, {0, bytes}, [=] {
                     torch::Tensor x = torch::randn(shape).requires_grad_();
                     auto loss = make(shape);
                     return [=]() mutable {
                       loss(x);
                       x.mutable_grad() = torch::Tensor();
                     };
                   }});
}

}  // namespace

void memory(Cases& cases) {
  const double item = 4.0, all = item * kElements;
  forward(cases, "memory/add 12.8M", 3 * all, {kElements}, [](const torch::Tensor& x) { return x + x; });
  cases.back().prepare = [] {
    torch::Tensor a = torch::randn({kElements}), b = torch::randn({kElements});
    return [=] {
      torch::NoGradGuard guard;
      torch::Tensor sum = a + b;
    };
  };
  forward(cases, "memory/silu 12.8M", 2 * all, {kElements},
          [](const torch::Tensor& x) { return torch::silu(x); });
  forward(cases, "memory/exp 12.8M", 2 * all, {kElements}, [](const torch::Tensor& x) { return x.exp(); });
  forward(cases, "memory/sum of all 12.8M", all, {kElements}, [](const torch::Tensor& x) { return x.sum(); });
  forward(cases, "memory/sum of rows 12800x1000", all, {12800, 1000},
          [](const torch::Tensor& x) { return x.sum(1); });
  forward(cases, "memory/sum of columns 12800x1000", all, {12800, 1000},
          [](const torch::Tensor& x) { return x.sum(0); });
  forward(cases, "memory/log_softmax 4096x1000", 2 * item * 4096 * 1000, {4096, 1000},
          [](const torch::Tensor& x) { return torch::log_softmax(x, 1); });
  forward(cases, "memory/permute+contiguous 8x64x160x160", 2 * item * 8 * 64 * 160 * 160, {8, 64, 160, 160},
          [](const torch::Tensor& x) {
            return x.permute({0, 2, 3, 1}).contiguous();
          });
  // Reads logits and targets, writes the gradient; reads both again for it.
  gradient(cases, "memory/bce_with_logits fwd+bwd 9.8M", 5 * item * 9'800'000, {9'800'000},
           [](const std::vector<int64_t>& shape) {
             torch::Tensor y = torch::rand(shape);
             return [=](const torch::Tensor& x) { torch::binary_cross_entropy_with_logits(x, y).backward(); };
           });
  // Forward: x twice (moments, then output), y. Backward: x and the gradient twice, dx.
  gradient(cases, "memory/batch_norm+silu fwd+bwd 8x64x80x80", 8 * item * 8 * 64 * 80 * 80, {8, 64, 80, 80},
           [](const std::vector<int64_t>& shape) {
             torch::nn::BatchNorm2d norm(64);
             torch::Tensor grad = torch::randn(shape);
             return [=](const torch::Tensor& x) mutable { torch::silu(norm->forward(x)).backward(grad); };
           });

  // Operators of other access patterns.
  forward(cases, "others/flip 4096x1000", 2 * item * 4096 * 1000, {4096, 1000},
          [](const torch::Tensor& x) { return x.flip({1}); });
  forward(cases, "others/a + b.t() 2048x2048", 3 * item * 2048 * 2048, {2048, 2048},
          [](const torch::Tensor& x) { return x + x.t(); });
  forward(cases, "others/gather last dim 4096x1000", 4 * item * 4096 * 1000, {4096, 1000},
          [](const torch::Tensor& x) { return x; });
  cases.back().prepare = [] {
    torch::Tensor x = torch::randn({4096, 1000}), index = torch::randint(1000, {4096, 1000}, torch::kLong);
    return [=] {
      torch::NoGradGuard guard;
      torch::Tensor out = x.gather(1, index);
    };
  };
  gradient(cases, "others/batch_norm (N,C) fwd+bwd 128x1024", 8 * item * 128 * 1024, {128, 1024},
           [](const std::vector<int64_t>& shape) {
             torch::nn::BatchNorm1d norm(shape[1]);
             torch::Tensor grad = torch::randn(shape);
             return [=](const torch::Tensor& x) mutable { norm->forward(x).backward(grad); };
           });
}

}  // namespace bench
