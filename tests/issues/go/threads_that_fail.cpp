// A thread that cannot be started, or whose work throws, is an error that is told; it never ends the program.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <new>
#include <sstream>

#include <doctest/doctest.h>

#include <tengen/apps/go/play/analysis.h>
#include <tengen/apps/go/play/line_reader.h>
#include <tengen/apps/go/play/match.h>
#include <tengen/apps/go/search/threads.h>

#include "../../program.h"
#include "../../temporary.h"

using namespace tengen::go;

TEST_CASE("threads: the first failure stops the others and comes out of join") {
  std::atomic<int> told{0}, ended{0};
  Threads threads([&](std::exception_ptr) { ++told; });
  for (int i = 0; i < 3; ++i) {
    threads.start([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) std::this_thread::yield();
      ++ended;
    });
  }
  threads.start([](const std::stop_token&) { throw std::bad_alloc(); });
  CHECK_THROWS_AS(threads.join(), std::bad_alloc);
  CHECK(ended == 3);
  CHECK(told == 1);
  threads.join();  // told once

  int number = 0;
  {
    Threads more;
    more.start([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) std::this_thread::yield();
      number = 1;
    });
  }
  CHECK(number == 1);  // the destructor waits
}

TEST_CASE("line reader: what is thrown while reading comes out of next") {
  std::istringstream input("one\ntwo\n");
  LineReader reader(input, [](const std::string& line) -> bool {
    if (line == "two") throw std::bad_alloc();
    return false;
  });
  std::stop_source stop;
  CHECK_THROWS_AS(
      [&] {
        while (reader.next()) {
        }
      }(),
      std::bad_alloc);
  reader.stop_on_input(stop);
  CHECK(stop.stop_requested());
}

namespace {

class FullBuffer : public std::streambuf {
 protected:
  int overflow(int) override { return traits_type::eof(); }
};

}  // namespace

TEST_CASE("analysis: an output that takes nothing more ends it at once") {
  FullBuffer full;
  std::ostream output(&full);
  std::string line = R"({"id": "x", "boardXSize": 3, "boardYSize": 3, "moves": [], "maxVisits": 2})";
  std::istringstream input(line + "\n" + line + "\n");
  CHECK(contains(error_of([&] { run_analysis(std::make_shared<UniformEvaluator>(), {}, input, output); }),
                 "cannot write the answers"));
}

TEST_CASE("match: a report that throws comes out of the match") {
  struct Passes : Contestant {
    void new_game(const Game&) override {}
    void play(Color, Point) override {}
    std::optional<Point> genmove(Color) override { return Point(9); }
  };
  const Side side{"passes", [](int, uint64_t) { return std::make_unique<Passes>(); }};
  const Side sides[2] = {side, side};
  MatchSettings settings;
  settings.size = 3;
  settings.games = 50;
  settings.jobs = 4;
  std::atomic<int> reports{0};
  const auto report = [&](const MatchGame&, const MatchCount&) {
    ++reports;
    tengen::fail("the disk is full");
  };
  CHECK(error_of([&] { play_match(sides, settings, report); }) == "the disk is full");
  CHECK(reports < 50);
}

#if !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)  // they need more address space than any limit

TEST_CASE("a thread that the system refuses is a sentence") {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{1 << 20, 1 << 20};  // less than is in use: no new stack
    ::setrlimit(RLIMIT_AS, &limit);
    const std::string error = error_of([] {
      for (;;) start_thread([] { ::pause(); }).detach();  // the stacks of earlier threads first
    });
    ::_exit(contains(error, "cannot start a thread: ") ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);

  const std::string program = TENGEN_GO_PROGRAM;
  for (const std::string& command :
       {"echo '{}' | " + program + " analyze --net uniform --positions 1024",
        program + " match --black uniform --white uniform --size 3 --visits 1 --games 2000 --jobs 2000"}) {
    const auto outcome = run_program("ulimit -v 2000000; " + command + " >/dev/null");
    CAPTURE(command);
    CHECK(outcome.status == 1);
    CHECK(contains(outcome.text, "tengen-go: error: cannot start a thread: "));
  }
  // A search answers so, and the session goes on.
  const auto session = run_program("ulimit -v 1000000; printf 'genmove b\\nname\\n' | OMP_NUM_THREADS=1 " +
                                   program + " gtp --net uniform --threads 256 --visits 300");
  CHECK(session.status == 0);
  CHECK(contains(session.text, "? cannot start a thread: "));
  CHECK(contains(session.text, "= tengen-go\n"));
}

#endif
