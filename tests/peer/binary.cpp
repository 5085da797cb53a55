// Functions of two and three tensors, and of a tensor and a number: arithmetic, comparison, logic, choice.
#include "peer.h"

namespace peer {
namespace {

using Binary = std::function<Tensor(const Tensor&, const Tensor&)>;
using WithScalar = std::function<Tensor(const Tensor&, const Scalar&)>;

void two_inputs(Case& c, ScalarType type) {
  const Sizes sizes = c.sizes();
  c.input(type, sizes);
  c.input(c.chance(55) ? type : c.pick(all_types), c.broadcast(sizes));
}

void tensors(Rows& rows, const std::string& name, const Binary& function, int times = 12) {
  rows.push_back({name, all_types, times, [=](Case& c, ScalarType type) {
                    two_inputs(c, type);
                    c.run = [=](Tensors& x) { return Tensors{function(x[0], x[1])}; };
                  }});
}

void scalar(Rows& rows, const std::string& name, const WithScalar& function, int times = 12) {
  rows.push_back({name + ".Scalar", all_types, times, [=](Case& c, ScalarType type) {
                    c.input(type, c.sizes());
                    const Scalar value = c.scalar("other", type);
                    c.run = [=](Tensors& x) { return Tensors{function(x[0], value)}; };
                  }});
}

void tensors_in_place(Rows& rows, const std::string& name,
                      const std::function<void(Tensor&, const Tensor&)>& function) {
  rows.push_back({name, all_types, 8, [=](Case& c, ScalarType type) {
                    two_inputs(c, type);
                    c.in_place();
                    c.run = [=](Tensors& x) {
                      function(x[0], x[1]);
                      return Tensors{x[0]};
                    };
                  }});
}

void scalar_in_place(Rows& rows, const std::string& name,
                     const std::function<void(Tensor&, const Scalar&)>& function) {
  rows.push_back({name + ".Scalar", all_types, 8, [=](Case& c, ScalarType type) {
                    c.input(type, c.sizes());
                    const Scalar value = c.scalar("other", type);
                    c.in_place();
                    c.run = [=](Tensors& x) {
                      function(x[0], value);
                      return Tensors{x[0]};
                    };
                  }});
}

/// self, two more that broadcast with it, and a number.
void three(Rows& rows, const std::string& name,
           const std::function<Tensor(Tensor&, const Tensor&, const Tensor&, const Scalar&)>& function,
           bool in_place = false) {
  rows.push_back({name, all_types, 10, [=](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    c.input(type, sizes);
                    c.input(c.chance(85) ? type : c.pick(all_types), c.broadcast(sizes));
                    c.input(c.chance(85) ? type : c.pick(all_types), c.broadcast(sizes));
                    const Scalar value = c.scalar("value", type);
                    if (in_place) c.in_place();
                    c.run = [=](Tensors& x) { return Tensors{function(x[0], x[1], x[2], value)}; };
                  }});
}

}  // namespace

void add_binary_rows(Rows& rows) {
  using T = const Tensor&;
  using S = const Scalar&;
#define TENSORS(name) tensors(rows, #name, [](T a, T b) { return torch::name(a, b); });
#define SCALAR(name) scalar(rows, #name, [](T a, S b) { return torch::name(a, b); });
#define IN_PLACE(name)                                              \
  tensors_in_place(rows, #name, [](Tensor& a, T b) { a.name(b); }); \
  scalar_in_place(rows, #name, [](Tensor& a, S b) { a.name(b); });
#define BOTH(name) TENSORS(name) SCALAR(name)
  BOTH(add)
  BOTH(sub)
  BOTH(mul)
  BOTH(div)
  BOTH(floor_divide)
  BOTH(remainder)
  BOTH(fmod)
  BOTH(pow)
  BOTH(eq)
  BOTH(ne)
  BOTH(lt)
  BOTH(le)
  BOTH(gt)
  BOTH(ge)
  BOTH(bitwise_and)
  BOTH(bitwise_or)
  BOTH(bitwise_xor)
  TENSORS(atan2)
  TENSORS(maximum)
  TENSORS(minimum)
  TENSORS(max)
  TENSORS(min)
  TENSORS(logical_and)
  TENSORS(logical_or)
  TENSORS(logical_xor)
  TENSORS(isclose)
  SCALAR(rsub)
  IN_PLACE(add_)
  IN_PLACE(sub_)
  IN_PLACE(mul_)
  IN_PLACE(div_)
  IN_PLACE(remainder_)
  IN_PLACE(pow_)
#undef TENSORS
#undef SCALAR
#undef IN_PLACE
#undef BOTH
  scalar(rows, "pow.from", [](T a, S b) { return torch::pow(b, a); });
#define OPERATOR(symbol)                                                 \
  tensors(                                                               \
      rows, "operator" #symbol, [](T a, T b) { return a symbol b; }, 2); \
  scalar(                                                                \
      rows, "operator" #symbol, [](T a, S b) { return a symbol b; }, 2);
  OPERATOR(+)
  OPERATOR(-)
  OPERATOR(*)
  OPERATOR(/)
  OPERATOR(%)
  OPERATOR(==)
  OPERATOR(!=)
  OPERATOR(<)
  OPERATOR(<=)
  OPERATOR(>)
  OPERATOR(>=)
  OPERATOR(&)
  OPERATOR(|)
  OPERATOR(^)
#undef OPERATOR
  scalar(
      rows, "from.operator+", [](T a, S b) { return b + a; }, 2);
  scalar(
      rows, "from.operator-", [](T a, S b) { return b - a; }, 3);
  scalar(
      rows, "from.operator*", [](T a, S b) { return b * a; }, 2);
  scalar(
      rows, "from.operator/", [](T a, S b) { return b / a; }, 6);
  tensors_in_place(rows, "operator+=", [](Tensor& a, T b) { a += b; });
  tensors_in_place(rows, "operator*=", [](Tensor& a, T b) { a *= b; });
  for (const std::string mode : {"trunc", "floor"}) {
    tensors(rows, "div." + mode, [=](T a, T b) { return torch::div(a, b, mode); });
    scalar(rows, "div." + mode, [=](T a, S b) { return torch::div(a, b, mode); });
  }
  tensors(
      rows, "equal", [](T a, T b) { return torch::full({}, a.equal(b)); }, 5);
  tensors(
      rows, "equal.self", [](T a, T) { return torch::full({}, torch::equal(a, a)); }, 2);
  tensors(
      rows, "allclose", [](T a, T b) { return torch::full({}, torch::allclose(a, b, 1e-1, 1, true)); }, 5);
  tensors(
      rows, "isclose.equal_nan", [](T a, T b) { return torch::isclose(a, b, 1e-1, 1e-3, true); }, 6);
  tensors(
      rows, "isclose.rtol", [](T a, T b) { return torch::isclose(a, b, -1.0, 0); }, 1);
  tensors(
      rows, "type_as", [](T a, T b) { return a.type_as(b); }, 5);
  tensors(
      rows, "copy_.to", [](T a, T b) { return torch::empty_like(a).copy_(b); }, 5);
  tensors_in_place(rows, "copy_", [](Tensor& a, T b) { a.copy_(b); });

  for (const bool in_place : {false, true}) {
    rows.push_back({in_place ? "add_.alpha" : "add.alpha", all_types, 8, [=](Case& c, ScalarType type) {
                      two_inputs(c, type);
                      const Scalar alpha = c.scalar("alpha", type);
                      const bool minus = c.flag("sub");
                      if (in_place) c.in_place();
                      c.run = [=](Tensors& x) {
                        if (!in_place) return Tensors{minus ? x[0].sub(x[1], alpha) : x[0].add(x[1], alpha)};
                        minus ? x[0].sub_(x[1], alpha) : x[0].add_(x[1], alpha);
                        return Tensors{x[0]};
                      };
                    }});
  }
  rows.push_back({"rsub.alpha", all_types, 5, [](Case& c, ScalarType type) {
                    c.input(type, c.sizes());
                    const Scalar other = c.scalar("other", type), alpha = c.scalar("alpha", type);
                    c.run = [=](Tensors& x) { return Tensors{torch::rsub(x[0], other, alpha)}; };
                  }});
  three(rows, "addcmul", [](Tensor& a, T b, T d, S value) { return torch::addcmul(a, b, d, value); });
  three(rows, "addcdiv", [](Tensor& a, T b, T d, S value) { return torch::addcdiv(a, b, d, value); });
  three(
      rows, "addcmul_", [](Tensor& a, T b, T d, S value) { return a.addcmul_(b, d, value); }, true);
  three(
      rows, "addcdiv_", [](Tensor& a, T b, T d, S value) { return a.addcdiv_(b, d, value); }, true);
  three(rows, "lerp", [](Tensor& a, T b, T, S value) { return torch::lerp(a, b, value); });
  three(rows, "lerp.Tensor", [](Tensor& a, T b, T d, S) { return torch::lerp(a, b, d); });
  three(
      rows, "lerp_", [](Tensor& a, T b, T, S value) { return a.lerp_(b, value); }, true);
  three(
      rows, "lerp_.Tensor", [](Tensor& a, T b, T d, S) { return a.lerp_(b, d); }, true);

  rows.push_back({"where", all_types, 12, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    c.input(c.chance(85) ? torch::kBool : c.pick(all_types), c.broadcast(sizes));
                    c.input(type, sizes);
                    c.input(c.chance(60) ? type : c.pick(all_types), c.broadcast(sizes));
                    const int64_t kind = c.number("kind", {0, 0, 0, 1, 2, 3});
                    const Scalar a = c.scalar("a", type), b = c.scalar("b", type);
                    c.run = [=](Tensors& x) {
                      return Tensors{kind == 0   ? torch::where(x[0], x[1], x[2])
                                     : kind == 1 ? torch::where(x[0], x[1], b)
                                     : kind == 2 ? torch::where(x[0], a, x[2])
                                                 : torch::where(x[0], a, b)};
                    };
                  }});
  for (const bool in_place : {false, true}) {
    rows.push_back({in_place ? "masked_fill_" : "masked_fill", all_types, 10, [=](Case& c, ScalarType type) {
                      const Sizes sizes = c.sizes();
                      c.input(type, sizes);
                      c.input(c.chance(85) ? torch::kBool : c.pick(all_types), c.broadcast(sizes));
                      c.input(c.chance(70) ? type : c.pick(all_types), c.chance(90) ? Sizes{} : Sizes{1});
                      const bool by_tensor = c.flag("by_tensor");
                      const Scalar value = c.scalar("value", type);
                      if (in_place) c.in_place();
                      c.run = [=](Tensors& x) {
                        if (in_place)
                          return Tensors{by_tensor ? x[0].masked_fill_(x[1], x[2])
                                                   : x[0].masked_fill_(x[1], value)};
                        return Tensors{by_tensor ? torch::masked_fill(x[0], x[1], x[2])
                                                 : torch::masked_fill(x[0], x[1], value)};
                      };
                    }});
  }
  rows.push_back({"masked_select", all_types, 10, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    c.input(type, sizes);
                    c.input(c.chance(85) ? torch::kBool : c.pick(all_types), c.broadcast(sizes));
                    c.run = [](Tensors& x) { return Tensors{torch::masked_select(x[0], x[1])}; };
                  }});
  rows.push_back({"large.add", float_only, 1, [](Case& c, ScalarType type) {
                    c.input(type, {(1 << 24) + 1}, Values::ordinary, Layout::plain);
                    c.input(torch::kInt, {1}, Values::ordinary, Layout::plain);
                    c.run = [](Tensors& x) { return Tensors{x[0] + x[1]}; };
                  }});
}

}  // namespace peer
