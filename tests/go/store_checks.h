// What the tests of stores share: processes that write, and whether all is there afterwards.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include <doctest/doctest.h>

#include <tengen/apps/go/learn/store.h>

#include "../temporary.h"
#include "games.h"

/// Runs `body` in a child process, which then ends without any clean-up.
template <class Body>
inline pid_t in_child(const Body& body) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  int status = 1;
  try {
    body();
    status = 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "child: %s\n", error.what());
  }
  ::_exit(status);
}

inline int status_of(pid_t child) {
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

inline std::vector<tengen::go::GameRecord> batch(uint64_t seed, int count) {
  std::vector<tengen::go::GameRecord> games;
  for (int i = 0; i < count; ++i) games.push_back(random_game(seed + uint64_t(i), 5));
  return games;
}

/// The number of games, after it was checked that they are all there and agree with the totals.
inline int64_t check_whole(tengen::go::Store& store) {
  store.check();
  int64_t games = 0, rows = 0, last = 0;
  for (;;) {
    const auto some = store.games_after(last, 100);
    if (some.empty()) break;
    for (const auto& [id, game] : some) {
      CHECK(id > last);
      last = id;
      ++games;
      rows += game.rows();
    }
  }
  CHECK(store.counts().games == games);
  CHECK(store.counts().rows == rows);
  return games;
}
