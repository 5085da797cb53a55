// A hook may replace a gradient by another of the same shape, type and device only.
#include <doctest/doctest.h>
#include <tengen/torch.h>

#include "../../temporary.h"

namespace {

std::string error_with(const std::function<torch::Tensor(torch::Tensor)>& hook, bool of_leaf) {
  torch::Tensor x = torch::ones({2, 3}).requires_grad_();
  torch::Tensor y = x * 2;
  (of_leaf ? x : y).register_hook(hook);
  return error_of([&] { y.sum().backward(); });
}

}  // namespace

TEST_CASE("hooks: a gradient of another shape or type is an error") {
  for (const bool of_leaf : {false, true}) {
    CHECK(contains(error_with([](torch::Tensor g) { return g.sum(); }, of_leaf),
                   "a hook has changed the size of value: expected [2, 3] but got []"));
    CHECK(contains(error_with([](torch::Tensor g) { return g[0]; }, of_leaf), "but got [3]"));
    CHECK(contains(error_with([](torch::Tensor g) { return g.to(torch::kDouble); }, of_leaf),
                   "a hook has changed the type of value"));
    CHECK(error_with([](torch::Tensor g) { return g * 3; }, of_leaf).empty());
    CHECK(error_with([](torch::Tensor) { return torch::Tensor(); }, of_leaf).empty());
  }
}
