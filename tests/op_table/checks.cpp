// What every operator must do, derived from its row: see table.h.
#include "checks.h"

#include <doctest/doctest.h>
#include <tengen/autograd/gradcheck.h>
#include <tengen/tensor/cuda.h>
#include <tengen/tensor/parallel/parallel.h>

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace tengen;
using namespace op_table;

namespace {

bool differentiable(const Tensor& t) { return t.defined() && t.dtype() == kDouble; }

// Leaves with the sample's values; copies, so that a sample can be used again.
Tensors leaves(const Tensors& inputs, bool requires_grad, bool strided = false, Device device = kCPU) {
  Tensors out;
  for (const Tensor& x : inputs) {
    Tensor leaf = x;
    if (x.defined()) {
      leaf = x.detach().to(device, x.dtype(), false, /*copy=*/true);
      if (strided) leaf = noncontiguous(leaf);
    }
    if (requires_grad && differentiable(x)) leaf.set_requires_grad(true);
    out.push_back(leaf);
  }
  return out;
}

Tensors to_float(const Tensors& inputs) {
  Tensors out;
  for (const Tensor& x : inputs) out.push_back(differentiable(x) ? x.to(kFloat) : x);
  return out;
}

// The first difference, as text; empty when there is none.
std::string difference(const Tensors& found, const Tensors& expected, double tolerance) {
  if (found.size() != expected.size())
    return detail::str(found.size(), " outputs, expected ", expected.size());
  for (size_t k = 0; k < found.size(); ++k) {
    if (!found[k].sizes().equals(expected[k].sizes()))
      return detail::str("output ", k, " has shape ", found[k].sizes(), ", expected ", expected[k].sizes());
    std::vector<double> a = values(found[k]), b = values(expected[k]);
    for (size_t i = 0; i < a.size(); ++i) {
      bool same = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])) ||
                  std::abs(a[i] - b[i]) <= tolerance * (1 + std::abs(b[i]));
      if (!same) return detail::str("output ", k, " element ", i, ": found ", a[i], ", expected ", b[i]);
    }
  }
  return {};
}

bool same_bits(const Tensor& a, const Tensor& b) {
  Tensor x = a.detach().contiguous(), y = b.detach().contiguous();
  return x.dtype() == y.dtype() && x.nbytes() == y.nbytes() &&
         (x.nbytes() == 0 || std::memcmp(x.data_ptr(), y.data_ptr(), x.nbytes()) == 0);
}

int64_t elements(const Tensors& tensors) {
  int64_t n = 0;
  for (const Tensor& t : tensors)
    if (differentiable(t)) n += t.numel();
  return n;
}

// A scalar of all outputs with fixed random weights: an all-ones cotangent would not see a wrong softmax
// rule.
Tensor weighted_sum(const Tensors& outputs, ScalarType rounded = kDouble) {
  Tensor total = zeros({}, kDouble);
  uint64_t seed = 77;
  for (const Tensor& out : outputs)
    if (out.is_floating_point()) {
      Tensor weight = uniform(std::vector<int64_t>(out.sizes().begin(), out.sizes().end()), 0.5, 1.5, seed++)
                          .to(rounded)
                          .to(kDouble);
      total = total + (out.to(kDouble) * weight.to(out.device())).sum();
    }
  return total;
}

Tensors gradients(const Tensor& total, const Tensors& inputs, bool create_graph = false) {
  Tensors wanted;
  for (const Tensor& x : inputs)
    if (x.defined() && x.requires_grad()) wanted.push_back(x);
  if (!total.requires_grad() || wanted.empty()) return {};
  Tensors found = autograd::grad({total}, wanted, {}, std::nullopt, create_graph, true);
  for (size_t i = 0; i < found.size(); ++i)
    if (!found[i].defined()) found[i] = zeros_like(wanted[i]);
  return found;
}

#define FOR_EACH_SAMPLE(rows)                  \
  for (const Row& row : rows)                  \
    for (const Sample& sample : row.samples()) \
      if (INFO(row.name, ", sample ", sample.what); true)

}  // namespace

