// The detector's loss, its matching and its gradients against the reference values.
#include <tengen/apps/detector/model/loss.h>
#include <tengen/tests/detector/tensors.h>

using namespace tengen;
using namespace tengen::detect;

namespace {

LossOptions options_of(const golden::Case& c) {
  LossOptions o;
  o.box = c.number("gain_box");
  o.obj = c.number("gain_obj");
  o.cls = c.number("gain_cls");
  o.cls_pw = c.number("cls_pw");
  o.obj_pw = c.number("obj_pw");
  o.fl_gamma = c.number("fl_gamma");
  o.label_smoothing = c.number("label_smoothing");
  o.anchor_t = c.number("anchor_t");
  o.gr = c.number("gr", 1.0);
  o.autobalance = c.flag("autobalance");
  return o;
}

void check_matches(const LevelMatches& found, const golden::Case& c, const std::string& prefix,
                   const std::string& level) {
  const auto expected = c.values<int>(prefix + "match" + level);
  std::vector<int> rows;
  for (size_t r = 0; r < found.image.size(); ++r)
    rows.insert(rows.end(), {found.image[r], found.anchor[r], found.gy[r], found.gx[r], found.cls[r]});
  CHECK(rows == expected);
  CHECK(golden::max_difference(found.box, c.values<float>(prefix + "tbox" + level)) <= 1e-5);
  CHECK(golden::max_difference(found.anchor_size, c.values<float>(prefix + "anch" + level)) <= 1e-5);
}

}  // namespace

TEST_CASE("loss: reference cases") {
  golden::for_each_case("loss", [](const golden::Case& c) {
    const auto strides_read = c.numbers("strides");
    const std::vector<int64_t> strides(strides_read.begin(), strides_read.end());
    Tensor anchors = golden::load(c, "anchors_px").clone();
    for (size_t i = 0; i < strides.size(); ++i) anchors[int64_t(i)].div_(double(strides[i]));
    ComputeLoss compute(options_of(c), anchors, strides, c.integer("nc"));
    const auto balance = c.values<double>("balance");
    const auto check_balance = [&](size_t call) {
      const auto row = balance.begin() + ptrdiff_t(call * strides.size());
      CHECK(golden::excess(compute.balance, {row, row + ptrdiff_t(strides.size())}, 1e-7, 1e-5) <= 0);
    };
    const auto calls = size_t(c.integer("calls"));
    check_balance(0);
    for (size_t call = 0; call < calls; ++call) {
      const std::string prefix = c.has("p0") ? "" : detail::str("c", call, "_");
      CAPTURE(prefix);
      std::vector<Tensor> raw;
      for (size_t i = 0; i < strides.size(); ++i)
        raw.push_back(golden::load(c, prefix + "p" + std::to_string(i)).requires_grad_(true));
      LossResult result = compute(raw, golden::load(c, prefix + "targets").view({-1, 6}));
      CHECK(result.loss.sizes() == IntArrayRef({1}));
      CHECK(golden::excess(result.loss, c, prefix + "loss", 1e-9, 1e-5) <= 0);
      CHECK(golden::excess(result.items, c, prefix + "items", 1e-9, 1e-5) <= 0);
      CHECK_FALSE(result.items.requires_grad());
      result.loss.backward();
      for (size_t i = 0; i < strides.size(); ++i) {
        CAPTURE(i);
        const std::string level = std::to_string(i);
        check_matches(result.matches[i], c, prefix, level);
        CHECK(golden::excess(result.ciou[i], c, prefix + "ciou" + level, 1e-5, 0) <= 0);
        CHECK(golden::excess(result.tobj[i], c, prefix + "tobj" + level, 1e-5, 0) <= 0);
        CHECK(golden::excess(raw[i].grad(), c, prefix + "grad" + level, 1e-6, 1e-4) <= 0);
      }
      check_balance(call + 1);
    }
  });
}

TEST_CASE("loss: a label outside of batch or classes is an error") {
  ComputeLoss compute({}, tensor({1.f, 1.f}).view({1, 1, 2}), {8}, 2);
  const std::vector<Tensor> raw{tengen::zeros({1, 1, 4, 4, 7})};
  CHECK_NOTHROW(compute(raw, tensor({0.f, 1.f, .5f, .5f, .3f, .3f}).view({1, 6})));
  CHECK_THROWS(compute(raw, tensor({0.f, 2.f, .5f, .5f, .3f, .3f}).view({1, 6})));
  CHECK_THROWS(compute(raw, tensor({1.f, 0.f, .5f, .5f, .3f, .3f}).view({1, 6})));
}

TEST_CASE("loss: gains follow levels, classes and image size") {
  const LossOptions scaled = LossOptions{}.scaled(4, 20, 1280);
  CHECK(scaled.box == doctest::Approx(0.05 * 3 / 4));
  CHECK(scaled.cls == doctest::Approx(0.5 * 20 / 80 * 3 / 4));
  CHECK(scaled.obj == doctest::Approx(1.0 * 4 * 3 / 4));
}
