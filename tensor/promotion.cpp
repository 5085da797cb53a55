#include <tengen/tensor/promotion.h>

#include <algorithm>

namespace tengen {

ScalarType api::promote_types(ScalarType a, ScalarType b) {
  if (a == b) return a;
  if (a == ScalarType::Undefined || b == ScalarType::Undefined) return ScalarType::Undefined;
  const bool a_real = is_floating_point(a), b_real = is_floating_point(b);
  if (a_real != b_real) return a_real ? a : b;
  if (a_real) {
    // Neither 16-bit type holds the other's values.
    if ((a == kHalf && b == kBFloat16) || (a == kBFloat16 && b == kHalf)) return kFloat;
    if (a == kBFloat16) return b;
    if (b == kBFloat16) return a;
    return std::max(a, b);
  }
  if (a == kBool) return b;
  if (b == kBool) return a;
  // uint8 and int8: only int16 holds both.
  if (std::max(a, b) == kChar) return kShort;
  return std::max(a, b);
}

bool api::can_cast(ScalarType from, ScalarType to) {
  if (is_floating_point(from) && is_integral(to, /*include_bool=*/false)) return false;
  return from == kBool || to != kBool;
}

namespace {

ScalarType promote_known(ScalarType a, ScalarType b) {
  if (a == ScalarType::Undefined) return b;
  if (b == ScalarType::Undefined) return a;
  return promote_types(a, b);
}

// `strong` alone decides within a kind; `weak` lifts it to a higher kind.
ScalarType combine(ScalarType strong, ScalarType weak) {
  if (strong == ScalarType::Undefined) return weak;
  if (is_floating_point(strong)) return strong;
  if (strong == kBool || is_floating_point(weak)) return promote_known(strong, weak);
  return strong;
}

}  // namespace

ScalarType common_type(std::initializer_list<Operand> operands) {
  ScalarType of_rank[3] = {ScalarType::Undefined, ScalarType::Undefined, ScalarType::Undefined};
  for (const Operand& operand : operands) {
    ScalarType& type = of_rank[operand.rank];
    type = promote_known(type, operand.type);
  }
  return combine(of_rank[Operand::kDims], combine(of_rank[Operand::kZeroDim], of_rank[Operand::kScalar]));
}

}  // namespace tengen
