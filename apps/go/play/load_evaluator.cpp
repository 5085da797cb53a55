#include <tengen/apps/go/play/load_evaluator.h>

#include <algorithm>

#include <tengen/apps/go/net/evaluator.h>
#include <tengen/tensor/error.h>

namespace tengen::go {

std::shared_ptr<Evaluator> load_evaluator(const EvaluatorOptions& options) {
  if (options.net == "uniform") return std::make_shared<UniformEvaluator>();
  const bool built_in = options.net.empty();
  TENGEN_CHECK(!built_in || !default_network().empty(),
               "this program was built without a network: name a file with --net (or 'uniform' for none)");
  const Network network =
      built_in ? load_network_bytes(default_network(), "the built-in network") : load_network(options.net);
  network->to(options.device);
  EvaluatorSettings settings;
  using Symmetry = EvaluatorSettings::Symmetry;
  settings.symmetry = options.symmetry == "none"     ? Symmetry::none
                      : options.symmetry == "random" ? Symmetry::random
                                                     : Symmetry::average;
  settings.cache_size = options.cache;
  settings.max_batch = std::max(options.batch, settings.symmetry == Symmetry::average ? 8 : 1);
  settings.concurrency = options.threads;
  settings.seed = options.seed;
  return std::make_shared<NetEvaluator>(network, settings);
}

int only_board_size(const Evaluator& evaluator) {
  const auto* net = dynamic_cast<const NetEvaluator*>(&evaluator);
  return net ? net->config().size : 0;
}

}  // namespace tengen::go
