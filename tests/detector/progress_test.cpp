// Lines of progress fit the terminal, and are plain where there is none.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include <tengen/apps/common/progress.h>
#include <tengen/tests/temporary.h>

using namespace tengen::apps;

namespace {

// What `body` prints with standard output sent to a file, or to a terminal of so many columns.
template <class Body>
std::string printed(int columns, const Body& body) {
  TemporaryFolder folder;
  std::fflush(stdout);
  const int before = ::dup(STDOUT_FILENO);
  int terminal = -1, target = -1;
  if (columns > 0) {
    terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
    REQUIRE(terminal >= 0);
    REQUIRE(::grantpt(terminal) == 0);
    REQUIRE(::unlockpt(terminal) == 0);
    target = ::open(::ptsname(terminal), O_RDWR | O_NOCTTY);
    const winsize size{24, static_cast<unsigned short>(columns), 0, 0};
    ::ioctl(target, TIOCSWINSZ, &size);
  } else {
    target = ::open((folder / "out").c_str(), O_WRONLY | O_CREAT, 0600);
  }
  REQUIRE(target >= 0);
  ::dup2(target, STDOUT_FILENO);
  body();
  std::fflush(stdout);
  ::dup2(before, STDOUT_FILENO);
  ::close(before);
  if (columns == 0) {
    ::close(target);
    return folder.read("out");
  }
  ::close(target);  // then the terminal's other side ends after all that was written
  std::string text;
  char block[4096];
  for (ssize_t count; (count = ::read(terminal, block, sizeof block)) > 0;) text.append(block, size_t(count));
  ::close(terminal);
  return text;
}

// The longest line that stood on the terminal, control sequences aside.
size_t longest_line(std::string text) {
  for (size_t at; (at = text.find("\033[K")) != text.npos;) text.erase(at, 3);
  size_t longest = 0, line = 0;
  for (const char c : text) {
    line = c == '\r' || c == '\n' ? 0 : line + 1;
    longest = std::max(longest, line);
  }
  return longest;
}

const std::string kLosses = "  7/100   0.0512   0.0231   0.0109        87   640";

}  // namespace

TEST_CASE("progress: what does not fit is left out, first the bar, then the rate, then the time") {
  const ProgressState half{60, 120, 30, false};
  CHECK(progress_line("training", "img", half, 200) ==
        "training  60/120 |######      | 2.0 img/s 00:30<00:30");
  CHECK(progress_line("training", "img", half, 45) == "training  60/120 |##  | 2.0 img/s 00:30<00:30");
  CHECK(progress_line("training", "img", half, 40) == "training  60/120 2.0 img/s 00:30<00:30");
  CHECK(progress_line("training", "img", half, 32) == "training  60/120 00:30<00:30");
  CHECK(progress_line("training", "img", half, 20) == "training  60/120");
  CHECK(progress_line("training", "img", half, 5) == "train");
  CHECK(progress_line("training", "img", {120, 120, 60, true}, 200) ==
        "training  120/120 |############| 2.0 img/s 01:00");
  for (int columns = 1; columns < 140; ++columns)
    CHECK(progress_line(kLosses, "img", {1234, 5678, 3700, false}, columns).size() <= size_t(columns));
}

TEST_CASE("progress: parts that fit, in their order") {
  CHECK(fit_parts({"one", "a long second part", "", "three"}, 80) == "one  a long second part  three");
  CHECK(fit_parts({"one", "a long second part", "three"}, 12) == "one  three");
  CHECK(fit_parts({"\xc3\xa4\xc3\xb6\xc3\xbc", "x"}, 2) == "\xc3\xa4\xc3\xb6");
}

TEST_CASE("progress: a terminal's lines never wrap, the bar can be removed") {
  for (const int columns : {40, 60, 80}) {
    CAPTURE(columns);
    const std::string text = printed(columns, [] {
      CHECK(terminal_columns() >= 40);
      StatusLine line;
      line.draw(kLosses + kLosses + kLosses);
      line.draw("short");
      line.print("a line that stays");
    });
    CHECK(longest_line(text) < size_t(columns));
    CHECK(contains(text, "\r\033[Ka line that stays\r\n"));
  }
  CHECK(printed(80, [] {
          StatusLine line;
          line.draw("gone");
          line.clear();
        }) == "\rgone\033[K\r\033[K");
  CHECK(printed(80, [] { StatusLine().draw("left open"); }) == "\rleft open\033[K\r\n");
}

TEST_CASE("progress: elsewhere whole plain lines, and no bar before its end") {
  CHECK(printed(0, [] {
          StatusLine line;
          line.draw(kLosses + kLosses);
          line.draw("next");
          line.clear();
        }) == kLosses + kLosses + "\nnext\n");
  const std::string text = printed(0, [] {
    Progress progress(2, "img");
    progress.update(1, "half");
    progress.update(2, "all");
    progress.finish("done");
  });
  CHECK(text.starts_with("done  2/2 |############| "));
  CHECK(text.ends_with("\n"));
  CHECK(std::ranges::count(text, '\n') == 1);
}
