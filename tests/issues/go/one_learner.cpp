// A store has one learner at a time, from whatever folder, path or machine; networks never step backwards.
#include <csignal>
#include <functional>

#include <doctest/doctest.h>

#include "../../go/postgresql_server.h"
#include "../../go/store_checks.h"

using namespace tengen::go;

namespace {

/// A process that is the learner of the store until it is killed.
class OtherLearner {
 public:
  explicit OtherLearner(const std::string& url) {
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    process_ = in_child([&] {
      const auto store = Store::open(url);
      store->become_learner();
      [[maybe_unused]] const ssize_t written = ::write(pipe[1], "x", 1);
      for (;;) ::pause();
    });
    ::close(pipe[1]);
    char ready = 0;
    CHECK(::read(pipe[0], &ready, 1) == 1);
    ::close(pipe[0]);
  }
  ~OtherLearner() { kill(); }
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }
  pid_t process() const { return process_; }

 private:
  pid_t process_ = 0;
};

void test_one_learner(const std::string& url, const std::string& same) {
  Store::open(url, Store::Open::create);
  OtherLearner other(url);
  for (const std::string& name : {url, same}) {
    const auto store = Store::open(name);
    const std::string error = error_of([&] { store->become_learner(0.1); });
    CAPTURE(error);
    CHECK(contains(error, "another learner is at work on this store (host "));
    CHECK(contains(error, ", process " + std::to_string(other.process()) + ", since 20"));
    store->add_game(random_game(1));  // the other roles do not care
  }
  other.kill();
  const double start = now();
  {
    const auto store = Store::open(same);
    store->become_learner();
    CHECK(now() - start < 5);
    store->become_learner(0);  // it is
    CHECK(contains(error_of([&] { Store::open(url)->become_learner(0); }), "another learner"));
  }
  Store::open(url)->become_learner();  // it has ended
}

}  // namespace

TEST_CASE("one learner: SQLite") {
  const TemporaryFolder folder, run;
  const std::string link = run / "games.db";
  std::filesystem::create_symlink(folder / "store.db", link);
  test_one_learner(folder / "store.db", link);
}

#ifdef TENGEN_POSTGRESQL
TEST_CASE("one learner: PostgreSQL") {
  PostgresqlServer* server = PostgresqlServer::instance();
  if (!server) {
    MESSAGE("skipped: PostgreSQL's server is not installed, or did not start");
    return;
  }
  const std::string url = server->new_database();
  test_one_learner(url, "host=" + server->folder() + " user=tengen dbname=run1");
  Store::open(server->new_database(), Store::Open::create)->become_learner(0);  // another store, another lock
}
#endif

TEST_CASE("networks of a store never step backwards") {
  const TemporaryFolder folder;
  const auto store = Store::open(folder / "store.db", Store::Open::create);
  const auto save = [&](int64_t step) {
    const Store::NewNetwork network{step, "bytes", true};
    store->save_learner("state of step " + std::to_string(step), &network);
  };
  save(0);
  save(20);
  save(20);
  const std::string error = error_of([&] { save(10); });
  CHECK(contains(error, "there is a network of step 20 already, this one is of step 10"));
  CHECK(store->networks().size() == 3);
  CHECK(store->learner_state() == "state of step 20");
}
