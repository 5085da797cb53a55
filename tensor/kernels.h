// Private: not installed; no public header includes it.
// The backend interface: one table of primitive kernels over raw memory. A backend is one filled table.
//
// Kernels know nothing of gradients, broadcasting or type promotion: callers have settled shapes and dtypes,
// and outputs are allocated and are overwritten unless a line says otherwise. Strides are in elements. A
// stride of 0 repeats an input. Results must not depend on the number of threads.
#pragma once

#include <cstdint>

#include <tengen/tensor/device.h>
#include <tengen/tensor/dtype.h>
#include <tengen/tensor/pointwise.h>

namespace tengen {

/// A tensor as kernels see it.
struct View {
  void* data;
  Dtype dtype;
  int dim;
  const int64_t* sizes;
  const int64_t* strides;
  bool host_number = false;  // one number in host memory, whatever the device; all strides are 0
};

/// Index tensors that stand for dimensions of another tensor, all of the same sizes (I...).
struct Indices {
  int count;
  const View* index;
  const int64_t* dims;     // which dimension each stands for, to name it in errors
  const int64_t* sizes;    // of these dimensions: what the indices are checked against
  const int64_t* strides;  // of these dimensions
  bool wrap;               // negative indices count from the end; else they are errors
};

/// Throws the IndexError for `index` in dimension `dim` of `size` elements.
[[noreturn]] void index_out_of_bounds(int64_t index, int64_t dim, int64_t size);

/// Reductions. Sum, SumSquares (the sum of squares) and Prod keep in's type, or give of integers and bool any
/// integer type, of 16-bit floats also kFloat; so does SquaredDistances (the sum of the squared distances
/// from the mean), which takes floats only; ArgMax and ArgMin give int64 positions counted over the reduced
/// dimensions in order, of the first among equals; All and Any take and give bool; in Max, Min, ArgMax and
/// ArgMin NaN wins.
enum class Reduce : uint8_t { Sum, Prod, Max, Min, ArgMax, ArgMin, All, Any, SumSquares, SquaredDistances };

/// 2-d convolution. Tensors are contiguous: input (batch, in_channels, in_h, in_w), weight (out_channels,
/// in_channels/groups, kernel_h, kernel_w), output (batch, out_channels, out_h, out_w).
struct Conv2dShape {
  int64_t batch, in_channels, in_h, in_w, out_channels, out_h, out_w, kernel_h, kernel_w;
  int64_t stride_h = 1, stride_w = 1, pad_h = 0, pad_w = 0, dilation_h = 1, dilation_w = 1, groups = 1;
};

/// 2-d pooling over contiguous planes (planes = batch * channels): (planes, in_h, in_w) -> (planes, out_h,
/// out_w).
struct Pool2dShape {
  int64_t planes, in_h, in_w, out_h, out_w, kernel_h, kernel_w;
  int64_t stride_h, stride_w, pad_h = 0, pad_w = 0, dilation_h = 1, dilation_w = 1;
  bool count_include_pad = true;
  int64_t divisor = 0;  // 0: the window's size
};

/// Resampling of contiguous planes; scale_* is source pixels per target pixel.
struct ResampleShape {
  int64_t planes, in_h, in_w, out_h, out_w;
  double scale_h, scale_w;
  bool align_corners = false;
};

/// out[i] (m,n) = a[i] (m,k) * b[i] (k,n) for i < batch. Strides in elements, any sign pattern a view can
/// have; a batch stride of 0 repeats the operand.
struct MatmulShape {
  int64_t batch, m, n, k;
  int64_t a_batch, a_row, a_col;
  int64_t b_batch, b_row, b_col;
  int64_t out_batch, out_row, out_col;
};

/// Normalisation over contiguous data seen as (outer, channels, inner).
struct NormShape {
  int64_t outer, channels, inner;
};

/// What follows a layer and is computed along with it: Unary::relu or Unary::silu.
enum class Activation : uint8_t { None, ReLU, SiLU };

/// One step of stochastic gradient descent: g = grad + weight_decay * param; with momentum, buffer = momentum
/// * buffer + (1 - dampening) * g (buffer = g the first time) and g = buffer, or g + momentum * buffer with
/// nesterov; param -= lr * g.
struct SgdStep {
  double lr, momentum = 0, dampening = 0, weight_decay = 0;
  bool nesterov = false, first = false;
  bool operator==(const SgdStep&) const = default;
};

/// What it moves: `size` elements each, contiguous; all but grad are written.
struct SgdTensors {
  int64_t size;
  void* param;
  const void* grad;
  void* momentum_buffer;  // null without momentum
};

/// One step of Adam: param *= decay; g = grad + weight_decay * param; avg += (1 - beta1) * (g - avg) and the
/// same for the squares with beta2; param -= step_size * avg / (sqrt(squares, or their maximum so far) /
/// correction + eps).
struct AdamStep {
  double step_size, beta1, beta2, correction, eps, weight_decay = 0, decay = 1;
  bool operator==(const AdamStep&) const = default;
};
/// As SgdTensors.
struct AdamTensors {
  int64_t size;
  void* param;
  const void* grad;
  void *exp_avg, *exp_avg_sq, *max_exp_avg_sq /* may be null */;
};

/// Numbers drawn from the stream of words of a device's generator (random/philox.h): element i takes the
/// words [offset + i * words, + words), whatever the memory, the size and the device. Contiguous memory.
enum class Distribution : uint8_t {
  Uniform,      // [a, b); floating types
  Normal,       // mean a, standard deviation b; elements 2i and 2i+1 make a pair; floating types
  Exponential,  // density a * exp(-a * x), x > 0; floating types
  Bernoulli,    // b with probability a, else 0; all types
  Chances,      // 1 with probability chances[i], else 0; kByte and kBool
  Integers,     // from + [0, range), range = 0 stands for 2^64; integer types, bool, float, double
  Categories,   // the position in row i / (size / rows) of chances, (rows, categories) running sums; kLong
};
struct Draw {
  Distribution distribution;
  int words;  // per element: 1 (numbers of 24 or 32 bits) or 2 (53 or 64)
  uint64_t seed = 0, offset = 0;
  double a = 0, b = 1;
  int64_t from = 0;
  uint64_t range = 0;
  const void* chances = nullptr;  // float where an element takes one word, double where it takes two
  int64_t rows = 1, categories = 0;
};

struct Kernels {
  const char* name;  // "cpu/avx2", "cuda", ...

