// A file that is written whole or not at all leaves what it replaces as its owner arranged it.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>

#include <tengen/io/file.h>
#include <tengen/tests/temporary.h>

using tengen::io::AtomicFile;
using tengen::io::InputFile;
namespace fs = std::filesystem;

namespace {

void save(const std::string& path, const std::string& text) {
  AtomicFile file("save", path);
  file.write(text);
  file.commit();
}

mode_t mode_of(const std::string& path) {
  struct stat facts {};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 07777;
}

int count_files(const TemporaryFolder& folder) {
  return int(std::distance(fs::directory_iterator(folder / ""), {}));
}

}  // namespace

TEST_CASE("devices and pipes are written to, not replaced") {
  save("/dev/null", "gone");
  CHECK(fs::is_character_file("/dev/null"));
  CHECK(contains(error_of([] { save("/dev/full", "more"); }), "save: cannot write /dev/full: No space left"));
  CHECK(fs::is_character_file("/dev/full"));

  TemporaryFolder folder;
  const std::string pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  auto reader = std::async(std::launch::async, [&] {
    std::ifstream file(pipe);
    return std::string(std::istreambuf_iterator<char>(file), {});
  });
  save(pipe, "through");
  CHECK(reader.get() == "through");
  CHECK(fs::is_fifo(pipe));
  CHECK(count_files(folder) == 1);
  CHECK(contains(error_of([&] { save(folder / "", "text"); }), "Is a directory"));
}

TEST_CASE("a pipe or a device as input is refused at once") {
  TemporaryFolder folder;
  const std::string pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const std::string& path : {pipe, std::string("/dev/zero"), folder / ""})
    CHECK(contains(error_of([&] { InputFile("load", path); }), "load: " + path + " is not a regular file"));
}

TEST_CASE("symbolic links are followed and stay") {
  TemporaryFolder folder;
  folder.write("real/a", "old");
  fs::create_symlink("real/a", folder / "link");
  fs::create_symlink("link", folder / "second");
  fs::create_symlink("real/new", folder / "dangling");
  fs::create_symlink("loop", folder / "loop");
  save(folder / "second", "new");
  save(folder / "dangling", "made");
  for (const char* link : {"link", "second", "dangling", "loop"}) CHECK(fs::is_symlink(folder / link));
  CHECK(folder.read("real/a") == "new");
  CHECK(folder.read("real/new") == "made");
  CHECK(contains(error_of([&] { save(folder / "loop", "text"); }), "Too many levels of symbolic links"));
  CHECK(fs::is_symlink(folder / "loop"));
}

TEST_CASE("mode and owner are kept, new files obey the umask") {
  TemporaryFolder folder;
  const std::string old = folder.write("old", "text");
  for (const mode_t mode : {0600, 0640, 0755}) {
    REQUIRE(::chmod(old.c_str(), mode) == 0);
    save(old, "other");
    CHECK(mode_of(old) == mode);
  }
  if (::geteuid() == 0) {
    REQUIRE(::chown(old.c_str(), 1234, 4321) == 0);
    save(old, "again");
    struct stat facts {};
    REQUIRE(::stat(old.c_str(), &facts) == 0);
    CHECK(facts.st_uid == 1234);
    CHECK(facts.st_gid == 4321);
  } else {
    REQUIRE(::chmod(old.c_str(), 0400) == 0);
    CHECK(contains(error_of([&] { save(old, "again"); }), "Permission denied"));
  }
  save(folder / "new", "text");
  const mode_t mask = ::umask(0);
  ::umask(mask);
  CHECK(mode_of(folder / "new") == (0666 & ~mask));
}

TEST_CASE("temporary files of killed processes go, those of living ones stay") {
  TemporaryFolder folder;
  const pid_t killed = ::fork();
  if (killed == 0) {
    AtomicFile file("save", folder / "weights");
    file.write("half of it");
    ::_exit(9);
  }
  REQUIRE(killed > 0);
  REQUIRE(::waitpid(killed, nullptr, 0) == killed);
  REQUIRE(count_files(folder) == 1);
  const std::string living = "other.tmp" + std::to_string(::getpid()) + "-77";
  folder.write(living, "half");
  for (const char* name :
       {"weights.tmp", "weights.tmp1", "weights.tmp-1", "weights.tmp4194303-1.txt", "a.tmp0-0"})
    folder.write(name, "somebody else's");
  save(folder / "results", "text");
  CHECK(count_files(folder) == 7);
  CHECK(folder.read(living) == "half");
  // A lock shows that the writer lives, in another container for example.
  TemporaryFolder second;
  const std::string locked = second.write("a.tmp" + std::to_string(killed) + "-0", "half");
  const int handle = ::open(locked.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::flock(handle, LOCK_EX) == 0);
  save(second / "b", "text");
  CHECK(fs::exists(locked));
  ::close(handle);
}
