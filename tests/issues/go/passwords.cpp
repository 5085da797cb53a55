// A password in the name of a store is never shown.
#include <chrono>
#include <thread>

#include <doctest/doctest.h>

#include <tengen/apps/go/learn/children.h>
#include <tengen/apps/go/learn/store.h>

#include "../../program.h"
#include "../../temporary.h"

using namespace tengen::go;

TEST_CASE("no message shows a password, however the connection is written") {
  for (const std::string url : {
           "postgresql://u:SECRET@/d?host=/nowhere",
           "postgres://u:SECRET@/d?host=/nowhere&sslpassword=SECRET2",
           "postgresql://u@/d?host=/nowhere&sslpassword=SECRET&password=SECRET2",
           "postgresql://u@/d?host=/nowhere&password=SECRET&password=SECRET2",
           "postgresql://u:p%40SECRET@/d?host=/nowhere",
           "postgresql://u:SECRET%zz@/d?host=/nowhere",
           "postgresql://u:x\"SECRET\"SECRET%zz@/d?host=/nowhere",
           "postgresql://u@/d?host=/nowhere&pasword=SECRET",
           "host=/nowhere dbname=d password=SECRET",
           "  dbname = d host=/nowhere password = 'SECRET SECRET'",
           "host=/nowhere password='SECRET",
           "host=/nowhere password=SECRET\\ SECRET dbname=d",
           "pasword=SECRET host=/nowhere",
           "postgresql:/u:SECRET@h/d",
           "postgres:u:SECRET@h/d",
           "mysql://u:SECRET@h/d",
       }) {
    CAPTURE(url);
    const std::string error = error_of([&] { Store::open(url, Store::Open::create); });
    CAPTURE(error);
    CHECK_FALSE(error.empty());
    CHECK_FALSE(contains(error, "SECRET"));
    CHECK_FALSE(std::filesystem::exists(url));  // it was not taken for the name of a file
  }
}

TEST_CASE("what is no PostgreSQL connection is still a path") {
  const TemporaryFolder folder;
  for (const char* name : {"rate=0.1.db", "a:b.db", "postgres.db"}) {
    Store::open(folder / name, Store::Open::create);
    CHECK(std::filesystem::exists(folder / name));
  }
  CHECK(
      contains(error_of([] { Store::open("mysql://host/db"); }), "but got a URL that begins with 'mysql:'"));
  CHECK(contains(error_of([] { Store::open(""); }), "but got nothing"));
}

#ifdef TENGEN_POSTGRESQL
TEST_CASE("a PostgreSQL store is named without its password") {
  CHECK(contains(error_of([] { Store::open("user=u password=pw host=/nowhere port=77 dbname=d"); }),
                 "postgresql://u:***@:77/d?host=/nowhere: "));
  CHECK(contains(error_of([] { Store::open("host=/nowhere dbname=d passwort=x"); }),
                 "libpq cannot read it: invalid connection option \"***\""));
}
#endif

TEST_CASE("a child gets what others shall not see by its environment") {
  const TemporaryFolder folder;
  Children children({{"role",
                      {"/bin/sh", "-c", "echo $TENGEN_STORE; echo $HOME; tr '\\0' ' ' </proc/$$/cmdline"},
                      {"TENGEN_STORE=postgresql://u:SECRET@h/d", "HOME=/here"}}},
                    folder / "");
  for (int i = 0; i < 1000 && !children.all_done(); ++i) {
    children.poll();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const std::string log = folder.read("role.log");
  CHECK(log.starts_with("postgresql://u:SECRET@h/d\n/here\n/bin/sh -c "));
  CHECK(log.find("SECRET") == log.rfind("SECRET"));
}

TEST_CASE("the store of a command may come by the environment") {
  const TemporaryFolder folder;
  const std::string variable = "TENGEN_STORE='" + folder / "games.db" + "' ", program = TENGEN_GO_PROGRAM;
  REQUIRE(run_program(variable + program + " begin --hours 1").status == 0);
  CHECK(run_program(variable + program + " train --report --run '" + folder / "run" + "'").text ==
        "games 0 rows 0 networks 0 step 0\n");
}
