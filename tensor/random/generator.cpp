#include <tengen/tensor/random/generator.h>

#include <pthread.h>

#include <cstring>
#include <random>

#include <tengen/tensor/cuda.h>
#include <tengen/tensor/error.h>
#include <tengen/tensor/random/generator_state.h>

namespace tengen {
namespace {

// The bytes of torch.get_rng_state()...
struct StateBytes {
  uint64_t seed;
  int32_t left, seeded;
  uint64_t next;
  uint64_t words[MersenneTwister::kWords];
  double normal_x, normal_y, normal_rho;  // of these only y is used: the second normal number
  int32_t normal_is_valid, padding1;
  float next_float_normal;
  uint8_t next_float_normal_is_valid, padding2[3];
};
static_assert(sizeof(StateBytes) == 5056);
// ...and of torch.cuda.get_rng_state().
struct StreamBytes {
  uint64_t seed, offset;
};

template <class Bytes>
std::string to_text(const Bytes& bytes) {
  return std::string(reinterpret_cast<const char*>(&bytes), sizeof(bytes));
}
template <class Bytes>
Bytes from_text(const std::string& text) {
  Bytes bytes;
  TENGEN_CHECK(text.size() == sizeof(bytes), "Generator::set_state: expected ", sizeof(bytes),
               " bytes but got ", text.size());
  std::memcpy(&bytes, text.data(), sizeof(bytes));
  return bytes;
}

}  // namespace

Generator::Generator(intrusive_ptr<GeneratorState> state) : state_(state.detach()) {}
Generator::Generator(const Generator& other) : state_(other.state_) {
  if (state_) state_->retain();
}
Generator::Generator(Generator&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
Generator& Generator::operator=(Generator other) {
  std::swap(state_, other.state_);
  return *this;
}
Generator::~Generator() {
  if (state_) state_->release();
}

GeneratorState& Generator::impl() const {
  TENGEN_CHECK(state_, "Generator: undefined (default-constructed); use make_generator()");
  return *state_;
}

void Generator::set_current_seed(uint64_t seed) {
  std::lock_guard lock(impl().mutex);
  state_->restart(seed);
}
uint64_t Generator::current_seed() const { return impl().seed; }

uint64_t Generator::seed() {
  std::random_device device;
  // As PyTorch: 53 bits, so that the number survives a double.
  uint64_t seed = (uint64_t(device()) << 32 | device()) & 0x1fffffffffffff;
  set_current_seed(seed);
  return seed;
}

std::string MersenneTwister::bytes() const {
  StateBytes bytes{};
  bytes.seed = seed;
  bytes.left = left;
  bytes.seeded = 1;
  bytes.next = next;
  for (int i = 0; i < kWords; ++i) bytes.words[i] = words[i];
  bytes.normal_y = next_normal.value_or(0);
  bytes.normal_is_valid = next_normal.has_value();
  return to_text(bytes);
}

void MersenneTwister::set_bytes(const std::string& text) {
  const auto bytes = from_text<StateBytes>(text);
  // Words beyond 32 bits or an impossible position come from something else than state().
  bool valid = bytes.seeded == 1 && bytes.left >= 1 && bytes.left <= kWords &&
               (bytes.left == 1 ? bytes.next == 0 || bytes.next == kWords
                                : bytes.next + uint64_t(bytes.left) == kWords + 1);
  for (uint64_t word : bytes.words) valid &= word >> 32 == 0;
  TENGEN_CHECK(valid, "Generator::set_state: these bytes are not the state of a mt19937 generator");
  seed = bytes.seed;
  left = bytes.left;
  next = uint32_t(bytes.next);
  for (int i = 0; i < kWords; ++i) words[i] = uint32_t(bytes.words[i]);
  next_normal.reset();
  if (bytes.normal_is_valid) next_normal = bytes.normal_y;
}

std::string PhiloxStream::bytes() const { return to_text(StreamBytes{seed, offset}); }

void PhiloxStream::set_bytes(const std::string& text) {
  const auto bytes = from_text<StreamBytes>(text);
  TENGEN_CHECK(bytes.offset % 4 == 0, "Generator::set_state: the offset ", bytes.offset,
               " is not a multiple of 4");
  seed = bytes.seed;
  offset = bytes.offset;
}

Device Generator::device() const { return impl().device; }

std::string Generator::state() const {
  std::lock_guard lock(impl().mutex);
  return state_->bytes();
}

void Generator::set_state(const std::string& bytes) {
  std::lock_guard lock(impl().mutex);
  state_->set_bytes(bytes);
}

Generator Generator::clone() const {
  Generator copy = make_generator(current_seed(), device());
  copy.set_state(state());
  return copy;
}

uint32_t Generator::random() { return mersenne_twister(*this).random(); }
uint64_t Generator::random64() { return mersenne_twister(*this).random64(); }
float Generator::uniform_float() { return mersenne_twister(*this).uniform<float>(); }
double Generator::uniform_double() { return mersenne_twister(*this).uniform<double>(); }
double Generator::normal() { return mersenne_twister(*this).normal(); }

Generator api::make_generator(uint64_t seed, const Device& device) {
  if (device.is_cpu()) return Generator(make_intrusive<MersenneTwister>(seed));
  TENGEN_CHECK(device.index() <= 0, "make_generator: there is no device ", device.str());
  return Generator(make_intrusive<PhiloxStream>(seed, Device(kCUDA, 0)));
}

Generator api::default_generator(const Device& device) {
  // Never destroyed: threads may still draw while the program ends. A child process finds it free.
  static const Generator* const cpu = [] {
    pthread_atfork([] { default_generator().impl().mutex.lock(); },
                   [] { default_generator().impl().mutex.unlock(); },
                   [] { default_generator().impl().mutex.unlock(); });
    return new Generator(make_generator());
  }();
  if (device.is_cpu()) return *cpu;
  static const Generator* const cuda = new Generator(make_generator(kDefaultSeed, kCUDA));
  TENGEN_CHECK(device.index() <= 0, "default_generator: there is no device ", device.str());
  return *cuda;
}

void api::manual_seed(uint64_t seed) {
  default_generator().set_current_seed(seed);
  default_generator(kCUDA).set_current_seed(seed);
}

namespace {

void require_type(const GeneratorState& state, const Device& device) {
  const auto name = [](const Device& d) { return Device(d.type()).str(); };
  TENGEN_CHECK(state.device.type() == device.type(), "Expected a '", name(device),
               "' device type for generator but got '", name(state.device), "'");
}

}  // namespace

Generator generator_for(const Device& device, const std::optional<Generator>& given) {
  if (!given || !given->defined()) return default_generator(device);
  require_type(given->impl(), device);
  return *given;
}

MersenneTwister& mersenne_twister(const Generator& generator) {
  require_type(generator.impl(), kCPU);
  return static_cast<MersenneTwister&>(generator.impl());
}

void cuda::manual_seed(uint64_t seed) { default_generator(kCUDA).set_current_seed(seed); }
void cuda::manual_seed_all(uint64_t seed) { manual_seed(seed); }

}  // namespace tengen
