#include <tengen/autograd/ops/ops.h>
#include <tengen/tensor/random/fill.h>

namespace tengen::inline api {

Tensor dropout(const Tensor& input, double p, bool train) {
  TENGEN_CHECK(p >= 0 && p <= 1, "dropout: dropout probability has to be between 0 and 1, but got ", p);
  if (p == 0 || !train || input.numel() == 0) return input;
  if (p == 1) return input * zeros({}, input.options());
  const Tensor noise = empty_like(input);
  fill_dropout(noise, p);
  return input * noise;
}

}  // namespace tengen::inline api
