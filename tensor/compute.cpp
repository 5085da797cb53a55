#include <tengen/tensor/compute.h>

#include <algorithm>
#include <limits>

#include <tengen/tensor/factories.h>

namespace tengen {
namespace {

bool is_whole(ScalarType type) { return is_integral(type, true); }

// Whether memory runs along another dimension than the last, over a distance that caches do not cover.
bool is_transposed(const Tensor& t) {
  if (t.is_contiguous() || t.numel() < 1 << 16) return false;
  bool has_unit = false;
  for (int64_t d = 0; d + 1 < t.dim(); ++d) has_unit |= t.strides()[d] == 1 && t.sizes()[d] > 1;
  return has_unit && t.strides()[t.dim() - 1] > 1 && t.sizes()[t.dim() - 1] > 1;
}

// A tensor's values in `type` without history, in an order that suits `out`. Kernels read integers of any
// size, so those stay as they are; they also read any strides, but copying transposes faster.
Tensor converted(const Tensor& t, ScalarType type, const Tensor& out) {
  bool fits = t.dtype() == type || (is_whole(t.dtype()) && is_whole(type));
  if (fits && !(is_transposed(t) && out.is_contiguous())) return t;
  Tensor copy = empty(t.sizes(), TensorOptions(fits ? t.dtype() : type).device(t.device()));
  kernels(t).copy(view_of(copy), view_of(t));
  return copy;
}

// Contiguous, of self's sizes: empty() without options to merge and sizes to check.
Tensor allocate_like(const Tensor& self, ScalarType dtype) {
  auto storage = Storage::allocate(storage_bytes(self.numel(), dtype, self.sizes()), self.device());
  return Tensor(make_intrusive<TensorImpl>(std::move(storage), dtype, self.sizes()));
}

// An operand as the kernels see it, broadcast to `sizes`.
class KernelOperand {
 public:
  KernelOperand(const TensorOrScalar& arg, const Tensor& out, ScalarType type) {
    IntArrayRef sizes = out.sizes();
    if (!arg.tensor) {
      strides_.resize(sizes.size(), 0);
      view_ = {&number_, type, int(sizes.size()), sizes.data(), strides_.data(), true};
      switch (type) {
        case kFloat:
          number_.f32 = arg.value.cast<float>();
          break;
        case kDouble:
          number_.f64 = arg.value.toDouble();
          break;
        case kHalf:
        case kBFloat16:  // computed in float, so it need not be rounded
          number_.f32 = arg.value.cast<float>(), view_.dtype = kFloat;
          break;
        default:
          number_.i64 = arg.value.to<int64_t>(), view_.dtype = kLong;
      }
      return;
    }
    const Tensor* t = arg.tensor;
    if (t->dtype() != type || !t->is_contiguous()) {
      holder_ = converted(*t, type, out);
      t = &holder_;
    }
    view_ = {t->data_ptr(), t->dtype(), int(sizes.size()), sizes.data(), t->strides().data()};
    if (!t->sizes().equals(sizes)) {
      strides_ = broadcast_strides(*t, sizes);
      view_.strides = strides_.data();
    }
  }
  KernelOperand(const KernelOperand&) = delete;
  const View& view() const { return view_; }

