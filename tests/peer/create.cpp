// Factories, conversions, random numbers under a seed.
#include "peer.h"

#include <cmath>

namespace peer {
namespace {

using Make = std::function<Tensors()>;

/// Needs no input; the type is that of the options, where they say one.
void row(Rows& rows, const std::string& name, int times, const std::function<Make(Case&, ScalarType)>& draw,
         const Types& types = all_types) {
  rows.push_back({name, types, times, [=](Case& c, ScalarType type) {
                    const Make make = draw(c, type);
                    c.run = [=](Tensors&) { return make(); };
                  }});
}

Sizes size(Case& c) {
  return c.list(
      "size", c.pick(std::vector<Sizes>{
                  {3}, {}, {0}, {2, 3}, {2, 0}, {17}, {40}, {-1}, {16}, {15}, {2, 16}, {33}, {1}, {70001}}));
}

torch::TensorOptions maybe(Case& c, ScalarType type) {
  return c.flag("typed") ? torch::TensorOptions(type) : torch::TensorOptions();
}

}  // namespace

void add_create_rows(Rows& rows) {
  for (const std::string name : {"zeros", "ones", "rand", "randn", "empty"})
    row(rows, name, 10, [=](Case& c, ScalarType type) -> Make {
      const Sizes shape = size(c);
      const auto options = maybe(c, type);
      return [=] {
        return Tensors{name == "zeros"   ? torch::zeros(shape, options)
                       : name == "ones"  ? torch::ones(shape, options)
                       : name == "rand"  ? torch::rand(shape, options)
                       : name == "randn" ? torch::randn(shape, options)
                                         : torch::empty(shape, options).fill_(1)};
      };
    });
  row(rows, "full", 10, [](Case& c, ScalarType type) -> Make {
    const Sizes shape = size(c);
    const Scalar value = c.scalar("value", type);
    const auto options = maybe(c, type);
    return [=] { return Tensors{torch::full(shape, value, options)}; };
  });
  row(rows, "scalar_tensor", 5, [](Case& c, ScalarType type) -> Make {
    const Scalar value = c.scalar("value", type);
    return [=] { return Tensors{torch::scalar_tensor(value, type)}; };
  });
  row(rows, "randint", 12, [](Case& c, ScalarType type) -> Make {
    const Sizes shape = size(c);
    const int64_t low = c.number("low", {0, -5, 3, 0, -300, INT64_MIN}),
                  high = c.number("high", {10, 1, 0, 100, 300, 1LL << 40, INT64_MAX});
    const auto options = maybe(c, type);
    return [=] { return Tensors{torch::randint(low, high, shape, options)}; };
  });
  row(rows, "randperm", 6, [](Case& c, ScalarType type) -> Make {
    const int64_t n = c.number("n", {0, 1, 5, 20, 100, 300, -1, 40000});
    const auto options = maybe(c, type);
    return [=] { return Tensors{torch::randperm(n, options)}; };
  });
  row(rows, "arange", 16, [](Case& c, ScalarType type) -> Make {
    const Scalar start = c.scalar("start", type), end = c.scalar("end", type), step = c.scalar("step", type);
    const int64_t kind = c.number("kind", {0, 1, 2});
    const auto options = maybe(c, type);
    const double count =
        std::abs(((kind == 0 ? 0 : start.toDouble()) - end.toDouble()) / (kind == 2 ? step.toDouble() : 1));
    if (count > 1e6 && std::isfinite(count)) return [] { return Tensors{}; };
    return [=] {
      return Tensors{kind == 0   ? torch::arange(end, options)
                     : kind == 1 ? torch::arange(start, end, options)
                                 : torch::arange(start, end, step, options)};
    };
  });
  for (const bool log : {false, true})
    row(rows, log ? "logspace" : "linspace", 10, [=](Case& c, ScalarType type) -> Make {
      const double start = c.real("start", {0, -1, 2.5, 3, 1, NAN, INFINITY}),
                   end = c.real("end", {1, 5, -2.5, 0, 2, 30});
      const int64_t steps = c.number("steps", {1, 2, 5, 0, 100, -1, 3, 33});
      const auto options = maybe(c, type);
      return [=] {
        return Tensors{log ? torch::logspace(start, end, steps, 10, options)
                           : torch::linspace(start, end, steps, options)};
      };
    });
  row(rows, "eye", 8, [](Case& c, ScalarType type) -> Make {
    const int64_t n = c.number("n", {0, 1, 3, 5, -1}), m = c.number("m", {0, 1, 3, 7, -1});
    const bool square = c.flag("square");
    const auto options = maybe(c, type);
    return [=] { return Tensors{square ? torch::eye(n, options) : torch::eye(n, m, options)}; };
  });
  row(rows, "empty_strided", 4, [](Case& c, ScalarType type) -> Make {
    const Sizes stride = c.list("stride", c.pick(std::vector<Sizes>{{1, 2}, {3, 1}, {0, 1}, {1}, {-1, 1}}));
    return [=] { return Tensors{torch::empty_strided({2, 3}, stride, type).fill_(1)}; };
  });
  for (const std::string name :
       {"zeros_like", "ones_like", "full_like", "rand_like", "randn_like", "randint_like", "empty_like",
        "new_zeros", "new_ones", "new_full", "new_empty"})
    rows.push_back({name, all_types, 6, [=](Case& c, ScalarType type) {
                      c.input(type, c.sizes());
                      const auto options = c.flag("typed") ? torch::TensorOptions(c.type("dtype", all_types))
                                                           : torch::TensorOptions();
                      const Scalar value = c.scalar("value", type);
                      c.run = [=](Tensors& x) {
                        const Tensor& a = x[0];
                        return Tensors{name == "zeros_like"     ? torch::zeros_like(a, options)
                                       : name == "ones_like"    ? torch::ones_like(a, options)
                                       : name == "full_like"    ? torch::full_like(a, value, options)
                                       : name == "rand_like"    ? torch::rand_like(a, options)
                                       : name == "randn_like"   ? torch::randn_like(a, options)
                                       : name == "randint_like" ? torch::randint_like(a, 2, 90, options)
                                       : name == "empty_like"   ? torch::empty_like(a, options).zero_()
                                       : name == "new_zeros"    ? a.new_zeros({2, 3}, options)
                                       : name == "new_ones"     ? a.new_ones({2, 3}, options)
                                       : name == "new_full"     ? a.new_full({2, 3}, value, options)
                                                                : a.new_empty({2, 0}, options)};
                      };
                    }});
  rows.push_back({"to", all_types, 30, [](Case& c, ScalarType type) {
                    // What does not fit in an integer is undefined: such values stay out.
                    const ScalarType to = c.type("dtype", all_types);
                    const bool real = to == torch::kFloat || to == torch::kDouble || to == torch::kHalf ||
                                      to == torch::kBFloat16 || to == torch::kBool;
                    const bool copy = c.flag("copy");
                    c.input(type, c.sizes(),
                            real || c.chance(40) ? real ? Values::any : Values::ties : Values::ordinary);
                    c.run = [=](Tensors& x) { return Tensors{x[0].to(to, false, copy)}; };
                  }});
  rows.push_back({"item", all_types, 8, [](Case& c, ScalarType type) {
                    c.input(type, c.chance(90) ? c.pick(std::vector<Sizes>{{}, {1}, {1, 1}}) : Sizes{2});
                    const int64_t kind = c.number("kind", {0, 1, 2, 3, 4});
                    c.run = [=](Tensors& x) {
                      return Tensors{kind == 0   ? torch::full({}, x[0].item(), torch::kDouble)
                                     : kind == 1 ? torch::full({}, x[0].item<int>(), torch::kLong)
                                     : kind == 2 ? torch::full({}, x[0].item<bool>(), torch::kBool)
                                     : kind == 3 ? torch::full({}, x[0].item<int64_t>(), torch::kLong)
                                                 : torch::full({}, x[0].is_nonzero(), torch::kBool)};
                    };
                  }});
  // In-place random numbers, and what a seed determines.
  rows.push_back(
      {"random", all_types, 30, [](Case& c, ScalarType type) {
         c.input(type, c.sizes(), Values::ordinary);
         c.in_place();
         const int64_t kind = c.number("kind", {0, 1, 2, 3, 4, 5, 6});
         const double a = c.real("a", {0, 1, 0.5, -2, 3, 0.25}), b = c.real("b", {1, 2, 0.5, 0, -1, 10});
         const int64_t from = c.number("from", {0, -5, 100, 0}),
                       to = c.number("to", {10, 1, 128, 300, 0, 1LL << 35});
         c.run = [=](Tensors& x) {
           switch (kind) {
             case 0:
               x[0].uniform_(a, b);
               break;
             case 1:
               x[0].normal_(a, b);
               break;
             case 2:
               x[0].bernoulli_(a);
               break;
             case 3:
               x[0].random_();
               break;
             case 4:
               x[0].random_(to);
               break;
             case 5:
               x[0].random_(from, to);
               break;
             default:
               x[0].exponential_(b);
           }
           return Tensors{x[0]};
         };
       }});
  rows.push_back({"bernoulli", all_types, 8, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    c.input(type, sizes, c.chance(75) ? Values::unit : Values::any);
                    c.input(c.pick(floats), c.broadcast(sizes), Values::unit);
                    const bool in_place = c.flag("tensor");
                    c.run = [=](Tensors& x) {
                      return Tensors{in_place ? torch::empty_like(x[0]).bernoulli_(x[1])
                                              : torch::bernoulli(x[0])};
                    };
                  }});
  rows.push_back(
      {"multinomial", all_types, 10, [](Case& c, ScalarType type) {
         c.input(type, c.pick(std::vector<Sizes>{{5}, {2, 4}, {1}, {0}, {0, 3}, {2, 0}, {2, 2, 2}, {40}}),
                 c.chance(75) ? Values::positive : Values::any);
         const int64_t n = c.number("n", {1, 2, 3, 0, 30, -1});
         const bool again = c.flag("replacement");
         c.run = [=](Tensors& x) { return Tensors{torch::multinomial(x[0], n, again)}; };
       }});
  rows.push_back({"dropout", all_types, 8, [](Case& c, ScalarType type) {
                    c.input(type, c.sizes());
                    const double p = c.real("p", {0.5, 0, 1, 0.1, -0.1, 1.5});
                    const bool train = c.flag("train");
                    c.run = [=](Tensors& x) { return Tensors{torch::dropout(x[0], p, train)}; };
                  }});
  row(rows, "normal", 6, [](Case& c, ScalarType type) -> Make {
    const double mean = c.real("mean", {0, 1, -5, NAN}), std = c.real("std", {1, 0, 2, -1});
    const Sizes shape = size(c);
    const auto options = maybe(c, type);
    return [=] { return Tensors{torch::normal(mean, std, shape, torch::nullopt, options)}; };
  });
  row(rows, "promote_types", 12, [](Case& c, ScalarType type) -> Make {
    const ScalarType other = c.type("other", all_types);
    return [=] { return Tensors{torch::zeros({}, torch::promote_types(type, other))}; };
  });
  row(rows, "can_cast", 12, [](Case& c, ScalarType type) -> Make {
    const ScalarType other = c.type("other", all_types);
    return [=] { return Tensors{torch::full({}, torch::can_cast(type, other))}; };
  });
}

}  // namespace peer
