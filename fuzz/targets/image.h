// What the targets of images share.
#pragma once

#include <tengen/apps/common/image.h>
#include <tengen/tensor/error.h>

#include "../target.h"

namespace tengen::fuzz {

inline void read_image(std::string_view bytes) {
  const std::string path = file_of(bytes, "image");
  apps::Size size;
  try {
    size = apps::image_size(path);
  } catch (const Error&) {
    apps::load_image(path);  // may still know better
    return;
  }
  const apps::Image image = apps::load_image(path);
  if (!(image.size() == size)) wrong("the header's size is not the image's");
}

/// A small image with a gradient, as a file with this ending holds it.
inline std::string image_file(int height, int width, const std::string& ending) {
  apps::Image image(height, width);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = uint8_t(i * 7);
  const std::string path = file_of("", "seed" + ending);
  apps::save_image(path, image);
  return contents(path);
}

}  // namespace tengen::fuzz
