#include <tengen/apps/detector/model/model.h>

#include <algorithm>
#include <cmath>

#include <tengen/apps/common/number.h>
#include <tengen/apps/detector/data/data_config.h>

namespace tengen::detect {
namespace F = nn::functional;

namespace {

// One row of a layout while the network is built: its arguments by position, every number within bounds.
class Row {
 public:
  Row(const ModelConfig& config, size_t row) : config_(config), spec_(config.layers[row]), row_(row) {}

  template <class... Parts>
  [[noreturn]] void bad(const Parts&... what) const {
    fail("model: ", config_.source, config_.source.empty() ? "" : ": ", "layer ", row_, " (", spec_.module,
         "): ", what...);
  }
  // Absent or None: the fallback.
  int64_t integer(size_t i, const char* key, int64_t fallback, int64_t low, int64_t high) const {
    if (i >= spec_.args.size() || spec_.args[i] == "None") return fallback;
    const std::string& text = spec_.args[i];
    const auto value = apps::parse_number<int64_t>(text, low, high);
    if (!value)
      bad("argument ", i + 1, " (", key, ") is '", text.substr(0, 40), "', expected a whole number from ",
          low, " to ", high);
    return *value;
  }
  bool flag(size_t i, bool fallback) const {
    if (i >= spec_.args.size()) return fallback;
    return spec_.args[i] == "True" || spec_.args[i] == "true";
  }
  // The first argument of layers that choose their width.
  int64_t channels() const {
    const int64_t declared = integer(0, "output channels", 0, 1, kMostChannels);
    if (declared == 0) bad("needs its output channels as first argument");
    const int64_t count = config_.channels(declared);
    if (count > kMostChannels) bad(count, " output channels, expected at most ", kMostChannels);
    return count;
  }

  static constexpr int64_t kMostChannels = 1 << 16, kMostKernel = 64, kMostStride = 64, kMostReduction = 4096;

