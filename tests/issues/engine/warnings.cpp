// Warnings go to a handler; and small helpers of c10.
#include <doctest/doctest.h>

#include <tengen/torch.h>

#include "../../temporary.h"

namespace {

struct Capture : c10::WarningHandler {
  Capture() : previous(c10::WarningUtils::get_warning_handler()) {
    c10::WarningUtils::set_warning_handler(this);
  }
  ~Capture() override { c10::WarningUtils::set_warning_handler(previous); }
  void process(const c10::Warning& warning) override { messages.push_back(warning.msg()); }
  c10::WarningHandler* previous;
  std::vector<std::string> messages;
};

}  // namespace

TEST_CASE("warnings: a handler receives them") {
  Capture capture;
  TORCH_WARN("x is ", 1);
  for (int i = 0; i < 3; ++i) TORCH_WARN_ONCE("once");
  {
    Capture inner;
    TORCH_WARN("inner");
    CHECK(inner.messages == std::vector<std::string>{"inner"});
  }
  torch::Tensor p = torch::ones({1}, torch::requires_grad());
  torch::optim::SGD sgd({p}, torch::optim::SGDOptions(0.1));
  torch::optim::StepLR scheduler(sgd, 1, 0.5);
  scheduler.step();
  REQUIRE(capture.messages.size() == 3);
  CHECK(c10::Join("|", capture.messages).substr(0, 11) == "x is 1|once");
  CHECK(contains(capture.messages[2], "before optimizer.step()"));
}

TEST_CASE("warnings: c10::str and c10::irange") {
  CHECK(c10::str("a", 1, 2.5, ' ', torch::kFloat) == "a12.5 Float");
  int64_t sum = 0;
  for (const auto i : c10::irange(4)) sum += i;
  for (const auto i : c10::irange(10, 12)) sum += i;
  for (const auto i : c10::irange(3, 1)) sum += 1000 + i;
  CHECK(sum == 6 + 21);
}
