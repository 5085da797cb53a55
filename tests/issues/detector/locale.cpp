// The files of a run hold the same numbers whatever locale the program has chosen.
#include <filesystem>
#include <optional>

#include <doctest/doctest.h>

#include <tengen/apps/detector/data/demo_data.h>
#include <tengen/apps/detector/train/train.h>

#include "../../foreign_locale.h"
#include "../../temporary.h"

using namespace tengen::detect;

TEST_CASE("locale: a detector's run") {
  const TemporaryFolder folder;
  TrainCommand command;
  command.cfg = "yolov5p";
  command.image_size = 64;
  command.batch_size = 4;
  command.epochs = 1;
  command.workers = 1;
  command.nominal_batch = 8;
  command.no_plots = true;
  command.data = make_demo_dataset(folder / "data", 8, 2, /*seed=*/1, /*image_size=*/64);
  std::string results[2], options[2];
  for (const bool foreign : {false, true}) {
    std::optional<ForeignLocale> locale;
    if (foreign) locale.emplace();
    command.project = folder / (foreign ? "foreign" : "usual");
    const std::filesystem::path run = run_train(command).folder;
    locale.reset();
    const std::string name = (foreign ? "foreign/" : "usual/") + run.filename().string();
    results[foreign] = folder.read(name + "/results.csv");
    options[foreign] = folder.read(name + "/opt.yaml");
  }
  CHECK(results[0].size() > 100);
  CHECK(results[1] == results[0]);
  for (size_t at; (at = options[1].find("foreign")) != std::string::npos;) options[1].replace(at, 7, "usual");
  CHECK(options[1] == options[0]);
}
