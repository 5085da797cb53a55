// Operators that are bound by memory. Bytes: every input read once, every output written once.
#include <tengen/bench/settings.h>

namespace bench {
namespace {

using Sizes = std::vector<int64_t>;

/// What no cache holds: of a processor 51 MB a tensor, of a GPU 1 GB for elements and some 0.3 GB for rows.
struct MemorySizes {
  int64_t elements, logits;
  Sizes rows, softmax, picture, norm, table, features;
  int64_t square;
};

MemorySizes sizes_of(Scale scale) {
  switch (scale) {
    case Scale::gpu:
      return {268'400'000,        100'000'000,    {262'144, 1024}, {65'536, 1000}, {64, 64, 160, 160},
              {64, 64, 160, 160}, {65'536, 1000}, {65'536, 1024},  16'384};
    case Scale::tiny:
      return {4096, 512, {8, 64}, {16, 10}, {1, 4, 6, 6}, {2, 4, 5, 5}, {16, 10}, {8, 16}, 16};
    default:
      return {12'800'000,      9'800'000,    {12'800, 1000}, {4096, 1000}, {8, 64, 160, 160},
              {8, 64, 80, 80}, {4096, 1000}, {128, 1024},    2048};
  }
}

double count(const Sizes& sizes) {
  double product = 1;
  for (int64_t size : sizes) product *= double(size);
  return product;
}

/// "12.8M" or "12800x1000".
std::string text(int64_t n) {
  if (n < 1'000'000) return std::to_string(n);
  return std::to_string(n / 1'000'000) + (n / 100'000 % 10 ? "." + std::to_string(n / 100'000 % 10) : "") +
         "M";
}
std::string text(const Sizes& sizes) {
  std::string joined;
  for (int64_t size : sizes) joined += (joined.empty() ? "" : "x") + std::to_string(size);
  return joined;
}

/// `body(x)` for a tensor x, nothing recorded; it touches `tensors` tensors of that size.
template <class F>
void forward(Cases& cases, const std::string& name, double tensors, const Sizes& sizes, F body) {
  cases.push_back({name, {0, 4 * tensors * count(sizes)}, [=] {
                     torch::Tensor x = torch::randn(sizes, options());
                     return [=] {
                       torch::NoGradGuard guard;
                       body(x);
                     };
                   }});
}

/// The same where it takes more inputs: make() gives the body.
template <class F>
void forward_of(Cases& cases, const std::string& name, double tensors, const Sizes& sizes, F make) {
  cases.push_back({name, {0, 4 * tensors * count(sizes)}, [=] {
                     auto body = make(sizes);
                     return [=]() mutable {
                       torch::NoGradGuard guard;
                       body();
                     };
                   }});
}

/// `loss(x)` and its gradient; tensors as the least that a fused forward and backward touch.
template <class F>
void gradient(Cases& cases, const std::string& name, double tensors, const Sizes& sizes, F make) {
  cases.push_back({name, {0, 4 * tensors * count(sizes)}, [=] {
                     torch::Tensor x = torch::randn(sizes, options()).requires_grad_();
                     auto loss = make(sizes);
                     return [=]() mutable {
                       loss(x);
                       x.mutable_grad() = torch::Tensor();
                     };
                   }});
}

}  // namespace

void memory(Cases& cases, Scale scale) {
  using torch::Tensor;
  const MemorySizes s = sizes_of(scale);
  const std::string elements = text(s.elements);
  forward_of(cases, "memory/copy " + elements, 2, {s.elements}, [](const Sizes& sizes) {
    Tensor from = torch::randn(sizes, options()), to = torch::empty(sizes, options());
    return [=]() mutable { to.copy_(from); };
  });
  forward_of(cases, "memory/add " + elements, 3, {s.elements}, [](const Sizes& sizes) {
    Tensor a = torch::randn(sizes, options()), b = torch::randn(sizes, options());
    return [=] { Tensor sum = a + b; };
  });
  forward(cases, "memory/silu " + elements, 2, {s.elements}, [](const Tensor& x) { return torch::silu(x); });
  forward(cases, "memory/exp " + elements, 2, {s.elements}, [](const Tensor& x) { return x.exp(); });
  forward(cases, "memory/sum of all " + elements, 1, {s.elements}, [](const Tensor& x) { return x.sum(); });
  forward(cases, "memory/sum of rows " + text(s.rows), 1, s.rows, [](const Tensor& x) { return x.sum(1); });
  forward(cases, "memory/sum of columns " + text(s.rows), 1, s.rows,
          [](const Tensor& x) { return x.sum(0); });
  forward(cases, "memory/log_softmax " + text(s.softmax), 2, s.softmax,
          [](const Tensor& x) { return torch::log_softmax(x, 1); });
  // Backward: the output and the gradient, dx.
  gradient(cases, "memory/log_softmax fwd+bwd " + text(s.softmax), 5, s.softmax, [](const Sizes& sizes) {
    Tensor grad = torch::randn(sizes, options());
    return [=](const Tensor& x) { torch::log_softmax(x, 1).backward(grad); };
  });
  forward(cases, "memory/permute+contiguous " + text(s.picture), 2, s.picture, [](const Tensor& x) {
    return x.permute({0, 2, 3, 1}).contiguous();
  });
  // Reads logits and targets, writes the gradient; reads both again for it.
  gradient(cases, "memory/bce_with_logits fwd+bwd " + text(s.logits), 5, {s.logits}, [](const Sizes& sizes) {
    Tensor y = torch::rand(sizes, options());
    return [=](const Tensor& x) { torch::binary_cross_entropy_with_logits(x, y).backward(); };
  });
  // Forward: x twice (moments, then output), y. Backward: x and the gradient twice, dx.
  gradient(cases, "memory/batch_norm+silu fwd+bwd " + text(s.norm), 8, s.norm, [](const Sizes& sizes) {
    torch::nn::BatchNorm2d norm(sizes[1]);
    norm->to(device());
    Tensor grad = torch::randn(sizes, options());
    return [=](const Tensor& x) mutable { torch::silu(norm->forward(x)).backward(grad); };
  });

  // Operators of other access patterns.
  forward(cases, "others/flip " + text(s.table), 2, s.table, [](const Tensor& x) { return x.flip({1}); });
  forward(cases, "others/a + b.t() " + text({s.square, s.square}), 3, {s.square, s.square},
          [](const Tensor& x) { return x + x.t(); });
  forward_of(cases, "others/gather last dim " + text(s.table), 4, s.table, [](const Sizes& sizes) {
    Tensor x = torch::randn(sizes, options());
    Tensor index = torch::randint(sizes[1], sizes, options().dtype(torch::kLong));
    return [=] { Tensor out = x.gather(1, index); };
  });
  gradient(cases, "others/batch_norm (N,C) fwd+bwd " + text(s.features), 8, s.features,
           [](const Sizes& sizes) {
             torch::nn::BatchNorm1d norm(sizes[1]);
             norm->to(device());
             Tensor grad = torch::randn(sizes, options());
             return [=](const Tensor& x) mutable { norm->forward(x).backward(grad); };
           });
}

}  // namespace bench
