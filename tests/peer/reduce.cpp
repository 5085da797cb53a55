// Reductions, cumulative sums and products, sorting, normalising exponentials.
#include "peer.h"

#include <cmath>

namespace peer {
namespace {

using Unary = std::function<Tensors(const Tensor&)>;

Tensors both(const std::tuple<Tensor, Tensor>& results) {
  return {std::get<0>(results), std::get<1>(results)};
}

void row(Rows& rows, const std::string& name, int times,
         const std::function<Unary(Case&, ScalarType, const Sizes&)>& draw, const Types& types = all_types,
         Values values = Values::any) {
  rows.push_back({name, types, times, [=](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    c.input(type, sizes, values);
                    const Unary function = draw(c, type, sizes);
                    c.run = [=](Tensors& x) { return function(x[0]); };
                  }});
}

void whole(Rows& rows, const std::string& name, const std::function<Tensor(const Tensor&)>& function) {
  row(rows, name, 12, [=](Case&, ScalarType, const Sizes&) -> Unary {
    return [=](const Tensor& x) { return Tensors{function(x)}; };
  });
}

void along(Rows& rows, const std::string& name,
           const std::function<Tensors(const Tensor&, int64_t, bool)>& function) {
  row(rows, name, 14, [=](Case& c, ScalarType, const Sizes& sizes) -> Unary {
    const int64_t dim = c.dim("dim", sizes.size());
    const bool keep = c.flag("keepdim");
    return [=](const Tensor& x) { return function(x, dim, keep); };
  });
}

void over(Rows& rows, const std::string& name,
          const std::function<Tensor(const Tensor&, const Sizes&, bool)>& function) {
  row(rows, name, 14, [=](Case& c, ScalarType, const Sizes& sizes) -> Unary {
    const Sizes dims = c.dims("dims", sizes.size());
    const bool keep = c.flag("keepdim");
    return [=](const Tensor& x) { return Tensors{function(x, dims, keep)}; };
  });
}

}  // namespace

void add_reduce_rows(Rows& rows) {
  using T = const Tensor&;
#define WHOLE(name) whole(rows, #name, [](T x) { return torch::name(x); });
  WHOLE(sum)
  WHOLE(mean)
  WHOLE(var)
  WHOLE(std)
  WHOLE(prod)
  WHOLE(amax)
  WHOLE(amin)
  WHOLE(max)
  WHOLE(min)
  WHOLE(argmax)
  WHOLE(argmin)
  WHOLE(norm)
  WHOLE(any)
  WHOLE(all)
  WHOLE(count_nonzero)
  WHOLE(median)
  WHOLE(nonzero)
#undef WHOLE
#define ALONG(name, call) along(rows, name, [](T x, int64_t dim, bool keep) { return call; });
  ALONG("prod.dim", (Tensors{torch::prod(x, dim, keep)}))
  ALONG("max.dim", both(torch::max(x, dim, keep)))
  ALONG("min.dim", both(torch::min(x, dim, keep)))
  ALONG("argmax.dim", (Tensors{torch::argmax(x, dim, keep)}))
  ALONG("argmin.dim", (Tensors{torch::argmin(x, dim, keep)}))
  ALONG("any.dim", (Tensors{torch::any(x, dim, keep)}))
  ALONG("all.dim", (Tensors{torch::all(x, dim, keep)}))
  ALONG("cumsum", (Tensors{keep ? torch::cumsum(x, dim) : x.cumsum(dim)}))
  ALONG("cumprod", (Tensors{keep ? torch::cumprod(x, dim) : x.cumprod(dim)}))
  ALONG("softmax", (Tensors{torch::softmax(x, dim)}))
  ALONG("log_softmax", (Tensors{torch::log_softmax(x, dim)}))
  ALONG("count_nonzero.dim", (Tensors{torch::count_nonzero(x, torch::optional<int64_t>(dim))}))
  ALONG("sort", both(torch::sort(x, true, dim, keep)))
  ALONG("argsort", (Tensors{std::get<1>(torch::sort(x, true, dim, keep)), x.argsort(dim, keep).sum()}))
#undef ALONG
#define OVER(name, call) over(rows, name, [](T x, const Sizes& dims, bool keep) { return call; });
  OVER("sum.dim", torch::sum(x, dims, keep))
  OVER("mean.dim", torch::mean(x, dims, keep))
  OVER("amax.dim", torch::amax(x, dims, keep))
  OVER("amin.dim", torch::amin(x, dims, keep))
  OVER("logsumexp", torch::logsumexp(x, dims, keep))
  OVER("var.dim", torch::var(x, IntArrayRef(dims), true, keep))
  OVER("std.dim", torch::std(x, IntArrayRef(dims), true, keep))
  OVER("var.biased", torch::var(x, IntArrayRef(dims), false, keep))
#undef OVER
  whole(rows, "var.whole_biased", [](T x) { return torch::var(x, false); });
  whole(rows, "std.whole_biased", [](T x) { return torch::std(x, false); });
  over(rows, "var_mean", [](T x, const Sizes& dims, bool keep) {
    const auto results = torch::var_mean(x, IntArrayRef(dims), true, keep);
    return std::get<0>(results) + std::get<1>(results);
  });
  row(rows, "norm.p", 14, [](Case& c, ScalarType, const Sizes& sizes) -> Unary {
    const double p = c.real("p", {2, 1, 0, 3, 0.5, -1, INFINITY, -INFINITY, NAN, 2.5});
    const Sizes dims = c.dims("dims", sizes.size());
    const bool keep = c.flag("keepdim"), all = c.flag("whole");
    return [=](T x) {
      return Tensors{all ? torch::norm(x, p)
                         : torch::norm(x, torch::optional<Scalar>(p), IntArrayRef(dims), keep)};
    };
  });
  row(rows, "sum.dtype", 8, [](Case& c, ScalarType, const Sizes& sizes) -> Unary {
    const ScalarType type = c.type("dtype", all_types);
    const Sizes dims = c.dims("dims", sizes.size());
    const int64_t kind = c.number("kind", {0, 1, 2, 3, 4, 5, 6});
    return [=](T x) {
      const int64_t dim = dims.empty() ? 0 : dims[0];
      return Tensors{kind == 0   ? torch::sum(x, type)
                     : kind == 1 ? torch::sum(x, dims, false, type)
                     : kind == 2 ? torch::mean(x, type)
                     : kind == 3 ? torch::mean(x, dims, true, type)
                     : kind == 4 ? torch::prod(x, type)
                     : kind == 5 ? torch::cumsum(x, dim, type)
                                 : torch::cumprod(x, dim, type)};
    };
  });
  row(rows, "softmax.dtype", 6, [](Case& c, ScalarType, const Sizes& sizes) -> Unary {
    const ScalarType type = c.type("dtype", floats);
    const int64_t dim = c.dim("dim", sizes.size());
    const bool log = c.flag("log");
    return
        [=](T x) { return Tensors{log ? torch::log_softmax(x, dim, type) : torch::softmax(x, dim, type)}; };
  });
  row(rows, "sum_to_size", 6, [](Case& c, ScalarType, const Sizes& sizes) -> Unary {
    const Sizes size = c.list("size", c.broadcast(sizes));
    return [=](T x) { return Tensors{x.sum_to_size(size)}; };
  });
  // Where equals are in no order, the values alone.
  row(rows, "topk", 14, [](Case& c, ScalarType, const Sizes& sizes) -> Unary {
    const int64_t k = c.number("k", {0, 1, 2, 3, 5, -1, 100});
    const int64_t dim = c.dim("dim", sizes.size());
    const bool largest = c.flag("largest");
    return [=](T x) { return Tensors{std::get<0>(torch::topk(x, k, dim, largest))}; };
  });
  row(rows, "topk.indices", 5, [](Case& c, ScalarType, const Sizes& sizes) -> Unary {
    const int64_t k = c.number("k", {0, 1, 2, 3});
    const int64_t dim = c.dim("dim", sizes.size());
    return [=](T x) {
      const auto found = torch::topk(x, k, dim);
      return Tensors{x.gather(dim, std::get<1>(found))};
    };
  });
  row(rows, "_unique2", 12, [](Case&, ScalarType, const Sizes&) -> Unary {
    return [](T x) {
      const auto found = torch::_unique2(x, true, true, true);
      return Tensors{std::get<0>(found), std::get<1>(found), std::get<2>(found)};
    };
  });
  rows.push_back({"bincount", integers, 8, [](Case& c, ScalarType type) {
                    const Sizes sizes{c.number("n", {0, 1, 5, 40})};
                    c.index(sizes, c.chance(5) ? -2 : 0, type == torch::kBool ? 2 : 9, type);
                    c.input(c.pick(all_types), c.chance(90) ? sizes : Sizes{3});
                    c.maybe(40);
                    const int64_t least = c.number("minlength", {0, 0, 3, 20, -1});
                    c.run = [=](Tensors& x) {
                      using Maybe = torch::optional<Tensor>;
                      return Tensors{torch::bincount(x[0], x[1].defined() ? Maybe(x[1]) : Maybe(), least)};
                    };
                  }});
  rows.push_back({"searchsorted", all_types, 8, [](Case& c, ScalarType type) {
                    const int64_t n = c.number("n", {0, 1, 4, 9});
                    const bool rows_of = c.flag("rows");
                    c.input(type, rows_of ? Sizes{2, n} : Sizes{n});
                    c.input(c.chance(85) ? type : c.pick(all_types), rows_of ? Sizes{2, 3} : c.sizes(0, 2));
                    const bool int32 = c.flag("int32"), right = c.flag("right");
                    c.run = [=](Tensors& x) {
                      const Tensor sorted = std::get<0>(torch::sort(x[0].detach(), -1));
                      return Tensors{torch::searchsorted(sorted, x[1], int32, right)};
                    };
                  }});
  rows.push_back({"large.reduce", float_only, 24, [](Case& c, ScalarType type) {
                    const int64_t n = (1 << 24) + 1;
                    const int64_t kind = c.number("kind", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
                    c.input(kind < 3 ? torch::kBool : type, kind < 6 ? Sizes{n} : Sizes{1, n},
                            kind == 11 ? Values::ties : Values::ordinary, Layout::plain);
                    if (kind > 5) c.no_grad();
                    c.run = [=](Tensors& x) {
                      const Tensor& a = x[0];
                      return Tensors{kind == 0    ? a.sum()
                                     : kind == 1  ? a.count_nonzero()
                                     : kind == 2  ? torch::ones_like(a).sum(torch::kFloat)
                                     : kind == 3  ? a.mean()
                                     : kind == 4  ? torch::ones_like(a).sum()
                                     : kind == 5  ? a.var()
                                     : kind == 6  ? a.argmax(1)
                                     : kind == 7  ? torch::ones_like(a).cumsum(1).slice(1, n - 2)
                                     : kind == 8  ? a.softmax(1).sum(1)
                                     : kind == 9  ? a.sum(0)
                                     : kind == 10 ? torch::ones_like(a).norm()
                                                  : (a == 2).nonzero().sum(0)};
                    };
                  }});
}

}  // namespace peer
