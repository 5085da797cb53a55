#include <tengen/tensor/random.h>

#include <cstring>
#include <random>

#include <tengen/tensor/cuda.h>
#include <tengen/tensor/error.h>
#include <tengen/tensor/generator_state.h>

namespace tengen {
namespace {

// The bytes of torch.get_rng_state().
struct StateBytes {
  uint64_t seed;
  int32_t left, seeded;
  uint64_t next;
  uint64_t words[GeneratorState::kWords];
  double normal_x, normal_y, normal_rho;  // of these only y is used: the second normal number
  int32_t normal_is_valid, padding1;
  float next_float_normal;
  uint8_t next_float_normal_is_valid, padding2[3];
};
static_assert(sizeof(StateBytes) == 5056);

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

std::string Generator::state() const {
  const GeneratorState& from = impl();
  StateBytes bytes{};
  bytes.seed = from.seed;
  bytes.left = from.left;
  bytes.seeded = 1;
  bytes.next = from.next;
  for (int i = 0; i < GeneratorState::kWords; ++i) bytes.words[i] = from.words[i];
  bytes.normal_y = from.next_normal.value_or(0);
  bytes.normal_is_valid = from.next_normal.has_value();
  return std::string(reinterpret_cast<const char*>(&bytes), sizeof(bytes));
}

void Generator::set_state(const std::string& text) {
  StateBytes bytes;
  TENGEN_CHECK(text.size() == sizeof(bytes), "Generator::set_state: expected ", sizeof(bytes),
               " bytes but found ", text.size());
  std::memcpy(&bytes, text.data(), sizeof(bytes));
  // Words beyond 32 bits or an impossible position come from something else than state().
  bool valid = bytes.seeded == 1 && bytes.left >= 1 && bytes.left <= GeneratorState::kWords &&
               (bytes.left == 1 ? bytes.next == 0 || bytes.next == GeneratorState::kWords
                                : bytes.next + uint64_t(bytes.left) == GeneratorState::kWords + 1);
  for (uint64_t word : bytes.words) valid &= word >> 32 == 0;
  TENGEN_CHECK(valid, "Generator::set_state: these bytes are not the state of a mt19937 generator");
  GeneratorState& to = impl();
  std::lock_guard lock(to.mutex);
  to.seed = bytes.seed;
  to.left = bytes.left;
  to.next = uint32_t(bytes.next);
  for (int i = 0; i < GeneratorState::kWords; ++i) to.words[i] = uint32_t(bytes.words[i]);
  to.next_normal.reset();
  if (bytes.normal_is_valid) to.next_normal = bytes.normal_y;
}

Generator Generator::clone() const {
  Generator copy = make_generator();
  copy.set_state(state());
  return copy;
}

uint32_t Generator::random() { return impl().random(); }
uint64_t Generator::random64() { return impl().random64(); }
float Generator::uniform_float() { return impl().uniform<float>(); }
double Generator::uniform_double() { return impl().uniform<double>(); }
double Generator::normal() { return impl().normal(); }

Generator make_generator(uint64_t seed) { return Generator(make_intrusive<GeneratorState>(seed)); }

Generator default_generator() {
  // Never destroyed: threads may still draw while the program ends.
  static const Generator* generator = new Generator(make_generator());
  return *generator;
}

void manual_seed(uint64_t seed) { default_generator().set_current_seed(seed); }

namespace cuda {
void manual_seed(uint64_t) {}
void manual_seed_all(uint64_t) {}
}  // namespace cuda

}  // namespace tengen
