// The supervisor with shell scripts in the place of roles: restarts, stopping, dying; and the report.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <thread>

#include <doctest/doctest.h>

#include <tengen/apps/common/image.h>
#include <tengen/apps/common/run.h>
#include <tengen/apps/go/learn/report.h>
#include <tengen/apps/go/learn/supervisor.h>
#include <tengen/apps/go/sgf/tree.h>

#include "../temporary.h"
#include "games.h"

using namespace tengen::go;

namespace {

ChildCommand script(const std::string& name, const std::string& text) {
  return {name, {"/bin/sh", "-c", text}};
}

void pause_ms(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

/// Until `condition`, at most 10 s.
template <class Condition>
bool eventually(const Condition& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    pause_ms(10);
  }
  return false;
}

const RestartPolicy kAtOnce{0.01, 0.05, 30, 4, 0.01};

}  // namespace

TEST_CASE("supervisor: a role that dies is started again, one that is done is not") {
  const TemporaryFolder folder;
  const std::string count = folder / "count";
  Children children(
      {script("twice", "echo $$ >> " + count + "; test $(wc -l < " + count + ") = 3 && exit 0; kill -9 $$"),
       script("once", "echo out; echo err >&2")},
      folder / "", kAtOnce);
  std::string events;
  CHECK(eventually([&] {
    for (const std::string& event : children.poll()) events += event + "\n";
    return children.all_done();
  }));
  CAPTURE(events);
  CHECK(folder.read("once.log") == "out\nerr\n");
  CHECK(contains(events, "once has finished"));
  CHECK(contains(events, "twice was killed by signal 9 (Killed) after 00:00; it is started again\n"));
  CHECK(contains(events, "twice has finished"));
  const std::string starts = folder.read("count");
  CHECK(std::count(starts.begin(), starts.end(), '\n') == 3);
}

TEST_CASE("supervisor: gives a role up that keeps dying, with its last words") {
  const TemporaryFolder folder;
  Children children({script("learn", "echo first; echo 'tengen-go: no space' >&2; exit 1")}, folder / "",
                    kAtOnce);
  std::string error;
  CHECK(eventually([&] { return !(error = error_of([&] { children.poll(); })).empty(); }));
  CHECK(contains(error, "learn ended with status 1 after 00:00: tengen-go: no space (4 times in a row"));
  Children missing({{"selfplay", {"/nowhere/program"}}}, folder / "", kAtOnce);
  CHECK(eventually([&] { return !(error = error_of([&] { missing.poll(); })).empty(); }));
  CHECK(contains(error, "cannot start /nowhere/program: No such file"));
}

TEST_CASE("supervisor: waits for as long as a role says that its store is away") {
  const TemporaryFolder folder;
  const std::string count = folder / "count";
  Children children({script("learn", "echo $$ >> " + count + "; test $(wc -l < " + count +
                                         ") = 9 && exit 0; echo no server; "
                                         "exit 75")},
                    folder / "", kAtOnce);
  std::string events;
  CHECK(eventually([&] {
    for (const std::string& event : children.poll()) events += event + "\n";
    return children.all_done();
  }));
  // Told once, not every time.
  CHECK(events ==
        "learn ended with status 75 after 00:00: no server; it is started again every 0.01 s until that "
        "answers\nlearn has finished\n");
}

TEST_CASE("supervisor: roles are asked to stop, and killed when they do not") {
  const TemporaryFolder folder;
  const std::string ready = folder / "ready";
  const auto waiting = [&](const std::string& on_stop) {
    return "trap '" + on_stop + "' TERM; echo >> " + ready + "; while true; do sleep 0.05; done";
  };
  Children children({script("polite", waiting("echo written; exit 0")),
                     script("failing", waiting("echo full; exit 3")), script("deaf", waiting(""))},
                    folder / "", kAtOnce);
  children.poll();
  REQUIRE(eventually([&] { return folder.read("ready").size() == 3; }));
  const auto start = std::chrono::steady_clock::now();
  std::string events;
  for (const std::string& event : children.stop(0.3)) events += event + "\n";
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
  CAPTURE(events);
  CHECK(folder.read("polite.log") == "written\n");
  CHECK_FALSE(contains(events, "polite"));
  CHECK(contains(events, "failing ended with status 3"));
  CHECK(contains(events, "deaf did not stop"));
}

TEST_CASE("supervisor: when it is killed, its roles notice and stop") {
  const TemporaryFolder folder;
  const std::string ready = folder / "ready";
  const pid_t supervisor = ::fork();
  if (supervisor == 0) {
    Children children({script("role", "trap 'echo stopped; exit 0' TERM; echo > " + ready +
                                          "; while true; do sleep 0.05; done")},
                      folder / "", kAtOnce);
    children.poll();
    for (;;) pause_ms(1000);
  }
  REQUIRE(eventually([&] { return !folder.read("ready").empty(); }));
  ::kill(supervisor, SIGKILL);
  ::waitpid(supervisor, nullptr, 0);
  CHECK(eventually([&] { return folder.read("role.log") == "stopped\n"; }));
}