 private:
  const ModelConfig& config_;
  const LayerSpec& spec_;
  size_t row_;
};

int64_t conv_parameters(int64_t in, int64_t out, int64_t kernel) { return in * out * kernel * kernel; }
int64_t bottleneck_parameters(int64_t in, int64_t hidden, int64_t out) {
  return conv_parameters(in, hidden, 1) + conv_parameters(hidden, out, 3);
}

}  // namespace

ConvImpl::ConvImpl(int64_t in, int64_t out, int64_t k, int64_t stride, int64_t padding, int64_t groups)
    : stride_(stride), padding_(padding < 0 ? k / 2 : padding), groups_(groups) {
  auto options = nn::Conv2dOptions(in, out, k).stride(stride_).padding(padding_).groups(groups_).bias(false);
  conv = register_module("conv", nn::Conv2d(options));
  bn = register_module("bn", nn::BatchNorm2d(nn::BatchNorm2dOptions(out).eps(1e-3).momentum(0.03)));
}

Tensor ConvImpl::forward(const Tensor& x) {
  if (!fused_weight_.defined()) return silu(bn(conv(x)));
  return silu(conv2d(x, fused_weight_, fused_bias_, stride_, padding_, /*dilation=*/1, groups_));
}

void ConvImpl::fuse(bool on) {
  fused_weight_ = fused_bias_ = Tensor();
  if (!on) return;
  NoGradGuard guard;
  const Tensor scale = bn->weight / sqrt(bn->running_var + bn->options.eps());
  fused_weight_ = conv->weight * scale.view({-1, 1, 1, 1});
  fused_bias_ = bn->bias - bn->running_mean * scale;
}

BottleneckImpl::BottleneckImpl(int64_t in, int64_t out, bool shortcut, double expansion)
    : add(shortcut && in == out) {
  const auto hidden = int64_t(double(out) * expansion);
  cv1 = register_module("cv1", Conv(in, hidden, 1));
  cv2 = register_module("cv2", Conv(hidden, out, 3));
}

Tensor BottleneckImpl::forward(const Tensor& x) {
  const Tensor y = cv2(cv1(x));
  return add ? x + y : y;
}

C3Impl::C3Impl(int64_t in, int64_t out, int64_t n, bool shortcut) {
  const int64_t hidden = out / 2;
  cv1 = register_module("cv1", Conv(in, hidden));
  cv2 = register_module("cv2", Conv(in, hidden));
  cv3 = register_module("cv3", Conv(2 * hidden, out));
  m = register_module("m", nn::ModuleList());
  for (int64_t i = 0; i < n; ++i) m->push_back(Bottleneck(hidden, hidden, shortcut, 1.0));
}

Tensor C3Impl::forward(const Tensor& x) {
  Tensor y = cv1(x);
  for (const auto& block : *m) y = block->as<BottleneckImpl>()->forward(y);
  return cv3(cat({y, cv2(x)}, 1));
}

SPPFImpl::SPPFImpl(int64_t in, int64_t out, int64_t k) {
  cv1 = register_module("cv1", Conv(in, in / 2));
  cv2 = register_module("cv2", Conv(in / 2 * 4, out));
  m = register_module("m", nn::MaxPool2d(nn::MaxPool2dOptions(k).stride(1).padding(k / 2)));
}

Tensor SPPFImpl::forward(const Tensor& x) {
  const Tensor a = cv1(x), b = m(a), c = m(b);
  return cv2(cat({a, b, c, m(c)}, 1));
}

UpsampleImpl::UpsampleImpl(double scale) : scale(scale) {}

Tensor UpsampleImpl::run(const std::vector<Tensor>& inputs) {
  return F::interpolate(
      inputs[0], F::InterpolateFuncOptions().scale_factor(std::vector<double>{scale, scale}).mode(kNearest));
}

DetectImpl::DetectImpl(int64_t nc, const std::vector<std::vector<float>>& anchors_px,
                       const std::vector<int64_t>& in, std::vector<int64_t> strides)
    : nc(nc), na(int64_t(anchors_px[0].size()) / 2), strides(std::move(strides)) {
  std::vector<float> cells;
  for (size_t i = 0; i < in.size(); ++i)
    for (float side : anchors_px[i]) cells.push_back(side / float(this->strides[i]));
  anchors = register_buffer("anchors", tensor(cells).view({int64_t(in.size()), na, 2}));
  m = register_module("m", nn::ModuleList());
  NoGradGuard guard;
  for (size_t i = 0; i < in.size(); ++i) {
    auto head = nn::Conv2d(nn::Conv2dOptions(in[i], na * (5 + nc), 1));
    // The published prior: about 8 objects in a 640 x 640 image, every class equally likely.
    Tensor bias = head->bias.view({na, 5 + nc});
    const double cells_per_side = 640.0 / double(this->strides[i]);
    bias.select(1, 4).add_(std::log(8.0 / (cells_per_side * cells_per_side)));
    bias.narrow(1, 5, nc).add_(std::log(0.6 / (double(nc) - 0.99999)));
    m->push_back(head);
  }
}

std::vector<Tensor> DetectImpl::forward(const std::vector<Tensor>& features) {
  std::vector<Tensor> raw;
  for (size_t i = 0; i < features.size(); ++i) {
    const Tensor x = m[i]->as<nn::Conv2dImpl>()->forward(features[i]);
    // (N, na*(5+nc), ny, nx) -> (N, na, ny, nx, 5+nc)
    raw.push_back(
        x.view({x.size(0), na, 5 + nc, x.size(2), x.size(3)}).permute({0, 1, 3, 4, 2}).contiguous());
  }
  return raw;
}

Tensor DetectImpl::decode(const std::vector<Tensor>& raw) {
  std::vector<Tensor> levels;
  for (size_t i = 0; i < raw.size(); ++i) {
    const int64_t n = raw[i].size(0), ny = raw[i].size(2), nx = raw[i].size(3);
    const auto stride = double(strides[i]);
    const Tensor gx = arange(nx, raw[i].options()).view({1, nx}).expand({ny, nx});
    const Tensor gy = arange(ny, raw[i].options()).view({ny, 1}).expand({ny, nx});
    const Tensor cell = stack({gx, gy}, -1) - 0.5;  // (ny, nx, 2)
    const Tensor size = (anchors[int64_t(i)] * stride).view({1, na, 1, 1, 2});
    const Tensor p = raw[i].sigmoid();
    const Tensor xy = (p.narrow(-1, 0, 2) * 2 + cell) * stride;
    const Tensor wh = (p.narrow(-1, 2, 2) * 2).pow(2) * size;
    levels.push_back(cat({xy, wh, p.narrow(-1, 4, 1 + nc)}, -1).view({n, na * ny * nx, 5 + nc}));
  }
  return cat(levels, 1);
}

namespace {

// What a layer is built from.
struct LayerInputs {
  const Row& row;
  std::vector<int64_t> widths, strides;  // channels of each input, and pixels of the image per step in it
  int64_t repeats;
  std::function<void(int64_t)> count;  // of parameters; called before memory is taken for them
};

struct BuiltLayer {
  std::shared_ptr<LayerImpl> layer;
  int64_t width, stride;  // of its output
};

BuiltLayer build_conv(const LayerInputs& inputs) {
  const Row& row = inputs.row;
  const int64_t in = inputs.widths[0], out = row.channels();
  const int64_t kernel = row.integer(1, "kernel", 1, 1, Row::kMostKernel),
                step = row.integer(2, "stride", 1, 1, Row::kMostStride),
                padding = row.integer(3, "padding", -1, -1, Row::kMostKernel),
                groups = row.integer(4, "groups", 1, 1, Row::kMostChannels);
  if (in % groups != 0 || out % groups != 0)
    row.bad(groups, " groups do not divide ", in, " input and ", out, " output channels");
  inputs.count(conv_parameters(in / groups, out, kernel));
  auto layer = std::make_shared<ConvImpl>(in, out, kernel, step, padding, groups);
  const int64_t stride = inputs.strides[0] * step;
  if (stride > Row::kMostReduction)
    row.bad("the strides up to it multiply to ", stride, ", expected at most ", Row::kMostReduction);
  return {std::move(layer), out, stride};
}

BuiltLayer build_c3(const LayerInputs& inputs) {
  const int64_t in = inputs.widths[0], out = inputs.row.channels(), hidden = out / 2, n = inputs.repeats;
  inputs.count(conv_parameters(2 * in, hidden, 1) + conv_parameters(2 * hidden, out, 1) +
               n * bottleneck_parameters(hidden, hidden, hidden));
  return {std::make_shared<C3Impl>(in, out, n, inputs.row.flag(1, true)), out, inputs.strides[0]};
}

BuiltLayer build_bottleneck(const LayerInputs& inputs) {
  const int64_t in = inputs.widths[0], out = inputs.row.channels();
  inputs.count(bottleneck_parameters(in, out / 2, out));
  return {std::make_shared<BottleneckImpl>(in, out, inputs.row.flag(1, true)), out, inputs.strides[0]};
}

BuiltLayer build_sppf(const LayerInputs& inputs) {
  const int64_t in = inputs.widths[0], out = inputs.row.channels();
  inputs.count(conv_parameters(in, in / 2, 1) + conv_parameters(in / 2 * 4, out, 1));
  const int64_t kernel = inputs.row.integer(1, "kernel", 5, 1, Row::kMostKernel);
  return {std::make_shared<SPPFImpl>(in, out, kernel), out, inputs.strides[0]};
}

BuiltLayer build_upsample(const LayerInputs& inputs) {
  const int64_t scale = inputs.row.integer(1, "scale", 2, 1, Row::kMostStride);
  if (inputs.strides[0] % scale != 0) inputs.row.bad("enlarges beyond the input image");
  return {std::make_shared<UpsampleImpl>(double(scale)), inputs.widths[0], inputs.strides[0] / scale};
}

BuiltLayer build_concat(const LayerInputs& inputs) {
  const Row& row = inputs.row;
  auto layer = std::make_shared<ConcatImpl>(row.integer(0, "dimension", 1, 1, 1));
  int64_t out = 0;
  for (int64_t width : inputs.widths) out += width;
  if (out > Row::kMostChannels) row.bad(out, " output channels, expected at most ", Row::kMostChannels);
  for (int64_t stride : inputs.strides)
    if (stride != inputs.strides[0]) row.bad("the inputs have different sizes");
  return {std::move(layer), out, inputs.strides[0]};
}

// A layout's modules by name; Detect, which ends it, is built apart.
constexpr struct {
  const char* module;
  BuiltLayer (*build)(const LayerInputs&);
} kBuilders[] = {{"Conv", build_conv}, {"Bottleneck", build_bottleneck}, {"C3", build_c3},
                 {"SPPF", build_sppf}, {"Upsample", build_upsample},     {"Concat", build_concat}};

BuiltLayer build_layer(const std::string& module, const LayerInputs& inputs) {
  for (const auto& builder : kBuilders)
    if (module == builder.module) return builder.build(inputs);
  std::string known;
  for (const auto& builder : kBuilders) known += std::string(builder.module) + ", ";
  inputs.row.bad("unknown module '", module, "' (known: ", known, "Detect)");
}

Detect build_detect(const ModelConfig& config, const LayerInputs& inputs) {
  const Row& row = inputs.row;
  if (config.anchors.size() != inputs.widths.size())
    row.bad(config.anchors.size(), " anchor levels for ", inputs.widths.size(), " inputs");
  for (const auto& level : config.anchors)
    if (level.empty() || level.size() % 2 != 0 || level.size() != config.anchors[0].size())
      row.bad("every level needs the same number of anchors, as width and height pairs");
  const int64_t outputs = int64_t(config.anchors[0].size() / 2) * (5 + config.nc);
  for (int64_t width : inputs.widths) inputs.count(conv_parameters(width, outputs, 1));
  return Detect(config.nc, config.anchors, inputs.widths, inputs.strides);
}

}  // namespace

DetectionModelImpl::DetectionModelImpl(ModelConfig given) : config(std::move(given)) {
  TENGEN_CHECK(config.nc > 0 && config.nc <= kMostClasses, "model: nc is ", config.nc, ", expected 1 to ",
               kMostClasses);
  TENGEN_CHECK(!config.layers.empty(), "model: ", config.source, " has no layers");
  model = register_module("model", nn::ModuleList());
  const auto rows = int(config.layers.size());
  std::vector<int64_t> width{3}, stride{1};  // of the input, then of each row
  keep_.assign(config.layers.size(), false);
  int64_t total = 0;
  for (int i = 0; i < rows; ++i) {
    const LayerSpec& spec = config.layers[size_t(i)];
    const Row row(config, size_t(i));
    if ((spec.module == "Detect") != (i == rows - 1)) row.bad("Detect must be the last layer, and only that");
    LayerInputs inputs{row, {}, {}, config.repeats(spec.number), [&](int64_t parameters) {
                         total += parameters;
                         if (total > config.most_parameters)
                           row.bad("with it the network has ", total, " parameters, expected at most ",
                                   config.most_parameters);
                       }};
    for (int from : spec.from) {
      const int source = from < 0 ? i + from : from;
      if (source >= i || (source < 0 && (i != 0 || source != -1)))
        row.bad("reads layer ", from, ", which is not before it");
      inputs.widths.push_back(width[size_t(source + 1)]);
      inputs.strides.push_back(stride[size_t(source + 1)]);
      if (source >= 0 && source != i - 1) keep_[size_t(source)] = true;
    }
    if (inputs.widths.empty()) row.bad("has no input");
    if (inputs.repeats < 1 || inputs.repeats > kMostRepeats || (inputs.repeats > 1 && spec.module != "C3"))
      row.bad("number is ", spec.number, "; only C3 repeats, at most ", kMostRepeats,
              " times after depth_multiple");
    if (spec.module == "Detect") {
      detect = build_detect(config, inputs);
      model->push_back(detect);
      break;
    }
    const BuiltLayer built = build_layer(spec.module, inputs);
    layers_.push_back(built.layer);
    model->push_back(built.layer);
    width.push_back(built.width);
    stride.push_back(built.stride);
  }
}

std::vector<Tensor> DetectionModelImpl::run_layers(const Tensor& x,
                                                   const std::function<bool(size_t, const Tensor&)>& seen) {
  std::vector<Tensor> outputs(layers_.size());
  const auto inputs_of = [&](size_t row) {
    std::vector<Tensor> inputs;
    for (int from : config.layers[row].from) {
      const int source = from < 0 ? int(row) + from : from;
      inputs.push_back(source < 0 ? x : outputs[size_t(source)]);
    }
    return inputs;
  };
  for (size_t row = 0; row < layers_.size(); ++row) {
    outputs[row] = layers_[row]->run(inputs_of(row));
    if (seen && !seen(row, outputs[row])) return {};
    if (row > 0 && !keep_[row - 1]) outputs[row - 1] = Tensor();
  }
  return detect->forward(inputs_of(layers_.size()));
}

Prediction DetectionModelImpl::forward(const Tensor& x) {
  const int64_t grid = max_stride();
  TENGEN_CHECK(x.dim() == 4 && x.size(1) == 3 && x.size(2) % grid == 0 && x.size(3) % grid == 0,
               "model: expected images (N,3,H,W) with sides that are multiples of ", grid, ", but got ",
               x.sizes());
  Prediction result;
  result.raw = run_layers(x, nullptr);
  if (!is_training()) result.decoded = detect->decode(result.raw);
  return result;
}

std::string DetectionModelImpl::first_layer(const Tensor& x,
                                            const std::function<bool(const Tensor&)>& condition) {
  std::string found;
  const auto raw = run_layers(x, [&](size_t row, const Tensor& output) {
    if (condition(output)) found = "layer " + std::to_string(row) + " (" + config.layers[row].module + ")";
    return found.empty();
  });
  for (size_t i = 0; i < raw.size() && found.empty(); ++i)
    if (condition(raw[i])) found = "level " + std::to_string(i) + " of Detect";
  return found;
}

Tensor DetectionModelImpl::forward_augmented(const Tensor& x) {
  TENGEN_CHECK(!is_training(), "model: test-time augmentation needs eval() mode");
  const int64_t height = x.size(2), width = x.size(3), grid = max_stride();
  const std::pair<double, bool> passes[] = {{1.0, false}, {0.83, true}, {0.67, false}};
  // Rows of a level stand to the rows of all levels as 4^k to `share`, the coarsest level having k = 0.
  const auto levels = int64_t(detect->strides.size());
  int64_t share = 0, finest = 1;
  for (int64_t k = 0; k < levels; ++k) {
    share += finest;
    if (k + 1 < levels) finest *= 4;
  }
  std::vector<Tensor> rows;
  for (const auto& pass : passes) {
    const double scale = pass.first;
    const bool mirrored = pass.second;
    Tensor scaled = mirrored ? x.flip({3}) : x;
    if (scale != 1.0) {
      const auto h = int64_t(double(height) * scale);
      const auto w = int64_t(double(width) * scale);
      const auto padded = [&](int64_t side) {
        return int64_t(std::ceil(double(side) * scale / double(grid))) * grid;
      };
      scaled = F::interpolate(
          scaled,
          F::InterpolateFuncOptions().size(std::vector<int64_t>{h, w}).mode(kBilinear).align_corners(false));
      // 0.447 is the mean of ImageNet
      scaled = F::pad(scaled, F::PadFuncOptions({0, padded(width) - w, 0, padded(height) - h}).value(0.447));
    }
    const Tensor y = forward(scaled).decoded;
    Tensor xs = y.narrow(-1, 0, 1) / scale;
    if (mirrored) xs = double(width) - xs;
    rows.push_back(cat({xs, y.narrow(-1, 1, 3) / scale, y.narrow(-1, 4, y.size(-1) - 4)}, -1));
  }
  // The full-size pass is poor at the largest objects and the smallest pass at the smallest: drop those rows.
  Tensor& first = rows.front();
  first = first.narrow(1, 0, first.size(1) - first.size(1) / share);
  Tensor& last = rows.back();
  const int64_t drop = last.size(1) / share * finest;
  last = last.narrow(1, drop, last.size(1) - drop);
  return cat(rows, 1);
}

void DetectionModelImpl::fuse(bool on) {
  for (const auto& module : modules())
    if (auto* conv = module->as<ConvImpl>()) conv->fuse(on);
}

int64_t DetectionModelImpl::parameter_count() const {
  int64_t count = 0;
  for (const auto& p : parameters()) count += p.numel();
  return count;
}

}  // namespace tengen::detect
