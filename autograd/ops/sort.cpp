// Sorting and what rests on it.
#include <algorithm>

#include <tengen/autograd/ops/low_precision.h>
#include <tengen/tensor/kernel_view.h>

namespace tengen::inline api {
using autograd::Grads;
using autograd::Node;
using autograd::record;

namespace {

/// The first k of self's elements in order along `dim`, and where they stood. A sort is a gather: its rule
/// puts the gradients back where the values came from.
std::tuple<Tensor, Tensor> ordered(const char* name, const Tensor& self, int64_t k, int64_t dim,
                                   bool descending) {
  DimVector sizes(self.sizes());
  if (!sizes.empty()) sizes[dim] = k;
  Tensor values = empty(sizes, self.options()), indices = empty(sizes, self.options().dtype(kLong));
  auto last = [dim](const Tensor& t) { return t.detach().transpose(dim, -1); };
  Tensor values_last = last(values), indices_last = last(indices), self_last = last(self);
  kernels(self).sort(view_of(values_last), view_of(indices_last), view_of(self_last), descending);
  values = record(name, values, {self}, {indices},
                  [dim, sizes = DimVector(self.sizes())](Node& node, const Tensor& g) -> Grads {
                    return {zeros(sizes, g.options()).scatter(dim, node.saved(0), g)};
                  });
  return {values, indices};
}

}  // namespace

std::tuple<Tensor, Tensor> sort(const Tensor& self, std::optional<bool>, int64_t dim, bool descending) {
  dim = wrap_dim(dim, self.dim());
  return ordered("sort", self, self.dim() == 0 ? 1 : self.size(dim), dim, descending);
}
std::tuple<Tensor, Tensor> sort(const Tensor& self, int64_t dim, bool descending) {
  return sort(self, std::optional<bool>(true), dim, descending);
}

Tensor argsort(const Tensor& self, int64_t dim, bool descending) {
  return std::get<1>(self.detach().sort(dim, descending));
}

std::tuple<Tensor, Tensor> topk(const Tensor& self, int64_t k, int64_t dim, bool largest, bool) {
  dim = wrap_dim(dim, self.dim());
  TENGEN_CHECK(k >= 0 && k <= (self.dim() == 0 ? 1 : self.size(dim)),
               "topk: selected index k out of range: found ", k, " for a tensor of shape ", self.sizes(),
               " at dimension ", dim);
  return ordered("topk", self, k, dim, largest);
}

// ---- integers and sets: no gradients ----

std::tuple<Tensor, Tensor, Tensor> _unique2(const Tensor& self, bool, bool return_inverse,
                                            bool return_counts) {
  NoGradGuard no_grad;
  auto [values, order] = self.flatten().sort(0);
  int64_t n = values.numel();
  // The first of each run of equal elements.
  Tensor first = ones({n}, self.options().dtype(kBool));
  if (n > 1) first.slice(0, 1).copy_(values.slice(0, 1).ne(values.slice(0, 0, n - 1)));
  Tensor starts = first.nonzero().select(1, 0);
  Tensor inverse = empty({0}, starts.options()), counts = inverse;
  if (return_inverse)
    inverse = empty({n}, starts.options()).scatter_(0, order, first.cumsum(0) - 1).view(self.sizes());
  if (return_counts) counts = cat({starts.slice(0, 1), full({n > 0}, n, starts.options())}) - starts;
  return {values.index_select(0, starts), inverse, counts};
}

Tensor bincount(const Tensor& self, const std::optional<Tensor>& weights, int64_t minlength) {
  TENGEN_CHECK(minlength >= 0, "bincount: minlength should be >= 0, found ", minlength);
  TENGEN_CHECK(self.dim() == 1 && is_integral(self.dtype(), false) &&
                   (self.numel() == 0 || self.min().item<int64_t>() >= 0),
               "bincount only supports 1-d non-negative integral inputs, found ", self.dtype(), " of shape ",
               self.sizes());
  bool weighted = weights && weights->defined();
  TENGEN_CHECK(!weighted || weights->sizes() == self.sizes(),
               "bincount: weights should be 1-d and have the same length as input");
  int64_t bins = std::max(minlength, self.numel() == 0 ? 0 : self.max().item<int64_t>() + 1);
  Tensor each = weighted ? weights->to(weights->dtype() == kFloat ? kFloat : kDouble)
                         : ones({}, self.options().dtype(kLong)).expand(self.sizes());
  return zeros({bins}, each.options()).index_add(0, self.to(kLong), each);
}

Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& self, bool out_int32, bool right) {
  bool shared = sorted_sequence.dim() == 1;  // one sequence for all values
  IntArrayRef rows = sorted_sequence.sizes(), wanted = self.sizes();
  TENGEN_CHECK(shared || (!rows.empty() && rows.size() == wanted.size() &&
                          rows.slice(0, rows.size() - 1) == wanted.slice(0, rows.size() - 1)),
               "searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of "
               "boundaries tensor "
               "and input value tensor must match, but we got boundaries tensor ",
               rows, " and input value tensor ", wanted);
  ScalarType type = wide_type(promote_types(sorted_sequence.dtype(), self.dtype()));
  Tensor sequence = sorted_sequence.detach().cpu().to(type).contiguous(),
         values = self.detach().cpu().to(type).contiguous();
  Tensor out = empty(self.sizes(), kLong);
  int64_t length = rows.back(), per_row = shared ? values.numel() : wanted.back();
  visit_compute(type, "searchsorted", [&](auto zero) {
    using T = decltype(zero);
    // NaN is the largest, as in sort.
    auto less = [](T a, T b) { return a < b || (b != b && a == a); };
    const T *begin = sequence.data_ptr<T>(), *value = values.data_ptr<T>();
    int64_t* position = out.data_ptr<int64_t>();
    for (int64_t i = 0; i < out.numel(); ++i) {
      const T* row = begin + (shared ? 0 : i / per_row * length);
      position[i] = (right ? std::upper_bound(row, row + length, value[i], less)
                           : std::lower_bound(row, row + length, value[i], less)) -
                    row;
    }
  });
  return out.to(self.options().dtype(out_int32 ? kInt : kLong));
}

}  // namespace tengen::inline api
