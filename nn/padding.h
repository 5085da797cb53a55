// Padding: options, functional form and modules.
//
// Amounts come in pairs, before and after, for the last dimension first: (left, right, top, bottom). A
// negative amount crops.
#pragma once

#include <vector>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/enum.h>
#include <tengen/nn/expanding_array.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options

/// Options of the padding modules but the constant ones.
template <size_t D>
struct PadOptions {
  PadOptions(ExpandingArray<D * 2> padding) : padding_(padding) {}
  TENGEN_ARG(ExpandingArray<D * 2>, padding);  ///< one amount for all sides, or pairs: (left, right, ...)
};
template <size_t D>
using ReflectionPadOptions = PadOptions<D>;
template <size_t D>
using ReplicationPadOptions = PadOptions<D>;
template <size_t D>
using ZeroPadOptions = PadOptions<D>;
using ReflectionPad1dOptions = PadOptions<1>;
using ReflectionPad2dOptions = PadOptions<2>;
using ReflectionPad3dOptions = PadOptions<3>;
using ReplicationPad1dOptions = PadOptions<1>;
using ReplicationPad2dOptions = PadOptions<2>;
using ReplicationPad3dOptions = PadOptions<3>;
using ZeroPad1dOptions = PadOptions<1>;
using ZeroPad2dOptions = PadOptions<2>;
using ZeroPad3dOptions = PadOptions<3>;

/// Options of ConstantPad1d to ConstantPad3d.
template <size_t D>
struct ConstantPadOptions {
  ConstantPadOptions(ExpandingArray<D * 2> padding, double value) : padding_(padding), value_(value) {}
  TENGEN_ARG(ExpandingArray<D * 2>, padding);  ///< one amount for all sides, or pairs: (left, right, ...)
  TENGEN_ARG(double, value);                   ///< fills the padding
};
using ConstantPad1dOptions = ConstantPadOptions<1>;
using ConstantPad2dOptions = ConstantPadOptions<2>;
using ConstantPad3dOptions = ConstantPadOptions<3>;

namespace functional {

/// Options of pad.
struct PadFuncOptions {
  PadFuncOptions(std::vector<int64_t> pad) : pad_(std::move(pad)) {}
  TENGEN_ARG(std::vector<int64_t>, pad);   ///< pairs of amounts, the last dimension's first
  TENGEN_ARG(EnumType, mode) = kConstant;  ///< kConstant, kReflect, kReplicate or kCircular
  TENGEN_ARG(double, value) = 0;           ///< fills the padding of kConstant
};

/// Extends the last dimensions by the amounts in options.pad(). kReflect mirrors the input at its edge
/// elements, kReplicate repeats these, and kCircular goes on with the opposite side; the last takes no
/// negative amounts.
Tensor pad(const Tensor& input, const PadFuncOptions& options);

}  // namespace functional

// ---- modules: 1d for the last dimension, 2d for the last two, 3d for the last three

/// Pads with zeros: (..., L) -> (..., L').
class ZeroPad1dImpl : public StatelessModule<ZeroPad1dImpl, ZeroPad1dOptions> {
 public:
  using StatelessModule::StatelessModule;
  ZeroPad1dImpl(ExpandingArray<2> padding) : StatelessModule(padding) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ZeroPad1d);

/// Pads with zeros: (..., H, W) -> (..., H', W').
class ZeroPad2dImpl : public StatelessModule<ZeroPad2dImpl, ZeroPad2dOptions> {
 public:
  using StatelessModule::StatelessModule;
  ZeroPad2dImpl(ExpandingArray<4> padding) : StatelessModule(padding) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ZeroPad2d);

/// Pads with zeros: (..., D, H, W) -> (..., D', H', W').
class ZeroPad3dImpl : public StatelessModule<ZeroPad3dImpl, ZeroPad3dOptions> {
 public:
  using StatelessModule::StatelessModule;
  ZeroPad3dImpl(ExpandingArray<6> padding) : StatelessModule(padding) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ZeroPad3d);

/// Pads with the input mirrored at its edge elements: (..., L) -> (..., L').
class ReflectionPad1dImpl : public StatelessModule<ReflectionPad1dImpl, ReflectionPad1dOptions> {
 public:
  using StatelessModule::StatelessModule;
  ReflectionPad1dImpl(ExpandingArray<2> padding) : StatelessModule(padding) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ReflectionPad1d);

/// Pads with the input mirrored at its edge elements: (..., H, W) -> (..., H', W').
class ReflectionPad2dImpl : public StatelessModule<ReflectionPad2dImpl, ReflectionPad2dOptions> {
 public:
  using StatelessModule::StatelessModule;
  ReflectionPad2dImpl(ExpandingArray<4> padding) : StatelessModule(padding) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ReflectionPad2d);

/// Pads with the input mirrored at its edge elements: (..., D, H, W) -> (..., D', H', W').
class ReflectionPad3dImpl : public StatelessModule<ReflectionPad3dImpl, ReflectionPad3dOptions> {
 public:
  using StatelessModule::StatelessModule;
  ReflectionPad3dImpl(ExpandingArray<6> padding) : StatelessModule(padding) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ReflectionPad3d);

/// Pads with the edge elements: (..., L) -> (..., L').
class ReplicationPad1dImpl : public StatelessModule<ReplicationPad1dImpl, ReplicationPad1dOptions> {
 public:
  using StatelessModule::StatelessModule;
  ReplicationPad1dImpl(ExpandingArray<2> padding) : StatelessModule(padding) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ReplicationPad1d);

/// Pads with the edge elements: (..., H, W) -> (..., H', W').
class ReplicationPad2dImpl : public StatelessModule<ReplicationPad2dImpl, ReplicationPad2dOptions> {
 public:
  using StatelessModule::StatelessModule;
  ReplicationPad2dImpl(ExpandingArray<4> padding) : StatelessModule(padding) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ReplicationPad2d);

/// Pads with the edge elements: (..., D, H, W) -> (..., D', H', W').
class ReplicationPad3dImpl : public StatelessModule<ReplicationPad3dImpl, ReplicationPad3dOptions> {
 public:
  using StatelessModule::StatelessModule;
  ReplicationPad3dImpl(ExpandingArray<6> padding) : StatelessModule(padding) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ReplicationPad3d);

/// Pads with one value: (..., L) -> (..., L').
class ConstantPad1dImpl : public StatelessModule<ConstantPad1dImpl, ConstantPad1dOptions> {
 public:
  using StatelessModule::StatelessModule;
  ConstantPad1dImpl(ExpandingArray<2> padding, double value) : StatelessModule({padding, value}) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ConstantPad1d);

/// Pads with one value: (..., H, W) -> (..., H', W').
class ConstantPad2dImpl : public StatelessModule<ConstantPad2dImpl, ConstantPad2dOptions> {
 public:
  using StatelessModule::StatelessModule;
  ConstantPad2dImpl(ExpandingArray<4> padding, double value) : StatelessModule({padding, value}) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ConstantPad2d);

/// Pads with one value: (..., D, H, W) -> (..., D', H', W').
class ConstantPad3dImpl : public StatelessModule<ConstantPad3dImpl, ConstantPad3dOptions> {
 public:
  using StatelessModule::StatelessModule;
  ConstantPad3dImpl(ExpandingArray<6> padding, double value) : StatelessModule({padding, value}) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ConstantPad3d);

}  // namespace tengen::nn
