// tengen-go: plays Go, and teaches itself to.
#include <cstdio>
#include <exception>
#include <new>

#include <tengen/apps/common/device.h>
#include <tengen/apps/common/output.h>
#include <tengen/apps/go/commands/commands.h>
#include <tengen/tensor/version.h>

namespace tengen::go {
namespace {

int run(int argc, char** argv) {
  CLI::App app{"Plays Go, and teaches itself to", "tengen-go"};
  app.set_version_flag("--version", "tengen-go " TENGEN_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  add_gtp_command(app);
  add_analyze_command(app);
  add_match_command(app);
  add_train_command(app);
  add_role_commands(app);
  add_sgf_command(app);
  add_bench_command(app);

  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::RuntimeError& error) {  // a command's own exit status
    return error.get_exit_code();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const apps::DeviceError& error) {
    std::fprintf(stderr, "tengen-go: %s\n", error.what());
    return 2;
  } catch (const std::bad_alloc&) {
    std::fputs("tengen-go: out of memory\n", stderr);
    return 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tengen-go: %s\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace tengen::go

int main(int argc, char** argv) {
  tengen::apps::hold_standard_streams();
  return tengen::apps::finish_output("tengen-go", tengen::go::run(argc, argv));
}
