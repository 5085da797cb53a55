// Datasets: yaml files, label files, the checks, and samples that depend on nothing but seed, epoch and
// index.
#include <thread>

#include <tengen/apps/detector/data/dataset.h>
#include <tengen/tests/temporary.h>

#include "golden.h"

using namespace tengen::detect;

namespace {

/// A small set: `count` images, image i with i % 3 + 1 labels.
void write_set(const TemporaryFolder& folder, const std::string& split, int count) {
  Random random(11);
  for (int i = 0; i < count; ++i) {
    Image image(60 + 4 * i, 90);
    for (uint8_t& p : image.pixels) p = uint8_t(random.below(256));
    const std::string name = split + "/" + std::to_string(i);
    std::string labels;
    for (int k = 0; k <= i % 3; ++k)
      labels += std::to_string(k) + " 0.5 0." + std::to_string(3 + k) + " 0.4 0.3\n";
    folder.write("labels/" + name + ".txt", labels);
    folder.write("images/" + name + ".png", "");
    save_image(folder / ("images/" + name + ".png"), image);
  }
}

std::string yaml(const std::string& rest) { return "path: .\ntrain: images/train\nval: images/val\n" + rest; }

}  // namespace

TEST_CASE("data.yaml: names as list and map, paths beside the yaml") {
  TemporaryFolder folder;
  write_set(folder, "train", 1);
  write_set(folder, "val", 2);
  const auto list = load_data_config(folder.write("a.yaml", yaml("nc: 2\nnames: [cat, dog]\n")));
  CHECK(list.names == std::vector<std::string>{"cat", "dog"});
  CHECK(list_images(list.val).size() == 2);
  const auto map = load_data_config(folder.write("b.yaml", yaml("names:\n  1: dog\n  0: cat\n")));
  CHECK(map.names == list.names);
  CHECK(load_data_config(folder.write("c.yaml", yaml("nc: 2\n"))).names[1] == "class1");
  // A list file, whose lines are relative to its own folder, and several sources.
  folder.write("train.txt", "./images/train/0.png\nimages/val/1.png\r\n\n");
  const auto files = load_data_config(
      folder.write("d.yaml", "train: train.txt\nval:\n  - images/val\n  - images/train\nnames: [a, b, c]\n"));
  CHECK(list_images(files.train).size() == 2);
  CHECK(list_images(files.val).size() == 3);
  CHECK(list_images({folder / "images/*/1.png"}).size() == 1);
}

TEST_CASE("data.yaml: mistakes are named with file and line") {
  TemporaryFolder folder;
  write_set(folder, "train", 1);
  write_set(folder, "val", 1);
  auto message = [&](const std::string& text) {
    const std::string path = folder.write("x.yaml", text);
    const std::string what = error_of([&] { load_data_config(path); });
    CHECK(contains(what, path));
    return what;
  };
  CHECK(contains(message(yaml("nc: 3\nnames: [a, b]\n")), "x.yaml:4: nc is 3 but there are 2 names"));
  CHECK(contains(message(yaml("names:\n  0: a\n  2: b\n")), "x.yaml:6: class ids in 'names' must be 0 to 1"));
  CHECK(contains(message(yaml("")), "neither 'names' nor 'nc'"));
  CHECK(contains(message("val: images/val\nnames: [a]\n"), "has no key 'train'"));
  const std::string missing = message("train: images/nothing\nval: images/val\nnames: [a]\n");
  CHECK(contains(missing, "x.yaml:1: 'train' does not exist: tried "));
  CHECK(contains(missing, folder / "images/nothing"));
  CHECK(contains(message("train: [images\nnames: [a]\n"), "x.yaml:2"));
  CHECK(contains(message("just text\n"), "key: value"));
  CHECK(contains(message(yaml("nc: many\nnames: [a]\n")), "whole number"));
  CHECK(contains(error_of([&] { load_data_config(folder / "absent.yaml"); }), "cannot open"));
  CHECK(load_data_config(folder.write("y.yaml", "names: [a]\n"), false).nc() == 1);
}

TEST_CASE("labels: path rule") {
  CHECK(label_path("/a/images/b/images/c/d.jpg") == "/a/images/b/labels/c/d.txt");
  CHECK(label_path("/a/photos/d.x.png") == "/a/photos/d.x.txt");
  CHECK(contains(label_path("images/d.png"), "labels/d.txt"));
}

