#include <tengen/apps/detector/train/run_files.h>

#include <array>
#include <filesystem>
#include <optional>
#include <sstream>

#include <tengen/apps/detector/data/common.h>
#include <tengen/tensor/error.h>

namespace tengen::detect {
namespace fs = std::filesystem;

namespace {

constexpr std::array kCsvColumns{"train/box_loss",
                                 "train/obj_loss",
                                 "train/cls_loss",
                                 "metrics/precision",
                                 "metrics/recall",
                                 "metrics/mAP_0.5",
                                 "metrics/mAP_0.5:0.95",
                                 "val/box_loss",
                                 "val/obj_loss",
                                 "val/cls_loss",
                                 "x/lr0",
                                 "x/lr1",
                                 "x/lr2"};

}  // namespace

std::string find_run(const std::string& resume, const std::string& project) {
  if (resume != "latest") {
    const fs::path given = resume;
    if (is_file(given)) return given.parent_path().parent_path().string();
    TENGEN_CHECK(is_file(given / "weights" / "last.safetensors"), "--resume ", resume,
                 ": neither a checkpoint nor a run folder with weights/last.safetensors");
    return resume;
  }
  std::optional<fs::path> newest;
  if (is_folder(project))
    for (const auto& run : fs::directory_iterator(project)) {
      const fs::path file = run.path() / "weights" / "last.safetensors";
      if (!is_file(file)) continue;
      if (!newest ||
          fs::last_write_time(file) > fs::last_write_time(*newest / "weights" / "last.safetensors"))
        newest = run.path();
    }
  TENGEN_CHECK(newest, "--resume: no run with weights/last.safetensors under ", project);
  return newest->string();
}

std::string csv_up_to(const std::string& path, int64_t epochs) {
  std::string text = format("%20s", "epoch");
  for (const char* column : kCsvColumns) text += format(",%20s", column);
  text += "\n";
  if (epochs == 0 || !path_exists(path)) return text;
  std::istringstream old(read_text(path));
  text.clear();
  std::string line;
  for (int64_t row = 0; row <= epochs && std::getline(old, line); ++row) text += line + "\n";
  return text;
}

}  // namespace tengen::detect
