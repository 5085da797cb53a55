// Labels, lists and yaml files that are made to do harm: nothing blocks, nothing takes long, and a mark
// before the text is no part of it.
#include <sys/stat.h>

#include <chrono>

#include <doctest/doctest.h>

#include <tengen/apps/common/number.h>
#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/data/dataset.h>
#include <tengen/apps/detector/data/hyp.h>
#include <tengen/apps/detector/model/model_config.h>
#include <tengen/apps/detector/train/train.h>
#include <tengen/tests/temporary.h>

using namespace tengen::detect;

namespace {

std::vector<Label> labels_in(const std::string& path) {
  std::vector<Problem> problems;
  return read_labels(path, problems);
}

}  // namespace

TEST_CASE("a byte-order mark is read over") {
  TemporaryFolder folder;
  const std::string mark = "\xef\xbb\xbf";
  const auto labels = labels_in(folder.write("a.txt", mark + "0 0.5 0.5 0.2 0.4\r\n"));
  REQUIRE(labels.size() == 1);
  CHECK(labels[0].cls == 0);
  CHECK(load_hyp(folder.write("hyp.yaml", mark + "lr0: 0.5\n")).lr0 == 0.5);
  CHECK(load_data_config(folder.write("data.yaml", mark + "names: [a, b]\n"), false).nc() == 2);
  folder.write("images/a.png", "");
  CHECK(list_images({folder.write("list.txt", mark + "images/a.png\n")}) ==
        std::vector<std::string>{folder / "images/a.png"});
}

TEST_CASE("labels: time grows with the number of lines, not with its square") {
  TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "0 0.5 0.5 0.2 0." + std::to_string(100'000 + i) + "\n";
  const std::string path = folder.write("a.txt", text + "0 0.5 0.5 0.2 0.100000\n");
  const auto start = std::chrono::steady_clock::now();
  std::vector<Problem> problems;
  CHECK(read_labels(path, problems).size() == 100'000);
  CHECK(problems.size() == 1);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));  // the square took a minute
}

