// Matrix products.
#include <tengen/bench/gemm_sizes.h>
#include <tengen/bench/settings.h>

namespace bench {
namespace {

/// product(a, b) of random operands of these sizes, nothing recorded.
template <class F>
void add(Cases& cases, const std::string& name, double flops, std::vector<int64_t> a_sizes,
         std::vector<int64_t> b_sizes, torch::ScalarType type, F product) {
  cases.push_back({name,
                   {flops, 0},
                   [=] {
                     const torch::TensorOptions like =
                         type == torch::kFloat ? operands() : options().dtype(type);
                     torch::Tensor a = torch::randn(a_sizes, like), b = torch::randn(b_sizes, like);
                     return [=] {
                       torch::NoGradGuard guard;
                       product(a, b);
                     };
                   },
                   type == torch::kFloat ? Kind::products : Kind::plain});
}

}  // namespace

void gemm(Cases& cases, Scale scale) {
  using torch::Tensor;
  auto mm = [](const Tensor& a, const Tensor& b) { return a.mm(b); };
  for (int64_t n : gemm_sizes(scale))
    add(cases, gemm_name(n), gemm_flops(n), {n, n}, {n, n}, torch::kFloat, mm);

  if (scale == Scale::tiny) return;

  // Other types, orders and shapes.
  const int64_t larger = scale == Scale::gpu ? 4 : 1;
  for (int64_t n : {64 * larger, 256 * larger, 1024 * larger}) {
    const std::string size = std::to_string(n);
    add(cases, "products/float64 " + size, gemm_flops(n), {n, n}, {n, n}, torch::kDouble, mm);
    add(cases, "products/A^T B " + size, gemm_flops(n), {n, n}, {n, n}, torch::kFloat,
        [](const Tensor& a, const Tensor& b) { return a.t().mm(b); });
    add(cases, "products/A B^T " + size, gemm_flops(n), {n, n}, {n, n}, torch::kFloat,
        [](const Tensor& a, const Tensor& b) { return a.mm(b.t()); });
  }
  auto bmm = [](const Tensor& a, const Tensor& b) { return a.bmm(b); };
  add(cases, "products/64 of 32", 64 * gemm_flops(32), {64, 32, 32}, {64, 32, 32}, torch::kFloat, bmm);
  add(cases, "products/16 of 256", 16 * gemm_flops(256), {16, 256, 256}, {16, 256, 256}, torch::kFloat, bmm);
  // A batch of a fully connected layer: few rows times the transposed weight.
  add(cases, "products/linear 8x1024x1024", 16.0 * 1024 * 1024, {8, 1024}, {1024, 1024}, torch::kFloat,
      [](const Tensor& a, const Tensor& b) { return a.mm(b.t()); });
  add(cases, "products/matrix-vector 2048", 2.0 * 2048 * 2048, {2048, 2048}, {2048}, torch::kFloat,
      [](const Tensor& a, const Tensor& x) { return a.mv(x); });
  add(cases, "products/A^T vector 2048", 2.0 * 2048 * 2048, {2048, 2048}, {2048}, torch::kFloat,
      [](const Tensor& a, const Tensor& x) { return a.t().mv(x); });
}

}  // namespace bench