TEST_CASE("labels: good lines, polygons, duplicates") {
  TemporaryFolder folder;
  std::vector<Problem> problems;
  const auto labels = read_labels(
      folder.write(
          "a.txt",
          "0 0.5 0.5 0.2 0.4\r\n\n  2\t1 1 0.01 1e-1\n0 0.5 0.5 0.20 0.40\n1 0.1 0.2 0.5 0.2 0.5 0.6\n"),
      problems);
  REQUIRE(labels.size() == 3);
  CHECK(labels[1] == Label{2, 1, 1, 0.01f, 0.1f});
  CHECK(labels[2].x == doctest::Approx(0.3));
  CHECK(labels[2].h == doctest::Approx(0.4));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].line == 4);
  CHECK(contains(problems[0].what, "duplicate"));
}

TEST_CASE("labels: bad lines are refused with file and line") {
  TemporaryFolder folder;
  auto message = [&](const std::string& line) {
    const std::string path = folder.write("a.txt", "0 0.5 0.5 0.2 0.4\n" + line + "\n");
    std::vector<Problem> problems;
    const std::string what = error_of([&] { read_labels(path, problems); });
    CHECK(contains(what, path + ":2: "));
    return what;
  };
  CHECK(contains(message("0 0.5 0.5 0.2"), "5 columns"));
  CHECK(contains(message("0 0.5 0.5 0.2 0.4 0.9"), "5 columns (class x y w h), but got 6"));
  CHECK(contains(message("0 0.5 1.5 0.2 0.4"), "outside of [0,1]"));
  CHECK(contains(message("0 -0.5 0.5 0.2 0.4"), "negative"));
  CHECK(contains(message("-1 0.5 0.5 0.2 0.4"), "negative"));
  CHECK(contains(message("0.5 0.5 0.5 0.2 0.4"), "not a whole number"));
  CHECK(contains(message("cat 0.5 0.5 0.2 0.4"), "'cat' is not a number"));
  CHECK(contains(message("0 nan 0.5 0.2 0.4"), "'nan' is not a number"));
  CHECK(contains(message("0 0,5 0.5 0.2 0.4"), "'0,5' is not a number"));
}

TEST_CASE("scan: bad images and labels are counted and left out, the rest stays") {
  TemporaryFolder folder;
  write_set(folder, "train", 5);
  std::filesystem::remove(folder / "labels/train/0.txt");   // background
  folder.write("labels/train/1.txt", "\n");                 // background
  folder.write("labels/train/2.txt", "0 0.5 0.5 7 0.4\n");  // coordinate out of range
  const std::string png = folder.read("images/train/3.png");
  folder.write("images/train/3.png", png.substr(0, png.size() - 40));  // cut short
  save_image(folder / "images/train/tiny.png", Image(4, 4));
  folder.write("images/train/notes.md", "not an image");
  const Scan scan = scan_dataset({folder / "images/train"}, 3, true);
  CHECK(scan.entries.size() == 3);
  CHECK(scan.missing == 1);
  CHECK(scan.empty == 1);
  CHECK(scan.corrupt == 3);
  CHECK(scan.summary() == "3 images, 2 backgrounds, 3 corrupt");
  REQUIRE(scan.problems.size() == 3);
  CHECK(contains(scan.problems[0].what, "labels/train/2.txt:1: coordinate 7"));
  CHECK(contains(scan.problems[1].what, "truncated PNG"));
  CHECK(contains(scan.problems[2].what, "below 10 pixels"));
  CHECK(scan.class_counts(3) == std::vector<int64_t>{1, 1, 0});

  CHECK(contains(error_of([&] { scan_dataset({folder / "images/train"}, 1, true, "train"); }),
                 "4.txt:2: class 1 is out of range: the dataset has 1 classes, 0 to 0"));
  folder.write("list.txt", "./images/train/4.png\n./images/train/absent.png\n");
  const Scan listed = scan_dataset({folder / "list.txt"}, 3, true);
  CHECK(listed.entries.size() == 1);
  CHECK(contains(listed.problems.at(0).what, "absent.png"));
}

