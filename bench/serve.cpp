// The command line of a benchmark program:
//
//   PROGRAM [--threads N] [--time SECONDS] [FILTER]   a table of the cases whose names contain FILTER
//   PROGRAM --threads N --serve                       for scripts/bench: answers lines from standard input,
//       list              one line a case: name, flops, bytes; then an empty line
//       prepare NAME      makes the case's inputs and warms up; answers "ok" or "error: ..."
//       sample SECONDS    runs the body for about so long; answers the seconds of one run
//       memory            answers the peak of the resident memory so far, in bytes
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

double seconds_of(const std::function<void()>& body, int64_t runs) {
  auto start = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < runs; ++i) body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// A case that is ready to be timed.
class Prepared {
 public:
  explicit Prepared(const Case& wanted) : body_(wanted.prepare()) {
    seconds_of(body_, 1);  // the first run allocates
    double once = seconds_of(body_, 1);
    for (double spent = once; spent < 0.03; spent += once) once = seconds_of(body_, 1);
    estimate_ = once;
  }
  /// Seconds of one run, the mean over about `seconds`.
  double sample(double seconds) {
    const int64_t runs = std::max<int64_t>(1, int64_t(seconds / std::max(estimate_, 1e-9)));
    return estimate_ = seconds_of(body_, runs) / double(runs);
  }

 private:
  std::function<void()> body_;
  double estimate_ = 0;
};

double peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return double(usage.ru_maxrss) * 1024;
}

void serve(const Cases& cases) {
  std::unique_ptr<Prepared> current;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command, rest;
    words >> command >> std::ws;
    std::getline(words, rest);
    if (command == "list") {
      for (const Case& c : cases) std::printf("%s\t%.0f\t%.0f\n", c.name.c_str(), c.cost.flops, c.cost.bytes);
      std::printf("\n");
    } else if (command == "prepare") {
      current.reset();
      auto found = std::find_if(cases.begin(), cases.end(), [&](const Case& c) { return c.name == rest; });
      try {
        if (found == cases.end()) throw std::runtime_error("no such case");
        current = std::make_unique<Prepared>(*found);
        std::printf("ok\n");
      } catch (const std::exception& error) {
        std::string text = error.what();
        std::printf("error: %s\n", text.substr(0, text.find('\n')).c_str());
      }
    } else if (command == "sample" && current) {
      std::printf("%.9g\n", current->sample(std::atof(rest.c_str())));
    } else if (command == "memory") {
      std::printf("%.0f\n", peak_memory());
    } else {
      std::printf("error: cannot '%s'\n", line.c_str());
    }
    std::fflush(stdout);
  }
}

void table(const Cases& cases, const std::string& filter, double seconds) {
  std::printf("%-44s %12s %12s %9s %9s\n", "case", "median us", "minimum us", "GFLOP/s", "GB/s");
  for (const Case& c : cases) {
    if (c.name.find(filter) == std::string::npos) continue;
    Prepared prepared(c);
    std::vector<double> times;
    for (int i = 0; i < 9; ++i) times.push_back(prepared.sample(seconds / 9));
    std::sort(times.begin(), times.end());
    const double median = times[times.size() / 2];
    std::printf("%-44s %12.2f %12.2f", c.name.c_str(), median * 1e6, times[0] * 1e6);
    if (c.cost.flops > 0) std::printf(" %9.1f", c.cost.flops / median * 1e-9);
    if (c.cost.bytes > 0) std::printf(" %9s %9.1f", "", c.cost.bytes / median * 1e-9);
    std::printf("\n");
    std::fflush(stdout);
  }
}

}  // namespace

int run(int argc, char** argv, const Cases& cases, void (*set_threads)(int)) {
  bool serving = false;
  double seconds = 0.3;
  std::string filter;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--threads" && i + 1 < argc)
      set_threads(std::max(1, std::atoi(argv[++i])));
    else if (word == "--time" && i + 1 < argc)
      seconds = std::atof(argv[++i]);
    else if (word == "--serve")
      serving = true;
    else if (word[0] != '-' && filter.empty())
      filter = word;
    else
      return std::fprintf(stderr, "usage: %s [--threads N] [--time SECONDS] [--serve | FILTER]\n", argv[0]),
             2;
  }
  serving ? serve(cases) : table(cases, filter, seconds);
  return 0;
}

}  // namespace bench
