#include <tengen/autograd/anomaly.h>

#include <dlfcn.h>
#include <execinfo.h>

#include <cstdio>

#include <tengen/autograd/autograd.h>
#include <tengen/tensor/compute.h>
#include <tengen/tensor/demangle.h>
#include <tengen/tensor/factories.h>

namespace tengen::autograd {
namespace {

thread_local bool anomaly_mode = false;

// One line per frame: the function's name where the program exports it, else its address for addr2line.
std::string describe(const std::vector<void*>& frames) {
  std::string out;
  for (void* frame : frames) {
    Dl_info info{};
    bool known = dladdr(frame, &info) != 0;
    out += "\n    ";
    if (known && info.dli_sname) {
      out += demangled(info.dli_sname);
    } else {
      char text[64];
      std::snprintf(text, sizeof text, "address %p",
                    reinterpret_cast<void*>(static_cast<char*>(frame) -
                                            (known ? static_cast<char*>(info.dli_fbase) : nullptr)));
      out += text;
    }
    if (known && info.dli_fname) out += std::string(" in ") + info.dli_fname;
  }
  return out;
}

bool has_nan(const Tensor& t) {
  const Tensor found = compute(Unary::isnan, t, t.dtype(), kBool), any = empty({}, found.options());
  kernels(t).reduce(Reduce::Any, view_of(any), view_of(found), int(found.dim()));
  return any.item<bool>();
}

}  // namespace

bool AnomalyMode::is_enabled() { return anomaly_mode; }
void AnomalyMode::set_enabled(bool enabled) { anomaly_mode = enabled; }

void remember_backtrace(Node& node) {
  void* frames[24];
  int count = backtrace(frames, 24);
  node.extras().backtrace.assign(frames + std::min(count, 2), frames + count);
}

void check_for_nan(const Node& node, const Grads& grads) {
  for (size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined() || !is_floating_point(grads[i].dtype()) || !has_nan(grads[i])) continue;
    const NodeExtras* extras = node.extras_if_any();
    fail("Function '", node.name(), "' returned nan values in its ", i, "th output: the gradient of input ",
         i, " (shape ", grads[i].sizes(), ") of the forward operator '", node.op_name(), "' (node ",
         node.sequence_nr(), ")",
         extras && !extras->backtrace.empty()
             ? ", which ran at:" + describe(extras->backtrace)
             : ", recorded while anomaly mode was off: enable it before the forward pass to see where");
  }
}

}  // namespace tengen::autograd