namespace op_table {

void check_forward(const Rows& rows) {
  FOR_EACH_SAMPLE(rows) {
    Tensors expected = row.reference(leaves(sample.inputs, false));
    CHECK(difference(row.call(leaves(sample.inputs, false)), expected, row.tolerance) == "");
    INFO("non-contiguous");
    CHECK(difference(row.call(leaves(sample.inputs, false, true)), expected, row.tolerance) == "");
    if (!row.float32) continue;
    INFO("float32");
    CHECK(difference(row.call(to_float(sample.inputs)), expected, row.tolerance32) == "");
  }
}

void check_gradients(const Rows& rows, bool second_order) {
  FOR_EACH_SAMPLE(rows) {
    if (!row.differentiable || (second_order && !row.second_order) || elements(sample.inputs) == 0) continue;
    autograd::GradcheckOptions options;
    // The full check goes backward once for each element of the outputs.
    const int64_t outputs = elements(row.call(leaves(sample.inputs, false)));
    options.fast_mode = std::max(elements(sample.inputs), outputs / 16) > (second_order ? 12 : 48);
    if (second_order) {
      // A fused operator has another rule while recording; the checks below see only that it is consistent.
      INFO("recorded gradients agree with fast ones");
      Tensors inputs = leaves(sample.inputs, true);
      Tensors fast = gradients(weighted_sum(row.call(inputs)), inputs);
      CHECK(difference(gradients(weighted_sum(row.call(inputs)), inputs, true), fast, 1e-9) == "");
    }
    for (bool strided : {false, true}) {
      Tensors inputs = leaves(sample.inputs, true, strided);
      for (uint64_t seed = 0; seed < (options.fast_mode ? 2u : 1u); ++seed) {
        options.seed = seed;
        std::string problem;
        try {
          if (second_order)
            autograd::gradgradcheck(autograd::CheckedFunction(row.call), inputs, {}, options);
          else
            autograd::gradcheck(autograd::CheckedFunction(row.call), inputs, options);
        } catch (const std::exception& error) {
          problem = error.what();
        }
        CHECK(problem == "");
      }
      if (second_order) break;
    }
  }
}

void check_inplace(const Rows& rows) {
  FOR_EACH_SAMPLE(rows) {
    if (!row.inplace) continue;
    Tensors plain = leaves(sample.inputs, true);
    Tensors outputs = row.call(plain);
    if (!outputs[0].sizes().equals(plain[0].sizes())) continue;
    Tensors inputs = leaves(sample.inputs, true);
    {
      NoGradGuard guard;
      Tensor self = inputs[0].clone();
      int64_t version = self._version();
      void* memory = self.data_ptr();
      Tensor& result = row.inplace(self, inputs);
      CHECK(result.is_same(self));
      CHECK(self.data_ptr() == memory);
      CHECK(self._version() > version);
      CHECK(difference({self}, {outputs[0]}, row.tolerance) == "");
    }
    if (!row.differentiable) continue;
    Tensor self = inputs[0].clone();
    row.inplace(self, inputs);
    CHECK(difference({self}, {outputs[0]}, row.tolerance) == "");
    CHECK(difference(gradients(weighted_sum({self}), inputs), gradients(weighted_sum({outputs[0]}), plain),
                     1e-12) == "");
    if (differentiable(inputs[0]) && inputs[0].numel())
      CHECK_THROWS_AS(row.inplace(inputs[0], inputs), Error);
    // On a view: the base's gradient knows of it.
    Tensor base = stack({inputs[0].detach(), inputs[0].detach()}).set_requires_grad(true),
           copy = base.clone();
    Tensor view = copy.select(0, 1);
    row.inplace(view, inputs);
    Tensors rest = inputs;
    rest[0] = base.select(0, 1);
    Tensor composed = stack({base.select(0, 0), row.call(rest)[0]});
    CHECK(difference(gradients(weighted_sum({copy}), {base}), gradients(weighted_sum({composed}), {base}),
                     1e-12) == "");
  }
}

void check_threads(const Rows& rows) {
  int threads = get_num_threads();
  FOR_EACH_SAMPLE(rows) {
    Tensors results[2];
    for (int run = 0; run < 2; ++run) {
      set_num_threads(run + 1);
      Tensors inputs = leaves(sample.inputs, row.differentiable);
      results[run] = row.call(inputs);
      Tensors grads = gradients(weighted_sum(results[run]), inputs);
      results[run].insert(results[run].end(), grads.begin(), grads.end());
    }
    for (size_t k = 0; k < results[0].size(); ++k) CHECK(same_bits(results[0][k], results[1][k]));
  }
  set_num_threads(threads);
}

void check_reduced(const Rows& rows, Device device) {
  FOR_EACH_SAMPLE(rows) {
    // Sizes change nothing in types; float32 runs see that all elements are reached.
    if (!row.float32 || row.ulps16 == 0 || elements(sample.inputs) > 2048) continue;
    if (row.random && device.is_cuda()) continue;
    for (ScalarType type : {kHalf, kBFloat16}) {
      INFO(std::string(to_string(type)));
      const double ulp = type == kHalf ? 0x1p-10 : 0x1p-7;
      auto as = [&](ScalarType t, Device where) {  // the same numbers in another type
        Tensors out;
        for (const Tensor& x : sample.inputs) {
          out.push_back(!x.defined()        ? x
                        : differentiable(x) ? x.detach().to(type).to(where, t, false, /*copy=*/true)
                                            : x.to(where));
          if (differentiable(x)) out.back().set_requires_grad(row.differentiable);
        }
        return out;
      };
      Tensors narrow = as(type, device), wide = as(kFloat, kCPU);
      Tensors found = row.call(narrow), expected = row.call(wide);
      for (size_t k = 0; k < found.size() && k < expected.size(); ++k)
        CHECK(found[k].dtype() == (expected[k].dtype() == kFloat ? type : expected[k].dtype()));
      CHECK(difference(found, expected, row.ulps16 * ulp) == "");
      if (row.inplace && expected[0].sizes().equals(wide[0].sizes())) {
        INFO("in place");
        NoGradGuard no_grad;
        Tensor self = narrow[0].clone();
        row.inplace(self, narrow);
        CHECK(self.dtype() == type);
        CHECK(difference({self}, {expected[0]}, row.ulps16 * ulp) == "");
      }
      if (!row.differentiable) continue;
      INFO("gradients");
      Tensors grads = gradients(weighted_sum(found, type), narrow);
      for (const Tensor& g : grads) CHECK(g.dtype() == type);
      CHECK(difference(grads, gradients(weighted_sum(expected, type), wide), row.gradient_ulps16 * ulp) ==
            "");
    }
  }
}

void check_errors(const Rows& rows) {
  for (const Row& row : rows)
    for (const ErrorSample& sample : row.errors) {
      INFO(row.name, ", error: ", sample.what);
      std::string text = "nothing was thrown";
      try {
        sample.call();
      } catch (const Error& error) {
        text = error.what();
      }
      INFO("text: ", text, "; expected part: ", sample.message_part);
      CHECK(text.find(sample.message_part) != std::string::npos);
    }
}

// ---- CUDA ----

namespace {

bool has_cuda() {
  if (cuda::is_available()) return true;
  MESSAGE("skipped: no CUDA device (build with TENGEN_CUDA=emulate or ON)");
  return false;
}

// Those that a tensor's device decides; an operator that makes new tensors elsewhere is found.
bool on_cuda(const Tensors& tensors) {
  for (const Tensor& t : tensors)
    if (t.defined() && !t.is_cuda()) return false;
  return true;
}

}  // namespace

void check_cuda_forward(const Rows& rows) {
  if (!has_cuda()) return;
  FOR_EACH_SAMPLE(rows) {
    if (row.random) continue;
    Tensors expected = row.call(leaves(sample.inputs, false));
    for (bool strided : {false, true}) {
      INFO(std::string(strided ? "non-contiguous" : "contiguous"));
      Tensors found = row.call(leaves(sample.inputs, false, strided, kCUDA));
      CHECK(on_cuda(found));
      CHECK(difference(found, expected, std::max(row.tolerance, 1e-10)) == "");
    }
    if (row.float32) {
      INFO("float32");
      CHECK(difference(row.call(leaves(to_float(sample.inputs), false, false, kCUDA)),
                       row.call(to_float(sample.inputs)), row.tolerance32) == "");
    }
    if (!row.inplace || !expected[0].sizes().equals(sample.inputs[0].sizes())) continue;
    INFO("in place");
    NoGradGuard guard;
    Tensors inputs = leaves(sample.inputs, false, false, kCUDA);
    Tensor self = inputs[0].clone();
    row.inplace(self, inputs);
    CHECK(difference({self}, {expected[0]}, std::max(row.tolerance, 1e-10)) == "");
  }
}

void check_cuda_gradients(const Rows& rows, bool second_order) {
  if (!has_cuda()) return;
  FOR_EACH_SAMPLE(rows) {
    if (row.random || !row.differentiable || (second_order && !row.second_order)) continue;
    if (elements(sample.inputs) == 0) continue;
    Tensors results[2];
    for (Device device : {Device(kCPU), Device(kCUDA)}) {
      Tensors inputs = leaves(sample.inputs, true, false, device);
      Tensors found = gradients(weighted_sum(row.call(inputs)), inputs, second_order);
      if (second_order) found = gradients(weighted_sum(found), inputs);
      if (device.is_cuda()) CHECK(on_cuda(found));
      results[device.is_cuda()] = found;
    }
    CHECK(difference(results[1], results[0], 1e-9) == "");
  }
}

void check_reduced_cuda(const Rows& rows) {
  if (has_cuda()) check_reduced(rows, kCUDA);
}

void check_cuda_differences(const Rows& rows) {
  if (!has_cuda()) return;
  FOR_EACH_SAMPLE(rows) {
    // Large samples are compared with the CPU's gradients above.
    if (!row.differentiable || elements(sample.inputs) == 0 || elements(sample.inputs) > 4096) continue;
    Tensors inputs = leaves(sample.inputs, true, false, kCUDA);
    autograd::GradcheckOptions options;
    options.fast_mode = true;
    std::string problem;
    try {
      autograd::gradcheck(autograd::CheckedFunction(row.call), inputs, options);
    } catch (const std::exception& error) {
      problem = error.what();
    }
    CHECK(problem == "");
  }
}

}  // namespace op_table
