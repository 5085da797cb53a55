// Matrix products, normalisation, losses.
#include "peer.h"

#include <cmath>

namespace F = torch::nn::functional;

namespace peer {
namespace {

using Maybe = torch::optional<Tensor>;

Maybe given(const Tensor& x) { return x.defined() ? Maybe(x) : Maybe(); }

int64_t size(Case& c) { return c.pick(Sizes{0, 1, 2, 3, 5, 17, 4, 64}); }
int64_t off(Case& c, int64_t n) { return c.chance(3) ? n + 1 : n; }
ScalarType near(Case& c, ScalarType type) { return c.chance(93) ? type : c.pick(all_types); }

int64_t reduction(Case& c) { return c.number("reduction", {0, 1, 2, 1, 2}); }

/// input and target, which mostly broadcast.
void loss(Rows& rows, const std::string& name, int times, Values input, Values target,
          const std::function<std::function<Tensor(Tensors&)>(Case&, const Sizes&)>& draw,
          const Types& types = floats, int extra_percent = 0) {
  rows.push_back({name, types, times, [=](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    c.input(type, sizes, c.chance(70) ? input : Values::any);
                    c.input(near(c, type), c.chance(75) ? sizes : c.broadcast(sizes),
                            c.chance(70) ? target : Values::any);
                    if (extra_percent)
                      for (int i = 0; i < 2; ++i) {
                        c.input(type, c.broadcast(sizes), Values::positive);
                        c.maybe(100 - extra_percent);
                      }
                    const auto function = draw(c, sizes);
                    c.run = [=](Tensors& x) { return Tensors{function(x)}; };
                  }});
}

}  // namespace

void add_network_rows(Rows& rows) {
  using Function = std::function<Tensor(Tensors&)>;
  const Types matrix_types{torch::kFloat, torch::kDouble, torch::kHalf, torch::kBFloat16,
                           torch::kInt,   torch::kLong,   torch::kByte, torch::kBool};
  rows.push_back(
      {"matmul", matrix_types, 16, [](Case& c, ScalarType type) {
         const int64_t m = size(c), k = size(c), n = size(c), b = c.pick(Sizes{1, 2, 3, 0});
         const Sizes left = c.pick(std::vector<Sizes>{{m, k}, {k}, {b, m, k}, {2, 1, m, k}, {m, k}, {}});
         const Sizes right =
             c.pick(std::vector<Sizes>{{off(c, k), n}, {k}, {b, k, n}, {b, k, n}, {k, n}, {1, k, n}});
         c.input(type, left);
         c.input(near(c, type), right);
         c.run = [](Tensors& x) { return Tensors{torch::matmul(x[0], x[1])}; };
       }});
  for (const std::string name : {"mm", "bmm", "mv", "dot", "outer"})
    rows.push_back({name, matrix_types, 8, [=](Case& c, ScalarType type) {
                      const int64_t m = size(c), k = size(c), n = size(c), b = c.pick(Sizes{1, 2, 3, 0});
                      const bool vector = name == "dot" || name == "outer";
                      c.input(type, name == "bmm" ? Sizes{b, m, k} : vector ? Sizes{k} : Sizes{m, k});
                      c.input(near(c, type), name == "bmm"     ? Sizes{b, off(c, k), n}
                                             : name == "mm"    ? Sizes{off(c, k), n}
                                             : name == "outer" ? Sizes{n}
                                                               : Sizes{off(c, k)});
                      c.run = [=](Tensors& x) {
                        return Tensors{name == "mm"    ? torch::mm(x[0], x[1])
                                       : name == "bmm" ? torch::bmm(x[0], x[1])
                                       : name == "mv"  ? torch::mv(x[0], x[1])
                                       : name == "dot" ? torch::dot(x[0], x[1])
                                                       : torch::outer(x[0], x[1])};
                      };
                    }});
  for (const bool batched : {false, true})
    rows.push_back({batched ? "baddbmm" : "addmm", matrix_types, 12, [=](Case& c, ScalarType type) {
                      const int64_t m = size(c), k = size(c), n = size(c), b = c.pick(Sizes{1, 2, 0});
                      const Sizes whole = batched ? Sizes{b, m, n} : Sizes{m, n};
                      c.input(near(c, type), c.broadcast(whole));
                      c.input(type, batched ? Sizes{b, m, k} : Sizes{m, k});
                      c.input(near(c, type), batched ? Sizes{b, off(c, k), n} : Sizes{off(c, k), n});
                      const bool given_factors = c.flag("factors");
                      const Scalar beta = given_factors ? c.scalar("beta", type) : Scalar(1);
                      const Scalar alpha = given_factors ? c.scalar("alpha", type) : Scalar(1);
                      c.run = [=](Tensors& x) {
                        return Tensors{batched ? torch::baddbmm(x[0], x[1], x[2], beta, alpha)
                                               : torch::addmm(x[0], x[1], x[2], beta, alpha)};
                      };
                    }});
  rows.push_back({"linear", floats, 12, [](Case& c, ScalarType type) {
                    const int64_t k = size(c), n = size(c);
                    c.input(type, c.pick(std::vector<Sizes>{{4, k}, {k}, {2, 3, k}, {0, k}, {4, k + 1}}));
                    c.input(near(c, type), {n, k});
                    c.input(type, {off(c, n)});
                    c.maybe(40);
                    c.run = [](Tensors& x) { return Tensors{torch::linear(x[0], x[1], given(x[2]))}; };
                  }});
  rows.push_back({"F.bilinear", float_double, 8, [](Case& c, ScalarType type) {
                    const int64_t a = size(c), b = size(c) % 6, n = size(c) % 6;
                    const Sizes lead = c.pick(std::vector<Sizes>{{4}, {}, {2, 3}, {0}});
                    Sizes left = lead, right = lead;
                    left.push_back(a), right.push_back(off(c, b));
                    c.input(type, left);
                    c.input(type, right);
                    c.input(type, {n, a, b});
                    c.input(type, {n});
                    c.maybe(40);
                    c.run = [](Tensors& x) { return Tensors{F::bilinear(x[0], x[1], x[2], x[3])}; };
                  }});
  rows.push_back({"einsum", {torch::kFloat, torch::kDouble}, 40, [](Case& c, ScalarType type) {
                    const std::string equation = c.word("equation", {"ij,jk->ik",
                                                                     "ij,jk",
                                                                     "ii->i",
                                                                     "ii",
                                                                     "ij->ji",
                                                                     "bij,bjk->bik",
                                                                     "i,j->ij",
                                                                     "ij->",
                                                                     "...ij->...ji",
                                                                     "ij,ij->i",
                                                                     "bhqd,bhkd->bhqk",
                                                                     "ij,j",
                                                                     "i,i->",
                                                                     "...i,...i->...",
                                                                     "ba",
                                                                     "ij,kj->ik",
                                                                     "ij->k",
                                                                     "iij->j",
                                                                     "i j -> j i",
                                                                     "ij,jk->ikk",
                                                                     "",
                                                                     "->",
                                                                     "IJ,Ja->Ia"});
                    std::string letters;
                    std::vector<std::string> terms;
                    for (size_t i = 0; i <= equation.size(); ++i) {
                      const char ch = i < equation.size() ? equation[i] : '\0';
                      if (ch == ',' || ch == '-' || ch == '\0') {
                        terms.push_back(letters), letters.clear();
                        if (ch != ',') break;
                      } else if (ch != ' ') {
                        letters += ch;
                      }
                    }
                    const int64_t n = c.pick(Sizes{2, 3, 3, 0, 1});
                    for (const std::string& term : terms) {
                      Sizes sizes;
                      for (char letter : term)
                        if (letter != '.') sizes.push_back(letter == 'k' ? 4 : c.chance(3) ? n + 1 : n);
                      if (term.find('.') != std::string::npos && c.chance(70)) sizes.insert(sizes.begin(), 2);
                      c.input(type, sizes);
                    }
                    c.run = [=](Tensors& x) { return Tensors{torch::einsum(equation, x)}; };
                  }});

  // ---- normalisation
  rows.push_back(
      {"batch_norm", floats, 20, [](Case& c, ScalarType type) {
         const Sizes sizes = c.pick(std::vector<Sizes>{{4, 3},
                                                       {4, 3, 5},
                                                       {2, 3, 4, 4},
                                                       {0, 3},
                                                       {1, 3},
                                                       {2, 3, 0, 2},
                                                       {3},
                                                       {1, 3, 1, 1},
                                                       {2, 0, 3},
                                                       {8, 3, 70, 70}});
         const int64_t channels = sizes.size() > 1 ? sizes[1] : 3;
         const bool mixed = (type == torch::kHalf || type == torch::kBFloat16) && c.chance(60);
         const ScalarType small = mixed ? torch::kFloat : type;
         c.input(type, sizes);
         c.input(small, {off(c, channels)}, Values::ordinary);
         c.maybe(25);
         c.input(small, {channels}, Values::ordinary);
         c.maybe(25);
         c.input(small, {channels}, Values::ordinary, Layout::plain);
         c.maybe(20);
         c.input(small, {channels}, Values::positive, Layout::plain);
         c.maybe(20);
         const bool training = c.flag("training");
         const double momentum = c.real("momentum", {0.1, 0, 1}), eps = c.real("eps", {1e-5, 0, 0.5});
         c.run = [=](Tensors& x) {
           const Tensor mean = x[3].defined() ? x[3].detach().clone() : Tensor();
           const Tensor var = x[4].defined() ? x[4].detach().clone() : Tensor();
           Tensor result = torch::batch_norm(x[0], given(x[1]), given(x[2]), given(mean), given(var),
                                             training, momentum, eps, false);
           return Tensors{result, mean, var};
         };
       }});
  rows.push_back({"layer_norm", floats, 16, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    const int64_t dims = int64_t(sizes.size()), least = std::min<int64_t>(1, dims);
                    Sizes shape(sizes.begin() + (dims ? c.below(dims - least + 1) : 0), sizes.end());
                    if (c.chance(5)) shape.push_back(2);
                    c.list("shape", shape);
                    c.input(type, sizes);
                    c.input(type, shape, Values::ordinary);
                    c.maybe(40);
                    c.input(type, shape, Values::ordinary);
                    c.maybe(40);
                    const double eps = c.real("eps", {1e-5, 0, 0.5});
                    c.run = [=](Tensors& x) {
                      return Tensors{torch::layer_norm(x[0], shape, given(x[1]), given(x[2]), eps)};
                    };
                  }});
  rows.push_back({"group_norm", floats, 16, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.pick(std::vector<Sizes>{
                        {2, 4}, {2, 4, 5}, {2, 6, 3, 3}, {0, 4, 2}, {1, 4, 1}, {4}, {2, 0, 3}, {2, 4, 0}});
                    const int64_t channels = sizes.size() > 1 ? sizes[1] : 4;
                    c.input(type, sizes);
                    c.input(type, {off(c, channels)}, Values::ordinary);
                    c.maybe(40);
                    c.input(type, {channels}, Values::ordinary);
                    c.maybe(40);
                    const int64_t groups = c.number("groups", {1, 2, 4, 3, 0, -1});
                    const double eps = c.real("eps", {1e-5, 0.5});
                    c.run = [=](Tensors& x) {
                      return Tensors{torch::group_norm(x[0], groups, given(x[1]), given(x[2]), eps)};
                    };
                  }});
  rows.push_back({"F.normalize", floats, 12, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    c.input(type, sizes);
                    const int64_t dim = c.dim("dim", sizes.size());
                    const double p = c.real("p", {2, 1, 3, 0.5, INFINITY});
                    c.run = [=](Tensors& x) {
                      return Tensors{F::normalize(x[0], F::NormalizeFuncOptions().dim(dim).p(p))};
                    };
                  }});

  // ---- losses
  for (const std::string name : {"mse_loss", "l1_loss"})
    loss(
        rows, name, 12, Values::any, Values::any,
        [=](Case& c, const Sizes&) -> Function {
          const int64_t how = reduction(c);
          return [=](Tensors& x) {
            return name == "mse_loss" ? torch::mse_loss(x[0], x[1], how) : torch::l1_loss(x[0], x[1], how);
          };
        },
        all_types);
  for (const std::string name : {"smooth_l1_loss", "huber_loss"})
    loss(rows, name, 16, Values::any, Values::any, [=](Case& c, const Sizes&) -> Function {
      const int64_t how = reduction(c);
      const double beta = c.real("beta", {1, 0.5, 0, 2, -1, 1, 1});
      return [=](Tensors& x) {
        return name == "huber_loss" ? torch::huber_loss(x[0], x[1], how, beta)
                                    : torch::smooth_l1_loss(x[0], x[1], how, beta);
      };
    });
  loss(
      rows, "binary_cross_entropy", 16, Values::unit, Values::unit,
      [](Case& c, const Sizes&) -> Function {
        const int64_t how = reduction(c);
        return [=](Tensors& x) { return torch::binary_cross_entropy(x[0], x[1], given(x[2]), how); };
      },
      floats, 30);
  loss(
      rows, "binary_cross_entropy_with_logits", 16, Values::any, Values::unit,
      [](Case& c, const Sizes&) -> Function {
        const int64_t how = reduction(c);
        return [=](Tensors& x) {
          return torch::binary_cross_entropy_with_logits(x[0], x[1], given(x[2]), given(x[3]), how);
        };
      },
      floats, 30);
  loss(rows, "kl_div", 14, Values::any, Values::unit, [](Case& c, const Sizes&) -> Function {
    const int64_t how = reduction(c);
    const bool log = c.flag("log_target");
    return [=](Tensors& x) { return torch::kl_div(x[0], x[1], how, log); };
  });
  rows.push_back(
      {"F.nll_loss", floats, 20, [](Case& c, ScalarType type) {
         const Sizes sizes = c.pick(std::vector<Sizes>{
             {4, 3}, {3}, {2, 3, 4}, {2, 3, 2, 2}, {0, 3}, {4, 1}, {2, 3, 2, 2, 2}, {0, 3, 2}, {4, 0}, {}});
         Sizes targets;
         for (size_t i = 0; i < sizes.size(); ++i)
           if (i != (sizes.size() == 1 ? 0 : 1)) targets.push_back(off(c, sizes[i]));
         c.input(type, sizes);
         c.index(targets, 0, sizes.empty() ? 1 : sizes[sizes.size() > 1],
                 c.chance(92) ? torch::kLong : c.pick(all_types));
         c.input(type, {sizes.empty() ? 1 : off(c, sizes[sizes.size() > 1])}, Values::positive);
         c.maybe(60);
         const int64_t how = reduction(c), ignore = c.number("ignore", {-100, 0, 1, 2, 7});
         c.run = [=](Tensors& x) {
           F::NLLLossFuncOptions options;
           options.weight(x[2]).ignore_index(ignore);
           if (how == 0) options.reduction(torch::kNone);
           if (how == 2) options.reduction(torch::kSum);
           return Tensors{F::nll_loss(x[0], x[1], options)};
         };
       }});
  rows.push_back({"cross_entropy_loss", floats, 24, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.pick(std::vector<Sizes>{
                        {4, 3}, {3}, {2, 3, 4}, {2, 3, 2, 2}, {0, 3}, {4, 1}, {2, 3, 2, 2, 2}, {4, 0}, {}});
                    Sizes targets;
                    for (size_t i = 0; i < sizes.size(); ++i)
                      if (i != (sizes.size() == 1 ? 0 : 1)) targets.push_back(off(c, sizes[i]));
                    c.input(type, sizes);
                    if (c.chance(70))
                      c.index(targets, 0, sizes.empty() ? 1 : sizes[sizes.size() > 1],
                              c.chance(92) ? torch::kLong : c.pick(all_types));
                    else
                      c.input(near(c, type), sizes, Values::unit);
                    c.input(type, {sizes.empty() ? 1 : off(c, sizes[sizes.size() > 1])}, Values::positive);
                    c.maybe(60);
                    const int64_t how = reduction(c), ignore = c.number("ignore", {-100, 0, 1, 2, 7});
                    const double smoothing = c.real("smoothing", {0, 0, 0.1, 0.5, 1, -0.1, 1.5});
                    c.run = [=](Tensors& x) {
                      return Tensors{
                          torch::cross_entropy_loss(x[0], x[1], given(x[2]), how, ignore, smoothing)};
                    };
                  }});
  loss(rows, "cosine_similarity", 12, Values::any, Values::any, [](Case& c, const Sizes& sizes) -> Function {
    const int64_t dim = c.dim("dim", sizes.size());
    const double eps = c.real("eps", {1e-8, 0.1, 0});
    return [=](Tensors& x) { return torch::cosine_similarity(x[0], x[1], dim, eps); };
  });
  loss(rows, "pairwise_distance", 12, Values::any, Values::any, [](Case& c, const Sizes&) -> Function {
    const double p = c.real("p", {2, 1, 3, INFINITY, 0.5, 0});
    const bool keep = c.flag("keepdim");
    return [=](Tensors& x) { return torch::pairwise_distance(x[0], x[1], p, 1e-6, keep); };
  });
  rows.push_back({"cosine_embedding_loss", floats, 10, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.pick(std::vector<Sizes>{{4, 3}, {3}, {0, 3}, {1, 1}, {2, 3, 4}});
                    c.input(type, sizes);
                    c.input(near(c, type), sizes);
                    c.input(c.chance(60) ? type : torch::kLong,
                            sizes.size() == 1 ? Sizes{} : Sizes{off(c, sizes[0])},
                            c.chance(50) ? Values::ties : Values::edges);
                    const int64_t how = reduction(c);
                    const double margin = c.real("margin", {0, 0.5, -0.5});
                    c.run = [=](Tensors& x) {
                      return Tensors{torch::cosine_embedding_loss(x[0], x[1], x[2], margin, how)};
                    };
                  }});
  rows.push_back({"triplet_margin_loss", floats, 10, [](Case& c, ScalarType type) {
                    const Sizes sizes = c.sizes();
                    for (int i = 0; i < 3; ++i) c.input(type, c.chance(90) ? sizes : c.broadcast(sizes));
                    const int64_t how = reduction(c);
                    const double margin = c.real("margin", {1, 0, 0.5, -1}), p = c.real("p", {2, 1, 3});
                    const bool swap = c.flag("swap");
                    c.run = [=](Tensors& x) {
                      return Tensors{
                          torch::triplet_margin_loss(x[0], x[1], x[2], margin, p, 1e-6, swap, how)};
                    };
                  }});
}

}  // namespace peer
