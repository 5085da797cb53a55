#include <tengen/nn/modules/common.h>

#include <ostream>

#include <tengen/nn/functional/common.h>

namespace tengen::nn {
namespace F = functional;

// ---- dropout

namespace {

void check_probability(const char* name, double p) {
  TENGEN_CHECK(p >= 0 && p <= 1, name, ": dropout probability has to be between 0 and 1, but got ", p);
}

}  // namespace

DropoutImpl::DropoutImpl(const DropoutOptions& options) : options(options) {
  check_probability("Dropout", options.p());
}
Tensor DropoutImpl::forward(const Tensor& input) {
  return F::dropout(
      input, F::DropoutFuncOptions().p(options.p()).training(is_training()).inplace(options.inplace()));
}
void DropoutImpl::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::Dropout(p=" << options.p() << ", inplace=" << options.inplace() << ')';
}

Dropout2dImpl::Dropout2dImpl(const Dropout2dOptions& options) : options(options) {
  check_probability("Dropout2d", options.p());
}
Tensor Dropout2dImpl::forward(const Tensor& input) {
  return F::dropout2d(
      input, F::DropoutFuncOptions().p(options.p()).training(is_training()).inplace(options.inplace()));
}
void Dropout2dImpl::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::Dropout2d(p=" << options.p() << ", inplace=" << options.inplace()
      << ')';
}

// ---- resampling

UpsampleImpl::UpsampleImpl(const UpsampleOptions& options) : options(options) {}
Tensor UpsampleImpl::forward(const Tensor& input) {
  return F::interpolate(input, F::InterpolateFuncOptions()
                                   .size(options.size())
                                   .scale_factor(options.scale_factor())
                                   .mode(options.mode())
                                   .align_corners(options.align_corners()));
}
void UpsampleImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::Upsample(";
  if (options.scale_factor()) {
    out << "scale_factor=[";
    for (size_t i = 0; i < options.scale_factor()->size(); ++i)
      out << (i ? ", " : "") << (*options.scale_factor())[i];
    out << ']';
  } else if (options.size()) {
    out << "size=" << IntArrayRef(*options.size());
  }
  out << ", mode=" << options.mode() << ')';
}

PixelShuffleImpl::PixelShuffleImpl(const PixelShuffleOptions& options) : options(options) {}
Tensor PixelShuffleImpl::forward(const Tensor& input) { return F::pixel_shuffle(input, options); }
void PixelShuffleImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::PixelShuffle(upscale_factor=" << options.upscale_factor() << ')';
}
PixelUnshuffleImpl::PixelUnshuffleImpl(const PixelUnshuffleOptions& options) : options(options) {}
Tensor PixelUnshuffleImpl::forward(const Tensor& input) { return F::pixel_unshuffle(input, options); }
void PixelUnshuffleImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::PixelUnshuffle(downscale_factor=" << options.downscale_factor() << ')';
}

// ---- padding

namespace {

template <class Padding>
Tensor pad(const Tensor& input, const Padding& padding, EnumType mode, double value = 0) {
  std::vector<int64_t> amounts(padding->begin(), padding->end());
  return F::pad(input, F::PadFuncOptions(std::move(amounts)).mode(mode).value(value));
}

}  // namespace

#define TENGEN_DEFINE(Name, mode)                                                                 \
  Name##Impl::Name##Impl(const Name##Options& options) : options(options) {}                      \
  Tensor Name##Impl::forward(const Tensor& input) { return pad(input, options.padding(), mode); } \
  void Name##Impl::pretty_print(std::ostream& out) const {                                        \
    out << "torch::nn::" #Name "(padding=" << options.padding() << ')';                           \
  }
TENGEN_DEFINE(ZeroPad2d, kConstant)
TENGEN_DEFINE(ReflectionPad1d, kReflect)
TENGEN_DEFINE(ReflectionPad2d, kReflect)
TENGEN_DEFINE(ReplicationPad1d, kReplicate)
TENGEN_DEFINE(ReplicationPad2d, kReplicate)
#undef TENGEN_DEFINE

#define TENGEN_DEFINE(Name)                                                                              \
  Name##Impl::Name##Impl(const Name##Options& options) : options(options) {}                             \
  Tensor Name##Impl::forward(const Tensor& input) {                                                      \
    return pad(input, options.padding(), kConstant, options.value());                                    \
  }                                                                                                      \
  void Name##Impl::pretty_print(std::ostream& out) const {                                               \
    out << "torch::nn::" #Name "(padding=" << options.padding() << ", value=" << options.value() << ')'; \
  }
TENGEN_DEFINE(ConstantPad1d)
TENGEN_DEFINE(ConstantPad2d)
#undef TENGEN_DEFINE

// ---- distances

CosineSimilarityImpl::CosineSimilarityImpl(const CosineSimilarityOptions& options) : options(options) {}
Tensor CosineSimilarityImpl::forward(const Tensor& x1, const Tensor& x2) {
  return F::cosine_similarity(x1, x2, options);
}
void CosineSimilarityImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::CosineSimilarity(dim=" << options.dim() << ", eps=" << options.eps() << ')';
}
PairwiseDistanceImpl::PairwiseDistanceImpl(const PairwiseDistanceOptions& options) : options(options) {}
Tensor PairwiseDistanceImpl::forward(const Tensor& x1, const Tensor& x2) {
  return F::pairwise_distance(x1, x2, options);
}
void PairwiseDistanceImpl::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::PairwiseDistance(p=" << options.p() << ", eps=" << options.eps()
      << ", keepdim=" << options.keepdim() << ')';
}

}  // namespace tengen::nn