TEST_CASE("scan: an empty dataset is an error that says where it looked") {
  TemporaryFolder folder;
  write_set(folder, "train", 2);
  folder.write("empty/readme.txt", "");
  CHECK(contains(error_of([&] { scan_dataset({folder / "empty"}, 3, true, "val"); }),
                 "val: no JPEG, PNG or BMP"));
  CHECK(contains(error_of([&] { scan_dataset({folder / "absent"}, 3, true); }), "no such file or folder"));
  std::filesystem::remove_all(folder / "labels");
  const std::string what = error_of([&] { scan_dataset({folder / "images/train"}, 3, true); });
  CHECK(contains(what, "no labels for 2 images"));
  CHECK(contains(what, "labels/train/0.txt"));
  CHECK(scan_dataset({folder / "images/train"}, 3, false).missing == 2);
}

TEST_CASE("train set: samples depend on seed, epoch and index only") {
  TemporaryFolder folder;
  write_set(folder, "train", 5);
  const Scan scan = scan_dataset({folder / "images/train"}, 3, true);
  Hyp hyp;
  hyp.mixup = 0.5;
  hyp.mosaic = 0.7;
  hyp.degrees = 10;
  hyp.flipud = 0.5;
  const TrainSet cached(scan, 64, hyp, 3, Cache::ram), uncached(scan, 64, hyp, 3, Cache::none);
  std::vector<TrainSet::Item> parallel(20);
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 19 - t; i >= 0; i -= 2) parallel[size_t(i)] = cached.sample(i % 5, i / 5);
    });
  }
  for (std::thread& t : threads) t.join();
  for (int i = 0; i < 20; ++i) {
    const TrainSet::Item item = uncached.sample(i % 5, i / 5);
    CHECK(item.image.pixels == parallel[size_t(i)].image.pixels);
    CHECK(item.labels == parallel[size_t(i)].labels);
    CHECK(item.image.size() == Size{64, 64});
    for (const Label& l : item.labels) {
      CHECK(l.x - l.w / 2 >= -1e-6);
      CHECK(l.y + l.h / 2 <= 1 + 1e-6);
      CHECK(l.w > 0);
    }
  }
  CHECK(cached.sample(0, 0).image.pixels != cached.sample(0, 1).image.pixels);
  CHECK(TrainSet(scan, 64, hyp, 4).sample(0, 0).image.pixels != cached.sample(0, 0).image.pixels);
  auto order = cached.order(2);
  CHECK(order == uncached.order(2));
  std::sort(order.begin(), order.end());
  CHECK(order == std::vector<int64_t>{0, 1, 2, 3, 4});
  CHECK_THROWS_AS(cached.sample(5, 0), tengen::Error);
}

TEST_CASE("train set: without augmentation the boxes stay on their objects") {
  TemporaryFolder folder;
  Image image(100, 200, 30);
  for (int y = 40; y < 80; ++y) std::fill(image.row(y) + 3 * 100, image.row(y) + 3 * 150, uint8_t(250));
  folder.write("images/a.png", "");
  save_image(folder / "images/a.png", image);
  folder.write("labels/a.txt", "0 0.625 0.6 0.25 0.4\n");
  Hyp hyp;
  hyp.hsv_h = hyp.hsv_s = hyp.hsv_v = hyp.fliplr = hyp.translate = hyp.scale = hyp.mosaic = 0;
  auto bright_box = [](const Image& im) {
    int x1 = im.width, y1 = im.height, x2 = 0, y2 = 0;
    for (int y = 0; y < im.height; ++y) {
      for (int x = 0; x < im.width; ++x) {
        if (im.row(y)[3 * x] < 200) continue;
        x1 = std::min(x1, x), x2 = std::max(x2, x + 1), y1 = std::min(y1, y), y2 = std::max(y2, y + 1);
      }
    }
    return Box{float(x1), float(y1), float(x2), float(y2)};
  };
  auto agree = [&](const TrainSet& set, int64_t epoch) {
    const auto item = set.sample(0, epoch);
    REQUIRE(item.labels.size() >= 1);
    return iou(bright_box(item.image), to_corners(item.labels[0], 128, 128));
  };
  const Scan scan = scan_dataset({folder / "images"}, 1, true);
  CHECK(agree(TrainSet(scan, 128, hyp, 0), 0) > 0.95);
  hyp.fliplr = hyp.flipud = 1;
  CHECK(agree(TrainSet(scan, 128, hyp, 0), 0) > 0.95);
  hyp.translate = 0.1, hyp.scale = 0.3;
  for (int epoch = 0; epoch < 8; ++epoch) CHECK(agree(TrainSet(scan, 128, hyp, 0), epoch) > 0.9);

  const ValSet val(scan, 128, 1, true);
  const auto item = val.sample(0);
  CHECK(item.image.size() == Size{96, 160});  // half a stride to spare on each axis
  CHECK(iou(bright_box(item.image), to_corners(item.labels[0], 160, 96)) > 0.95);
  CHECK(iou(unletterbox(bright_box(item.image), item.fit, {100, 200}), item.boxes[0].box) > 0.95);
}

