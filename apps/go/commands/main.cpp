// tengen-go: plays Go, and teaches itself to.
#include <tengen/apps/common/command_line.h>
#include <tengen/apps/go/commands/commands.h>
#include <tengen/apps/go/play/katago_arguments.h>
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
  std::vector<std::string> arguments = go::from_katago_arguments({argv + 1, argv + argc});
  arguments.insert(arguments.begin(), argv[0]);
  std::vector<char*> given;
  for (std::string& argument : arguments) given.push_back(argument.data());
  return program.run(int(given.size()), given.data());
}
