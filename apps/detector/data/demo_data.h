// A dataset drawn by the program itself: colored shapes on noisy, textured backgrounds.
#pragma once

#include <cstdint>
#include <string>

namespace tengen::detect {

/// Writes images/{train,val}, labels/{train,val} and data.yaml under `folder`; returns the yaml's path.
/// Classes: circle, square, triangle, star. The same seed gives the same files.
std::string make_demo_dataset(const std::string& folder, int train_count, int val_count, uint64_t seed,
                              int image_size = 320);

}  // namespace tengen::detect
