#include <tengen/apps/detector/eval/detect.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>

#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/data/dataset.h>
#include <tengen/apps/detector/data/letterbox.h>
#include <tengen/apps/detector/eval/draw.h>
#include <tengen/apps/detector/eval/result_paths.h>
#include <tengen/apps/detector/model/weights.h>

namespace tengen::detect {
namespace fs = std::filesystem;

namespace {

// "3 RBC, 1 WBC"
std::string count_by_name(const std::vector<Detection>& found, const std::vector<std::string>& names) {
  std::map<int, int> counts;
  for (const Detection& d : found) ++counts[d.cls];
  std::string text;
  for (const auto& [cls, count] : counts) {
    if (!text.empty()) text += ", ";
    text += std::to_string(count) + " " + names[size_t(cls)];
  }
  return text.empty() ? "(no detections)" : text;
}

// A class name as the name of a folder: a weights file may call its classes anything, "../.." too.
std::string folder_of(const std::string& name) {
  std::string folder = name;
  for (char& c : folder)
    if (c == '/' || static_cast<unsigned char>(c) < ' ') c = '_';
  if (folder.empty() || folder[0] == '.') folder.insert(0, "_");
  return folder.substr(0, 100);
}

void save_crops(const fs::path& folder, const Image& image, const std::string& stem,
                const std::vector<Detection>& found, const std::vector<std::string>& names) {
  int number = 0;
  for (const Detection& d : found) {
    const int x1 = std::clamp(int(d.box.x1), 0, image.width), y1 = std::clamp(int(d.box.y1), 0, image.height);
    const int x2 = std::clamp(int(d.box.x2 + 0.5f), x1, image.width),
              y2 = std::clamp(int(d.box.y2 + 0.5f), y1, image.height);
    if (x2 == x1 || y2 == y1) continue;
    Image crop(y2 - y1, x2 - x1);
    for (int y = y1; y < y2; ++y) std::copy(image.row(y) + 3 * x1, image.row(y) + 3 * x2, crop.row(y - y1));
    const fs::path target =
        folder / folder_of(names[size_t(d.cls)]) / (stem + "_" + std::to_string(number++) + ".jpg");
    make_folders(target.parent_path());
    save_image(target.string(), crop);
  }
}

/// With an ending that images are written with.
fs::path drawn_path(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png" ? path : fs::path(path.string() + ".jpg");
}

}  // namespace

std::vector<Detection> find_objects(DetectionModel& model, const Image& image, Size size,
                                    const NmsOptions& options, bool augment) {
  NoGradGuard guard;
  LetterboxOptions fitting;
  fitting.shape = size;
  fitting.auto_shape = true;
  fitting.stride = int(model->max_stride());
  const LetterboxedImage fitted = letterbox(image, fitting);
  const Tensor pixels = empty({1, 3, fitted.image.height, fitted.image.width}, kFloat);
  to_chw(fitted.image, pixels.data_ptr<float>());
  const Tensor x = pixels.to(model->device());
  const Tensor rows = (augment ? model->forward_augmented(x) : model->forward(x).decoded).cpu().contiguous();
  auto found =
      non_max_suppression({rows.data_ptr<float>(), size_t(rows.numel())}, int(model->config.nc), options);
  for (Detection& d : found) d.box = unletterbox(d.box, fitted.image.size(), image.size());
  return found;
}

void run_detect(const DetectCommand& command) {
  const Device device = parse_device(command.device);
  LoadedModel loaded = load_model(command.weights);
  const auto stride = int(loaded.model->max_stride());
  const Size size{checked_image_size(command.size.height, stride),
                  checked_image_size(command.size.width, stride)};
  for (int cls : command.nms.classes)
    TENGEN_CHECK(cls >= 0 && cls < loaded.model->config.nc, "--classes: ", cls, " is not a class of ",
                 command.weights, " (0 to ", loaded.model->config.nc - 1, ")");
  const std::vector<std::string> images = list_images({command.source});
  TENGEN_CHECK(!images.empty(), "--source ", command.source, ": no image found");
  const fs::path folder = make_run_folder(command.project, command.name, command.exist_ok);
  if (command.save_txt) make_folders(folder / "labels");
  loaded.model->to(device);
  loaded.model->eval();
  loaded.model->fuse();

  const std::vector<fs::path> results = result_paths(images, command.source);
  const ResultStems stems(results);
  double total_ms = 0;
  size_t number = 0, unreadable = 0, absent = 0;
  for (const std::string& path : images) {
    ++number;
    Image image;
    try {
      image = load_image(path);
    } catch (const std::exception& e) {
      std::fprintf(stderr, "tengen-detect: warning: %s\n", e.what());
      ++unreadable;
      absent += !path_exists(path);
      continue;
    }
    const auto start = std::chrono::steady_clock::now();
    const auto found = find_objects(loaded.model, image, size, command.nms, command.augment);
    const double ms = 1000 * seconds_since(start);
    total_ms += ms;
    std::printf("image %zu/%zu %s: %dx%d %s, %.1fms\n", number, images.size(), path.c_str(), image.height,
                image.width, count_by_name(found, loaded.names).c_str(), ms);
    const fs::path& result = results[number - 1];
    const std::string stem = stems.of(result);
    if (command.save_txt) {
      std::string text;
      for (const Detection& d : found) {
        const Label l = to_label({d.cls, d.box}, float(image.width), float(image.height));
        text += format("%d %.6g %.6g %.6g %.6g", l.cls, l.x, l.y, l.w, l.h);
        text += command.save_conf ? format(" %.6g\n", d.score) : "\n";
      }
      const fs::path file = folder / "labels" / (stem + ".txt");
      make_folders(file.parent_path());
      if (!text.empty()) write_text(file.string(), text);
    }
    if (command.save_crop) save_crops(folder / "crops", image, stem, found, loaded.names);
    if (!command.no_save) {
      ScaledImage drawn = scaled(image, found, drawing_scale(image.size()));
      draw_detections(drawn.image, drawn.detections, loaded.names,
                      {!command.hide_labels, !command.hide_conf, command.line_thickness});
      const fs::path file = folder / drawn_path(result);
      make_folders(file.parent_path());
      save_image(file.string(), drawn.image);
    }
  }
  TENGEN_CHECK(unreadable < images.size(), "--source ", command.source, ": none of ", images.size(),
               " images can be read");
  std::printf("Speed: %.1f ms per image at up to %dx%d; results saved to %s\n",
              total_ms / double(images.size() - unreadable), size.height, size.width, folder.c_str());
  TENGEN_CHECK(absent == 0, absent, " of ", images.size(), " images are not there; the others are done");
}

}  // namespace tengen::detect
