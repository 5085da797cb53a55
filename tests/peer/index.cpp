// Indexing, gather and scatter.
#include "peer.h"

namespace peer {
namespace {

using torch::indexing::Slice;
using torch::indexing::TensorIndex;
const Types some{torch::kFloat, torch::kDouble, torch::kHalf, torch::kInt, torch::kBool, torch::kByte};

int64_t size_of(const Sizes& sizes, int64_t dim) {
  const int64_t dims = int64_t(sizes.size());
  return dim >= -dims && dim < dims ? sizes[size_t((dim + dims) % dims)] : 1;
}

#ifdef PEER_TENGEN
using IndexList = std::vector<std::optional<Tensor>>;
#else
using IndexList = c10::List<torch::optional<Tensor>>;
#endif

/// An index of gather and scatter: of as many dimensions, mostly no larger elsewhere.
Sizes index_sizes(Case& c, const Sizes& sizes) {
  Sizes index = sizes;
  for (auto& size : index)
    if (c.chance(30)) size = std::max<int64_t>(size - 1, 0);
  if (c.chance(4) && !index.empty()) index.back() += 2;
  if (c.chance(3)) index.push_back(1);
  if (c.chance(3)) index = {0};
  return index;
}

}  // namespace

void add_index_rows(Rows& rows) {
  // What stands between the brackets is drawn; index tensors are inputs.
  for (const std::string name : {"index", "index_put_", "index_put_.accumulate", "index_put_.value"})
    rows.push_back(
        {name, some, 20, [=](Case& c, ScalarType type) {
           const Sizes sizes = c.sizes();
           c.input(type, sizes);
           std::vector<int64_t> kinds;
           std::vector<int64_t> numbers;
           int64_t dim = 0, tensors = 0;
           const int64_t entries = c.below(int64_t(sizes.size()) + 2);
           for (int64_t i = 0; i < entries; ++i) {
             const int64_t kind = c.pick(Sizes{0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 6, 7, 7});
             kinds.push_back(kind);
             int64_t number = c.pick(Sizes{0, 1, -1, 2, -2, 0, 1, 40});
             numbers.push_back(number);
             const int64_t n = dim < int64_t(sizes.size()) ? sizes[size_t(dim)] : 1;
             if (kind == 6) {
               const Sizes shape = c.pick(std::vector<Sizes>{{3}, {2, 1}, {}, {1}, {0}, {2, 3}, {3}});
               c.say("tensor");
               c.index(shape, -n, n,
                       c.chance(85) ? torch::kLong
                                    : c.pick(Types{torch::kInt, torch::kByte, torch::kShort, torch::kFloat}));
               ++tensors;
             } else if (kind == 7) {
               c.say("mask");
               c.input(c.chance(90) ? torch::kBool : torch::kByte, c.chance(85)   ? Sizes{n}
                                                                   : c.chance(50) ? sizes
                                                                                  : Sizes{n + 1});
               ++tensors;
             } else {
               static const char* names[] = {"None", "...", "integer", "bool", "slice", "slice_step"};
               c.say(std::string(names[kind]) + std::to_string(number));
             }
             if (kind != 0 && kind != 1 && kind != 3) ++dim;
           }
           const bool get = name == "index", accumulate = name == "index_put_.accumulate",
                      value = name == "index_put_.value";
           const Scalar number = value ? c.scalar("value", type) : Scalar(0);
           if (!get) {
             c.input(c.chance(90) ? type : c.pick(all_types),
                     c.pick(std::vector<Sizes>{{}, {}, {1}, {3}, {2, 3}, {1, 1}}));
             c.in_place();
           }
           c.run = [=](Tensors& x) {
             std::vector<TensorIndex> indices;
             size_t next = 1;
             for (size_t i = 0; i < kinds.size(); ++i) {
               switch (kinds[i]) {
                 case 0:
                   indices.emplace_back(torch::indexing::None);
                   break;
                 case 1:
                   indices.emplace_back(torch::indexing::Ellipsis);
                   break;
                 case 2:
                   indices.emplace_back(numbers[i]);
                   break;
                 case 3:
                   indices.emplace_back(numbers[i] > 0);
                   break;
                 case 4:
                   indices.emplace_back(Slice(numbers[i], torch::indexing::None));
                   break;
                 case 5:
                   indices.emplace_back(Slice(torch::indexing::None, torch::indexing::None, numbers[i]));
                   break;
                 default:
                   indices.emplace_back(x[next++]);
               }
             }
             if (get) return Tensors{x[0].index(indices)};
             if (accumulate) {
               IndexList only;
               for (size_t i = 1; i + 1 < x.size(); ++i) only.push_back(x[i]);
               torch::index_put_(x[0], only, x.back(), true);
             } else if (value) {
               x[0].index_put_(indices, number);
             } else {
               x[0].index_put_(indices, x.back());
             }
             return Tensors{x[0]};
           };
         }});
  rows.push_back({"operator[]", some, 6, [](Case& c, ScalarType type) {
                    c.input(type, c.sizes());
                    const int64_t index = c.number("index", {0, 1, -1, -2, 7, -9});
                    c.run = [=](Tensors& x) { return Tensors{x[0][index]}; };
                  }});
  rows.push_back({"operator[].Tensor", some, 6, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    c.input(type, sizes);
                    c.index(c.pick(std::vector<Sizes>{{3}, {}, {2, 2}, {0}}), 0, size_of(sizes, 0),
                            c.pick(Types{torch::kLong, torch::kBool}));
                    c.run = [=](Tensors& x) { return Tensors{x[0][x[1]]}; };
                  }});
  rows.push_back({"gather", some, 14, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    c.input(type, sizes);
                    const int64_t dim = c.dim("dim", sizes.size());
                    c.index(index_sizes(c, sizes), 0, size_of(sizes, dim),
                            c.chance(92) ? torch::kLong : torch::kInt);
                    c.run = [=](Tensors& x) { return Tensors{torch::gather(x[0], dim, x[1])}; };
                  }});
  for (const std::string name : {"scatter", "scatter_", "scatter_add", "scatter_add_"})
    rows.push_back({name, some, 12, [=](Case& c, ScalarType type) {
                      const Sizes sizes = c.sizes();
                      c.input(type, sizes);
                      const int64_t dim = c.dim("dim", sizes.size());
                      const Sizes index = index_sizes(c, sizes);
                      const bool add = name.find("add") != std::string::npos, in_place = name.back() == '_';
                      // Where several are written to one place, any may win: only sums are compared then.
                      const bool one = !add && size_of(sizes, dim) > 1;
                      Sizes unique = index;
                      if (one && dim >= -int64_t(sizes.size()) && dim < int64_t(sizes.size()) &&
                          unique.size() == sizes.size())
                        unique[size_t((dim + int64_t(sizes.size())) % int64_t(sizes.size()))] = 1;
                      c.index(one ? unique : index, 0, size_of(sizes, dim));
                      c.input(c.chance(92) ? type : c.pick(all_types),
                              c.chance(90) ? one ? unique : index : sizes);
                      const bool number = !add && c.flag("number");
                      const Scalar value = c.scalar("value", type);
                      if (in_place) c.in_place();
                      c.run = [=](Tensors& x) {
                        if (name == "scatter")
                          return Tensors{number ? torch::scatter(x[0], dim, x[1], value)
                                                : torch::scatter(x[0], dim, x[1], x[2])};
                        if (name == "scatter_add") return Tensors{torch::scatter_add(x[0], dim, x[1], x[2])};
                        if (add)
                          x[0].scatter_add_(dim, x[1], x[2]);
                        else
                          number ? x[0].scatter_(dim, x[1], value) : x[0].scatter_(dim, x[1], x[2]);
                        return Tensors{x[0]};
                      };
                    }});
  rows.push_back({"index_select", some, 12, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    c.input(type, sizes);
                    const int64_t dim = c.dim("dim", sizes.size());
                    c.index(c.pick(std::vector<Sizes>{{3}, {}, {0}, {1}, {2, 2}}), 0, size_of(sizes, dim),
                            c.chance(80)   ? torch::kLong
                            : c.chance(70) ? torch::kInt
                                           : torch::kFloat);
                    c.run = [=](Tensors& x) { return Tensors{torch::index_select(x[0], dim, x[1])}; };
                  }});
  for (const bool in_place : {false, true})
    rows.push_back({in_place ? "index_add_" : "index_add", some, 12, [=](Case& c, ScalarType type) {
                      const Sizes sizes = c.sizes();
                      c.input(type, sizes);
                      const int64_t dim = c.dim("dim", sizes.size()), dims = int64_t(sizes.size());
                      const int64_t n = c.number("n", {0, 1, 3, 5});
                      c.index(c.chance(92) ? Sizes{n} : Sizes{n, 1}, 0, size_of(sizes, dim),
                              c.chance(85) ? torch::kLong : torch::kInt);
                      Sizes source = sizes;
                      if (dim >= -dims && dim < dims) source[size_t((dim + dims) % dims)] = n;
                      if (c.chance(4)) source.push_back(2);
                      c.input(c.chance(92) ? type : c.pick(all_types), source);
                      const Scalar alpha = c.chance(60) ? Scalar(1) : c.scalar("alpha", type);
                      if (in_place) c.in_place();
                      c.run = [=](Tensors& x) {
                        if (!in_place) return Tensors{torch::index_add(x[0], dim, x[1], x[2], alpha)};
                        x[0].index_add_(dim, x[1], x[2], alpha);
                        return Tensors{x[0]};
                      };
                    }});
  rows.push_back({"take", some, 10, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    c.input(type, sizes);
                    int64_t n = 1;
                    for (int64_t size : sizes) n *= size;
                    c.index(c.pick(std::vector<Sizes>{{3}, {}, {2, 2}, {0}}), -n, n,
                            c.chance(90) ? torch::kLong : torch::kInt);
                    c.run = [=](Tensors& x) { return Tensors{torch::take(x[0], x[1])}; };
                  }});
  rows.push_back(
      {"embedding", floats, 12, [](Case& c, ScalarType type) {
         const Sizes sizes = c.pick(std::vector<Sizes>{{5, 3}, {1, 4}, {7, 0}, {0, 3}, {5}, {6, 1}});
         c.input(type, sizes);
         c.index(c.pick(std::vector<Sizes>{{3}, {}, {2, 3}, {0}, {40}}), 0, sizes[0],
                 c.chance(80) ? torch::kLong : c.pick(Types{torch::kInt, torch::kFloat, torch::kShort}));
         const int64_t padding = c.number("padding", {-1, 0, 1, 4, -2, 9});
         c.run = [=](Tensors& x) { return Tensors{torch::embedding(x[0], x[1], padding)}; };
       }});
}

}  // namespace peer
