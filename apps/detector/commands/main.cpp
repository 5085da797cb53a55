// tengen-detect: trains, measures and runs YOLOv5-style detectors.
#include <tengen/apps/common/command_line.h>
#include <tengen/apps/detector/commands/commands.h>
#include <tengen/tensor/version.h>

int main(int argc, char** argv) {
  using namespace tengen;
  apps::Program program("tengen-detect", "Train, measure and run YOLOv5-style object detectors",
                        TENGEN_VERSION);
  detect::add_train_command(program.app());
  detect::add_val_command(program.app());
  detect::add_detect_command(program.app());
  detect::add_check_command(program.app());
  detect::add_demo_data_command(program.app());
  return program.run(argc, argv);
}
