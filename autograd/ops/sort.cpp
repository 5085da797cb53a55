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

Tensor msort(const Tensor& self) { return std::get<0>(self.sort(0)); }

// ---- one element of each row ----

namespace {

/// (values, indices) of self at `indices`, which has size 1 along `dim`.
std::tuple<Tensor, Tensor> picked(const Tensor& self, const Tensor& indices, int64_t dim, bool keepdim) {
  const Tensor values = self.gather(dim, indices);
  return keepdim ? std::tuple(values, indices) : std::tuple(values.squeeze(dim), indices.squeeze(dim));
}

}  // namespace

std::tuple<Tensor, Tensor> kthvalue(const Tensor& self, int64_t k, int64_t dim, bool keepdim) {
  dim = wrap_dim(dim, self.dim());
  const int64_t n = self.dim() == 0 ? 1 : self.size(dim);
  TENGEN_CHECK(k >= 1 && k <= n, "kthvalue: expected k from 1 to ", n, " for dimension ", dim, ", but got ",
               k);
  if (self.dim() == 0) return {self.clone(), zeros({}, self.options().dtype(kLong))};
  return picked(self, self.detach().argsort(dim).narrow(dim, k - 1, 1), dim, keepdim);
}

std::tuple<Tensor, Tensor> mode(const Tensor& self, int64_t dim, bool keepdim) {
  dim = wrap_dim(dim, self.dim());
  if (self.dim() == 0) return {self.clone(), zeros({}, self.options().dtype(kLong))};
  const int64_t n = self.size(dim);
  TENGEN_CHECK(n > 0, "mode: expected dimension ", dim, " to have elements but got shape ", self.sizes());
  // In order, the longest run of equal elements; how many there are of it so far is largest at its end.
  const auto [sorted, order] = self.detach().transpose(dim, -1).sort();
  const Tensor position = arange(n, order.options());
  Tensor begins = ones_like(sorted, kBool);
  begins.slice(-1, 1).copy_(sorted.slice(-1, 1) != sorted.slice(-1, 0, n - 1));
  const Tensor begin = std::get<0>(where(begins, position, 0).cummax(-1));
  const Tensor end = (position - begin).argmax(-1, true);
  return picked(self, order.gather(-1, end).transpose(dim, -1), dim, keepdim);
}

// ---- integers and sets: no gradients ----

namespace {

/// Which of `rows` (n, m) differs from the one before.
Tensor run_begins(const Tensor& rows) {
  const int64_t n = rows.size(0);
  Tensor first = ones({n}, rows.options().dtype(kBool));
  if (n > 1) first.slice(0, 1).copy_(rows.slice(0, 1).ne(rows.slice(0, 0, n - 1)).any(1));
  return first;
}

/// (begins, inverse, counts) of runs that begin where `first` says, of elements that `order` has put in
/// order.
std::tuple<Tensor, Tensor, Tensor> runs(const Tensor& first, const Tensor& order, bool return_inverse,
                                        bool return_counts) {
  const int64_t n = first.numel();
  const Tensor begins = first.nonzero().select(1, 0);
  Tensor inverse = empty({0}, begins.options()), counts = inverse;
  if (return_inverse) inverse = empty({n}, begins.options()).scatter_(0, order, first.cumsum(0) - 1);
  if (return_counts) counts = cat({begins.slice(0, 1), full({n > 0}, n, begins.options())}) - begins;
  return {begins, inverse, counts};
}

/// The parts at each index of `dim` as rows (n, m).
Tensor rows_of(const Tensor& self, int64_t dim) {
  const int64_t n = self.size(dim);
  return self.movedim(dim, 0).reshape({n, n == 0 ? 0 : self.numel() / n});
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> _unique2(const Tensor& self, bool, bool return_inverse,
                                            bool return_counts) {
  NoGradGuard no_grad;
  const auto [values, order] = self.flatten().sort(0);
  auto [begins, inverse, counts] =
      runs(run_begins(values.unsqueeze(1)), order, return_inverse, return_counts);
  return {values.index_select(0, begins), return_inverse ? inverse.view(self.sizes()) : inverse, counts};
}

std::tuple<Tensor, Tensor, Tensor> unique_dim(const Tensor& self, int64_t dim, bool, bool return_inverse,
                                              bool return_counts) {
  TENGEN_CHECK(self.dim() > 0, "unique_dim: expected at least a 1-dimensional tensor");
  NoGradGuard no_grad;
  const Tensor rows = rows_of(self, dim);
  // Stable sorts by each column, from the one that matters least.
  Tensor order = arange(rows.size(0), self.options().dtype(kLong));
  for (int64_t column = rows.size(1); column-- > 0;)
    order = order.index_select(0, rows.select(1, column).index_select(0, order).argsort());
  auto [begins, inverse, counts] =
      runs(run_begins(rows.index_select(0, order)), order, return_inverse, return_counts);
  return {self.index_select(dim, order.index_select(0, begins)), inverse, counts};
}

std::tuple<Tensor, Tensor, Tensor> unique_consecutive(const Tensor& self, bool return_inverse,
                                                      bool return_counts, std::optional<int64_t> dim) {
  NoGradGuard no_grad;
  const Tensor list = dim ? self : self.flatten();
  const int64_t d = dim.value_or(0);
  auto [begins, inverse, counts] =
      runs(run_begins(rows_of(list, d)), arange(list.size(d), self.options().dtype(kLong)), return_inverse,
           return_counts);
  return {list.index_select(d, begins), return_inverse && !dim ? inverse.view(self.sizes()) : inverse,
          counts};
}
std::tuple<Tensor, Tensor, Tensor> unique_dim_consecutive(const Tensor& self, int64_t dim,
                                                          bool return_inverse, bool return_counts) {
  return unique_consecutive(self, return_inverse, return_counts, dim);
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

Tensor bucketize(const Tensor& self, const Tensor& boundaries, bool out_int32, bool right) {
  TENGEN_CHECK(boundaries.dim() == 1, "bucketize: boundaries tensor must be 1 dimension, but got shape ",
               boundaries.sizes());
  return searchsorted(boundaries, self, out_int32, right);
}
Tensor bucketize(const Scalar& self, const Tensor& boundaries, bool out_int32, bool right) {
  return bucketize(scalar_tensor(self, boundaries.options()), boundaries, out_int32, right);
}

Tensor isin(const Tensor& elements, const Tensor& test_elements, bool, bool invert) {
  if (test_elements.numel() == 0) return full_like(elements, invert, kBool);
  const Tensor tests = std::get<0>(test_elements.detach().flatten().sort());
  const Tensor place = searchsorted(tests, elements).clamp_max(tests.numel() - 1);
  const Tensor found = tests.take(place) == elements;
  return invert ? found.logical_not() : found;
}
Tensor isin(const Tensor& elements, const Scalar& test_element, bool assume_unique, bool invert) {
  return isin(elements, scalar_tensor(test_element, elements.device()), assume_unique, invert);
}
Tensor isin(const Scalar& element, const Tensor& test_elements, bool assume_unique, bool invert) {
  return isin(scalar_tensor(element, test_elements.device()), test_elements, assume_unique, invert);
}

}  // namespace tengen::inline api
