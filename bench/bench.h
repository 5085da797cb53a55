// Benchmarks: one set of sources, built once against tengen and once against each LibTorch (bench/libtorch
// has the header that makes `#include <tengen/torch.h>` mean LibTorch). scripts/bench runs the programs side
// by side (scripts/gpu_check on a GPU): it asks each in turn for a sample of the same case, so that a machine
// whose speed drifts slows all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// What one run costs, to set a time in proportion to the machine's limits: arithmetic (multiply-adds count
/// two) or memory traffic that nobody can avoid. 0: not stated.
struct Cost {
  double flops = 0, bytes = 0;
};

/// How large the cases are: to keep a processor or a GPU busy, or just to see that the programs work.
enum class Scale { processor, gpu, tiny };

/// What float32 operands of products may be rounded to.
enum class Precision { float32, tf32, bf16 };

/// What a precision means for a case: nothing, the type of its operands, or how a network is run (autocast).
enum class Kind { plain, products, network };

struct Case {
  std::string name;  // "group/what"
  Cost cost;
  /// Makes the inputs, once, and returns the body that is timed.
  std::function<std::function<void()>()> prepare;
  Kind kind = Kind::plain;
};
using Cases = std::vector<Case>;

// Each group appends its cases.
void limits(Cases& cases);         // what this processor and its memory can do; only in tengen's program
void device_limits(Cases& cases);  // what the GPU's memory can do; only in tengen's program with CUDA
void overhead(Cases& cases);       // tiny tensors: the cost of an operator call
void memory(Cases& cases, Scale scale);  // large tensors, little arithmetic
void gemm(Cases& cases, Scale scale);
void conv(Cases& cases, Scale scale);
void detector(Cases& cases, Scale scale);  // yolov5n
void go(Cases& cases, Scale scale);        // towers

/// What a command line can ask of a program.
struct Program {
  std::function<Cases(Scale)> cases;
  void (*set_threads)(int);
  // Programs that know one device and one precision leave these out.
  void (*set_device)(const std::string& name) = nullptr;
  bool (*set_precision)(Precision precision, Kind kind) = nullptr;  // whether it is offered
  void (*synchronize)() = nullptr;                                  // waits for the device
};

/// Runs the command line of a benchmark program (serve.cpp says what it understands).
int run(int argc, char** argv, const Program& program);

}  // namespace bench
