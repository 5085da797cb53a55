// Private: not installed; no public header includes it.
// Which streams use a block of pinned memory.
#pragma once

namespace tengen::cuda {

/// A copy from or to the pinned block that begins there has been asked of the current stream.
void note_pinned_use(const void* begin);

}  // namespace tengen::cuda
