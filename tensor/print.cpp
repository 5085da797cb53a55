// Text form of tensors and numbers, character for character LibTorch's.
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <span>

#include <tengen/tensor/raw.h>

namespace tengen::inline api {
namespace {

constexpr int64_t kLineWidth = 80;

// Leaves a stream's number format and locale as they were found; writes as in the "C" locale meanwhile.
class FormatGuard {
 public:
  explicit FormatGuard(std::ostream& out) : out_(out), saved_(nullptr) {
    saved_.copyfmt(out);
    out.imbue(std::locale::classic());
  }
  ~FormatGuard() { out_.copyfmt(saved_); }

 private:
  std::ostream& out_;
  std::ios saved_;
};

// Digits before the decimal point; 0 counts as one digit, 0.05 has -1.
double digits(double magnitude) { return magnitude == 0 ? 1 : std::floor(std::log10(magnitude)) + 1; }

struct Format {
  double scale = 1;  // what all numbers are divided by; printed in front when not 1
  int64_t width = 0;
};

// One format for a group of numbers: whole, fixed, fixed with a common factor, or scientific. Sets the stream
// to it.
Format choose_format(std::ostream& out, std::span<const double> values) {
  bool whole = true, any = false;
  double smallest = 0, largest = 0;
  for (double value : values) {
    if (!std::isfinite(value)) continue;
    const double magnitude = std::fabs(value);
    if (!any) smallest = largest = magnitude;
    any = true;
    whole &= value == std::ceil(value);
    smallest = std::min(smallest, magnitude);
    if (value > largest) largest = magnitude;  // LibTorch looks at positive numbers and the first one only
  }
  const double most = any ? digits(largest) : 1, least = any ? digits(smallest) : 1;

  const auto scientific = [&](int64_t width) {
    out << std::scientific << std::setprecision(4);
    return Format{1, width};
  };
  if (whole) {
    if (most > 9) return scientific(11);
    out << std::defaultfloat;
    return {1, int64_t(most) + 1};
  }
  if (most - least > 4) return scientific(std::fabs(most) > 99 || std::fabs(least) > 99 ? 12 : 11);
  out << std::fixed << std::setprecision(4);
  if (most > 5 || most < 0) return {std::pow(10, most - 1), 7};
  return {1, most == 0 ? 7 : int64_t(most) + 6};
}

void print_scale(std::ostream& out, double scale) {
  FormatGuard guard(out);
  out << std::defaultfloat << scale << " *\n";
}

// (rows, columns), in bands of as many columns as a line holds.
void print_matrix(std::ostream& out, const double* data, int64_t rows, int64_t columns, int64_t indent) {
  const std::string margin(size_t(indent), ' ');
  const Format format = choose_format(out, {data, size_t(rows * columns)});
  const int64_t per_line = (kLineWidth - indent) / (format.width + 1);
  out << margin;
  for (int64_t first = 0; first < columns; first += per_line) {
    const int64_t last = std::min(first + per_line, columns);
    if (per_line < columns) {
      if (first != 0) out << '\n';
      out << "Columns " << first + 1 << " to " << last << margin;
    }
    if (format.scale != 1) {
      print_scale(out, format.scale);
      out << margin;
    }
    for (int64_t row = 0; row < rows; ++row) {
      if (row != 0) out << margin << (format.scale != 1 ? " " : "");
      for (int64_t column = first; column < last; ++column) {
        out << std::setw(int(format.width)) << data[row * columns + column] / format.scale
            << (column + 1 == last ? '\n' : ' ');
      }
    }
  }
}

// Three and more dimensions: one matrix after the other, the first index fastest.
void print_slices(std::ostream& out, const double* data, IntArrayRef sizes) {
  const size_t outer = sizes.size() - 2;
  const int64_t rows = sizes[outer], columns = sizes[outer + 1];
  DimVector index(outer);
  for (bool first = true;; first = false) {
    int64_t slice = 0;
    for (size_t d = 0; d < outer; ++d) slice = slice * sizes[d] + index[d];
    if (!first) out << '\n';
    out << '(';
    for (int64_t i : index) out << i + 1 << ',';
    out << ".,.) = \n";
    print_matrix(out, data + slice * rows * columns, rows, columns, 1);
    size_t d = 0;
    while (d < outer && ++index[d] == sizes[d]) index[d++] = 0;
    if (d == outer) return;
  }
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) {
  if (!tensor.defined()) return out << "[ Tensor (undefined) ]";
  FormatGuard guard(out);
  const Tensor values = raw::contiguous(raw::to(tensor, kDouble, kCPU));
  const double* data = values.data_ptr<double>();
  const IntArrayRef sizes = values.sizes();
  if (sizes.empty()) {
    out << std::defaultfloat << *data << '\n';
  } else if (values.numel() == 0) {
    // nothing but the last line
  } else if (sizes.size() == 1) {
    const Format format = choose_format(out, {data, size_t(values.numel())});
    if (format.scale != 1) print_scale(out, format.scale);
    for (int64_t i = 0; i < values.numel(); ++i)
      out << std::setw(int(format.width)) << data[i] / format.scale << '\n';
  } else if (sizes.size() == 2) {
    print_matrix(out, data, sizes[0], sizes[1], 0);
  } else {
    print_slices(out, data, sizes);
  }
  out << "[ " << tensor.toString() << '{';
  for (size_t d = 0; d < sizes.size(); ++d) out << (d ? "," : "") << sizes[d];
  return out << "} ]";
}

std::string Tensor::toString() const {
  if (!defined()) return "UndefinedType";
  return std::string(is_cuda() ? "CUDA" : "CPU") + to_string(dtype()) + "Type";
}

void Tensor::print() const {
  if (defined())
    std::cerr << '[' << toString() << ' ' << sizes() << "]\n";
  else
    std::cerr << "[UndefinedTensor]\n";
}

std::ostream& operator<<(std::ostream& out, MemoryFormat format) {
  switch (format) {
    case MemoryFormat::Contiguous:
      return out << "Contiguous";
    case MemoryFormat::Preserve:
      return out << "Preserve";
    case MemoryFormat::ChannelsLast:
      return out << "ChannelsLast";
  }
  return out;
}
std::ostream& operator<<(std::ostream& out, Layout) { return out << "Strided"; }

std::ostream& operator<<(std::ostream& out, const TensorOptions& options) {
  auto flag = [](const std::optional<bool>& value) {
    return !value ? "false (default)" : *value ? "true" : "false";
  };
  return out << "TensorOptions(dtype=" << options.dtype() << (options.has_dtype() ? "" : " (default)")
             << ", device=" << options.device() << (options.device_opt() ? "" : " (default)")
             << ", layout=" << kStrided << ", requires_grad=" << flag(options.requires_grad_opt())
             << ", pinned_memory=" << flag(options.pinned_memory_opt()) << ')';
}

}  // namespace tengen::inline api
