// Input is read ahead only so far, and a line has a greatest length.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <tengen/apps/go/play/analysis.h>
#include <tengen/apps/go/play/gtp_client.h>
#include <tengen/apps/go/play/line_reader.h>

#include "../../go/gtp_fixture.h"

namespace {

/// The same line again and again, until told to end.
class Repeated : public std::streambuf {
 public:
  explicit Repeated(std::string line) : line_(std::move(line)) {}
  std::atomic<int> lines{0};
  std::atomic<bool> ended{false};

  /// Until no line was read for a while.
  void wait_until_still() const {
    for (int before = -1; before != lines;) {
      before = lines;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  }

 protected:
  int underflow() override {
    if (ended) return traits_type::eof();
    ++lines;
    setg(line_.data(), line_.data(), line_.data() + line_.size());
    return traits_type::to_int_type(line_[0]);
  }

 private:
  std::string line_;
};

}  // namespace

TEST_CASE("line reader: reads ahead so far, and stops a search all the same") {
  for (const size_t length : {size_t(2), size_t(100'000)}) {
    Repeated endless(std::string(length - 1, 'x') + "\n");
    std::istream input(&endless);
    LineReader reader(input, [](const std::string&) { return false; });
    endless.wait_until_still();
    CHECK(endless.lines <= int(LineReader::kMostLines) + 1);
    CHECK(size_t(endless.lines) * length <= LineReader::kMostBytes + 2 * length);
    std::stop_source stop;
    reader.stop_on_input(stop);
    CHECK(stop.stop_requested());
    endless.ended = true;
    int lines = 0;
    for (; reader.next(); ++lines) {
    }
    CHECK(lines == endless.lines);
  }
}

TEST_CASE("line reader: a line that is too long is told once, before its end") {
  std::istringstream input("a\n" + std::string(3 * LineReader::kLongestLine, 'x') + "\n\nb\n" +
                           std::string(LineReader::kLongestLine, 'y') + "\nc");
  LineReader reader(input, [](const std::string&) { return false; });
  CHECK(reader.next()->text == "a");
  const auto line = reader.next();
  CHECK(line->too_long);
  CHECK(line->text.size() == LineReader::kLongestLine + 1);
  CHECK(reader.next()->text == "");
  CHECK(reader.next()->text == "b");
  const auto longest = reader.next();
  CHECK_FALSE(longest->too_long);
  CHECK(longest->text.size() == LineReader::kLongestLine);
  CHECK(reader.next()->text == "c");
  CHECK_FALSE(reader.next());
}

TEST_CASE("GTP and analysis answer a line that is too long") {
  const std::string much(2 * LineReader::kLongestLine, 'x');
  CHECK(gtp_session("12 play " + much + "\nname\n") ==
        "?12 line too long: expected at most 1000000 bytes\n\n= tengen-go\n\n");
  CHECK(gtp_session("# " + much + "\nname\n") == "= tengen-go\n\n");  // a comment

  std::istringstream input(much + "\n{}\n");
  std::ostringstream output;
  run_analysis(std::make_shared<UniformEvaluator>(), {}, input, output);
  CHECK(output.str() ==
        "{\"error\":\"line too long: expected at most 1000000 bytes\"}\n"
        "{\"error\":\"missing\",\"field\":\"id\"}\n");
}

TEST_CASE("GTP: a game has a greatest length, so that undo takes a moment") {
  std::string commands = "boardsize 2\n";
  for (size_t i = 0; i < kLongestGame; ++i) commands += i % 2 ? "play w pass\n" : "play b pass\n";
  CHECK(gtp_last(commands + "play b pass\n") == "? the game has 10000 moves, and may have no more");
  CHECK(gtp_last(commands + "genmove b\n") == "? the game has 10000 moves, and may have no more");
  CHECK(gtp_last(commands + "undo\nplay b A1\n") == "=");
}

TEST_CASE("analysis: what waits for an answer is bounded") {
  struct Blocked : UniformEvaluator {
    std::atomic<bool> open{false};
    void evaluate(std::span<const Game* const>, std::span<Evaluation* const>) override {
      open.wait(false);
      tengen::fail("closed");
    }
  };
  const auto evaluator = std::make_shared<Blocked>();
  Repeated endless(R"({"id": "x", "boardXSize": 2, "boardYSize": 2, "moves": []})" + std::string("\n"));
  std::istream input(&endless);
  std::ostringstream output;
  AnalysisSettings settings;
  settings.positions = 2;
  std::thread analysis([&] { run_analysis(evaluator, settings, input, output); });
  endless.wait_until_still();
  CHECK(endless.lines > 1000);
  CHECK(endless.lines < 6000);  // 64 MB of queries, and lines
  endless.ended = true;
  evaluator->open = true;
  evaluator->open.notify_all();
  analysis.join();
  const std::string text = output.str();
  CHECK(std::count(text.begin(), text.end(), '\n') == endless.lines);
}

TEST_CASE("match: an engine whose lines or answers never end is given up") {
  const auto talk = [](const std::string& script) {
    GtpClient client("engine", "/bin/sh -c '" + script + "'", "", 20);
    return client.send("name", 20);
  };
  const std::string starts = "read a; echo =; echo; read b; ";
  try {
    talk(starts + "head -c 3000000 /dev/zero; sleep 60");
    FAIL("no error");
  } catch (const EngineError& error) {
    CHECK(error.how == "bad-answer");
    CHECK(contains(error.what(), "writes a line without an end"));
  }
  try {
    talk(starts + "echo =; yes $(head -c 50000 /dev/zero | tr \"\\0\" x)");
    FAIL("no error");
  } catch (const EngineError& error) {
    CHECK(error.how == "bad-answer");
    CHECK(contains(error.what(), "gives an answer without an end"));
  }
}
