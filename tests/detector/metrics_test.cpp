// Matching, average precision and the confusion matrix against the reference values.
#include <tengen/apps/detector/eval/metrics.h>

#include "golden.h"

using namespace tengen::detect;

namespace {

struct ImageResult {
  std::vector<Detection> detections;
  std::vector<LabeledBox> labels;
};

std::vector<ImageResult> images_from(const golden::Case& c) {
  std::vector<ImageResult> images(static_cast<size_t>(c.integer("images")));
  const auto det = c.values<float>("det"), label = c.values<float>("label");
  const auto det_image = c.values<int>("det_image"), label_image = c.values<int>("label_image");
  for (size_t i = 0; i < det_image.size(); ++i) {
    const float* d = &det[6 * i];
    images.at(size_t(det_image[i])).detections.push_back({{d[0], d[1], d[2], d[3]}, d[4], int(d[5])});
  }
  for (size_t i = 0; i < label_image.size(); ++i) {
    const float* l = &label[5 * i];
    images.at(size_t(label_image[i])).labels.push_back({int(l[0]), {l[1], l[2], l[3], l[4]}});
  }
  return images;
}

}  // namespace

TEST_CASE("val: golden matches, precision, recall, AP, fitness and confusion") {
  golden::for_each_case("val", [](const golden::Case& c) {
    const int nc = c.integer("nc");
    const auto images = images_from(c);
    // Detections of an image stand together in the file, in its order.
    std::vector<std::vector<CorrectLevels>> matched;
    Evaluator evaluator(nc);
    ConfusionMatrix confusion(nc, float(c.number("confusion_conf")), float(c.number("confusion_iou")));
    for (const ImageResult& p : images) {
      matched.push_back(match_detections(p.detections, p.labels));
      evaluator.add(p.detections, p.labels);
      confusion.add(p.detections, p.labels);
    }
    const auto correct = c.values<int>("correct");
    const auto det_image = c.values<int>("det_image");
    std::vector<size_t> next(images.size(), 0);
    std::vector<int> found;
    for (int image : det_image) {
      for (bool b : matched[size_t(image)][next[size_t(image)]++]) found.push_back(b);
    }
    CHECK(found == correct);

    const Metrics metrics = evaluator.compute();
    std::vector<int> classes;
    std::vector<double> p, r, f1, tp, fp, ap;
    for (const ClassMetrics& m : metrics.classes) {
      classes.push_back(m.cls);
      p.push_back(m.precision);
      r.push_back(m.recall);
      f1.push_back(m.f1);
      tp.push_back(m.tp);
      fp.push_back(m.fp);
      ap.insert(ap.end(), m.ap.begin(), m.ap.end());
    }
    CHECK(classes == c.values<int>("classes"));
    CHECK(golden::max_difference(p, c.values<double>("p")) < 1e-9);
    CHECK(golden::max_difference(r, c.values<double>("r")) < 1e-9);
    CHECK(golden::max_difference(f1, c.values<double>("f1")) < 1e-9);
    CHECK(golden::max_difference(tp, c.values<double>("tp")) == 0);
    CHECK(golden::max_difference(fp, c.values<double>("fp")) == 0);
    CHECK(golden::max_difference(ap, c.values<double>("ap")) < 1e-9);
    const std::vector<double> summary{metrics.precision, metrics.recall, metrics.map50, metrics.map};
    CHECK(golden::max_difference(summary, c.values<double>("summary")) < 1e-9);
    CHECK(golden::max_difference(std::vector{fitness(metrics)}, c.values<double>("fitness")) < 1e-9);
    CHECK(golden::max_difference(confusion.counts(), c.values<double>("confusion")) == 0);
  });
}

TEST_CASE("ap: golden curves and smoothing") {
  golden::for_each_case("ap", [](const golden::Case& c) {
    const auto recall = c.values<double>("recall"), precision = c.values<double>("precision");
    const ApCurve curve = compute_ap(recall, precision);
    CHECK(golden::max_difference(std::vector{curve.ap}, c.values<double>("ap")) < 1e-9);
    CHECK(golden::max_difference(curve.mrec, c.values<double>("mrec")) < 1e-9);
    CHECK(golden::max_difference(curve.mpre, c.values<double>("mpre")) < 1e-9);
    CHECK(golden::max_difference(smooth(c.values<double>("smooth_in")), c.values<double>("smooth_out")) <
          1e-9);
  });
}

TEST_CASE("metrics: perfect, absent and only false detections") {
  const std::vector<LabeledBox> labels{{0, {0, 0, 10, 10}}, {1, {20, 20, 40, 40}}};
  const std::vector<Detection> perfect{{{0, 0, 10, 10}, 0.9f, 0}, {{20, 20, 40, 40}, 0.8f, 1}};
  Evaluator good(2), blind(2), wrong(2), nothing(2);
  good.add(perfect, labels);
  blind.add({}, labels);
  wrong.add(std::vector<Detection>{{{50, 50, 60, 60}, 0.9f, 0}}, labels);
  CHECK(good.compute().map ==
        doctest::Approx(0.995));  // the envelope falls to 0 at recall 1, as in the original
  CHECK(good.compute().recall == doctest::Approx(1));
  CHECK(blind.compute().map == 0);
  CHECK(blind.compute().classes.size() == 2);
  CHECK(wrong.compute().map50 == 0);
  CHECK(wrong.compute().precision == 0);
  CHECK(nothing.compute().classes.empty());
  CHECK(fitness(nothing.compute()) == 0);

  ConfusionMatrix confusion(2);
  confusion.add(perfect, labels);
  confusion.add({}, labels);
  CHECK(confusion.at(0, 0) == 1);
  CHECK(confusion.at(1, 1) == 1);
  CHECK(confusion.at(2, 0) == 1);  // missed
  CHECK(confusion.at(2, 1) == 1);
}

TEST_CASE("metrics: a label is given to one detection only") {
  const std::vector<LabeledBox> labels{{0, {0, 0, 10, 10}}};
  const std::vector<Detection> twice{{{0, 0, 10, 9}, 0.9f, 0}, {{0, 0, 10, 10}, 0.8f, 0}};
  const auto correct = match_detections(twice, labels);
  CHECK(correct[0][0]);
  CHECK_FALSE(correct[1][0]);  // the first detection holds the label at 0.50
  CHECK_FALSE(correct[0][9]);  // IoU 0.9 is too little at 0.95
  CHECK(correct[1][9]);
}
