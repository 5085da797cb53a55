// The controller's side of GTP: a Go engine in a child process.
#pragma once

#include <memory>
#include <set>
#include <string>

#include <tengen/apps/go/play/process.h>
#include <tengen/tensor/error.h>

namespace tengen::go {

/// An engine that died, hung, or speaks no GTP. `how` is "died", "timeout" or "bad-answer".
class EngineError : public Error {
 public:
  EngineError(std::string how, const std::string& what) : Error(what), how(std::move(how)) {}
  std::string how;
};

class GtpClient {
 public:
  struct Answer {
    bool success;
    std::string text;
  };

  /// Starts the engine and asks for its commands within `seconds`. Throws EngineError.
  GtpClient(const std::string& name, const std::string& command_line, const std::string& log, double seconds);

  /// Text outside of answers is skipped. Throws EngineError; the engine is of no use then.
  Answer send(const std::string& command, double seconds);
  /// Offered by list_commands, or the engine does not know that command.
  bool knows(const std::string& command) const { return commands_.empty() || commands_.contains(command); }
  /// Asks it to quit, kills it after `seconds`.
  void close(double seconds);

 private:
  std::string name_;
  std::unique_ptr<Process> process_;
  std::set<std::string> commands_;
};

}  // namespace tengen::go
