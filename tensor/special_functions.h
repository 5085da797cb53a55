// Private: not installed; no public header includes it.
// Special functions of plain numbers, for every backend; pointwise.h includes this file.
//
// They are written from the formulas of the Digital Library of Mathematical Functions (DLMF, dlmf.nist.gov),
// which are named beside them; what comes from elsewhere says so. Each computes in double, so that a float is
// right to the last bit or nearly so. docs/decisions/special-functions.md says how exact they are.
#pragma once

#include <math.h>

#include <cstdint>

namespace tengen::pw {
inline namespace TENGEN_ISA {

constexpr double kPi = 3.14159265358979323846, kSqrtPi = 1.77245385090551602730, kInfinity = __builtin_inf(),
                 kNaN = __builtin_nan("");
constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kEpsilon = 0x1p-53;

/// log(|gamma(x)|).
TENGEN_HD inline double lgamma(double x) {
#if defined(__CUDA_ARCH__)
  return ::lgamma(x);
#else
  int sign;  // lgamma's own is a variable that threads share
  return ::lgamma_r(x, &sign);
#endif
}

/// The logarithmic derivative of gamma: DLMF 5.11.2 where x is large, 5.5.2 from there down, 5.5.4 below 0.
TENGEN_HD inline double digamma(double x) {
  if (x == 0) return ::copysign(kInfinity, -x);
  double reflected = 0;
  if (x < 0) {
    const double part = x - ::trunc(x);
    if (part == 0) return kNaN;
    reflected = -kPi / ::tan(kPi * part);
    x = 1 - x;
  }
  double sum = 0;
  for (; x < 10; x += 1) sum -= 1 / x;
  // B(2k) / (2k)
  constexpr double c[] = {1.0 / 12,  -1.0 / 120,     1.0 / 252,  -1.0 / 240,
                          1.0 / 132, -691.0 / 32760, 1.0 / 12.0, -3617.0 / 8160};
  const double z = 1 / (x * x);
  double series = 0;
  for (int k = 7; k >= 0; --k) series = (series + c[k]) * z;
  return reflected + (sum + (::log(x) - 0.5 / x - series));
}

/// The sum of (q + k)^-s over k = 0, 1, ...: Euler and Maclaurin's formula, DLMF 25.11.5 with 2.10.1.
TENGEN_HD inline double zeta(double s, double q) {
  if (s == 1) return kInfinity;
  if (!(s > 1) || q != q) return kNaN;
  if (q <= 0) {
    if (q == ::floor(q)) return kInfinity;
    if (s != ::floor(s)) return kNaN;  // a power of a negative number
  }
  double sum = 0, a = q;
  for (int k = 0; k < 9 || a < 10; ++k, a += 1) {
    const double term = ::pow(a, -s);
    sum += term;
    if (k >= 9 && ::fabs(term) < kEpsilon * ::fabs(sum) * 0.01) return sum;
  }
  const double power = ::pow(a, -s);
  if (power == 0) return sum;
  sum += power * a / (s - 1) + 0.5 * power;
  // B(2j) / (2j)!
  constexpr double c[] = {1.0 / 12,
                          -1.0 / 720,
                          1.0 / 30240,
                          -1.0 / 1209600,
                          1.0 / 47900160,
                          -5.284190138687493e-10,
                          1.3382536530684679e-11,
                          -3.3896802963225829e-13,
                          8.5860620562778445e-15,
                          -2.1748686985580619e-16,
                          5.5090028283602295e-18,
                          -1.3954464685812523e-19};
  double factor = s * power / a;  // (s)(s+1)...(s+2j-2) a^(-s-2j+1)
  for (int j = 0; j < 12; ++j) {
    const double term = c[j] * factor;
    sum += term;
    if (::fabs(term) < kEpsilon * ::fabs(sum)) break;
    factor *= (s + 2 * j + 1) * (s + 2 * j + 2) / (a * a);
  }
  return sum;
}

/// exp(x^2) * erfc(x): the definition, with the rounding error of x^2; where x is large DLMF 7.12.1.
TENGEN_HD inline double erfcx(double x) {
  if (x < 10) {
    const double square = x * x, rest = ::fma(x, x, -square);
    return square > 709.8 ? kInfinity : ::exp(square) * (1 + rest) * ::erfc(x);
  }
  if (x != x) return x;
  const double z = 0.5 / (x * x);
  double sum = 1, term = 1;
  for (int k = 1; k < 30; ++k) {
    term *= -(2 * k - 1) * z;
    sum += term;
    if (::fabs(term) < kEpsilon) break;
  }
  return sum / (x * kSqrtPi);
}

/// The y with erfc(y) = c, 0 < c <= 1. Begins with Giles' approximation (Approximating the erfinv function,
/// 2010), or for small c with the leading terms of DLMF 7.17.6; Newton's method makes it exact.
TENGEN_HD inline double erfc_inverse(double c) {
  double y;
  if (c > 1e-3) {
    const double x = 1 - c, w = -::log(c * (2 - c)) - 2.5;
    if (w < 2.5) {
      constexpr double p[] = {1.50140941,     0.246640727,   -0.00417768164, -0.00125372503, 0.00021858087,
                              -4.39150654e-6, -3.5233877e-6, 3.43273939e-7,  2.81022636e-8};
      y = 0;
      for (int k = 8; k >= 0; --k) y = y * w + p[k];
    } else {
      constexpr double p[] = {2.83297682,     1.00167406,    0.00943887047,  -0.0076224613,  0.00573950773,
                              -0.00367342844, 0.00134934322, 0.000100950558, -0.000200214257};
      const double v = ::sqrt(w + 2.5) - 3;
      y = 0;
      for (int k = 8; k >= 0; --k) y = y * v + p[k];
    }
    y *= x;
  } else {
    const double l = -::log(c);
    y = ::sqrt(l - 0.5 * ::log(kPi * l));
  }
  for (int k = 0; k < 4; ++k) {
    // A step of Newton's method for log(erfc(y)) = log(c), where log(erfc) is nearly a parabola; erfcx keeps
    // its digits where erfc has none.
    const double scaled = erfcx(y), slope = -2 / (kSqrtPi * scaled);
    const double distance = c > 1e-3 ? ::log(::erfc(y) / c) : ::log(scaled) - y * y - ::log(c);
    const double step = distance / slope;
    y -= step;
    if (::fabs(step) <= 1e-9 * ::fabs(y)) break;  // the next one would be below the last digit
  }
  return y;
}

/// The inverse of erf.
TENGEN_HD inline double erfinv(double x) {
  const double size = ::fabs(x);
  if (!(size < 1)) return size == 1 ? ::copysign(kInfinity, x) : kNaN;
  if (size > 0.5) return ::copysign(erfc_inverse(1 - size), x);
  if (size < 1e-8) return x * (0.5 * kSqrtPi);
  double y = ::copysign(erfc_inverse(1 - size), x);  // right to an absolute error
  return y - (::erf(y) - x) * (0.5 * kSqrtPi) * ::exp(y * y);
}

/// The inverse of the normal distribution function.
TENGEN_HD inline double ndtri(double p) {
  if (p == 0) return -kInfinity;
  if (p == 1) return kInfinity;
  if (!(p > 0 && p < 1)) return kNaN;
  const double half = p - 0.5;
  if (::fabs(half) < 0.25) return erfinv(2 * half) / kSqrtHalf;
  return p < 0.5 ? -erfc_inverse(2 * p) / kSqrtHalf : erfc_inverse(2 * (1 - p)) / kSqrtHalf;
}

/// The logarithm of the normal distribution function.
TENGEN_HD inline double log_ndtr(double x) {
  const double t = x * kSqrtHalf;
  return x < -1 ? ::log(erfcx(-t) / 2) - t * t : ::log1p(-::erfc(t) / 2);
}

/// exp(-|x|) * the modified Bessel function I of order 0 or 1, of |x|: its power series, DLMF 10.25.2, and
/// for large x 10.40.1.
TENGEN_HD inline double bessel_ie(int order, double x) {
  x = ::fabs(x);
  if (x != x) return x;
  if (x < 20) {
    const double z = x * x / 4;
    double term = order ? x / 2 : 1, sum = term;
    for (int k = 1; k < 80; ++k) {
      term *= z / (double(k) * (k + order));
      sum += term;
      if (term < kEpsilon * 0.1 * sum) break;
    }
    return sum * ::exp(-x);
  }
  if (x == kInfinity) return 0;
  const double mu = 4.0 * order;
  double term = 1, sum = 1;
  for (int k = 1; k < 40; ++k) {
    const double odd = 2 * k - 1;
    term *= -(mu - odd * odd) / (8 * k * x);
    sum += term;
    if (::fabs(term) < kEpsilon * 0.1) break;
  }
  return sum / ::sqrt(2 * kPi * x);
}
TENGEN_HD inline double i0e(double x) { return bessel_ie(0, x); }
TENGEN_HD inline double i1e(double x) { return ::copysign(bessel_ie(1, x), x); }
/// In two steps: exp(x) may overflow where the product does not.
TENGEN_HD inline double i0(double x) {
  const double half = ::exp(::fabs(x) / 2);
  return half == kInfinity ? kInfinity : bessel_ie(0, x) * half * half;
}
TENGEN_HD inline double i1(double x) {
  const double half = ::exp(::fabs(x) / 2);
  return ::copysign(half == kInfinity ? kInfinity : bessel_ie(1, x) * half * half, x);
}

// ---- the incomplete gamma functions
/// x - log(1 + x).
TENGEN_HD inline double minus_log1p(double x) {
  if (::fabs(x) > 0.3) return x - ::log1p(x);
  // log(1 + x) = 2 atanh(s), s = x / (2 + x), so x - log(1 + x) = s x - 2 (s^3 / 3 + s^5 / 5 + ...).
  const double s = x / (2 + x), z = s * s;
  double power = s * z, sum = 0;
  for (int k = 3; k < 60; k += 2, power *= z) {
    sum += power / k;
    if (::fabs(power) < kEpsilon * 0.1 * ::fabs(sum)) break;
  }
  return s * x - 2 * sum;
}

/// log(gamma(1 + x)) for |x| <= 0.5: Abramowitz and Stegun 6.1.33.
TENGEN_HD inline double lgamma_of_one_plus(double x) {
  constexpr double c[] = {
      // (zeta(k) - 1) / k from k = 2
      0.32246703342411322,   0.067352301053198095,  0.020580808427784548,   0.0073855510286739853,
      0.0028905103307415233, 0.001192753911703261,  0.00050966952474304242, 0.00022315475845357938,
      9.9457512781808534e-5, 4.4926236738133142e-5, 2.0507212775670692e-5,  9.4394882752683959e-6,
      4.3748667899074878e-6, 2.0392157538013662e-6, 9.5514121304074198e-7,  4.492469198764566e-7,
      2.1207184805554666e-7, 1.00432248239681e-7,   4.7698101693639806e-8,  2.2711094608943165e-8,
      1.0838659214896954e-8, 5.1834750419700467e-9, 2.4836745438024783e-9,  1.1921401405860912e-9,
      5.731367241678862e-10};
  double sum = 0;
  for (int k = 24; k >= 0; --k) sum = c[k] - x * sum;
  return -::log1p(x) + x * (0.42278433509846714 + x * sum);
}

/// x^a e^-x / gamma(a + 1), without the cancellation of its logarithm where x is near a large a: DLMF 5.11.1.
TENGEN_HD inline double gamma_density(double a, double x) {
  if (a < 10) {
    if (a <= 0.5) return ::exp(a * ::log(x) - x - lgamma_of_one_plus(a));
    return ::exp(a * ::log(x) - x - lgamma(a + 1));
  }
  const double z = 1 / (a * a);  // log(gamma(a + 1)) less its leading terms
  const double rest =
      (1.0 / 12 +
       z * (-1.0 / 360 + z * (1.0 / 1260 + z * (-1.0 / 1680 + z * (1.0 / 1188 - z * 691.0 / 360360))))) /
      a;
  const double ratio = x / a;
  // log(ratio) - ratio + 1; the difference x - a is exact where they are near each other.
  const double exponent = ratio > 0.3 && ratio < 3 ? -minus_log1p((x - a) / a) : ::log(ratio) - ratio + 1;
  return ::exp(a * exponent - rest) / ::sqrt(2 * kPi * a);
}

/// The series of P (DLMF 8.11.4), for x up to about a.
TENGEN_HD inline double gamma_p_series(double a, double x) {
  double term = 1, sum = 1;
  for (int k = 1; k < 20000; ++k) {
    term *= x / (a + k);
    sum += term;
    if (term < kEpsilon * sum) break;
  }
  return sum * gamma_density(a, x);
}
/// The continued fraction of Q (DLMF 8.9.2) by Lentz' method, for x above a.
TENGEN_HD inline double gamma_q_fraction(double a, double x) {
  double b = x + 1 - a, c = 1e300, d = 1 / b, value = d;
  for (int k = 1; k < 20000; ++k) {
    const double numerator = -k * (k - a);
    b += 2;
    d = numerator * d + b;
    c = b + numerator / c;
    if (d == 0) d = 1e-300;
    if (c == 0) c = 1e-300;
    d = 1 / d;
    const double factor = c * d;
    value *= factor;
    if (::fabs(factor - 1) < kEpsilon * 2) break;
  }
  return value * gamma_density(a, x) * a;
}
/// Q for x <= 1 and small a, where 1 - P has no digits: DLMF 8.7.1.
TENGEN_HD inline double gamma_q_small(double a, double x) {
  double term = 1, sum = 0;
  for (int k = 1; k < 100; ++k) {
    term *= -x / k;
    const double part = term / (a + k);
    sum += part;
    if (::fabs(part) < kEpsilon * ::fabs(sum)) break;
  }
  const double log_power = a * ::log(x) - lgamma_of_one_plus(a);  // of x^a / gamma(1 + a)
  return -::expm1(log_power) - ::exp(log_power) * a * sum;
}
/// Either for very large a: Temme's expansion, DLMF 8.12.3 and 8.12.4 with the leading coefficient.
TENGEN_HD inline double gamma_large(double a, double x, bool upper) {
  const double mu = (x - a) / a, phi = minus_log1p(mu), eta = ::copysign(::sqrt(2 * phi), mu);
  const double c0 = ::fabs(eta) < 1e-2
                        ? -1.0 / 3 + eta * (1.0 / 12 + eta * (-2.0 / 135 + eta * (1.0 / 864 + eta / 2835)))
                        : 1 / mu - 1 / eta;
  const double rest = ::exp(-a * phi) / ::sqrt(2 * kPi * a) * c0;
  return upper ? 0.5 * ::erfc(eta * ::sqrt(a / 2)) + rest : 0.5 * ::erfc(-eta * ::sqrt(a / 2)) - rest;
}

/// P(a, x) and Q(a, x) = 1 - P(a, x).
TENGEN_HD inline double incomplete_gamma(double a, double x, bool upper) {
  if (a != a || x != x || a < 0 || x < 0) return kNaN;
  if (a == 0) return x > 0 ? double(!upper) : kNaN;
  if (x == 0) return upper;
  if (a == kInfinity) return x == kInfinity ? kNaN : double(upper);
  if (x == kInfinity) return !upper;
  if (a > 1e6) return gamma_large(a, x, upper);
  if (upper && x <= 1 && a <= 0.5) return gamma_q_small(a, x);
  if (x < a + 1) {
    const double p = gamma_p_series(a, x);
    return upper ? 1 - p : p;
  }
  const double q = gamma_q_fraction(a, x);
  return upper ? q : 1 - q;
}
TENGEN_HD inline double igamma(double a, double x) { return incomplete_gamma(a, x, false); }
TENGEN_HD inline double igammac(double a, double x) { return incomplete_gamma(a, x, true); }

#define TENGEN_IN_DOUBLE(name) \
  TENGEN_HD inline float name(float x) { return float(name(double(x))); }
TENGEN_IN_DOUBLE(lgamma)
TENGEN_IN_DOUBLE(digamma)
TENGEN_IN_DOUBLE(erfcx)
TENGEN_IN_DOUBLE(erfinv)
TENGEN_IN_DOUBLE(ndtri)
TENGEN_IN_DOUBLE(log_ndtr)
TENGEN_IN_DOUBLE(i0)
TENGEN_IN_DOUBLE(i0e)
TENGEN_IN_DOUBLE(i1)
TENGEN_IN_DOUBLE(i1e)
#undef TENGEN_IN_DOUBLE
#define TENGEN_IN_DOUBLE(name) \
  TENGEN_HD inline float name(float x, float y) { return float(name(double(x), double(y))); }
TENGEN_IN_DOUBLE(zeta)
TENGEN_IN_DOUBLE(igamma)
TENGEN_IN_DOUBLE(igammac)
#undef TENGEN_IN_DOUBLE

}  // namespace TENGEN_ISA
}  // namespace tengen::pw
