// What users of YOLOv5 reported, with what it does itself or what is right.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>

#include <tengen/apps/common/image.h>
#include <tengen/apps/common/run.h>
#include <tengen/apps/detector/data/data_config.h>
#include <tengen/apps/detector/data/dataset.h>
#include <tengen/apps/detector/data/hyp.h>
#include <tengen/apps/detector/model/anchors.h>
#include <tengen/apps/detector/model/model_config.h>
#include <tengen/apps/detector/train/schedule.h>
#include <tengen/tests/program.h>
#include <tengen/tests/temporary.h>

using namespace tengen;
using namespace tengen::detect;
namespace fs = std::filesystem;

namespace {

std::vector<Label> labels_in(const std::string& path, size_t expected_problems = 0) {
  std::vector<Problem> problems;
  const auto labels = read_labels(path, problems);
  CHECK(problems.size() == expected_problems);
  return labels;
}

void add_image(const TemporaryFolder& folder, const std::string& path) {
  fs::create_directories(fs::path(folder / path).parent_path());
  apps::save_image(folder / path, apps::Image(32, 32, 90));
}

}  // namespace

TEST_CASE("labels: marks, blanks and ends of lines of other systems are read, other encodings named") {
  TemporaryFolder folder;
  CHECK(labels_in(folder.write("bom.txt",
                               "\xef\xbb\xbf"
                               "0 0.5 0.5 0.1 0.1\n"))
            .size() == 1);
  CHECK(labels_in(folder.write("cr.txt", "0 0.5 0.5 0.1 0.1\r1 0.5 0.5 0.1 0.1\r")).size() == 2);
  CHECK(labels_in(folder.write("nbsp.txt",
                               "0\xc2\xa0"
                               "0.5 0.5 0.1 0.1\n"))
            .size() == 1);
  CHECK(contains(error_of([&] {
                   labels_in(folder.write("u.txt", std::string("\xff\xfe"
                                                               "0\0 \0",
                                                               6)));
                 }),
                 "is UTF-16 text"));
  CHECK(
      contains(error_of([&] { labels_in(folder.write("n.txt", std::string("0 0.5\0", 6))); }), "bytes of 0"));
}

TEST_CASE("labels: coordinates just above 1 are taken for 1, boxes without size are left out, both told") {
  TemporaryFolder folder;
  const auto labels = labels_in(folder.write("a.txt", "0 0.5 0.5 1.0000001 1.005\n"), 1);
  REQUIRE(labels.size() == 1);
  CHECK(labels[0].w == 1);
  CHECK(labels[0].h == 1);
  CHECK(contains(error_of([&] { labels_in(folder.write("b.txt", "0 0.5 0.5 1.02 1\n")); }),
                 "coordinate 1.01999998 is outside"));
  CHECK(labels_in(folder.write("c.txt", "0 0.5 0.5 0 0.1\n0 0.5 0.5 0.1 0.1\n"), 1).size() == 1);
}

TEST_CASE("a split: hidden files are no images, all classes out of range are listed") {
  TemporaryFolder folder;
  for (const char* name : {"a.png", "b.png", "._a.png", ".ipynb_checkpoints/a-checkpoint.png"})
    add_image(folder, std::string("images/") + name);
  folder.write("labels/a.txt", "0 0.5 0.5 0.1 0.1\n3 0.5 0.5 0.1 0.1\n");
  folder.write("labels/b.txt", "\n4 0.5 0.5 0.1 0.1\n");
  CHECK(list_images({folder / "images"}).size() == 2);
  CHECK(list_images({folder / "**/*.png"}).size() == 2);
  const Scan scan = scan_dataset({folder / "images"}, 2, false);
  CHECK(scan.out_of_range == 2);
  REQUIRE(scan.problems.size() == 2);
  CHECK(scan.problems[1].line == 2);
  CHECK(contains(error_of([&] { scan_dataset({folder / "images"}, 2, true); }), "(and 1 more;"));
}

TEST_CASE("anchors: a box counts that has any side of 2 pixels") {
  std::vector<Extent> boxes;
  for (int i = 0; i < 20; ++i) boxes.push_back({float(3 + i), 1});
  CHECK(kmean_anchors(boxes, 9, 4, 1, 5).size() == 9);
}

TEST_CASE("hyper-parameters and layouts of v7.0") {
  TemporaryFolder folder;
  CHECK(load_hyp(folder.write("voc.yaml", "anchors: 3.412\nlr0: 0.00334\n")).anchors == 3.412);
  const std::string rest =
      "nc: 2\nanchors: [[10,13, 16,30, 33,23]]\nbackbone: [[-1, 1, Conv, [8, 6, 2, 2]]]\nhead: [[[0], 1, "
      "Detect, [nc, anchors]]]\n";
  CHECK(ModelConfig::parse("activation: nn.SiLU()\n" + rest, "a.yaml").nc == 2);
  CHECK(contains(error_of([&] { ModelConfig::parse("activation: nn.LeakyReLU(0.1)\n" + rest, "a.yaml"); }),
                 "a.yaml:1: activation nn.LeakyReLU(0.1): only nn.SiLU() exists here"));
  // What is written is read as the same, whatever a module was called.
  const std::string odd =
      ModelConfig::parse("nc: 2\nanchors: [[10, 13]]\nbackbone: [[-1, 1, nn.nn.Conv, [8]]]\nhead: []\n",
                         "b.yaml")
          .yaml();
  CHECK(ModelConfig::parse(odd, "b.yaml").yaml() == odd);
}

