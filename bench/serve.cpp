// The command line of a benchmark program:
//
//   PROGRAM [OPTIONS] [FILTER]   a table of the cases whose names contain FILTER
//   PROGRAM [OPTIONS] --serve    for scripts/bench and scripts/gpu_check: answers lines from standard input,
//       list              one line a case: name, flops, bytes, kind; then an empty line
//       precision NAME    of the cases prepared from now on: float32, tf32, bf16; answers "ok"
//       prepare NAME      makes the case's inputs and warms up; answers "ok", "not offered" or "error: ..."
//       sample SECONDS    runs the body for about so long; answers the seconds of one run
//       drop              frees the case's inputs; answers "ok"
//       memory            answers the peak of the resident memory so far, in bytes
//   options: --threads N, --device cpu|cuda, --scale processor|gpu|tiny (default: as the device),
//            --precision float32|tf32|bf16, --time SECONDS (for each line of the table)
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include <tengen/bench/bench.h>

namespace bench {
namespace {

constexpr const char* kPrecisions[] = {"float32", "tf32", "bf16"};
constexpr const char* kKinds[] = {"plain", "products", "network"};
constexpr const char* kScales[] = {"processor", "gpu", "tiny"};

template <class Enum, size_t n>
Enum named(const std::string& name, const char* const (&names)[n]) {
  for (size_t i = 0; i < n; ++i)
    if (name == names[i]) return Enum(int(i));
  throw std::runtime_error("'" + name + "' is not known");
}

/// Runs without waiting between them; the last waits for all.
double seconds_of(const Program& program, const std::function<void()>& body, int64_t runs) {
  auto start = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < runs; ++i) body();
  if (program.synchronize) program.synchronize();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// A case that is ready to be timed.
class Prepared {
 public:
  Prepared(const Program& program, const Case& wanted) : program_(program), body_(wanted.prepare()) {
    seconds_of(program_, body_, 1);  // the first run allocates
    double once = seconds_of(program_, body_, 1);
    for (double spent = once; spent < 0.03; spent += once) once = seconds_of(program_, body_, 1);
    estimate_ = once;
  }
  /// Seconds of one run, the mean over about `seconds`.
  double sample(double seconds) {
    const int64_t runs = std::max<int64_t>(1, int64_t(seconds / std::max(estimate_, 1e-9)));
    return estimate_ = seconds_of(program_, body_, runs) / double(runs);
  }

 private:
  const Program& program_;
  std::function<void()> body_;
  double estimate_ = 0;
};

double peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return double(usage.ru_maxrss) * 1024;
}

bool choose(const Program& program, Precision precision, const Case& wanted) {
  if (!program.set_precision) return precision == Precision::float32;
  return program.set_precision(precision, wanted.kind);
}

void serve(const Program& program, const Cases& cases, Precision precision) {
  std::unique_ptr<Prepared> current;
  auto answer = [&](const std::string& command, const std::string& rest) -> std::string {
    char number[32];
    if (command == "precision") {
      precision = named<Precision>(rest, kPrecisions);
    } else if (command == "prepare") {
      current.reset();
      auto found = std::find_if(cases.begin(), cases.end(), [&](const Case& c) { return c.name == rest; });
      if (found == cases.end()) throw std::runtime_error("no such case");
      if (!choose(program, precision, *found)) return "not offered";
      current = std::make_unique<Prepared>(program, *found);
    } else if (command == "drop") {
      current.reset();
    } else if (command == "sample" && current) {
      return std::snprintf(number, sizeof number, "%.9g", current->sample(std::atof(rest.c_str()))), number;
    } else if (command == "memory") {
      return std::snprintf(number, sizeof number, "%.0f", peak_memory()), number;
    } else {
      throw std::runtime_error("cannot '" + command + " " + rest + "'");
    }
    return "ok";
  };
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command, rest;
    words >> command >> std::ws;
    std::getline(words, rest);
    if (command == "list") {
      for (const Case& c : cases)
        std::printf("%s\t%.0f\t%.0f\t%s\n", c.name.c_str(), c.cost.flops, c.cost.bytes, kKinds[int(c.kind)]);
      std::printf("\n");
    } else {
      try {
        std::printf("%s\n", answer(command, rest).c_str());
      } catch (const std::exception& error) {
        const std::string what = error.what(), text = what.substr(0, what.find('\n'));
        // Operators may lack the type that the precision gives their operands.
        const bool lacking = precision != Precision::float32 && text.find("not implemented") != text.npos;
        std::printf("%s\n", lacking ? "not offered" : ("error: " + text).c_str());
      }
    }
    std::fflush(stdout);
  }
}

void table(const Program& program, const Cases& cases, Precision precision, const std::string& filter,
           double seconds) {
  std::printf("%-48s %12s %12s %9s %9s\n", "case", "median us", "minimum us", "GFLOP/s", "GB/s");
  for (const Case& c : cases) {
    if (c.name.find(filter) == std::string::npos) continue;
    std::printf("%-48s", c.name.c_str());
    if (!choose(program, precision, c)) {
      std::printf(" %12s\n", "not offered");
      continue;
    }
    Prepared prepared(program, c);
    std::vector<double> times;
    for (int i = 0; i < 9; ++i) times.push_back(prepared.sample(seconds / 9));
    std::sort(times.begin(), times.end());
    const double median = times[times.size() / 2];
    std::printf(" %12.2f %12.2f", median * 1e6, times[0] * 1e6);
    if (c.cost.flops > 0) std::printf(" %9.1f", c.cost.flops / median * 1e-9);
    if (c.cost.bytes > 0) std::printf(" %9s %9.1f", "", c.cost.bytes / median * 1e-9);
    std::printf("\n");
    std::fflush(stdout);
  }
}

}  // namespace

int run(int argc, char** argv, const Program& program) {
  bool serving = false, on_cpu = true;
  double seconds = 0.3;
  std::string filter, scale;
  Precision precision = Precision::float32;
  try {
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i], value = i + 1 < argc ? argv[i + 1] : "";
      if (word == "--serve") {
        serving = true;
      } else if (word[0] != '-' && filter.empty()) {
        filter = word;
      } else if (word[0] != '-' || value.empty()) {
        throw std::runtime_error("'" + word + "' is not known or lacks its value");
      } else {
        ++i;
        if (word == "--threads")
          program.set_threads(std::max(1, std::atoi(value.c_str())));
        else if (word == "--time")
          seconds = std::atof(value.c_str());
        else if (word == "--device" && program.set_device)
          program.set_device(value), on_cpu = value == "cpu";
        else if (word == "--scale")
          scale = value;
        else if (word == "--precision")
          precision = named<Precision>(value, kPrecisions);
        else
          throw std::runtime_error("'" + word + "' is not known");
      }
    }
    if (scale.empty()) scale = on_cpu ? "processor" : "gpu";
    const Cases cases = program.cases(named<Scale>(scale, kScales));
    serving ? serve(program, cases, precision) : table(program, cases, precision, filter, seconds);
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "%s: %s\n", argv[0], error.what()), 2;
  }
  return 0;
}

}  // namespace bench
