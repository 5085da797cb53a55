#include <tengen/apps/detector/commands/check.h>

#include <algorithm>
#include <cstdio>

#include <tengen/apps/detector/data/dataset.h>
#include <tengen/apps/detector/model/anchors.h>

namespace tengen::detect {

bool run_check(const CheckCommand& command) {
  const DataConfig data = load_data_config(command.data);
  std::printf("%s: %d classes\n", command.data.c_str(), data.nc());
  bool sound = true;
  const std::pair<const char*, const std::vector<std::string>*> splits[] = {
      {"train", &data.train}, {"val", &data.val}, {"test", &data.test}};
  for (const auto& [name, sources] : splits) {
    if (sources->empty()) continue;
    const Scan scan = scan_dataset(*sources, data.nc(), false, name);
    for (const Problem& p : scan.problems) {
      std::printf("%s%s: %s\n", p.file.c_str(), p.line ? (":" + std::to_string(p.line)).c_str() : "",
                  p.what.c_str());
      sound = false;
    }
    std::printf("%s: %s, %zu problems\n", name, scan.summary().c_str(), scan.problems.size());
    const auto counts = scan.class_counts(data.nc());
    for (size_t cls = 0; cls < counts.size(); ++cls)
      std::printf("  %-24s %lld\n", data.names[cls].c_str(), static_cast<long long>(counts[cls]));

    std::vector<Extent> boxes;
    for (const Entry& entry : scan.entries) {
      const Size size = training_size(entry.size, command.image_size);
      for (const Label& l : entry.labels)
        boxes.push_back({l.w * static_cast<float>(size.width), l.h * static_cast<float>(size.height)});
    }
    if (!boxes.empty())
      std::printf("  anchors at %d px: %s\n", command.image_size,
                  describe(anchor_fit(boxes, default_anchors(), 4.0)).c_str());
  }
  return sound;
}

}  // namespace tengen::detect
