// All targets without libFuzzer: a test that needs no clang, and the maker of libFuzzer's first inputs.
//
//   fuzz_replay TARGET SECONDS [FILE|FOLDER...]   reads the seeds and the files, then mutations of them for
//   the rest of the time fuzz_replay --list                            names of the targets and the lengths
//   of inputs worth trying fuzz_replay --seeds FOLDER                    writes FOLDER/TARGET/*, the seeds,
//   and FOLDER/TARGET.dict
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <random>

#include <time.h>

#include "target.h"

using namespace tengen::fuzz;
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kLongest = 5;       // seconds of the processor for one input
constexpr long kMost = 1024 * 1024;  // KiB of the process

/// That this process has had: a busy machine makes no input slow.
double processor_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return double(used.tv_sec) + 1e-9 * double(used.tv_nsec);
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The bytes, and a file with them when the process does not survive them.
class Trial {
 public:
  explicit Trial(const Target& target)
      : target_(target),
        file_(target.name + ".input"),
        handle_(::open(file_.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644)) {
    if (handle_ < 0) wrong("cannot write " + file_);
  }
  ~Trial() {
    ::close(handle_);
    std::remove(file_.c_str());
  }

  void run(const std::string& bytes) {
    if (::pwrite(handle_, bytes.data(), bytes.size(), 0) != ssize_t(bytes.size()) ||
        ::ftruncate(handle_, off_t(bytes.size())) != 0)
      wrong("cannot write " + file_);
    const double start = processor_seconds();
    try {
      tengen::fuzz::run(target_, bytes);
    } catch (const std::exception& error) {
      bad("threw what is no tengen::Error: " + std::string(error.what()));
    }
    if (const double took = processor_seconds() - start; took > kLongest)
      bad("took " + std::to_string(took) + " seconds");
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    if (used.ru_maxrss > kMost) bad("took " + std::to_string(used.ru_maxrss / 1024) + " MB");
    ++count_;
  }
  int64_t count() const { return count_; }

 private:
  [[noreturn]] void bad(const std::string& what) const {
    wrong(target_.name + ": the input " + fs::absolute(file_).string() + " " + what);
  }
  const Target& target_;
  std::string file_;
  int handle_;
  int64_t count_ = 0;
};

/// A few changes of the kinds that libFuzzer makes.
std::string mutated(const Target& target, const std::vector<std::string>& inputs, std::mt19937_64& random) {
  const auto below = [&](size_t n) { return n ? size_t(random() % n) : 0; };
  std::string bytes = inputs[below(inputs.size())];
  for (size_t changes = 1 + below(4); changes > 0; --changes) {
    const size_t at = below(bytes.size() + 1),
                 length = 1 + below(std::min<size_t>(bytes.size() - at + 1, 16));
    switch (below(7)) {
      case 0:
        if (at < bytes.size()) bytes[at] = char(random());
        break;
      case 1:
        if (at < bytes.size()) bytes[at] ^= char(1 << below(8));
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(at, bytes.substr(below(bytes.size()), length));
        break;
      case 4:
        if (!target.words.empty()) bytes.insert(at, target.words[below(target.words.size())]);
        break;
      case 5: {  // a number at its limits
        static const uint64_t numbers[] = {0,      1,      127,        128,        255,        256,
                                           0x7fff, 0xffff, 0x7fffffff, 0xffffffff, ~0ull >> 1, ~0ull};
        const int size = 1 << below(4);
        bytes.replace(at, std::min<size_t>(bytes.size() - at, size_t(size)),
                      little(numbers[below(std::size(numbers))], size));
        break;
      }
      case 6: {  // the rest of another input
        const std::string& other = inputs[below(inputs.size())];
        bytes = bytes.substr(0, at) + other.substr(below(other.size() + 1));
        break;
      }
    }
  }
  if (bytes.size() > target.longest) bytes.resize(target.longest);
  return bytes;
}

int replay(const Target& target, double seconds, const std::vector<std::string>& paths) {
  const auto start = Clock::now();
  std::vector<std::string> inputs = target.seeds();
  inputs.emplace_back();
  Trial trial(target);
  for (const std::string& seed : inputs) trial.run(seed);
  std::vector<fs::path> files;
  for (const std::string& path : paths) {
    if (fs::is_directory(path)) {
      for (const auto& entry : fs::directory_iterator(path)) files.push_back(entry.path());
    } else if (fs::exists(path)) {
      files.push_back(path);
    }
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    trial.run(inputs.emplace_back(contents(file.string())));
    if (seconds_since(start) > seconds) break;
  }
  const int64_t read = trial.count();
  std::mt19937_64 random(1);
  while (seconds_since(start) < seconds) trial.run(mutated(target, inputs, random));
  std::printf("%s: %lld inputs and %lld mutations in %.1f s\n", target.name.c_str(), (long long)read,
              (long long)(trial.count() - read), seconds_since(start));
  return 0;
}

/// A line of libFuzzer's dictionaries.
std::string quoted(const std::string& word) {
  std::string text = "\"";
  for (const char c : word) {
    char code[8];
    std::snprintf(code, sizeof code, "\\x%02x", static_cast<unsigned char>(c));
    text += code;
  }
  return text + "\"\n";
}

void write_seeds(const fs::path& folder) {
  for (const Target& target : targets()) {
    fs::create_directories(folder / target.name);
    int number = 0;
    for (const std::string& seed : target.seeds()) {
      std::ofstream(folder / target.name / ("seed-" + std::to_string(number++)), std::ios::binary) << seed;
    }
    std::ofstream words(folder / (target.name + ".dict"));
    for (const std::string& word : target.words) words << quoted(word);
    if (!words.flush()) wrong("cannot write to " + folder.string());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  std::ranges::sort(targets(), {}, &Target::name);
  if (words.size() == 1 && words[0] == "--list") {
    for (const Target& target : targets()) std::printf("%s %zu\n", target.name.c_str(), target.longest);
    return 0;
  }
  if (words.size() == 2 && words[0] == "--seeds") return write_seeds(words[1]), 0;
  if (words.size() >= 2) {
    for (const Target& target : targets()) {
      if (target.name == words[0])
        return replay(target, std::atof(words[1].c_str()), {words.begin() + 2, words.end()});
    }
  }
  std::fprintf(stderr, "usage: fuzz_replay TARGET SECONDS [FILE|FOLDER...] | --list | --seeds FOLDER\n");
  return 2;
}
