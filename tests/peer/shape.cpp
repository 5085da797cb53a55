// Views and what builds tensors from parts of others.
#include "peer.h"

#include <cmath>

namespace F = torch::nn::functional;

namespace peer {
namespace {

using Unary = std::function<Tensors(const Tensor&)>;

void row(Rows& rows, const std::string& name, int times,
         const std::function<Unary(Case&, const Sizes&)>& draw,
         const Types& types = {torch::kFloat, torch::kHalf, torch::kInt, torch::kBool, torch::kDouble},
         size_t least_dims = 0) {
  rows.push_back({name, types, times, [=](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes(least_dims);
                    c.input(type, sizes);
                    const Unary function = draw(c, sizes);
                    c.run = [=](Tensors& x) { return function(x[0]); };
                  }});
}

int64_t count(const Sizes& sizes) {
  int64_t product = 1;
  for (int64_t size : sizes) product *= size;
  return product;
}

/// Sizes that mostly hold as many elements.
Sizes regrouped(Case& c, const Sizes& sizes) {
  const int64_t n = count(sizes);
  Sizes other;
  switch (c.below(9)) {
    case 0:
      other = {-1};
      break;
    case 1:
      other = {n};
      break;
    case 2:
      other = {n, 1};
      break;
    case 3:
      other = {1, -1};
      break;
    case 4:
      other = Sizes(sizes.rbegin(), sizes.rend());
      break;
    case 5:
      other = n % 2 ? Sizes{-1, 1} : Sizes{2, -1};
      break;
    case 6:
      other = {n + 1};
      break;
    case 7:
      other = {-1, 0};
      break;
    default:
      other = sizes;
      other.push_back(1);
  }
  if (c.chance(3)) other.push_back(-1);
  return c.list("to", other);
}

Sizes permutation(Case& c, size_t dims) {
  Sizes order;
  for (size_t i = 0; i < dims; ++i) order.push_back(int64_t(i));
  for (size_t i = dims; i > 1; --i) std::swap(order[i - 1], order[size_t(c.below(int64_t(i)))]);
  for (auto& dim : order)
    if (c.chance(25)) dim -= int64_t(dims);
  if (c.chance(5)) order.push_back(0);
  if (c.chance(3) && dims) order[0] = order[dims - 1];
  return c.list("order", order);
}

/// `tensors` of a shape that differs in dimension `dim` alone, mostly.
void parts(Case& c, ScalarType type, int64_t tensors, const Sizes& sizes, int64_t dim) {
  for (int64_t i = 0; i < tensors; ++i) {
    Sizes part = sizes;
    if (dim >= 0 && dim < int64_t(sizes.size()) && c.chance(60)) part[size_t(dim)] = c.below(4);
    if (c.chance(3) && !part.empty()) part[0] += 1;
    if (c.chance(3)) part = {0};
    c.input(c.chance(75) ? type : c.pick(all_types), part);
  }
}

}  // namespace

void add_shape_rows(Rows& rows) {
  using T = const Tensor&;
  row(rows, "reshape", 14, [](Case& c, const Sizes& sizes) -> Unary {
    const Sizes to = regrouped(c, sizes);
    return [=](T x) { return Tensors{torch::reshape(x, to)}; };
  });
  row(rows, "view", 14, [](Case& c, const Sizes& sizes) -> Unary {
    const Sizes to = regrouped(c, sizes);
    return [=](T x) { return Tensors{x.view(to)}; };
  });
  row(rows, "permute", 10, [](Case& c, const Sizes& sizes) -> Unary {
    const Sizes order = permutation(c, sizes.size());
    return [=](T x) { return Tensors{torch::permute(x, order)}; };
  });
#define TWO_DIMS(name)                                                              \
  row(rows, #name, 8, [](Case& c, const Sizes& sizes) -> Unary {                    \
    const int64_t a = c.dim("dim0", sizes.size()), b = c.dim("dim1", sizes.size()); \
    return [=](T x) { return Tensors{torch::name(x, a, b)}; };                      \
  });
  TWO_DIMS(transpose)
  TWO_DIMS(swapaxes)
  TWO_DIMS(movedim)
  TWO_DIMS(flatten)
#undef TWO_DIMS
#define PLAIN(name, call) \
  row(rows, name, 6, [](Case&, const Sizes&) -> Unary { return [](T x) { return Tensors{call}; }; });
  PLAIN("t", torch::t(x))
  PLAIN("mT", x.mT())
  PLAIN("ravel", torch::ravel(x))
  PLAIN("squeeze", torch::squeeze(x))
  PLAIN("contiguous", x.contiguous())
  PLAIN("alias", torch::alias(x))
  PLAIN("clone.strides", x.clone().contiguous())
  PLAIN("detach.data", x.detach())
  PLAIN("vstack.one", torch::vstack({x, x}))
  PLAIN("hstack.one", torch::hstack({x, x}))
#undef PLAIN
  row(rows, "squeeze.dim", 8, [](Case& c, const Sizes& sizes) -> Unary {
    const int64_t dim = c.dim("dim", sizes.size());
    return [=](T x) { return Tensors{torch::squeeze(x, dim)}; };
  });
  row(rows, "unsqueeze", 8, [](Case& c, const Sizes& sizes) -> Unary {
    const int64_t dim = c.dim("dim", sizes.size() + 1);
    return [=](T x) { return Tensors{torch::unsqueeze(x, dim)}; };
  });
  row(rows, "unflatten", 8, [](Case& c, const Sizes& sizes) -> Unary {
    const int64_t dim = c.dim("dim", sizes.size());
    const Sizes to = c.list(
        "to", c.pick(std::vector<Sizes>{{-1}, {1, -1}, {2, -1}, {3, 1}, {-1, -1}, {2, 2}, {}, {-1, 0}}));
    return [=](T x) { return Tensors{x.unflatten(dim, to)}; };
  });
  row(rows, "narrow", 10, [](Case& c, const Sizes& sizes) -> Unary {
    const int64_t dim = c.dim("dim", sizes.size());
    const int64_t start = c.number("start", {0, 1, -1, 2, -2, 5}),
                  length = c.number("length", {0, 1, 2, -1, 3});
    return [=](T x) { return Tensors{torch::narrow(x, dim, start, length)}; };
  });
  row(rows, "select", 10, [](Case& c, const Sizes& sizes) -> Unary {
    const int64_t dim = c.dim("dim", sizes.size()), index = c.number("index", {0, 1, -1, 2, -2, 5, -9});
    return [=](T x) { return Tensors{torch::select(x, dim, index)}; };
  });
  row(rows, "slice", 14, [](Case& c, const Sizes& sizes) -> Unary {
    const int64_t dim = c.dim("dim", sizes.size());
    const Sizes places{0, 1, -1, 2, -2, 5, -9, 99, INT64_MAX, INT64_MIN};
    const int64_t start = c.number("start", places), end = c.number("end", places),
                  step = c.number("step", {1, 1, 2, 3, 0, -1, 100, INT64_MAX});
    const bool open = c.flag("open");
    return [=](T x) {
      return Tensors{open ? torch::slice(x, dim, start, torch::nullopt, step)
                          : torch::slice(x, dim, start, end, step)};
    };
  });
  row(rows, "diagonal", 10, [](Case& c, const Sizes& sizes) -> Unary {
    const int64_t offset = c.number("offset", {0, 1, -1, 2, 9, -9});
    const int64_t a = c.dim("dim1", sizes.size()), b = c.dim("dim2", sizes.size());
    return [=](T x) { return Tensors{torch::diagonal(x, offset, a, b)}; };
  });
  row(rows, "diag", 8, [](Case& c, const Sizes&) -> Unary {
    const int64_t offset = c.number("offset", {0, 1, -1, 2, 9, -9});
    return [=](T x) { return Tensors{torch::diag(x, offset)}; };
  });
  for (const bool upper : {false, true})
    row(rows, upper ? "triu" : "tril", 8, [=](Case& c, const Sizes&) -> Unary {
      const int64_t offset = c.number("offset", {0, 1, -1, 2, 9, -9, INT64_MAX, INT64_MIN});
      return [=](T x) { return Tensors{upper ? torch::triu(x, offset) : torch::tril(x, offset)}; };
    });
  row(rows, "as_strided", 10, [](Case& c, const Sizes&) -> Unary {
    const Sizes size =
        c.list("size", c.pick(std::vector<Sizes>{{2, 2}, {3}, {}, {0}, {2, 1}, {-1}, {2, 3, 2}}));
    const Sizes stride =
        c.list("stride", c.pick(std::vector<Sizes>{{1, 2}, {1}, {}, {0}, {0, 1}, {2, 1}, {-1}, {1, 1, 1}}));
    const int64_t offset = c.number("offset", {0, 1, 2, -1, 50});
    const bool given = c.flag("given");
    return [=](T x) {
      return Tensors{given ? torch::as_strided(x, size, stride, offset) : torch::as_strided(x, size, stride)};
    };
  });
  row(rows, "unfold", 10, [](Case& c, const Sizes& sizes) -> Unary {
    const int64_t dim = c.dim("dim", sizes.size()), size = c.number("size", {1, 2, 3, 0, -1, 50}),
                  step = c.number("step", {1, 2, 3, 0, -1});
    return [=](T x) { return Tensors{x.unfold(dim, size, step)}; };
  });
  row(rows, "expand", 12, [](Case& c, const Sizes& sizes) -> Unary {
    Sizes to = sizes;
    for (auto& size : to)
      if (size == 1 || c.chance(10)) size = c.pick(Sizes{1, 3, -1, 0, 2});
    if (c.chance(40)) to.insert(to.begin(), c.pick(Sizes{1, 2, 0, -1}));
    if (c.chance(5) && !to.empty()) to.pop_back();
    c.list("to", to);
    const int64_t kind = c.number("kind", {0, 1});
    return [=](T x) { return Tensors{kind ? torch::broadcast_to(x, to) : x.expand(to)}; };
  });
  for (const std::string name : {"repeat", "tile"})
    row(rows, name, 8, [=](Case& c, const Sizes&) -> Unary {
      const Sizes by = c.list(
          "by", c.pick(std::vector<Sizes>{{2}, {1}, {2, 3}, {0}, {1, 2, 2}, {}, {2, -1}, {1, 1, 1, 2}}));
      return [=](T x) {
        if (x.numel() > 10000) return Tensors{x};
        return Tensors{name == "tile" ? torch::tile(x, by) : x.repeat(by)};
      };
    });
  row(rows, "repeat_interleave", 8, [](Case& c, const Sizes& sizes) -> Unary {
    const int64_t by = c.number("by", {0, 1, 2, 3, -1}), dim = c.dim("dim", sizes.size());
    const bool flat = c.flag("flat");
    return [=](T x) {
      return Tensors{flat ? torch::repeat_interleave(x, by) : torch::repeat_interleave(x, by, dim)};
    };
  });
  rows.push_back({"repeat_interleave.Tensor", {torch::kFloat, torch::kInt}, 10, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes(1);
                    c.input(type, sizes);
                    const int64_t dim = c.dim("dim", sizes.size()), dims = int64_t(sizes.size());
                    const int64_t n = dim >= -dims && dim < dims ? sizes[size_t((dim + dims) % dims)] : 2;
                    c.index({c.chance(70)   ? n
                             : c.chance(50) ? 1
                                            : n + 1},
                            0, 3, c.chance(80) ? torch::kLong : c.pick(all_types));
                    const bool flat = c.chance(20);
                    c.run = [=](Tensors& x) {
                      return Tensors{flat ? torch::repeat_interleave(x[0], x[1])
                                          : torch::repeat_interleave(x[0], x[1], dim)};
                    };
                  }});
  row(rows, "split", 10, [](Case& c, const Sizes& sizes) -> Unary {
    const int64_t size = c.number("size", {1, 2, 3, 0, -1, 100}), dim = c.dim("dim", sizes.size());
    return [=](T x) { return x.numel() > 10000 ? Tensors{} : torch::split(x, size, dim); };
  });
  row(rows, "split.sizes", 10, [](Case& c, const Sizes& sizes) -> Unary {
    const int64_t dim = c.dim("dim", sizes.size()), dims = int64_t(sizes.size());
    const int64_t n = dim >= -dims && dim < dims ? sizes[size_t((dim + dims) % dims)] : 2;
    const Sizes by = c.list(
        "by", c.pick(std::vector<Sizes>{{n}, {1, n - 1}, {0, n}, {n, 1}, {n + 1, -1}, {}, {n - 1, 1, 0}}));
    const bool name = c.flag("with_sizes");
    return [=](T x) {
      return name ? torch::split_with_sizes(x, by, dim) : torch::split(x, IntArrayRef(by), dim);
    };
  });
  row(rows, "chunk", 10, [](Case& c, const Sizes& sizes) -> Unary {
    const int64_t chunks = c.number("chunks", {1, 2, 3, 7, 0, -1, 100}), dim = c.dim("dim", sizes.size());
    return [=](T x) { return torch::chunk(x, chunks, dim); };
  });
  row(rows, "unbind", 8, [](Case& c, const Sizes& sizes) -> Unary {
    const int64_t dim = c.dim("dim", sizes.size());
    return [=](T x) { return x.numel() > 1000 ? Tensors{} : torch::unbind(x, dim); };
  });
  row(
      rows, "flip", 10,
      [](Case& c, const Sizes& sizes) -> Unary {
        const Sizes dims = c.dims("dims", sizes.size());
        return [=](T x) { return Tensors{torch::flip(x, dims)}; };
      },
      all_types);
  row(rows, "roll", 10, [](Case& c, const Sizes& sizes) -> Unary {
    const Sizes dims = c.dims("dims", sizes.size());
    Sizes shifts;
    for (size_t i = 0; i < std::max<size_t>(dims.size(), 1); ++i)
      shifts.push_back(c.pick(Sizes{0, 1, -1, 2, 100, -7}));
    if (c.chance(5)) shifts.push_back(1);
    c.list("shifts", shifts);
    return [=](T x) { return Tensors{torch::roll(x, shifts, dims)}; };
  });
  row(rows, "rot90", 8, [](Case& c, const Sizes& sizes) -> Unary {
    const int64_t k = c.number("k", {0, 1, 2, 3, -1, 7});
    const Sizes dims = c.list("dims", {c.dim("dim0", sizes.size()), c.dim("dim1", sizes.size())});
    return [=](T x) { return Tensors{torch::rot90(x, k, dims)}; };
  });
  row(rows, "pad", 12,
      [](Case& c, const Sizes& sizes) -> Unary {
        Sizes by;
        const int64_t pairs = c.below(int64_t(sizes.size()) + 1);
        for (int64_t i = 0; i < 2 * pairs; ++i) by.push_back(c.pick(Sizes{0, 1, 2, -1, 3, 0}));
        if (c.chance(4)) by.push_back(1);
        c.list("by", by);
        const std::string mode = c.word("mode", {"constant", "reflect", "replicate", "constant", "circular"});
        const double value = c.real("value", {0, 1.5, -INFINITY, NAN});
        return [=](T x) {
          return Tensors{mode == "constant" ? torch::constant_pad_nd(x, by, value) : torch::pad(x, by, mode)};
        };
      },
      {torch::kFloat, torch::kDouble, torch::kHalf, torch::kInt, torch::kBool, torch::kByte});
  row(rows, "one_hot", 10,
      [](Case& c, const Sizes&) -> Unary {
        const int64_t classes = c.number("classes", {-1, 3, 20, 0, -2});
        return [=](T x) { return Tensors{torch::one_hot(x.remainder(7), classes)}; };
      },
      {torch::kLong, torch::kInt, torch::kFloat});
  row(rows, "resize_", 6, [](Case& c, const Sizes&) -> Unary {
    const Sizes to = c.list("to", c.pick(std::vector<Sizes>{{2}, {1, 1}, {0}, {}, {-1}}));
    return [=](T x) {
      Tensor copy = x.detach().clone();
      copy.resize_(to);
      return Tensors{copy.numel() <= x.numel() ? copy : torch::zeros(to)};
    };
  });
  row(rows, "squeeze_", 8, [](Case& c, const Sizes& sizes) -> Unary {
    const int64_t kind = c.number("kind", {0, 1, 2}), dim = c.dim("dim", sizes.size());
    return [=](T x) {
      Tensor copy = x * 1;
      kind == 0 ? copy.squeeze_() : kind == 1 ? copy.squeeze_(dim) : copy.unsqueeze_(dim);
      return Tensors{copy};
    };
  });
  for (const std::string name : {"cat", "concat", "stack", "hstack", "vstack"})
    rows.push_back({name, all_types, 8, [=](Case& c, ScalarType type) {
                      const Sizes sizes = c.sizes();
                      const int64_t dim = c.dim("dim", sizes.size() + (name == "stack")),
                                    dims = int64_t(sizes.size());
                      const int64_t varies = name == "stack" || name == "vstack" ? -1
                                             : name == "hstack"                  ? (dims > 1)
                                                                : (dim + dims) % std::max<int64_t>(dims, 1);
                      parts(c, type, c.below(4), sizes, varies);
                      c.run = [=](Tensors& x) {
                        return Tensors{name == "cat"      ? torch::cat(x, dim)
                                       : name == "concat" ? torch::concat(x, dim)
                                       : name == "stack"  ? torch::stack(x, dim)
                                       : name == "hstack" ? torch::hstack(x)
                                                          : torch::vstack(x)};
                      };
                    }});
  rows.push_back({"broadcast_tensors", float_only, 12, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    c.input(type, sizes);
                    c.input(type, c.broadcast(sizes));
                    c.run = [](Tensors& x) { return torch::broadcast_tensors(x); };
                  }});
  rows.push_back({"meshgrid", {torch::kFloat, torch::kInt}, 12, [](Case& c, ScalarType type) {
                    const int64_t n = c.number("n", {0, 1, 2, 3});
                    for (int64_t i = 0; i < n; ++i)
                      c.input(c.chance(90) ? type : torch::kDouble,
                              c.pick(std::vector<Sizes>{{}, {3}, {0}, {1}, {2}, {2, 1}}));
                    const std::string indexing = c.word("indexing", {"ij", "xy", "ij", "no"});
                    c.run = [=](Tensors& x) { return torch::meshgrid(x, indexing); };
                  }});
  row(
      rows, "F.pad", 12,
      [](Case& c, const Sizes& sizes) -> Unary {
        std::vector<int64_t> by;
        const int64_t pairs = c.below(int64_t(sizes.size()) + 1);
        for (int64_t i = 0; i < 2 * pairs; ++i) by.push_back(c.pick(Sizes{0, 1, 2, -1, 3}));
        c.list("by", by);
        const int64_t mode = c.number("mode", {0, 1, 2, 3});
        return [=](T x) {
          F::PadFuncOptions options(by);
          if (mode == 1) options.mode(torch::kReflect);
          if (mode == 2) options.mode(torch::kReplicate);
          if (mode == 3) options.mode(torch::kCircular);
          return Tensors{F::pad(x, options)};
        };
      },
      float_double, 1);
  row(
      rows, "F.pixel_shuffle", 10,
      [](Case& c, const Sizes&) -> Unary {
        const int64_t factor = c.number("factor", {1, 2, 0, -1, 3});
        const bool back = c.flag("unshuffle");
        return [=](T x) {
          return Tensors{back ? F::pixel_unshuffle(x, F::PixelUnshuffleFuncOptions(factor))
                              : F::pixel_shuffle(x, F::PixelShuffleFuncOptions(factor))};
        };
      },
      float_double, 2);
}

}  // namespace peer
