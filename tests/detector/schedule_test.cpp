// Learning-rate schedule and anchor metric against the reference tables.
#include <tengen/apps/detector/data/random.h>
#include <tengen/apps/detector/model/anchors.h>
#include <tengen/apps/detector/train/schedule.h>

#include "golden.h"

using namespace tengen::detect;

TEST_CASE("schedule: golden tables") {
  golden::for_each_case("schedule", [](const golden::Case& c) {
    Hyp hyp;
    for (auto [key, value] : hyp.fields()) *value = c.number(key, *value);
    ScheduleOptions options;
    options.epochs = c.integer("epochs");
    options.batches_per_epoch = c.integer("batches_per_epoch");
    options.batch_size = c.integer("batch");
    options.nominal_batch = c.integer("nominal_batch");
    options.cosine = c.flag("cosine");
    const auto table = c.values<double>("table");
    std::vector<double> found;
    int64_t last_step = -1;
    for (size_t row = 0; row < table.size() / 7; ++row) {
      const int64_t ni = int64_t(table[row * 7]);
      const StepPlan plan = step_plan(ni, options, hyp);
      const bool step = should_step(ni, last_step, plan);
      if (step) last_step = ni;
      found.insert(found.end(), {double(ni), double(ni / options.batches_per_epoch), plan.lr_bias, plan.lr,
                                 plan.momentum, double(plan.accumulate), double(step)});
    }
    CHECK(golden::max_difference(found, table) < 1e-12);
  });
}

TEST_CASE("anchors: golden fit") {
  golden::for_each_case("anchors", [](const golden::Case& c) {
    std::vector<Extent> boxes, anchors;
    const auto wh = c.values<float>("wh_px");
    for (size_t i = 0; i + 1 < wh.size(); i += 2) boxes.push_back({wh[i], wh[i + 1]});
    anchors = default_anchors();
    const AnchorFit fit = anchor_fit(boxes, anchors, c.number("thr"));
    CHECK(golden::max_difference(fit.best_ratio, c.values<float>("best_ratio")) < 1e-5);
    CHECK(fit.anchors_above_threshold == doctest::Approx(c.number("aat")).epsilon(1e-5));
    CHECK(fit.best_possible_recall == doctest::Approx(c.number("bpr")).epsilon(1e-5));
  });
}

TEST_CASE("anchors: clustering fits sizes that the defaults miss") {
  Random random(3);
  std::vector<Extent> boxes;
  for (int i = 0; i < 300; ++i)
    boxes.push_back({float(random.uniform(300, 600)), float(random.uniform(4, 9))});
  const auto anchors = kmean_anchors(boxes, 9, 4, 0, 200);
  REQUIRE(anchors.size() == 9);
  CHECK(anchor_fit(boxes, default_anchors(), 4).best_possible_recall < 0.1);
  CHECK(anchor_fit(boxes, anchors, 4).best_possible_recall == 1);
  CHECK(kmean_anchors(boxes, 9, 4, 0, 200)[4].w == anchors[4].w);
  CHECK_THROWS_AS(kmean_anchors(std::span(boxes).first(3), 9, 4, 0), tengen::Error);
}