 private:
  View view_;
  DimVector strides_;
  Tensor holder_;
  union Number {
    Number() : i64(0) {}
    float f32;
    double f64;
    int64_t i64;
  } number_;
};

// The device on which to compute where operands lie on several; nothing where they do not.
std::optional<Device> common_device(std::initializer_list<const TensorOrScalar*> args) {
  const Tensor *host = nullptr, *other = nullptr;
  for (const TensorOrScalar* arg : args)
    if (arg->tensor) (arg->tensor->is_cpu() ? host : other) = arg->tensor;
  if (host && other) [[unlikely]]
    return other->device();
  return std::nullopt;
}

// A 0-dim tensor of the host's may stand beside tensors of another device: as a number.
TensorOrScalar placed(const char* name, const TensorOrScalar& arg, const Device& device) {
  if (!arg.tensor || arg.tensor->device().type() == device.type()) return arg;
  if (!arg.tensor->is_cpu() || arg.tensor->dim() > 0) different_devices(name, device, arg.tensor->device());
  return arg.tensor->item();
}

// Whether none of the operands is on another device than `out`.
bool all_beside(const Tensor& out, std::initializer_list<const TensorOrScalar*> args) {
  for (const TensorOrScalar* arg : args)
    if (arg->tensor && arg->tensor->device().type() != out.device().type()) [[unlikely]]
      return false;
  return true;
}

// placed() beside the tensor that is written to.
TensorOrScalar placed_beside(const Tensor& out, const TensorOrScalar& arg, const char* name) {
  TENGEN_CHECK(!arg.tensor || arg.tensor->is_cpu() || !out.is_cpu(), name, ": a tensor on ",
               arg.tensor->device(), " cannot be written into one on ", out.device());
  return placed(name, arg, out.device());
}

// A new tensor of the shape to which the operands broadcast.
Tensor allocate(const char* name, std::initializer_list<const TensorOrScalar*> args, ScalarType dtype) {
  const Tensor* first = nullptr;
  bool same = true;
  for (const TensorOrScalar* arg : args) {
    if (!arg->tensor) continue;
    if (!first) first = arg->tensor;
    same &= arg->tensor->sizes().equals(first->sizes());
  }
  if (same) return allocate_like(*first, dtype);
  DimVector sizes;
  for (const TensorOrScalar* arg : args)
    if (arg->tensor) sizes = broadcast_shapes(sizes, arg->tensor->sizes(), name);
  return empty(sizes, TensorOptions(dtype).device(first->device()));
}

void run(const Tensor& out, Binary op, const TensorOrScalar& a, const TensorOrScalar& b, ScalarType type,
         const Params& params) {
  const KernelOperand x(a, out, type), y(b, out, type);
  kernels(out).binary(op, view_of(out), x.view(), y.view(), params.values);
}

void run(const Tensor& out, Ternary op, const TensorOrScalar& a, const TensorOrScalar& b,
         const TensorOrScalar& c, ScalarType type, const Params& params) {
  const KernelOperand x(a, out, op == Ternary::where ? kBool : type), y(b, out, type), z(c, out, type);
  kernels(out).ternary(op, view_of(out), x.view(), y.view(), z.view(), params.values);
}

}  // namespace

Tensor compute(Unary op, const Tensor& self, ScalarType type, ScalarType dtype, const Params& params) {
  Tensor out = allocate_like(self, dtype);
  compute_into(out, op, self, type, params);
  return out;
}

Tensor compute(Binary op, const TensorOrScalar& a, const TensorOrScalar& b, ScalarType type, ScalarType dtype,
               const Params& params, const char* name) {
  if (auto device = common_device({&a, &b}))
    return compute(op, placed(name, a, *device), placed(name, b, *device), type, dtype, params, name);
  Tensor out = allocate(name, {&a, &b}, dtype);
  run(out, op, a, b, type, params);
  return out;
}

Tensor compute(Ternary op, const TensorOrScalar& a, const TensorOrScalar& b, const TensorOrScalar& c,
               ScalarType type, const Params& params, const char* name) {
  if (auto device = common_device({&a, &b, &c}))
    return compute(op, placed(name, a, *device), placed(name, b, *device), placed(name, c, *device), type,
                   params, name);
  Tensor out = allocate(name, {&a, &b, &c}, type);
  run(out, op, a, b, c, type, params);
  return out;
}

void compute_into(const Tensor& out, Unary op, const Tensor& self, ScalarType type, const Params& params) {
  const KernelOperand in(self, out, type);
  kernels(out).unary(op, view_of(out), in.view(), params.values);
}

void compute_into(const Tensor& out, Binary op, const TensorOrScalar& a, const TensorOrScalar& b,
                  ScalarType type, const Params& params, const char* name) {
  if (all_beside(out, {&a, &b})) [[likely]]
    return run(out, op, a, b, type, params);
  run(out, op, placed_beside(out, a, name), placed_beside(out, b, name), type, params);
}

void compute_into(const Tensor& out, Ternary op, const TensorOrScalar& a, const TensorOrScalar& b,
                  const TensorOrScalar& c, ScalarType type, const Params& params, const char* name) {
  if (all_beside(out, {&a, &b, &c})) [[likely]]
    return run(out, op, a, b, c, type, params);
  run(out, op, placed_beside(out, a, name), placed_beside(out, b, name), placed_beside(out, c, name), type,
      params);
}

namespace {
double bound(const char* name, const Scalar& value, ScalarType type, bool lower) {
  if (is_floating_point(type)) return fitting(value, type);
  const int64_t number = value.toLong();
  visit_compute(type, "clamp", [&](auto zero) {
    using Limits = std::numeric_limits<decltype(zero)>;
    TENGEN_CHECK(lower ? number <= int64_t(Limits::max()) : number >= int64_t(Limits::lowest()),
                 "clamp: Clamp ", name, " value ", value, " is outside the representable range of ", type);
  });
  return value.toDouble();
}
}  // namespace

double lower_bound(const Scalar& value, ScalarType type) { return bound("min", value, type, true); }
double upper_bound(const Scalar& value, ScalarType type) { return bound("max", value, type, false); }

void reduce_into(const Tensor& out, Reduce op, const Tensor& self, ArrayRef<bool> reduced) {
  // The kernel wants the dimensions that are kept in front.
  DimVector sizes, strides;
  for (bool pass : {false, true})
    for (int64_t d = 0; d < self.dim(); ++d) {
      if (reduced[size_t(d)] != pass) continue;
      sizes.push_back(self.sizes()[d]);
      strides.push_back(self.strides()[d]);
    }
  const int dim = int(sizes.size()), gone = int(std::count(reduced.begin(), reduced.end(), true));
  const DimVector out_strides = contiguous_strides(IntArrayRef(sizes).slice(0, size_t(dim - gone)));
  kernels(self).reduce(op, {out.data_ptr(), out.dtype(), dim - gone, sizes.data(), out_strides.data()},
                       {self.data_ptr(), self.dtype(), dim, sizes.data(), strides.data()}, gone);
}

}  // namespace tengen