TEST_CASE("val set: square and rectangular batches cover every image once") {
  TemporaryFolder folder;
  write_set(folder, "val", 7);
  const Scan scan = scan_dataset({folder / "images/val"}, 3, true);
  for (bool rect : {false, true}) {
    const ValSet set(scan, 64, 3, rect);
    REQUIRE(set.batches() == 3);
    std::vector<std::string> seen;
    for (int64_t b = 0; b < set.batches(); ++b) {
      const auto [first, last] = set.batch_range(b);
      for (int64_t i = first; i < last; ++i) {
        CHECK(set.sample(i).image.size() == set.batch_shape(b));
        CHECK(set.sample(i).boxes.size() == set.entry(i).labels.size());
        seen.push_back(set.entry(i).image);
      }
    }
    std::sort(seen.begin(), seen.end());
    CHECK(std::unique(seen.begin(), seen.end()) == seen.end());
    CHECK(seen.size() == 7);
  }
}

TEST_CASE("hyp: yaml round trip, unknown keys and wrong values") {
  TemporaryFolder folder;
  Hyp hyp;
  hyp.lr0 = 0.0123;
  hyp.mosaic = 0.25;
  save_hyp(folder / "hyp.yaml", hyp);
  CHECK(load_hyp(folder / "hyp.yaml").lr0 == 0.0123);
  CHECK(to_yaml(load_hyp(folder / "hyp.yaml")) == to_yaml(hyp));
  CHECK(load_hyp(folder.write("part.yaml", "lr0: 0.5  # only this\n")).momentum == 0.937);
  CHECK(contains(error_of([&] { load_hyp(folder.write("a.yaml", "lr0: 0.1\nlearning: 3\n")); }),
                 "a.yaml:2: unknown hyper-parameter 'learning'"));
  CHECK(contains(error_of([&] { load_hyp(folder.write("b.yaml", "lr0: fast\n")); }),
                 "b.yaml:1: 'lr0' must be a number"));
  CHECK(contains(error_of([&] { load_hyp(folder / "absent.yaml"); }), "cannot open"));
}

TEST_CASE("BCCD loads: counts of images and classes") {
  const char* variable = std::getenv("TENGEN_DATA");
  std::string root = variable ? variable : "";
#ifdef TENGEN_DATA_DIR
  if (!variable) root = TENGEN_DATA_DIR;
#endif
  const std::string path = root + "/bccd/bccd.yaml";
  if (!std::filesystem::exists(path)) {
    MESSAGE("skipped: no BCCD on this machine (set TENGEN_DATA to the folder with bccd/)");
    return;
  }
  const DataConfig config = load_data_config(path);
  CHECK(config.names == std::vector<std::string>{"RBC", "WBC", "Platelets"});
  const Scan train = scan_dataset(config.train, 3, true), val = scan_dataset(config.val, 3, true),
             test = scan_dataset(config.test, 3, true);
  CHECK(train.entries.size() == 205);
  CHECK(val.entries.size() == 87);
  CHECK(test.entries.size() == 72);
  CHECK(train.class_counts(3) == std::vector<int64_t>{2381, 214, 209});
  CHECK(val.class_counts(3) == std::vector<int64_t>{967, 87, 83});
  CHECK(test.class_counts(3) == std::vector<int64_t>{805, 71, 69});
  CHECK(train.problems.empty());
  CHECK(train.corrupt == 0);
  const TrainSet set(train, 320, Hyp{}, 0);
  CHECK(set.sample(17, 0).labels.size() > 3);
  const ValSet rect(val, 320, 32, true);
  CHECK(rect.batch_shape(0) == Size{256, 352});
  CHECK(rect.sample(5).fit.ratio_w == doctest::Approx(0.5));
}
