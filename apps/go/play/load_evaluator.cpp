#include <tengen/apps/go/play/load_evaluator.h>
#include <tengen/tensor/error.h>

namespace tengen::go {

std::shared_ptr<Evaluator> load_evaluator(const EvaluatorOptions& options) {
  if (options.net == "uniform") return std::make_shared<UniformEvaluator>();
  fail("no network is built in: name a file with --net");
}

}  // namespace tengen::go