  // ---- memory: any dtypes and strides, equal sizes ----
  void (*copy)(const View& out, const View& in);  // converts
  void (*fill)(const View& out, double real,
               int64_t integer);  // real for floating types, integer for the others

  // ---- random: each device has one of the two ----
  /// Devices with a generator of their own; null on the CPU.
  void (*draw)(const Draw& draw, Dtype dtype, int64_t size, void* out);
  /// Contiguous uniform numbers of [0, 1) -> normal ones by Box and Muller, in place and in blocks of 16:
  /// elements j and j+8 of a block make a pair. The CPU's.
  void (*box_muller)(Dtype dtype, int64_t blocks, void* data, double mean, double std);

  // ---- pointwise: equal sizes, any strides, one computing type (float and the 16-bit types; double; or
  // integers and bool of any size); the formulas stand in pointwise.h ------------------------------------
  void (*unary)(Unary op, const View& out, const View& in, const double* params);
  void (*binary)(Binary op, const View& out, const View& a, const View& b, const double* params);
  void (*ternary)(Ternary op, const View& out, const View& a, const View& b, const View& c,
                  const double* params);
  /// out (0-dim) = the sum of op(a, b) over all elements; kFloat or kDouble.
  void (*binary_sum)(Binary op, const View& out, const View& a, const View& b, const double* params);

  // ---- reductions: in has out's dimensions first, then `reduced` more ----
  void (*reduce)(Reduce op, const View& out, const View& in, int reduced);
  /// Running sum or product along the last dimension.
  void (*scan)(Reduce op, const View& out, const View& in);

  // ---- order: along the last dimension ----
  /// Stable; NaN counts as largest. values and indices (int64) have in's sizes, or k < last size for the
  /// first k only.
  void (*sort)(const View& values, const View& indices, const View& in, bool descending);

  // ---- indexing: indices are int64 and checked here (IndexError) before anything is written ----
  /// out[i][j][k] = in[i][index[i][j][k]][k] for dim = 1; sizes of out = sizes of index, in's may be larger.
  void (*gather)(const View& out, const View& in, const View& index, int dim);
  /// out[i][index[i][j][k]][k] = or += src[i][j][k] in order; out holds values already.
  void (*scatter)(const View& out, const View& index, const View& src, int dim, bool accumulate);
  /// out (B..., I..., A...) = the elements of in (B..., A...) displaced as `indices` (I...) say; `before` is
  /// the number of dimensions B. Views leave out the indexed dimensions, which `indices` describes.
  void (*index)(const View& out, const View& in, const Indices& indices, int before);
  /// out (B..., A...), displaced, = or += src (B..., I..., A...) in the order of I; out holds values already.
  void (*index_put)(const View& out, const View& src, const Indices& indices, int before, bool accumulate);
  /// How many elements are not zero; positions, unless null, receives the coordinates of each: (count, dim).
  int64_t (*nonzero)(const View& in, int64_t* positions);