TEST_CASE("supervisor: a whole run, its report, one supervisor at a time, the end of its time") {
  const TemporaryFolder folder;
  const std::string url = folder / "store.db";
  const auto store = Store::open(url, Store::Open::create);
  store->add_network(0, "network one", true);
  for (uint64_t i = 0; i < 60; ++i) store->add_game(random_game(i));
  const std::string run = folder / "run";
  std::string second;
  SupervisorOptions options;
  options.store = url;
  options.folder = run;
  options.roles = {script("selfplay", "sleep 0.2"), script("learn", "sleep 0.1")};
  options.progress = [&](Store&) {
    if (second.empty()) {
      SupervisorOptions other = options;
      other.progress = {};
      second = error_of([&] { supervise(other); });
    }
    return 0.5;
  };
  supervise(options);
  CHECK(contains(second, "another tengen-go train is at work"));
  CHECK(folder.read("run/network.safetensors") == "network one");
  CHECK(std::filesystem::exists(run + "/games/0000050.sgf"));
  CHECK(std::filesystem::exists(run + "/curves.png"));

  options.roles = {script("selfplay", "trap 'echo stopped; exit 0' TERM; while true; do sleep 0.05; done")};
  options.seconds = 0.3;
  supervise(options);
  CHECK(folder.read("run/selfplay.log") == "stopped\n");

  options.roles.push_back(script("learn", "exit 1"));  // the others stop when one is given up
  options.restart = kAtOnce;
  options.seconds = 10;
  CHECK(contains(error_of([&] { supervise(options); }), "learn ended with status 1"));
  CHECK(folder.read("run/selfplay.log") == "stopped\nstopped\n");
}

TEST_CASE("supervisor: a damaged store is told before any role writes to it") {
  const TemporaryFolder folder;
  SupervisorOptions options;
  options.store = folder / "store.db";
  options.folder = folder / "run";
  options.roles = {script("selfplay", "echo started")};
  std::vector<GameRecord> games;
  for (uint64_t i = 0; i < 60; ++i) games.push_back(random_game(i));
  Store::open(options.store, Store::Open::create)->add_games(games);
  std::string bytes = folder.read("store.db");
  for (size_t i = bytes.size() / 2; i < bytes.size() * 3 / 4; ++i) bytes[i] = char(i);
  folder.write("store.db", bytes);
  CHECK(contains(error_of([&] { supervise(options); }), "damaged"));
  CHECK_FALSE(std::filesystem::exists(folder / "run/selfplay.log"));
  CHECK(folder.read("store.db") == bytes);
}

TEST_CASE("report: results, curves, games and the network of a store") {
  const TemporaryFolder folder;
  const auto store = Store::open(folder / "store.db", Store::Open::create);
  Report report(folder / "run");
  report.update(*store);  // of an empty store
  CHECK(contains(folder.read("run/results.csv"), "hours,step,samples"));

  std::vector<GameRecord> games;
  for (uint64_t i = 0; i < 1003; ++i) games.push_back(random_game(i, 3));
  store->add_games(games);
  store->add_network(0, "one", true);
  store->add_network(50, "two", true);
  store->add_network(100, "three", false);
  store->set_elo(1, 0);
  store->set_elo(2, 123.5);
  store->add_metrics({50, 12800, 10, 900, 3.5, 2, 0.5, NAN, 0.25, NAN, 0.002, now() + 3600});
  store->add_metrics({100, 25600, 20, 950, 3, 1.5, 0.5, NAN, 0.25, NAN, 0.001, now() + 3700});
  report.update(*store);
  const std::string csv = folder.read("run/results.csv");
  CAPTURE(csv);
  CHECK(contains(csv, ",50,12800,1003,10,900,3.5,2,0.5,,0.25,,0.002,2,1,123.5\n"));
  CHECK(contains(csv, ",100,25600,1003,20,950,3,1.5,0.5,,0.25,,0.001,3,0,\n"));
  CHECK(contains(csv, "\n0.0000,50"));  // the hour without any work does not count
  CHECK(contains(csv, "\n0.0278,100"));
  CHECK(folder.read("run/network.safetensors") == "two");
  CHECK(tengen::apps::load_image(folder / "run/curves.png").width > 1000);
  int written = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder / "run/games")) {
    int games = 0;
    sgf::read(file.path().string(), [&](const sgf::Tree&) { ++games; });
    CHECK(games == 1);
    ++written;
  }
  CHECK(written == 11);  // 1 2 5 10 20 50 100 200 500 1000 and the newest
  store->accept(3);
  report.update(*store);
  CHECK(folder.read("run/network.safetensors") == "three");
}