TEST_CASE("labels: what a terminal would obey is shown as numbers") {
  TemporaryFolder folder;
  const std::string path = folder.write("a.txt",
                                        "\xff\xfa"
                                        "0\x1b[31m 0\n");
  CHECK(contains(error_of([&] { labels_in(path); }), "a.txt:1: '\\xff\\xfa0\\x1b[31m' is not a number"));
  const std::string longer = folder.write("b.txt", std::string(100'000, 'x') + "\n");
  CHECK(error_of([&] { labels_in(longer); }).size() < 500);
}

TEST_CASE("a pipe in the place of a file does not block") {
  TemporaryFolder folder;
  const std::string pipe = folder / "pipe.txt";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto refused = [&](const std::string& message) {
    CHECK(contains(message, pipe + " is not a regular file"));
  };
  refused(error_of([&] { labels_in(pipe); }));
  refused(error_of([&] { load_image(pipe); }));
  refused(error_of([&] { image_size(pipe); }));
  refused(error_of([&] { load_hyp(pipe); }));
  refused(error_of([&] { load_data_config(pipe); }));
  refused(error_of([&] { ModelConfig::load(pipe); }));
  refused(error_of([&] { TrainCommand::from_yaml(pipe); }));
  refused(error_of([&] { list_images({pipe}); }));
}

TEST_CASE("yaml: aliases and sizes are bounded") {
  TemporaryFolder folder;
  std::string doubling = "a0: &a0 [1, 1]\n";  // 2^41 values
  for (int i = 1; i <= 40; ++i)
    doubling += tengen::apps::format("a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
  std::string repeated = "x: &x [0";
  for (int i = 0; i < 20'000; ++i) repeated += ",1";
  repeated += "]\nanchors: [0";
  for (int i = 0; i < 20'000; ++i) repeated += ",*x";
  repeated += "]\n";
  for (const std::string& text : {doubling, repeated, std::string("a: &a [*a]\n")}) {
    const std::string path = folder.write("a.yaml", text);
    for (const std::string& message :
         {error_of([&] { load_data_config(path); }), error_of([&] { load_hyp(path); }),
          error_of([&] { ModelConfig::load(path); }), error_of([&] { TrainCommand::from_yaml(path); })})
      CHECK(contains(message, path + ":"));
  }
  CHECK(contains(error_of([&] { load_hyp(folder.write("b.yaml", doubling)); }),
                 "when all aliases (*name) are followed"));
  const std::string large = folder.write("c.yaml", "lr0: 1 #" + std::string(2 << 20, 'x'));
  CHECK(contains(error_of([&] { load_hyp(large); }), large + " has 2097160 bytes, more than the 1048576"));
}

TEST_CASE("yaml: numbers are finite and within bounds") {
  TemporaryFolder folder;
  const auto data = [&](const std::string& text) {
    return error_of([&] { load_data_config(folder.write("data.yaml", text), false); });
  };
  for (const char* nc : {"2000000000", "3573571", "-1", "1e3", "99999999999999999999", "many", "[1]"})
    CHECK(contains(data("train: .\nnc: " + std::string(nc) + "\n"),
                   "data.yaml:2: 'nc' must be a whole number from 0 to 10000"));
  CHECK(contains(data("nc: 0\n"), "names no class"));
  for (const char* value : {".nan", ".inf", "-1e39", "1e400"})
    CHECK(contains(error_of([&] { load_hyp(folder.write("hyp.yaml", "lr0: " + std::string(value) + "\n")); }),
                   "hyp.yaml:1: 'lr0' must be a number from -3e+38 to 3e+38"));
}

TEST_CASE("numbers of metadata: the whole text or nothing") {
  using tengen::apps::parse_number;
  CHECK(parse_number<int64_t>("-12") == -12);
  CHECK(parse_number<double>("0.25", 0.0, 1.0) == 0.25);
  for (const char* text : {"", " 1", "1 ", "+1", "1x", "0x10", "11", "-1", "99999999999999999999"})
    CHECK(!parse_number<int64_t>(text, 0, 10));
  for (const char* text : {"nan", "inf", "-inf", "1e400", "1.5"})
    CHECK(!parse_number<double>(text, 0.0, 1.0));
}

TEST_CASE("hyper-parameters come back from their file to the last bit") {
  TemporaryFolder folder;
  Hyp hyp;
  hyp.lr0 = 0.1 + 0.2;
  hyp.weight_decay = 1.0 / 3e5;
  hyp.degrees = 123456789.0;
  save_hyp(folder / "hyp.yaml", hyp);
  const Hyp read = load_hyp(folder / "hyp.yaml");
  CHECK(read.lr0 == hyp.lr0);
  CHECK(read.weight_decay == hyp.weight_decay);
  CHECK(read.degrees == hyp.degrees);
  CHECK(contains(folder.read("hyp.yaml"), "\nmomentum: 0.937\n"));
}

TEST_CASE("names that the system refuses do not exist") {
  TemporaryFolder folder;
  const std::string name(300, 'j');  // Linux takes 255 bytes
  const std::string yaml = folder.write("data.yaml", "train: " + name + "\nval: " + name + "\nnames: [a]\n");
  CHECK(contains(error_of([&] { load_data_config(yaml, true); }), "'train' does not exist"));
  CHECK(contains(error_of([&] { list_images({name}); }), "no such file or folder"));
  CHECK(list_images({folder.write("list.txt", name + ".png\n")}).size() == 1);
  CHECK(contains(error_of([&] { ModelConfig::load(name); }), name));
}

TEST_CASE("a link to the folder above it ends in a sentence") {
  TemporaryFolder folder;
  folder.write("images/a.png", "");
  std::filesystem::create_directory_symlink(folder / "images", folder / "images/again");
  CHECK(contains(error_of([&] { list_images({folder / "images"}); }), "data: " + (folder / "images")));
}
