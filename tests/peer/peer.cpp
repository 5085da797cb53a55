#include "peer.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

namespace peer {

const Types float_double{torch::kFloat, torch::kDouble}, double_only{torch::kDouble},
    float_only{torch::kFloat}, long_only{torch::kLong},
    floats{torch::kFloat, torch::kDouble, torch::kHalf, torch::kBFloat16},
    integers{torch::kBool, torch::kByte, torch::kChar, torch::kShort, torch::kInt, torch::kLong},
    all_types{torch::kFloat, torch::kDouble, torch::kHalf,  torch::kBFloat16, torch::kBool,
              torch::kByte,  torch::kChar,   torch::kShort, torch::kInt,      torch::kLong};

const char* name_of(ScalarType type) {
  return type == torch::kFloat      ? "float"
         : type == torch::kDouble   ? "double"
         : type == torch::kHalf     ? "half"
         : type == torch::kBFloat16 ? "bfloat16"
         : type == torch::kBool     ? "bool"
         : type == torch::kByte     ? "uint8"
         : type == torch::kChar     ? "int8"
         : type == torch::kShort    ? "int16"
         : type == torch::kInt      ? "int32"
         : type == torch::kLong     ? "int64"
                                    : "other";
}

namespace {

bool is_float(ScalarType type) {
  return type == torch::kFloat || type == torch::kDouble || type == torch::kHalf || type == torch::kBFloat16;
}

uint64_t mix(uint64_t& state) {  // splitmix64
  uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::string text_of(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

std::string text_of(const Sizes& sizes) {
  std::string text = "[";
  for (size_t i = 0; i < sizes.size(); ++i) text += (i ? "," : "") + std::to_string(sizes[i]);
  return text + "]";
}

constexpr double inf = std::numeric_limits<double>::infinity(),
                 nan = std::numeric_limits<double>::quiet_NaN();

double real_value(Values values, ScalarType type, uint64_t& state) {
  const uint64_t bits = mix(state);
  const double u = double(bits >> 11) / 9007199254740992.0;
  const double most = type == torch::kDouble ? 1.7e308 : type == torch::kHalf ? 65504 : 3.4e38;
  const double least = type == torch::kDouble ? 5e-324 : type == torch::kHalf ? 6e-8 : 1.5e-45;
  const double normal = type == torch::kDouble ? 2.3e-308 : type == torch::kHalf ? 6.2e-5 : 1.2e-38;
  static const double edges[] = {0.0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 6, 3, -3, 20, 2};
  const double special[] = {nan, inf, -inf, 0.0, -0.0, least, -least, most, -most, normal, 1, -1};
  switch (values) {
    case Values::ties:
      return double(int64_t(bits % 5) - 2);
    case Values::special:
      return bits % 2 ? special[(bits >> 8) % 12] : u * 4 - 2;
    case Values::edges:
      return edges[(bits >> 8) % 14];
    case Values::far:
      return (type == torch::kHalf || type == torch::kBFloat16 ? 100 : 10000) + u;
    case Values::huge:
      return (u - 0.5) * 2 * (type == torch::kHalf ? 60000 : type == torch::kDouble ? 1e200 : 1e30);
    case Values::tiny:
      return (u - 0.5) * 2 * normal;
    case Values::unit:
      return u;
    case Values::zeros:
      return 0;
    case Values::positive:
      return u * 4 + 0.01;
    default:
      return u * 4 - 2;
  }
}

int64_t integer_value(Values values, ScalarType type, uint64_t& state) {
  const uint64_t bits = mix(state);
  const int width = type == torch::kChar ? 8 : type == torch::kShort ? 16 : type == torch::kInt ? 32 : 64;
  const int64_t most = type == torch::kByte ? 255 : std::numeric_limits<int64_t>::max() >> (64 - width);
  const int64_t least = type == torch::kByte ? 0 : -most - 1;
  const int64_t extreme[] = {least, most, least + 1, most - 1, 0, 1, type == torch::kByte ? 2 : -1, 7};
  const bool is_signed = type != torch::kByte && type != torch::kBool;
  if (type == torch::kBool) return values == Values::zeros ? 0 : int64_t(bits % 2);
  switch (values) {
    case Values::ties:
      return int64_t(bits % 3);
    case Values::special:
    case Values::huge:
      return extreme[(bits >> 8) % 8];
    case Values::zeros:
      return 0;
    case Values::unit:
      return int64_t(bits % 2);
    case Values::positive:
      return 1 + int64_t(bits % 9);
    case Values::far:
      return std::min<int64_t>(most, 100 + int64_t(bits % 20));
    default:
      return int64_t(bits % 19) - (is_signed ? 9 : 0);
  }
}

int64_t product(const Sizes& sizes) {
  int64_t product = 1;
  for (int64_t size : sizes) product *= size;
  return product;
}

/// The memory of an input, contiguous.
Tensor make_base(const Input& input, const Sizes& sizes) {
  uint64_t state = input.seed;
  const size_t count = size_t(product(sizes));
  if (input.type == torch::kFloat || input.type == torch::kHalf || input.type == torch::kBFloat16) {
    std::vector<float> data(count + 1);
    for (size_t i = 0; i < count; ++i) data[i] = float(real_value(input.values, input.type, state));
    return torch::from_blob(data.data(), sizes, torch::kFloat).clone().to(input.type);
  }
  if (input.type == torch::kDouble) {
    std::vector<double> data(count + 1);
    for (size_t i = 0; i < count; ++i) data[i] = real_value(input.values, input.type, state);
    return torch::from_blob(data.data(), sizes, torch::kDouble).clone();
  }
  std::vector<int64_t> data(count + 1);
  for (size_t i = 0; i < count; ++i)
    data[i] = input.high > input.low ? input.low + int64_t(mix(state) % uint64_t(input.high - input.low))
                                     : integer_value(input.values, input.type, state);
  return torch::from_blob(data.data(), sizes, torch::kLong).clone().to(input.type);
}

Sizes base_sizes(const Input& input) {
  Sizes sizes = input.sizes;
  const size_t dims = sizes.size();
  switch (input.layout) {
    case Layout::transposed:
      return Sizes(sizes.rbegin(), sizes.rend());
    case Layout::stepped:
      for (auto& size : sizes) size *= 2;
      return sizes;
    case Layout::offset:
      if (dims == 0) return {3};
      sizes[dims - 1] += 2;
      return sizes;
    case Layout::expanded:
      if (dims) sizes[input.seed % dims] = 1;
      return sizes;
    case Layout::overlapping: {
      int64_t length = 1;
      for (size_t i = 0; i < dims; ++i) length += std::max<int64_t>(sizes[i] - 1, 0) * int64_t(dims - i);
      return {length + 1};
    }
    default:
      return sizes;
  }
}

Tensor laid_out(const Tensor& base, const Input& input) {
  const int64_t dims = int64_t(input.sizes.size());
  Tensor view = base;
  switch (input.layout) {
    case Layout::transposed: {
      Sizes order;
      for (int64_t i = dims; i-- > 0;) order.push_back(i);
      return base.permute(order);
    }
    case Layout::stepped:
      for (int64_t i = 0; i < dims; ++i) view = view.slice(i, i % 2, 2 * input.sizes[size_t(i)], 2);
      return view;
    case Layout::offset:
      return dims == 0 ? base.select(0, 1) : base.narrow(dims - 1, 1, input.sizes[size_t(dims - 1)]);
    case Layout::expanded:
      return base.expand(input.sizes);
    case Layout::overlapping: {
      Sizes strides;
      for (int64_t i = 0; i < dims; ++i) strides.push_back(dims - i);
      return base.as_strided(input.sizes, strides, 1);
    }
    default:
      return base;
  }
}

const char* layout_names[] = {"any", "plain", "transposed", "stepped", "offset", "expanded", "overlapping"};
const char* value_names[] = {"any",  "ordinary", "ties", "special", "edges",   "far",
                             "huge", "tiny",     "unit", "zeros",   "positive"};

/// type[sizes]flags:values; a large tensor as some of its values and, after a bar, its summary.
std::string written(const Tensor& tensor, const Tensors& inputs) {
  if (!tensor.defined()) return "undefined";
  std::string text = name_of(tensor.scalar_type());
  text += text_of(Sizes(tensor.sizes().begin(), tensor.sizes().end()));
  if (tensor.requires_grad()) text += "g";
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].defined() && tensor.numel() && tensor.is_alias_of(inputs[i]))
      text += "@" + std::to_string(i);
  text += ":";
  const Tensor flat = tensor.detach().contiguous().reshape({-1});
  const int64_t count = flat.numel(), shown = std::min<int64_t>(count, 48);
  char number[40];
  const auto write = [&](auto value_at) {
    uint64_t state = 1;
    for (int64_t i = 0; i < shown; ++i)
      text += (i ? "," : "") + value_at(count == shown ? i : int64_t(mix(state) % uint64_t(count)));
  };
  if (is_float(flat.scalar_type())) {
    const Tensor wide = flat.to(torch::kDouble);
    const double* data = wide.data_ptr<double>();
    write([&](int64_t i) {
      std::snprintf(number, sizeof number, flat.scalar_type() == torch::kDouble ? "%.17g" : "%.9g", data[i]);
      return std::string(std::isnan(data[i]) ? "nan" : number);
    });
    if (count > shown) {
      double sum = 0;
      int64_t nans = 0, infs = 0;
      for (int64_t i = 0; i < count; ++i)
        if (std::isnan(data[i]))
          ++nans;
        else if (std::isinf(data[i]))
          ++infs;
        else
          sum += std::abs(data[i]);
      text += "|" + std::to_string(nans) + "," + std::to_string(infs) + "," + text_of(sum);
    }
  } else {
    const Tensor wide = flat.to(torch::kLong);
    const int64_t* data = wide.data_ptr<int64_t>();
    write([&](int64_t i) { return std::to_string(data[i]); });
    if (count > shown) {
      uint64_t sum = 0;
      for (int64_t i = 0; i < count; ++i) sum = sum * 31 + uint64_t(data[i]);
      text += "|" + std::to_string(sum);
    }
  }
  return text;
}

std::string first_line(const char* text) {
  std::string line;
  for (; *text && *text != '\n' && line.size() < 200; ++text) line += *text == '\t' ? ' ' : *text;
  return line;
}

}  // namespace

uint64_t Case::next() { return mix(state_); }

int64_t Case::number(const char* what, const Sizes& list) {
  const int64_t value = pick(list);
  say(std::string(what) + "=" + std::to_string(value));
  return value;
}

double Case::real(const char* what, const std::vector<double>& list) {
  const double value = pick(list);
  say(std::string(what) + "=" + text_of(value));
  return value;
}

bool Case::flag(const char* what) {
  const bool value = chance(50);
  if (value) say(what);
  return value;
}

std::string Case::word(const char* what, const std::vector<std::string>& list) {
  const std::string value = pick(list);
  say(std::string(what) + "=" + value);
  return value;
}

Scalar Case::scalar(const char* what, ScalarType type) {
  const int kind = int(below(100));
  if (kind < (is_float(type) ? 25 : 60)) return Scalar(number(what, {0, 1, -1, 2, 3, -3, 7, 2, 1}));
  if (kind < 85) return Scalar(real(what, {0.5, -1.5, 2.0, 0.0, 1.0, 3.0, -0.0, 0.1}));
  if (kind < 90) return Scalar(flag(what));
  if (kind < 95) return Scalar(number(what, {300, -129, int64_t(1) << 40, 40000}));
  return Scalar(real(what, {nan, inf, -inf, 1e300, 1e-300}));
}

int64_t Case::dim(const char* what, size_t dims) {
  const int64_t n = std::max<int64_t>(int64_t(dims), 1);
  const int64_t value = chance(4) ? pick(Sizes{n, -n - 1, n + 3}) : below(2 * n) - n;
  say(std::string(what) + "=" + std::to_string(value));
  return value;
}

Sizes Case::dims(const char* what, size_t dims) {
  Sizes chosen;
  for (int64_t i = 0; i < int64_t(dims); ++i)
    if (chance(50)) chosen.push_back(chance(30) ? i - int64_t(dims) : i);
  if (chance(4)) chosen.push_back(pick(Sizes{0, -1, int64_t(dims), -int64_t(dims) - 1}));
  return list(what, chosen);
}

ScalarType Case::type(const char* what, const Types& list) {
  const ScalarType value = pick(list);
  say(std::string(what) + "=" + name_of(value));
  return value;
}

Sizes Case::list(const char* what, Sizes sizes) {
  say(std::string(what) + "=" + text_of(sizes));
  return sizes;
}

Sizes Case::sizes(size_t least_dims, size_t most_dims) {
  static const std::vector<Sizes> list{{},       {1},       {0},          {5},          {17},         {2, 3},
                                       {3, 4},   {0, 3},    {3, 0},       {1, 1},       {4, 1},       {1, 5},
                                       {7, 9},   {2, 3, 4}, {2, 0, 3},    {1, 3, 1},    {3, 1, 4},    {33},
                                       {16, 16}, {2, 2, 2}, {2, 3, 2, 2}, {1, 2, 3, 1}, {2, 0, 2, 2}, {64, 3},
                                       {3, 65},  {5, 5},    {100},        {2, 1, 3, 5}};
  static const std::vector<Sizes> large{{70001}, {301, 303}, {40, 41, 43}, {3, 40000}, {40000, 3}};
  for (;;) {
    const Sizes sizes = chance(4) ? pick(large) : pick(list);
    if (sizes.size() >= least_dims && sizes.size() <= most_dims) return sizes;
  }
}

Sizes Case::broadcast(const Sizes& sizes) {
  if (chance(50)) return sizes;
  Sizes other = sizes;
  for (auto& size : other)
    if (chance(35)) size = 1;
  if (chance(35)) other.erase(other.begin(), other.begin() + int64_t(below(int64_t(other.size()) + 1)));
  if (chance(10)) other.insert(other.begin(), pick(Sizes{1, 2, 0}));
  if (chance(5) && !other.empty()) other.back() += 1;
  return product(other) > 300000 ? sizes : other;
}

void Case::input(ScalarType type, const Sizes& sizes, Values values, Layout layout) {
  static const std::vector<Values> often{
      Values::ordinary, Values::ordinary, Values::ordinary, Values::ordinary, Values::ties,  Values::ties,
      Values::special,  Values::special,  Values::special,  Values::edges,    Values::edges, Values::far,
      Values::huge,     Values::tiny,     Values::unit,     Values::positive, Values::zeros};
  static const std::vector<Layout> layouts{Layout::plain,      Layout::plain,      Layout::plain,
                                           Layout::transposed, Layout::transposed, Layout::stepped,
                                           Layout::offset,     Layout::expanded,   Layout::overlapping};
  if (values == Values::any) values = pick(often);
  if (layout == Layout::any) layout = pick(layouts);
  if (product(sizes) == 0 && layout == Layout::overlapping) layout = Layout::plain;
  inputs_.push_back({type, sizes, layout, values, next(), is_float(type)});
  say(std::string(name_of(type)) + text_of(sizes) +
      (layout == Layout::plain ? "" : std::string(",") + layout_names[int(layout)]) +
      (values == Values::ordinary ? "" : std::string(",") + value_names[int(values)]));
}

void Case::index(const Sizes& sizes, int64_t low, int64_t high, ScalarType type, Layout layout) {
  if (chance(4)) ++high;
  if (chance(3)) --low;
  input(type, sizes, Values::ordinary, layout);
  inputs_.back().low = low;
  inputs_.back().high = std::max(high, low + 1);
  say("in[" + std::to_string(low) + "," + std::to_string(inputs_.back().high) + ")");
}

void Case::maybe(int percent) {
  if (!chance(percent)) return;
  inputs_.back().defined = false;
  say("(left out)");
}

std::string Case::result() {
  Tensors leaves, bases, views;
  for (const Input& input : inputs_) {
    if (!input.defined) {
      leaves.emplace_back(), bases.emplace_back(), views.emplace_back();
      continue;
    }
    Tensor leaf = make_base(input, base_sizes(input));
    if (input.needs_grad && !no_grad_) leaf.set_requires_grad(true);
    leaves.push_back(leaf);
    bases.push_back(in_place_ && views.empty() ? leaf.clone() : leaf);
    views.push_back(laid_out(bases.back(), input));
  }
  Tensors outputs;
  std::string text;
  try {
    Tensors arguments = views;
    outputs = run(arguments);
    if (in_place_) outputs.push_back(bases[0]);
    for (const Tensor& output : outputs) text += "\t" + written(output, bases);
  } catch (const std::exception& error) {
    return "\tthrows:" + first_line(error.what());
  }
  bool differentiable = false;
  try {
    uint64_t state = 5;
    for (const Tensor& output : outputs) {
      if (!output.defined() || !output.requires_grad()) continue;
      Input cotangent{output.scalar_type(), {}, Layout::plain, Values::ordinary, mix(state), false};
      const Sizes sizes(output.sizes().begin(), output.sizes().end());
      output.backward(make_base(cotangent, sizes), true);
      differentiable = true;
    }
  } catch (const std::exception& error) {
    return text + "\tgradient throws:" + first_line(error.what());
  }
  if (differentiable)
    for (size_t i = 0; i < leaves.size(); ++i)
      if (leaves[i].defined() && leaves[i].requires_grad())
        text += "\tgradient " + std::to_string(i) + "=" + written(leaves[i].grad(), {});
  return text;
}

}  // namespace peer
