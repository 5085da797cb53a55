#include <tengen/nn/padding.h>

#include <ostream>

#include <tengen/autograd/ops/ops.h>

namespace tengen::nn {
namespace functional {

namespace {

// Puts the end before the beginning and the beginning after the end.
Tensor pad_circular(Tensor input, const std::vector<int64_t>& pad) {
  for (size_t i = 0; i < pad.size() / 2; ++i) {
    int64_t dim = input.dim() - 1 - int64_t(i), size = input.size(dim), before = pad[2 * i],
            after = pad[2 * i + 1];
    TENGEN_CHECK(before >= 0 && after >= 0 && before <= size && after <= size, "pad: circular padding (",
                 before, ", ", after, ") of dimension ", dim, " wraps around more than once: its size is ",
                 size);
    if (before || after)
      input = cat({input.narrow(dim, size - before, before), input, input.narrow(dim, 0, after)}, dim);
  }
  return input;
}

}  // namespace

Tensor pad(const Tensor& input, const PadFuncOptions& options) {
  const auto& amounts = options.pad();
  TENGEN_CHECK(amounts.size() % 2 == 0 && int64_t(amounts.size() / 2) <= input.dim(),
               "pad: expected two amounts for each of at most ", input.dim(), " dimensions, but got ",
               amounts.size());
  switch (options.mode()) {
    case kConstant:
      return constant_pad_nd(input, amounts, options.value());
    case kReflect:
      return tengen::pad(input, amounts, "reflect");
    case kReplicate:
      return tengen::pad(input, amounts, "replicate");
    case kCircular:
      return pad_circular(input, amounts);
    default:
      fail("pad: mode must be kConstant, kReflect, kReplicate or kCircular, but got ",
           enum_name(options.mode()));
  }
}

}  // namespace functional

namespace {

template <class Padding>
Tensor pad(const Tensor& input, const Padding& padding, EnumType mode, double value = 0) {
  std::vector<int64_t> amounts(padding->begin(), padding->end());
  return functional::pad(input, functional::PadFuncOptions(std::move(amounts)).mode(mode).value(value));
}

}  // namespace

#define TENGEN_DEFINE(Name, mode)                                                                 \
  Tensor Name##Impl::forward(const Tensor& input) { return pad(input, options.padding(), mode); } \
  void Name##Impl::pretty_print(std::ostream& out) const {                                        \
    out << "torch::nn::" #Name "(padding=" << options.padding() << ')';                           \
  }
TENGEN_DEFINE(ZeroPad1d, kConstant)
TENGEN_DEFINE(ZeroPad2d, kConstant)
TENGEN_DEFINE(ZeroPad3d, kConstant)
TENGEN_DEFINE(ReflectionPad1d, kReflect)
TENGEN_DEFINE(ReflectionPad2d, kReflect)
TENGEN_DEFINE(ReflectionPad3d, kReflect)
TENGEN_DEFINE(ReplicationPad1d, kReplicate)
TENGEN_DEFINE(ReplicationPad2d, kReplicate)
TENGEN_DEFINE(ReplicationPad3d, kReplicate)
#undef TENGEN_DEFINE

#define TENGEN_DEFINE(Name)                                                                              \
  Tensor Name##Impl::forward(const Tensor& input) {                                                      \
    return pad(input, options.padding(), kConstant, options.value());                                    \
  }                                                                                                      \
  void Name##Impl::pretty_print(std::ostream& out) const {                                               \
    out << "torch::nn::" #Name "(padding=" << options.padding() << ", value=" << options.value() << ')'; \
  }
TENGEN_DEFINE(ConstantPad1d)
TENGEN_DEFINE(ConstantPad2d)
TENGEN_DEFINE(ConstantPad3d)
#undef TENGEN_DEFINE

}  // namespace tengen::nn
