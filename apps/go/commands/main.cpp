// tengen-go: plays Go, and teaches itself to.
#include <tengen/apps/common/command_line.h>
#include <tengen/apps/go/commands/commands.h>
#include <tengen/tensor/version.h>

int main(int argc, char** argv) {
  using namespace tengen;
  apps::Program program("tengen-go", "Play Go, and learn it by self-play", TENGEN_VERSION);
  go::add_gtp_command(program.app());
  go::add_analyze_command(program.app());
  go::add_match_command(program.app());
  go::add_train_command(program.app());
  go::add_role_commands(program.app());
  go::add_sgf_command(program.app());
  go::add_bench_command(program.app());
  return program.run(argc, argv);
}