  // ---- the rest: kFloat or kDouble, contiguous memory; on CUDA matmul and conv2d* also the 16-bit types
  // ----
  void (*matmul)(Dtype dtype, const MatmulShape& shape, const void* a, const void* b, void* out);
  void (*conv2d)(Dtype dtype, const Conv2dShape& shape, const void* input, const void* weight,
                 const void* bias /* (out_channels), may be null */, void* output);
  void (*conv2d_input_grad)(Dtype dtype, const Conv2dShape& shape, const void* grad_output,
                            const void* weight, void* grad_input);
  void (*conv2d_weight_grad)(Dtype dtype, const Conv2dShape& shape, const void* grad_output,
                             const void* input, void* grad_weight);

  /// indices (may be null): position of each maximum in its input plane; the first of equals, NaN wins.
  void (*max_pool2d)(Dtype dtype, const Pool2dShape& shape, const void* in, void* out, int64_t* indices);
  /// grad_in (planes, in_size) = 0, then grad_in[p][indices[p][i]] += grad_out[p][i] for i < out_size.
  void (*max_pool2d_grad)(Dtype dtype, int64_t planes, int64_t in_size, int64_t out_size,
                          const void* grad_out, const int64_t* indices, void* grad_in);
  void (*avg_pool2d)(Dtype dtype, const Pool2dShape& shape, const void* in, void* out);
  void (*avg_pool2d_grad)(Dtype dtype, const Pool2dShape& shape, const void* grad_out, void* grad_in);
  void (*upsample_nearest2d)(Dtype dtype, const ResampleShape& shape, const void* in, void* out);
  void (*upsample_nearest2d_grad)(Dtype dtype, const ResampleShape& shape, const void* grad_out,
                                  void* grad_in);
  void (*upsample_bilinear2d)(Dtype dtype, const ResampleShape& shape, const void* in, void* out);
  void (*upsample_bilinear2d_grad)(Dtype dtype, const ResampleShape& shape, const void* grad_out,
                                   void* grad_in);

  /// Over rows of the last dimension of (rows, size) data.
  void (*softmax)(Dtype dtype, int64_t rows, int64_t size, const void* in, void* out, bool log);
  void (*softmax_grad)(Dtype dtype, int64_t rows, int64_t size, const void* grad_out, const void* out,
                       void* grad_in, bool log);

  /// Training mode: out = (in - mean) * invstd * weight + bias with the statistics of each channel over
  /// (outer, inner), which are outputs too: mean, biased variance, invstd = 1/sqrt(var + eps) or 0 where that
  /// is infinite, each (channels). weight and bias may be null.
  void (*batch_norm)(Dtype dtype, const NormShape& shape, const void* in, const void* weight,
                     const void* bias, double eps, void* out, void* mean, void* var, void* invstd);
  /// The same with given statistics.
  void (*batch_norm_apply)(Dtype dtype, const NormShape& shape, const void* in, const void* mean,
                           const void* invstd, const void* weight, const void* bias, void* out);
  /// Training mode gradients; each of grad_in, grad_weight, grad_bias may be null. grad_out is that of
  /// activation(out), where out is computed anew; an activation needs inner > 1.
  void (*batch_norm_grad)(Dtype dtype, const NormShape& shape, Activation activation, const void* grad_out,
                          const void* in, const void* mean, const void* invstd, const void* weight,
                          const void* bias, void* grad_in, void* grad_weight, void* grad_bias);
  /// Over rows of (rows, size) data: mean and invstd (rows) are outputs; weight and bias (size) may be null.
  void (*layer_norm)(Dtype dtype, int64_t rows, int64_t size, const void* in, const void* weight,
                     const void* bias, double eps, void* out, void* mean, void* invstd);
  void (*layer_norm_grad)(Dtype dtype, int64_t rows, int64_t size, const void* grad_out, const void* in,
                          const void* mean, const void* invstd, const void* weight, void* grad_in,
                          void* grad_weight, void* grad_bias);

  // ---- optimizers: kFloat or kDouble; `count` parameters of one type make the same step, in order ----
  void (*sgd_step)(Dtype dtype, const SgdStep& step, int64_t count, const SgdTensors* tensors);
  void (*adam_step)(Dtype dtype, const AdamStep& step, int64_t count, const AdamTensors* tensors);
};

/// The table of a device; for CUDA in a build without it, an Error that says so.
const Kernels& kernels(DeviceType type);
inline const Kernels& kernels(const Device& device) { return kernels(device.type()); }

}  // namespace tengen
