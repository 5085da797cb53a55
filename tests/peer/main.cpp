// The driver: draws every case, or those whose name begins with --only, and writes a line for each. Cases are
// run in a child process; one that dies is reported with its signal, and a new child goes on with the next
// case.
#include "peer.h"

#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

using namespace peer;

namespace {

uint64_t hash(const std::string& text) {  // FNV-1a
  uint64_t value = 14695981039346656037u;
  for (unsigned char c : text) value = (value ^ c) * 1099511628211u;
  return value;
}

struct Named {
  const Row* row;
  ScalarType type;
  std::string name;
};

void run(const Named& named, std::FILE* out) {
  Case drawn(hash(named.name));
  named.row->draw(drawn, named.type);
  torch::manual_seed(7);
  std::string result;
  try {
    result = drawn.result();
  } catch (const std::exception& error) {
    result = std::string("\tinputs throw:") + error.what();
  }
  std::fprintf(out, "%s\t%s%s\n", named.name.c_str(), drawn.text().c_str(), result.c_str());
  std::fflush(out);
}

}  // namespace

int main(int argc, char** argv) {
  std::string only, out_name = "/dev/stdout";
  int times = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!std::strcmp(argv[i], "--only")) only = argv[i + 1];
    if (!std::strcmp(argv[i], "--out")) out_name = argv[i + 1];
    if (!std::strcmp(argv[i], "--times")) times = std::atoi(argv[i + 1]);
  }
  Rows rows;
  add_pointwise_rows(rows);
  add_binary_rows(rows);
  add_reduce_rows(rows);
  add_shape_rows(rows);
  add_index_rows(rows);
  add_network_rows(rows);
  add_window_rows(rows);
  add_create_rows(rows);
  std::vector<Named> cases;
  for (const Row& row : rows)
    for (ScalarType type : row.types)
      for (int i = 0; i < row.times * times; ++i) {
        const std::string name = row.name + "/" + name_of(type) + "/" + std::to_string(i);
        if (name.compare(0, only.size(), only) == 0) cases.push_back({&row, type, name});
      }

  std::FILE* out = std::fopen(out_name.c_str(), "w");
  if (!out) return std::perror(out_name.c_str()), 2;
  auto* done = static_cast<volatile size_t*>(
      mmap(nullptr, sizeof(size_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  while (*done < cases.size()) {
    const pid_t child = fork();
    if (child == 0) {
      torch::set_num_threads(1);
      for (; *done < cases.size(); *done = *done + 1) {
        // A case that hangs is ended.
        const itimerval limit{{0, 0}, {60, 0}};
        setitimer(ITIMER_PROF, &limit, nullptr);
        alarm(600);
        run(cases[*done], out);
      }
      std::fflush(out);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (*done == cases.size()) break;
    const Named& named = cases[*done];
    Case drawn(hash(named.name));
    named.row->draw(drawn, named.type);
    std::fprintf(out, "%s\t%s\tdies:%s\n", named.name.c_str(), drawn.text().c_str(),
                 WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit");
    std::fflush(out);
    *done = *done + 1;
  }
  std::fclose(out);
}
