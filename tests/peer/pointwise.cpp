// Functions of one tensor: elementwise functions and activation functions.
#include "peer.h"

namespace F = torch::nn::functional;

namespace peer {
namespace {

using Unary = std::function<Tensor(const Tensor&)>;

void unary(Rows& rows, const std::string& name, const Unary& function, int times = 10,
           const Types& types = all_types) {
  rows.push_back({name, types, times, [=](Case& c, ScalarType type) {
                    c.input(type, c.sizes());
                    c.run = [=](Tensors& x) { return Tensors{function(x[0])}; };
                  }});
}

void unary_in_place(Rows& rows, const std::string& name, const std::function<void(Tensor&)>& function) {
  rows.push_back({name, all_types, 6, [=](Case& c, ScalarType type) {
                    c.input(type, c.sizes());
                    c.in_place();
                    c.run = [=](Tensors& x) {
                      function(x[0]);
                      return Tensors{x[0]};
                    };
                  }});
}

/// A function with numbers among its arguments, which are drawn first.
void with_options(Rows& rows, const std::string& name, int times,
                  const std::function<Unary(Case&, ScalarType)>& draw, const Types& types = all_types) {
  rows.push_back({name, types, times, [=](Case& c, ScalarType type) {
                    const Unary function = draw(c, type);
                    c.input(type, c.sizes());
                    c.run = [=](Tensors& x) { return Tensors{function(x[0])}; };
                  }});
}

}  // namespace

void add_pointwise_rows(Rows& rows) {
#define BOTH(name)                                                    \
  unary(rows, #name, [](const Tensor& x) { return torch::name(x); }); \
  unary_in_place(rows, #name "_", [](Tensor& x) { x.name##_(); });
  BOTH(abs)
  BOTH(neg)
  BOTH(sign)
  BOTH(exp)
  BOTH(expm1)
  BOTH(log)
  BOTH(log2)
  BOTH(log10)
  BOTH(log1p)
  BOTH(sqrt)
  BOTH(rsqrt)
  BOTH(reciprocal)
  BOTH(square)
  BOTH(sin)
  BOTH(cos)
  BOTH(tan)
  BOTH(asin)
  BOTH(acos)
  BOTH(atan)
  BOTH(sinh)
  BOTH(cosh)
  BOTH(tanh)
  BOTH(erf)
  BOTH(erfc)
  BOTH(sigmoid)
  BOTH(relu)
  BOTH(floor)
  BOTH(ceil)
  BOTH(round)
  BOTH(trunc)
  BOTH(frac)
#undef BOTH
#define ONE(name) unary(rows, #name, [](const Tensor& x) { return torch::name(x); });
  ONE(isnan)
  ONE(isinf)
  ONE(isfinite)
  ONE(logical_not)
  ONE(bitwise_not)
  ONE(relu6)
  ONE(leaky_relu)
  ONE(silu)
  ONE(gelu)
  ONE(elu)
  ONE(softplus)
  ONE(hardtanh)
  ONE(mish)
  ONE(log_sigmoid)
  ONE(clone)
  ONE(detach)
#undef ONE
  unary(
      rows, "operator-", [](const Tensor& x) { return -x; }, 3);
  unary(
      rows, "operator~", [](const Tensor& x) { return ~x; }, 3);
  unary(rows, "F.selu", [](const Tensor& x) { return F::selu(x); });
  unary(
      rows, "F.tanhshrink", [](const Tensor& x) { return F::tanhshrink(x); }, 5);
  unary(
      rows, "F.softsign", [](const Tensor& x) { return F::softsign(x); }, 5);
  unary(
      rows, "F.relu", [](const Tensor& x) { return F::relu(x); }, 5);
  unary(
      rows, "F.relu6", [](const Tensor& x) { return F::relu6(x); }, 5);
  unary(
      rows, "F.mish", [](const Tensor& x) { return F::mish(x); }, 5);
  unary(
      rows, "F.logsigmoid", [](const Tensor& x) { return F::logsigmoid(x); }, 5);
  unary_in_place(rows, "silu_", [](Tensor& x) { torch::silu_(x); });
  unary_in_place(rows, "leaky_relu_", [](Tensor& x) { torch::leaky_relu_(x, 0.2); });
  unary_in_place(rows, "zero_", [](Tensor& x) { x.zero_(); });
  unary_in_place(rows, "F.relu_", [](Tensor& x) { F::relu(x, F::ReLUFuncOptions(true)); });
  unary_in_place(rows, "F.relu6_", [](Tensor& x) { F::relu6(x, F::ReLU6FuncOptions(true)); });
  unary_in_place(rows, "F.hardtanh_",
                 [](Tensor& x) { F::hardtanh(x, F::HardtanhFuncOptions().inplace(true)); });
  unary_in_place(rows, "F.elu_", [](Tensor& x) { F::elu(x, F::ELUFuncOptions().inplace(true)); });

  with_options(rows, "gelu.tanh", 6, [](Case&, ScalarType) -> Unary {
    return [](const Tensor& x) { return torch::gelu(x, "tanh"); };
  });
  with_options(rows, "leaky_relu.slope", 10, [](Case& c, ScalarType type) -> Unary {
    const Scalar slope = c.scalar("slope", type);
    return [=](const Tensor& x) { return torch::leaky_relu(x, slope); };
  });
  with_options(rows, "elu.alpha", 10, [](Case& c, ScalarType type) -> Unary {
    const Scalar alpha = c.scalar("alpha", type);
    return [=](const Tensor& x) { return torch::elu(x, alpha); };
  });
  with_options(rows, "F.celu", 8, [](Case& c, ScalarType) -> Unary {
    const double alpha = c.real("alpha", {1, 0.5, 2, 0, -1});
    return [=](const Tensor& x) { return F::celu(x, F::CELUFuncOptions().alpha(alpha)); };
  });
  with_options(rows, "softplus.beta", 10, [](Case& c, ScalarType type) -> Unary {
    const Scalar beta = c.scalar("beta", type), threshold = c.scalar("threshold", type);
    return [=](const Tensor& x) { return torch::softplus(x, beta, threshold); };
  });
  with_options(rows, "hardtanh.bounds", 10, [](Case& c, ScalarType type) -> Unary {
    const Scalar low = c.scalar("low", type), high = c.scalar("high", type);
    return [=](const Tensor& x) { return torch::hardtanh(x, low, high); };
  });
  with_options(rows, "F.hardshrink", 8, [](Case& c, ScalarType) -> Unary {
    const double lambda = c.real("lambda", {0.5, 0, 1, -1, 2});
    return [=](const Tensor& x) { return F::hardshrink(x, F::HardshrinkFuncOptions(lambda)); };
  });
  with_options(rows, "F.softshrink", 8, [](Case& c, ScalarType) -> Unary {
    const double lambda = c.real("lambda", {0.5, 0, 1, -1, 2});
    return [=](const Tensor& x) { return F::softshrink(x, F::SoftshrinkFuncOptions(lambda)); };
  });
  with_options(rows, "F.threshold", 8, [](Case& c, ScalarType) -> Unary {
    const double threshold = c.real("threshold", {0.5, 0, 1, -1}), value = c.real("value", {0, 1, -3.5});
    return [=](const Tensor& x) { return F::threshold(x, F::ThresholdFuncOptions(threshold, value)); };
  });
  rows.push_back({"F.glu", floats, 10, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    c.input(type, sizes);
                    const int64_t dim = c.dim("dim", sizes.size());
                    c.run = [=](Tensors& x) { return Tensors{F::glu(x[0], F::GLUFuncOptions(dim))}; };
                  }});
  rows.push_back({"F.prelu", floats, 10, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    c.input(type, sizes);
                    c.input(type, {c.chance(50) ? 1 : sizes.size() > 1 ? sizes[1] : 1}, Values::ordinary);
                    c.run = [=](Tensors& x) { return Tensors{F::prelu(x[0], x[1])}; };
                  }});

  with_options(rows, "clamp", 14, [](Case& c, ScalarType type) -> Unary {
    const Scalar low = c.scalar("low", type), high = c.scalar("high", type);
    return [=](const Tensor& x) { return torch::clamp(x, low, high); };
  });
  with_options(rows, "clamp_min", 10, [](Case& c, ScalarType type) -> Unary {
    const Scalar low = c.scalar("low", type);
    return [=](const Tensor& x) { return torch::clamp_min(x, low); };
  });
  with_options(rows, "clamp_max", 10, [](Case& c, ScalarType type) -> Unary {
    const Scalar high = c.scalar("high", type);
    return [=](const Tensor& x) { return torch::clamp_max(x, high); };
  });
  rows.push_back({"clamp_", all_types, 8, [](Case& c, ScalarType type) {
                    const Scalar low = c.scalar("low", type), high = c.scalar("high", type);
                    const int64_t which = c.number("which", {0, 1, 2});
                    c.input(type, c.sizes());
                    c.in_place();
                    c.run = [=](Tensors& x) {
                      if (which == 0)
                        x[0].clamp_(low, high);
                      else if (which == 1)
                        x[0].clamp_min_(low);
                      else
                        x[0].clamp_max_(high);
                      return Tensors{x[0]};
                    };
                  }});
  rows.push_back({"clamp.Tensor", all_types, 8, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    c.input(type, sizes);
                    c.input(c.chance(70) ? type : c.pick(all_types), c.broadcast(sizes));
                    c.input(type, c.broadcast(sizes));
                    c.maybe(30);
                    c.run = [](Tensors& x) {
                      using Maybe = torch::optional<Tensor>;
                      return Tensors{torch::clamp(x[0], Maybe(x[1]), x[2].defined() ? Maybe(x[2]) : Maybe())};
                    };
                  }});
  rows.push_back({"fill_", all_types, 8, [](Case& c, ScalarType type) {
                    const Scalar value = c.scalar("value", type);
                    c.input(type, c.sizes());
                    c.in_place();
                    c.run = [=](Tensors& x) {
                      x[0].fill_(value);
                      return Tensors{x[0]};
                    };
                  }});
  rows.push_back({"fill_.Tensor", all_types, 5, [](Case& c, ScalarType type) {
                    c.input(type, c.sizes());
                    c.input(c.pick(all_types), c.chance(80) ? Sizes{} : Sizes{1});
                    c.in_place();
                    c.run = [=](Tensors& x) {
                      x[0].fill_(x[1]);
                      return Tensors{x[0]};
                    };
                  }});
  // Elements beyond the 2^24 that a float counts.
  rows.push_back({"large.exp", float_only, 1, [](Case& c, ScalarType type) {
                    c.input(type, {(1 << 24) + 1}, Values::ordinary, Layout::plain);
                    c.run = [](Tensors& x) { return Tensors{torch::exp(x[0])}; };
                  }});
}

}  // namespace peer
