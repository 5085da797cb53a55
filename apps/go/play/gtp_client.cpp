#include <tengen/apps/go/play/gtp_client.h>

#include <sstream>
#include <utility>

namespace tengen::go {
namespace {

Process::Deadline in(double seconds) {
  return std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                std::chrono::duration<double>(seconds));
}

std::string trimmed(std::string text) {
  text.erase(0, std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  return text;
}

constexpr int kMaxNoise = 100'000;         // lines outside of an answer
constexpr size_t kMaxAnswer = 10'000'000;  // bytes

}  // namespace

GtpClient::GtpClient(const std::string& name, const std::string& command_line, const std::string& log,
                     double seconds)
    : name_(name) {
  try {
    process_ = std::make_unique<Process>(split_words(command_line), log);
  } catch (const Error& error) {
    throw EngineError("died", name + ": " + error.what());
  }
  const Answer answer = send("list_commands", seconds);
  std::istringstream words(answer.success ? answer.text : std::string());
  for (std::string word; words >> word;) commands_.insert(word);
}

GtpClient::Answer GtpClient::send(const std::string& command, double seconds) {
  const Process::Deadline deadline = in(seconds);
  const auto give_up = [&](const char* how, const std::string& what) {
    process_.reset();
    throw EngineError(how, name_ + " " + what + " (at '" + command + "')");
  };
  if (!process_) throw EngineError("died", name_ + " is not running");
  const auto check = [&](Process::Status status) {
    if (status == Process::Status::timeout) give_up("timeout", "did not answer in time");
    if (status == Process::Status::closed) give_up("died", "is gone");
    if (status == Process::Status::too_long) give_up("bad-answer", "writes a line without an end");
  };
  check(process_->write(command + "\n", deadline));
  std::string line;
  int noise = 0;
  do {
    check(process_->read_line(line, deadline));
    if (++noise > kMaxNoise) give_up("bad-answer", "floods its output");
  } while (!line.starts_with('=') && !line.starts_with('?'));

  Answer answer{line[0] == '=', line.substr(std::min(line.find_first_not_of("0123456789", 1), line.size()))};
  while (true) {
    const Process::Status status = process_->read_line(line, deadline);
    if (status == Process::Status::closed) break;  // an answer without its empty line, then the end
    check(status);
    if (trimmed(line).empty()) break;
    answer.text += "\n" + line;
    if (answer.text.size() > kMaxAnswer) give_up("bad-answer", "gives an answer without an end");
  }
  answer.text = trimmed(answer.text);
  return answer;
}

void GtpClient::close(double seconds) {
  if (!process_) return;
  try {
    send("quit", seconds);
    process_->wait(in(seconds));
  } catch (const EngineError&) {  // it is killed instead
  }
  process_.reset();
}

}  // namespace tengen::go
