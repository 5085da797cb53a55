// Element-wise losses against the reference values.
#include <functional>

#include <tengen/apps/detector/model/loss.h>
#include <tengen/tests/detector/tensors.h>

using namespace tengen;
using namespace tengen::detect;

TEST_CASE("element-wise losses: reference cases") {
  golden::for_each_case("elem", [](const golden::Case& c) {
    const double gamma = c.number("gamma"), alpha = c.number("alpha"), pw = c.number("pos_weight");
    const Tensor targets = golden::load(c, "targets");
    using Loss = std::function<Tensor(const Tensor&, Reduce)>;
    const std::vector<std::pair<std::string, Loss>> losses{
        {"bce", [&](const Tensor& x, Reduce r) { return bce_loss(x, targets, pw, r); }},
        {"focal", [&](const Tensor& x, Reduce r) { return focal_loss(x, targets, gamma, alpha, pw, r); }},
        {"qfocal",
         [&](const Tensor& x, Reduce r) { return quality_focal_loss(x, targets, gamma, alpha, pw, r); }},
        {"bceblur",
         [&](const Tensor& x, Reduce) { return bce_blur_loss(x, targets, c.number("blur_alpha")); }}};
    const std::vector<std::pair<std::string, Reduce>> reductions{
        {"none", Reduce::none}, {"mean", Reduce::mean}, {"sum", Reduce::sum}};
    int checked = 0;
    for (const auto& [name, loss] : losses)
      for (const auto& [suffix, reduction] : reductions) {
        const std::string array = name + "_" + suffix;
        if (!c.has(array)) continue;
        CAPTURE(array);
        Tensor logits = golden::load(c, "logits").requires_grad_(true);
        const Tensor value = loss(logits, reduction);
        CHECK(golden::excess(value, c, array, 1e-7, 1e-5) <= 0);
        value.sum().backward();
        CHECK(golden::excess(logits.grad(), c, array + "_grad", 1e-6, 1e-4) <= 0);
        ++checked;
      }
    CHECK(checked > 0);
    std::vector<double> smooth;
    for (double eps : {0.0, 0.05, 0.1, 0.2}) {
      const auto [positive, negative] = smooth_bce(eps);
      smooth.insert(smooth.end(), {positive, negative});
    }
    CHECK(golden::excess(smooth, c.values<double>("smooth_bce"), 1e-7, 0) <= 0);
  });
}
