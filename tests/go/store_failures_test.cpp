// What happens to an SQLite store when disks are full, files are damaged or not ours:
// what was stored stays, what is wrong is said, nothing is overwritten.
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include <doctest/doctest.h>

#include <tengen/apps/go/learn/store.h>

#include "../temporary.h"
#include "store_checks.h"

using namespace tengen::go;

namespace {

/// A file of a small tmpfs, where we may mount one.
class SmallDisk {
 public:
  explicit SmallDisk(const char* size) {
    mounted_ = ::mount("tmpfs", path().c_str(), "tmpfs", 0, ("size=" + std::string(size)).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(path().c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  std::string path() const { return folder_ / ""; }

 private:
  TemporaryFolder folder_;
  bool mounted_;
};

/// Adds games until the store refuses. Returns the error.
std::string fill(Store& store, int64_t& added) {
  const auto games = batch(1, 10);
  return error_of([&] {
    for (; added < 100'000; added += 10) store.add_games(games);
  });
}

}  // namespace

TEST_CASE("sqlite store: a full disk is said, nothing is lost, and it goes on when there is room") {
  SUBCASE("limit on pages") {
    const TemporaryFolder folder;
    auto database = open_sqlite(folder / "store.db", true);
    Database& raw = *database;
    Store store(std::move(database), Store::Open::create);
    raw.run("PRAGMA max_page_count = 100");
    int64_t added = 0;
    CHECK(contains(fill(store, added), "store.db: the disk is full; what was stored before is safe"));
    CHECK(added > 20);
    CHECK(check_whole(store) == added);
    raw.run("PRAGMA max_page_count = 1000000");
    store.add_games(batch(1, 5));
    CHECK(check_whole(store) == added + 5);
  }
  SUBCASE("a file system without room") {
    const SmallDisk disk("1m");
    if (!disk.mounted()) {
      MESSAGE("skipped: may not mount a small file system");
      return;
    }
    const std::string path = disk.path() + "store.db";
    int64_t added = 0;
    {
      const auto store = Store::open(path, Store::Open::create);
      std::ofstream(disk.path() + "filler") << std::string(300'000, 'x');
      const std::string error = fill(*store, added);
      CHECK(contains(error, "the disk is full"));
      CHECK(added > 20);
      CHECK(check_whole(*store) == added);
      CHECK(fill(*store, added) == error);  // the same again: no worse state
      std::filesystem::remove(disk.path() + "filler");
      store->add_games(batch(1, 5));
    }
    CHECK(check_whole(*Store::open(path)) == added + 5);
  }
  SUBCASE("a limit on the size of files") {
    const TemporaryFolder folder;
    const std::string path = folder / "store.db";
    Store::open(path, Store::Open::create);
    const pid_t child = in_child([&] {
      ::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{300'000, 300'000};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      const auto store = Store::open(path);
      int64_t added = 0;
      const std::string error = fill(*store, added);
      TENGEN_CHECK(contains(error, "a limit on file sizes"), error);
      TENGEN_CHECK(store->counts().games == added && added > 20, added, " games");
    });
    CHECK(status_of(child) == 0);
    CHECK(check_whole(*Store::open(path)) > 20);
  }
}

TEST_CASE("sqlite store: what is no store is refused and left as it is") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& name, const std::string& why) {
    CAPTURE(name);
    const std::string before = folder.read(name);
    for (const auto how : {Store::Open::existing, Store::Open::create}) {
      const std::string error = error_of([&] { Store::open(folder / name, how); });
      CHECK(contains(error, (folder / name) + ": "));
      CHECK_MESSAGE(contains(error, why), error);
    }
    CHECK(folder.read(name) == before);
  };
  folder.write("text", std::string(5000, 'a') + "\n");
  refused("text", "is no SQLite database");
  folder.write("short", "hello");
  refused("short", "is no SQLite database");

  std::filesystem::create_directory(folder / "folder");
  CHECK(contains(error_of([&] { Store::open(folder / "folder"); }), "is a folder"));
  CHECK(contains(error_of([&] { Store::open(folder / "none"); }), "there is no such file"));
  CHECK_FALSE(std::filesystem::exists(folder / "none"));
  CHECK(contains(error_of([&] { Store::open(folder / "text/such", Store::Open::create); }),
                 "cannot be opened"));  // a folder is made for it, but not where a file is
  CHECK(contains(error_of([&] { Store::open("mysql://host/db"); }),
                 "expected a path, sqlite:PATH or postgresql://"));

  open_sqlite(folder / "other", true)->run("CREATE TABLE notes (text TEXT)");
  refused("other", "is no store of tengen-go: expected a table 'store', but got notes");
  Store::open(folder / "newer", Store::Open::create);
  open_sqlite(folder / "newer", false)->run("UPDATE store SET version = 7");
  refused("newer", "is a store of version 7, expected 1");

  const auto locked = open_sqlite(folder / "locked", true);
  Store(open_sqlite(folder / "locked", true), Store::Open::create);
  locked->run("BEGIN IMMEDIATE");
  auto hasty = open_sqlite(folder / "locked", false);
  hasty->run("PRAGMA busy_timeout = 20");
  Store store(std::move(hasty));
  CHECK(contains(error_of([&] { store.add_game(random_game(1)); }), "another program has kept it locked"));
  CHECK(store.counts().games == 0);  // reading goes on
  locked->run("ROLLBACK");
  store.add_game(random_game(1));
}

TEST_CASE("sqlite store: a file that may not be written to") {
  const TemporaryFolder folder;
  const std::string path = folder / "store.db";
  Store::open(path, Store::Open::create);
  std::filesystem::permissions(path, std::filesystem::perms(0444));
  std::filesystem::permissions(folder / "", std::filesystem::perms(0555));
  const pid_t child = in_child([&] {
    TENGEN_CHECK(::geteuid() != 0 || ::seteuid(65534) == 0, "cannot become nobody");
    const std::string error = error_of([&] { Store::open(path); });
    TENGEN_CHECK(contains(error, "may not be written to") || contains(error, "cannot be opened"), error);
  });
  CHECK(status_of(child) == 0);
  std::filesystem::permissions(folder / "", std::filesystem::perms(0755));
}

TEST_CASE("sqlite store: damaged and truncated files are an error or still right, never a crash") {
  const TemporaryFolder folder;
  const std::string path = folder / "store.db";
  const auto games = batch(3, 40);
  {
    const auto store = Store::open(path, Store::Open::create);
    store->add_games(games);
    store->add_network(1, std::string(5'000, 'n'), true);
  }
  const std::string good = folder.read("store.db");
  REQUIRE(good.size() > 50'000);  // in the file itself, no longer in its log
  const auto use = [&](const std::string& bytes) {
    for (const char* rest : {"bad.db-wal", "bad.db-shm"}) std::filesystem::remove(folder / rest);
    folder.write("bad.db", bytes);
    return error_of([&] {
      const auto store = Store::open(folder / "bad.db");
      store->check();
      const auto found = store->games_after(0, 1000);
      store->networks();
      TENGEN_CHECK(found.size() == games.size(), "games are missing");
    });
  };
  CHECK(use(good).empty());
  for (const size_t size : {good.size() / 2, good.size() - 4096, size_t(4096), size_t(100)}) {
    CAPTURE(size);
    const std::string error = use(good.substr(0, size));
    CHECK_MESSAGE((contains(error, "damaged") || contains(error, "no SQLite database")), error);
  }
  Rng rng(3);
  int found = 0;
  for (int i = 0; i < 60; ++i) {  // a block of the disk holds something else
    std::string bad = good;
    const size_t at = rng.below(uint32_t(good.size() / 512)) * 512;
    for (size_t b = at; b < at + 512; ++b) bad[b] = char(rng.below(256));
    found += !use(bad).empty();
  }
  CHECK(found > 30);  // broken structure is seen, turns have a check sum; SGF texts have neither
}

TEST_CASE("sqlite store: a damaged log gives an earlier state") {
  const TemporaryFolder folder;
  const auto store = Store::open(folder / "store.db", Store::Open::create);
  for (const GameRecord& game : batch(3, 40)) store->add_game(game);
  std::string log = folder.read("store.db-wal");  // as a crash of the machine might leave it
  REQUIRE(log.size() > 100'000);
  for (size_t i = log.size() / 2; i < log.size() / 2 + 5000; ++i) log[i] = char(i * 7);
  folder.write("crashed.db", folder.read("store.db"));
  folder.write("crashed.db-wal", log);
  const auto crashed = Store::open(folder / "crashed.db");
  const int64_t games = check_whole(*crashed);
  CHECK(games > 5);
  CHECK(games < 35);
  crashed->add_game(random_game(1));
  CHECK(check_whole(*crashed) == games + 1);
}
