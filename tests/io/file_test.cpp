// AtomicFile: the old file or the new one, and nothing left behind.
#include <doctest/doctest.h>

#include <sys/stat.h>

#include <tengen/io/file.h>
#include <tengen/tests/temporary.h>

using tengen::io::AtomicFile;
using tengen::io::InputFile;

namespace {

int count_files(const TemporaryFolder& folder) {
  return int(std::distance(std::filesystem::directory_iterator(folder / ""), {}));
}

}  // namespace

TEST_CASE("file: a commit replaces, without one nothing changes") {
  TemporaryFolder folder;
  folder.write("a", "old");
  {
    AtomicFile file("test", folder / "a");
    file.write("new, but never finished");
    CHECK(folder.read("a") == "old");
    CHECK(count_files(folder) == 2);
  }
  CHECK(folder.read("a") == "old");
  CHECK(count_files(folder) == 1);
  {
    AtomicFile first("test", folder / "a"), second("test", folder / "a");
    first.write("first");
    second.write("second");
    first.commit();
    CHECK(folder.read("a") == "first");
    second.commit();
  }
  CHECK(folder.read("a") == "second");
  CHECK(count_files(folder) == 1);
  struct stat facts;
  REQUIRE(::stat((folder / "a").c_str(), &facts) == 0);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  CHECK((facts.st_mode & 0777) == (0666 & ~mask));
}

TEST_CASE("file: errors name the file and the reason") {
  TemporaryFolder folder;
  CHECK(contains(error_of([&] { AtomicFile("save", folder / "no/such/folder"); }), "save: cannot create "));
  CHECK(contains(error_of([&] { AtomicFile("save", folder / "no/such/folder"); }), "No such file"));
  CHECK(contains(error_of([&] { InputFile("load", folder / "absent"); }), "load: cannot open "));
  folder.write("short", "123");
  const InputFile file("load", folder / "short");
  char buffer[4];
  CHECK(contains(error_of([&] { file.read(0, buffer, 4); }), "truncated"));
  CHECK(contains(error_of([&] { file.read(-1, buffer, 1); }), "truncated"));
  CHECK(contains(error_of([&] { file.read(4, buffer, 0); }), "truncated"));
  file.read(1, buffer, 2);
  CHECK(std::string(buffer, 2) == "23");
  // A folder under the name: the rename fails, the temporary file goes.
  std::filesystem::create_directories(folder / "folder/inside");
  CHECK(contains(error_of([&] {
                   AtomicFile target("save", folder / "folder");
                   target.commit();
                 }),
                 "cannot write"));
  CHECK(count_files(folder) == 2);
}