TEST_CASE("the warm-up is at most the fraction of the run that is asked for") {
  ScheduleOptions options;
  options.epochs = 12;
  options.batches_per_epoch = 10;
  CHECK(warmup_iterations(options, {}) == 100);
  options.longest_warmup = 0.2;
  CHECK(warmup_iterations(options, {}) == 24);
  options.epochs = 300;
  CHECK(warmup_iterations(options, {}) == 100);
}

TEST_CASE("run folders are made by one program alone") {
  TemporaryFolder folder;
  std::set<std::string> made;
  for (int i = 0; i < 4; ++i) made.insert(apps::make_run_folder(folder / "runs", "exp", false));
  CHECK(made.size() == 4);
  CHECK(made.contains(folder / "runs/exp4"));
  CHECK(apps::make_run_folder(folder / "runs", "exp", true) == folder / "runs/exp");
}

TEST_CASE(
    "a run: validation without objects, few boxes, resumed to the default epochs; results that share a "
    "name") {
  TemporaryFolder folder;
  const std::string program = TENGEN_DETECT_PROGRAM, run = " --project '" + folder / "runs" + "'";
  add_image(folder, "set/images/train/a.png");
  add_image(folder, "set/images/val/b.png");
  folder.write("set/labels/train/a.txt", "0 0.5 0.5 0.02 0.02\n");
  folder.write("data.yaml",
               "path: " + (folder / "set") + "\ntrain: images/train\nval: images/val\nnames: [square]\n");
  folder.write("hyp.yaml", "anchors: 3\ncopy_paste: 0.1\n");
  const Outcome trained = run_program(program + " train --data '" + folder / "data.yaml" +
                                      "' --cfg yolov5p --img 64 --batch-size 2 --epochs 1 --noplots --hyp '" +
                                      folder / "hyp.yaml" + "' --name t" + run);
  CHECK(trained.status == 0);
  CHECK(contains(trained.text, "do not give 9 anchors; these are kept"));
  CHECK(contains(trained.text, "has no effect on boxes"));
  CHECK(contains(trained.text, "Warm-up: 0 of 1 batches"));
  // 100 is the default, and was not taken for a wish. The time limit is reached first.
  const Outcome resumed =
      run_program("timeout -s INT 3 " + program + " train --resume '" + folder / "runs/t" + "' --epochs 100");
  CHECK_FALSE(contains(resumed.text, "is finished"));

  for (const char* name : {"photos/a/1.png", "photos/b/1.png", "photos/x.png", "photos/x.jpg"})
    add_image(folder, name);
  folder.write("list.txt", "photos/x.png\nphotos/absent.png\n");
  const std::string detect = program + " detect --weights '" + folder / "runs/t/weights/best.safetensors" +
                             "' --img 32 --conf-thres 0 --max-det 1 --save-txt --save-crop" + run;
  CHECK(run_program(detect + " --name d --source '" + folder / "photos" + "'").status == 0);
  for (const char* name : {"a/1.png", "b/1.png", "x.png", "x.jpg", "labels/a/1.txt", "labels/b/1.txt",
                           "labels/x.png.txt", "labels/x.jpg.txt"})
    CHECK(fs::exists(folder / ("runs/d/" + std::string(name))));
  const Outcome listed = run_program(detect + " --name l --source '" + folder / "list.txt" + "'");
  CHECK(listed.status == 1);
  CHECK(contains(listed.text, "1 of 2 images are not there"));
  CHECK(fs::exists(folder / "runs/l/x.png"));
  CHECK(contains(run_program(detect + " --source http://example.com/a.jpg").text, "nothing is downloaded"));
}

TEST_CASE("flags of YOLOv5: layers frozen, all objects one class; those that do not exist here say why") {
  TemporaryFolder folder;
  const std::string program = TENGEN_DETECT_PROGRAM, run = " --project '" + folder / "runs" + "'";
  add_image(folder, "set/images/train/a.png");
  add_image(folder, "set/images/train/b.png");
  folder.write("set/labels/train/a.txt", "0 0.5 0.5 0.4 0.4\n1 0.3 0.3 0.4 0.4\n");
  folder.write("data.yaml", "path: " + (folder / "set") +
                                "\ntrain: images/train\nval: images/train\nnames: [square, disc]\n");
  const std::string train = program + " train --data '" + folder / "data.yaml" +
                            "' --cfg yolov5p --img 32 --epochs 1 --noplots --noautoanchor --name t" + run;
  const Outcome trained = run_program(train + " --single-cls --freeze 2");
  CHECK(trained.status == 0);
  CHECK(contains(trained.text, "1 classes"));
  CHECK(contains(trained.text, "Frozen: 6 parameter tensors"));
  const std::string val = program + " val --data '" + folder / "data.yaml" + "' --img 32 --weights '" +
                          folder / "runs/t/weights/best.safetensors" + "' --exist-ok --name v" + run;
  CHECK(contains(run_program(val).text, "knows 1 classes"));
  add_image(folder, "set/images/train/b.jpg");
  CHECK(run_program(val + " --single-cls --save-json --save-txt --conf-thres 0 --max-det 2").status == 0);
  const std::string json = folder.read("runs/v/best_predictions.json");
  CHECK(json.starts_with("[{\"image_id\": \"a\", \"category_id\": 0, \"bbox\": ["));
  CHECK(contains(json, "\"b.jpg\""));
  CHECK(contains(json, "\"score\": 0."));
  CHECK(json.ends_with("}]\n"));
  for (const char* name : {"a.txt", "b.png.txt", "b.jpg.txt"})
    CHECK(fs::exists(folder / ("runs/v/labels/" + std::string(name))));
  const Outcome refused = run_program(train + " --evolve 300");
  CHECK(refused.status == 2);
  CHECK(contains(refused.text, "--evolve of YOLOv5 does not exist here: hyper-parameters are not searched"));
  CHECK(run_program(val + " --half").status == 2);
}
