// Keeps the roles of a run going, tells how it goes, ends it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <tengen/apps/go/learn/children.h>
#include <tengen/apps/go/learn/store.h>

namespace tengen::go {

struct SupervisorOptions {
  std::string store;   // URL; it must exist
  std::string folder;  // for the report and the roles' logs
  std::vector<ChildCommand> roles;
  /// Fraction of the run that has passed, 0 .. 1, for the time that is left; may be empty.
  std::function<double(Store&)> progress;
  double seconds = 0;          // then everybody is asked to stop; 0: when the roles are done
  double patience = 120;       // seconds that the roles have to stop
  double report_seconds = 60;  // between two reports
  RestartPolicy restart;
};

/// Runs until all roles are done, the time is over or stop_requested() (apps/common/run.h), which needs
/// catch_interrupts(). Prints a line about the run every second on a terminal, every 30 s elsewhere. Throws
/// when a role died too often, and when another supervisor is at work in the folder. Whatever the end, the
/// roles have stopped and the report is up to date.
void supervise(const SupervisorOptions& options);

}  // namespace tengen::go
