// Statistics, running extremes, differences, sets; ops.h includes this file and says what holds for all.
#pragma once

#include <tengen/autograd/ops/ops.h>

namespace tengen::inline api {

// ---- reduce.cpp -------------------------------------------------------------------------------------------

/// (std, mean).
std::tuple<Tensor, Tensor> std_mean(const Tensor& self, IntArrayRef dim = {}, bool unbiased = true,
                                    bool keepdim = false);
inline std::tuple<Tensor, Tensor> std_mean(const Tensor& self, std::same_as<bool> auto unbiased) {
  return std_mean(self, IntArrayRef(), unbiased);
}

/// (amin, amax) along `dim` or of all elements.
std::tuple<Tensor, Tensor> aminmax(const Tensor& self, std::optional<int64_t> dim = std::nullopt,
                                   bool keepdim = false);
inline std::tuple<Tensor, Tensor> Tensor::aminmax(std::optional<int64_t> dim, bool keepdim) const {
  return tengen::aminmax(*this, dim, keepdim);
}

/// median of the elements that are not NaN; NaN where all are.
Tensor nanmedian(const Tensor& self);
std::tuple<Tensor, Tensor> nanmedian(const Tensor& self, int64_t dim, bool keepdim = false);
inline Tensor Tensor::nanmedian() const { return tengen::nanmedian(*this); }
inline std::tuple<Tensor, Tensor> Tensor::nanmedian(int64_t dim, bool keepdim) const {
  return tengen::nanmedian(*this, dim, keepdim);
}

// ---- scan.cpp: along a dimension --------------------------------------------------------------------------

/// (values, indices): the largest element so far, or NaN once there is one, and the last place where it
/// stands, which gets the gradient.
std::tuple<Tensor, Tensor> cummax(const Tensor& self, int64_t dim);
inline std::tuple<Tensor, Tensor> Tensor::cummax(int64_t dim) const { return tengen::cummax(*this, dim); }

/// (values, indices): the smallest element so far, or NaN once there is one, and the last place where it
/// stands, which gets the gradient.
std::tuple<Tensor, Tensor> cummin(const Tensor& self, int64_t dim);
inline std::tuple<Tensor, Tensor> Tensor::cummin(int64_t dim) const { return tengen::cummin(*this, dim); }

/// log(cumsum(exp(self))) without overflow; floating-point tensors only.
Tensor logcumsumexp(const Tensor& self, int64_t dim);
inline Tensor Tensor::logcumsumexp(int64_t dim) const { return tengen::logcumsumexp(*this, dim); }

// ---- sort.cpp: indices are int64; sets get no gradient ----------------------------------------------------

/// The values of sort along dimension 0.
Tensor msort(const Tensor& self);
inline Tensor Tensor::msort() const { return tengen::msort(*this); }

/// (values, indices) of the k-th smallest element along `dim`, counted from 1.
std::tuple<Tensor, Tensor> kthvalue(const Tensor& self, int64_t k, int64_t dim = -1, bool keepdim = false);
inline std::tuple<Tensor, Tensor> Tensor::kthvalue(int64_t k, int64_t dim, bool keepdim) const {
  return tengen::kthvalue(*this, k, dim, keepdim);
}

/// (values, indices) of the element that occurs most often along `dim`, the smallest of several, and the last
/// place where it stands. NaN equals nothing.
std::tuple<Tensor, Tensor> mode(const Tensor& self, int64_t dim = -1, bool keepdim = false);
inline std::tuple<Tensor, Tensor> Tensor::mode(int64_t dim, bool keepdim) const {
  return tengen::mode(*this, dim, keepdim);
}

/// (values, inverse, counts) of runs of equal elements: one of each run; to which run each element belongs,
/// in self's shape; how many it has. With `dim`, elements are the parts at each index of it, and inverse is a
/// vector. What is not asked for is empty.
std::tuple<Tensor, Tensor, Tensor> unique_consecutive(const Tensor& self, bool return_inverse = false,
                                                      bool return_counts = false,
                                                      std::optional<int64_t> dim = std::nullopt);

/// unique_consecutive along `dim`, after the parts have been sorted, so that each occurs once.
std::tuple<Tensor, Tensor, Tensor> unique_dim(const Tensor& self, int64_t dim, bool sorted = true,
                                              bool return_inverse = false, bool return_counts = false);

/// unique_consecutive with `dim`.
std::tuple<Tensor, Tensor, Tensor> unique_dim_consecutive(const Tensor& self, int64_t dim,
                                                          bool return_inverse = false,
                                                          bool return_counts = false);

/// searchsorted with its operands exchanged: which of the intervals between sorted boundaries holds each
/// element.
Tensor bucketize(const Tensor& self, const Tensor& boundaries, bool out_int32 = false, bool right = false);
Tensor bucketize(const Scalar& self, const Tensor& boundaries, bool out_int32 = false, bool right = false);

/// Whether each element is among the test elements, or is not if `invert`. NaN is not. assume_unique has no
/// effect.
Tensor isin(const Tensor& elements, const Tensor& test_elements, bool assume_unique = false,
            bool invert = false);
Tensor isin(const Tensor& elements, const Scalar& test_element, bool assume_unique = false,
            bool invert = false);
Tensor isin(const Scalar& element, const Tensor& test_elements, bool assume_unique = false,
            bool invert = false);

// ---- statistics.cpp ---------------------------------------------------------------------------------------

/// sum, in which NaN counts as 0.
Tensor nansum(const Tensor& self, OptionalIntArrayRef dim = std::nullopt, bool keepdim = false,
              std::optional<ScalarType> dtype = std::nullopt);
inline Tensor Tensor::nansum(OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) const {
  return tengen::nansum(*this, dim, keepdim, dtype);
}

/// mean of the elements that are not NaN; NaN where all are. Floating-point tensors only.
Tensor nanmean(const Tensor& self, OptionalIntArrayRef dim = std::nullopt, bool keepdim = false,
               std::optional<ScalarType> dtype = std::nullopt);
inline Tensor Tensor::nanmean(OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) const {
  return tengen::nanmean(*this, dim, keepdim, dtype);
}

/// What a fraction q of the elements lies below, along `dim` or of all: between two elements, `interpolation`
/// takes a weighted mean ("linear"), one of them ("lower", "higher", "nearest") or the "midpoint". Fractions
/// (Q) give a dimension in front. float32 and float64, q of the same type; NaN where there is one.
Tensor quantile(const Tensor& self, const Tensor& q, std::optional<int64_t> dim = std::nullopt,
                bool keepdim = false, std::string_view interpolation = "linear");
Tensor quantile(const Tensor& self, double q, std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                std::string_view interpolation = "linear");
inline Tensor Tensor::quantile(const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                               std::string_view interpolation) const {
  return tengen::quantile(*this, q, dim, keepdim, interpolation);
}
inline Tensor Tensor::quantile(double q, std::optional<int64_t> dim, bool keepdim,
                               std::string_view interpolation) const {
  return tengen::quantile(*this, q, dim, keepdim, interpolation);
}

/// quantile of the elements that are not NaN; NaN where all are.
Tensor nanquantile(const Tensor& self, const Tensor& q, std::optional<int64_t> dim = std::nullopt,
                   bool keepdim = false, std::string_view interpolation = "linear");
Tensor nanquantile(const Tensor& self, double q, std::optional<int64_t> dim = std::nullopt,
                   bool keepdim = false, std::string_view interpolation = "linear");
inline Tensor Tensor::nanquantile(const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                                  std::string_view interpolation) const {
  return tengen::nanquantile(*this, q, dim, keepdim, interpolation);
}
inline Tensor Tensor::nanquantile(double q, std::optional<int64_t> dim, bool keepdim,
                                  std::string_view interpolation) const {
  return tengen::nanquantile(*this, q, dim, keepdim, interpolation);
}

/// How many elements fall into each of `bins` equal parts of [min, max], (bins) of self's floating type;
/// others and NaN do not count. If min equals max, the range is that of the elements. No gradient.
Tensor histc(const Tensor& self, int64_t bins = 100, const Scalar& min = 0, const Scalar& max = 0);
inline Tensor Tensor::histc(int64_t bins, const Scalar& min, const Scalar& max) const {
  return tengen::histc(*this, bins, min, max);
}

/// The covariances of variables, rows of self (V,N), over N observations: (V,V), or () for one variable (N).
/// Divided by N - correction. Observation i counts fweights[i] (integers) times, with weight aweights[i].
Tensor cov(const Tensor& self, int64_t correction = 1, const std::optional<Tensor>& fweights = {},
           const std::optional<Tensor>& aweights = {});
inline Tensor Tensor::cov(int64_t correction, const std::optional<Tensor>& fweights,
                          const std::optional<Tensor>& aweights) const {
  return tengen::cov(*this, correction, fweights, aweights);
}

/// The correlation coefficients of variables: cov, divided by the standard deviations of both.
Tensor corrcoef(const Tensor& self);
inline Tensor Tensor::corrcoef() const { return tengen::corrcoef(*this); }

/// The p-norm of self - other.
Tensor dist(const Tensor& self, const Tensor& other, const Scalar& p = 2);
inline Tensor Tensor::dist(const Tensor& other, const Scalar& p) const {
  return tengen::dist(*this, other, p);
}

/// self, whose parts at each index of `dim` are scaled down to the p-norm maxnorm where theirs is larger.
Tensor renorm(const Tensor& self, const Scalar& p, int64_t dim, const Scalar& maxnorm);
inline Tensor Tensor::renorm(const Scalar& p, int64_t dim, const Scalar& maxnorm) const {
  return tengen::renorm(*this, p, dim, maxnorm);
}

// ---- differences.cpp: along a dimension -------------------------------------------------------------------

/// Differences of neighbors, n times; `prepend` and `append` are first put before and behind. Of bools:
/// whether they differ.
Tensor diff(const Tensor& self, int64_t n = 1, int64_t dim = -1, const std::optional<Tensor>& prepend = {},
            const std::optional<Tensor>& append = {});
inline Tensor Tensor::diff(int64_t n, int64_t dim, const std::optional<Tensor>& prepend,
                           const std::optional<Tensor>& append) const {
  return tengen::diff(*this, n, dim, prepend, append);
}

/// The integral of samples y at the positions x, or dx apart, by the trapezoidal rule. x has one number per
/// sample along `dim`, or broadcasts with y.
Tensor trapezoid(const Tensor& y, const Tensor& x, int64_t dim = -1);
Tensor trapezoid(const Tensor& y, const Scalar& dx = 1, int64_t dim = -1);

/// trapezoid.
inline Tensor trapz(const Tensor& y, const Tensor& x, int64_t dim = -1) { return trapezoid(y, x, dim); }
inline Tensor trapz(const Tensor& y, double dx = 1, int64_t dim = -1) { return trapezoid(y, dx, dim); }

/// The integrals up to each sample but the first, as trapezoid.
Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, int64_t dim = -1);
Tensor cumulative_trapezoid(const Tensor& y, const Scalar& dx = 1, int64_t dim = -1);

}  // namespace tengen::inline api
