#include <tengen/autograd/gradcheck.h>

#include <cmath>
#include <vector>

#include <tengen/autograd/autograd.h>
#include <tengen/tensor/factories.h>
#include <tengen/tensor/kernel_view.h>
#include <tengen/tensor/random/generator.h>
#include <tengen/tensor/raw.h>

namespace tengen::autograd {
namespace {

using Numbers = std::vector<double>;

Numbers numbers_of(const Tensor& tensor) {
  const Tensor flat = raw::contiguous(raw::to(tensor, kDouble, kCPU));
  return Numbers(flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel());
}

Tensor tensor_of(const Numbers& numbers, const Tensor& like) {
  Tensor out = empty(like.sizes(), kDouble);
  std::copy(numbers.begin(), numbers.end(), out.data_ptr<double>());
  return raw::to(out, like.dtype(), like.device());
}

double dot(const Numbers& a, const Numbers& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// Elements of a strided tensor, by their number in C order.
class Elements {
 public:
  explicit Elements(const Tensor& tensor) : tensor_(tensor) {}
  double get(int64_t i) const { return at(i).item<double>(); }
  void set(int64_t i, double value) const {
    Tensor element = at(i);
    kernels(element).fill(view_of(element), value, 0);
  }

 private:
  // A 0-dim view without history.
  Tensor at(int64_t i) const {
    int64_t offset = tensor_.storage_offset();
    for (int64_t d = tensor_.dim() - 1; d >= 0; --d) {
      offset += i % tensor_.size(d) * tensor_.stride(d);
      i /= tensor_.size(d);
    }
    return Tensor(
        make_intrusive<TensorImpl>(tensor_.storage(), tensor_.dtype(), DimVector(), DimVector(), offset));
  }
  const Tensor& tensor_;
};

class Checker {
 public:
  Checker(const CheckedFunction& function, const variable_list& inputs, const GradcheckOptions& options)
      : function_(function), inputs_(inputs), options_(options), generator_(make_generator(options.seed)) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      const Tensor& x = inputs[i];
      if (!x.defined() || !x.requires_grad()) continue;
      TENGEN_CHECK(x.dtype() == kDouble || x.dtype() == kFloat, "gradcheck: input ", i, " has type ",
                   x.dtype(), ", expected Double");
      for (int64_t d = 0; d < x.dim(); ++d)
        TENGEN_CHECK(x.stride(d) != 0 || x.size(d) <= 1, "gradcheck: input ", i,
                     " has elements that share memory (it was expanded); clone() it before");
      differentiable_.push_back(i);
    }
    TENGEN_CHECK(!differentiable_.empty(),
                 "gradcheck expects at least one input tensor to require gradient, but none of them does");
  }

  void check() {
    variable_list outputs = function_(inputs_);
    variable_list checked;
    for (const Tensor& out : outputs)
      if (out.defined() && out.requires_grad()) checked.push_back(out);
    if (checked.empty()) {
      // Then the function must be constant around the inputs.
      for (size_t k = 0; k < outputs.size(); ++k)
        for (size_t i : differentiable_)
          if (is_floating_point(outputs[k].dtype()))
            compare(Numbers(1, 0.0),
                    {slope(i, k, random_unit(inputs_[i].numel()), Numbers(outputs[k].numel(), 1.0))}, i, k,
                    options_.atol);
      return;
    }
    for (size_t k = 0; k < outputs.size(); ++k) {
      if (!outputs[k].defined() || !outputs[k].requires_grad()) continue;
      check_zero_cotangent(outputs[k]);
      for (size_t i : differentiable_) {
        if (options_.fast_mode)
          check_fast(i, k);
        else
          check_jacobian(i, k);
      }
    }
    if (options_.check_undefined_grad && checked.size() > 1) check_undefined(outputs);
  }

 private:
  Numbers random_unit(int64_t n) {
    Numbers out(n);
    for (double& v : out) v = generator_.normal();
    double norm = std::sqrt(dot(out, out));
    for (double& v : out) v /= norm > 0 ? norm : 1;
    return out;
  }

  Numbers evaluate(size_t k) {
    NoGradGuard guard;
    return numbers_of(function_(inputs_)[k]);
  }

  // (f(x + eps u) - f(x - eps u)) / (2 eps) of output k, along u in input i.
  Numbers difference(size_t i, size_t k, const Numbers& direction) {
    Elements elements(inputs_[i]);
    Numbers original = numbers_of(inputs_[i]);
    auto shift = [&](double by) {
      for (size_t e = 0; e < direction.size(); ++e)
        if (direction[e] != 0) elements.set(int64_t(e), original[e] + by * direction[e]);
    };
    shift(options_.eps);
    Numbers plus = evaluate(k);
    shift(-options_.eps);
    Numbers minus = evaluate(k);
    shift(0);
    TENGEN_CHECK(plus.size() == minus.size(), "gradcheck: the shape of output ", k, " changes when input ", i,
                 " does");
    for (size_t e = 0; e < plus.size(); ++e) plus[e] = (plus[e] - minus[e]) / (2 * options_.eps);
    return plus;
  }

  double slope(size_t i, size_t k, const Numbers& direction, const Numbers& cotangent) {
    return dot(difference(i, k, direction), cotangent);
  }

  // The gradient of input i for a cotangent of output k; zeros where the graph has none.
  Numbers gradient(size_t i, const Tensor& output, const Numbers& cotangent) {
    Tensor g = grad({output}, {inputs_[i]}, {tensor_of(cotangent, output)}, true, false, true)[0];
    if (!g.defined()) return Numbers(inputs_[i].numel(), 0.0);
    TENGEN_CHECK(g.sizes().equals(inputs_[i].sizes()) && g.dtype() == inputs_[i].dtype(),
                 "gradcheck: the gradient of input ", i, " has shape ", g.sizes(), " and type ", g.dtype(),
                 ", expected ", inputs_[i].sizes(), " and ", inputs_[i].dtype());
    return numbers_of(g);
  }

  void compare(const Numbers& analytical, const Numbers& numerical, size_t i, size_t k, double atol) {
    for (size_t e = 0; e < analytical.size(); ++e) {
      double error = std::abs(analytical[e] - numerical[e]);
      bool good = error <= atol + options_.rtol * std::abs(numerical[e]);  // false for NaN
      TENGEN_CHECK(good, "Jacobian mismatch for output ", k, " with respect to input ", i, ", entry ", e,
                   ": numerical ", numerical[e], ", analytical ", analytical[e], ", difference ", error,
                   " > ", atol, " + ", options_.rtol, " * |numerical|",
                   options_.fast_mode ? " (fast mode)" : "");
    }
  }

  void check_jacobian(size_t i, size_t k) {
    Tensor output = function_(inputs_)[k];
    int64_t rows = output.numel(), columns = inputs_[i].numel();
    std::vector<Numbers> numerical;  // one column of the Jacobian per input element
    for (int64_t c = 0; c < columns; ++c) {
      Numbers direction(columns, 0.0);
      direction[c] = 1;
      numerical.push_back(difference(i, k, direction));
    }
    for (int64_t r = 0; r < rows; ++r) {
      Numbers cotangent(rows, 0.0);
      cotangent[r] = 1;
      Numbers analytical = gradient(i, output, cotangent), row(columns);
      for (int64_t c = 0; c < columns; ++c) row[c] = numerical[c][r];
      compare(analytical, row, i, k, options_.atol);
    }
    check_determinism(i, output, random_unit(rows));
  }

  void check_fast(size_t i, size_t k) {
    Tensor output = function_(inputs_)[k];
    Numbers u = random_unit(inputs_[i].numel()), v = random_unit(output.numel());
    check_determinism(i, output, v);
    double sum_u = 0, sum_v = 0;
    for (double x : u) sum_u += std::abs(x);
    for (double x : v) sum_v += std::abs(x);
    compare({dot(gradient(i, output, v), u)}, {slope(i, k, u, v)}, i, k,
            options_.atol * std::max(1.0, sum_u * sum_v));
  }

  void check_determinism(size_t i, const Tensor& output, const Numbers& cotangent) {
    Numbers first = gradient(i, output, cotangent), second = gradient(i, output, cotangent);
    for (size_t e = 0; e < first.size(); ++e)
      TENGEN_CHECK(std::abs(first[e] - second[e]) <= options_.nondet_tol,
                   "gradcheck: backward is not reentrant: two runs differ by ",
                   std::abs(first[e] - second[e]), " > ", options_.nondet_tol, " for input ", i);
  }

  void check_zero_cotangent(const Tensor& output) {
    for (size_t i : differentiable_)
      for (double g : gradient(i, output, Numbers(output.numel(), 0.0)))
        TENGEN_CHECK(g == 0, "gradcheck: backward is not multiplied by the gradient of the output: input ", i,
                     " got ", g, " for a zero cotangent");
  }

  // One output's cotangent alone must give what it gives together with zeros for the others.
  void check_undefined(const variable_list& outputs) {
    variable_list defined;
    for (const Tensor& out : outputs)
      if (out.defined() && out.requires_grad()) defined.push_back(out);
    for (size_t k = 0; k < defined.size(); ++k) {
      variable_list cotangents;
      for (const Tensor& out : defined) cotangents.push_back(zeros_like(out));
      cotangents[k] = tensor_of(random_unit(defined[k].numel()), defined[k]);
      for (size_t i : differentiable_) {
        Tensor alone = grad({defined[k]}, {inputs_[i]}, {cotangents[k]}, true, false, true)[0];
        Tensor all = grad(defined, {inputs_[i]}, cotangents, true, false, true)[0];
        Numbers a = alone.defined() ? numbers_of(alone) : Numbers(inputs_[i].numel(), 0.0);
        Numbers b = all.defined() ? numbers_of(all) : Numbers(inputs_[i].numel(), 0.0);
        for (size_t e = 0; e < a.size(); ++e)
          TENGEN_CHECK(std::abs(a[e] - b[e]) <= options_.atol,
                       "gradcheck: undefined output gradients are not treated as zeros, for input ", i);
      }
    }
  }

  const CheckedFunction& function_;
  const variable_list& inputs_;
  GradcheckOptions options_;
  Generator generator_;
  std::vector<size_t> differentiable_;
};

}  // namespace

bool gradcheck(const CheckedFunction& function, const variable_list& inputs,
               const GradcheckOptions& options) {
  AutoGradMode recording(true);
  try {
    Checker(function, inputs, options).check();
  } catch (const Error&) {
    if (options.raise_exception) throw;
    return false;
  }
  return true;
}

bool gradgradcheck(const CheckedFunction& function, const variable_list& inputs,
                   const variable_list& grad_outputs, const GradcheckOptions& options) {
  AutoGradMode recording(true);
  variable_list outputs, cotangents = grad_outputs;
  for (const Tensor& out : function(inputs))
    if (out.defined() && out.requires_grad()) outputs.push_back(out);
  if (cotangents.empty()) {
    Generator generator = make_generator(options.seed + 1);
    for (const Tensor& out : outputs) {
      Tensor c = empty(out.sizes(), kDouble);
      for (int64_t e = 0; e < c.numel(); ++e) c.data_ptr<double>()[e] = generator.normal();
      cotangents.push_back(raw::to(c, out.dtype(), out.device()).set_requires_grad(true));
    }
  }
  size_t count = inputs.size();
  // (inputs, cotangents) -> gradients of the inputs
  CheckedFunction gradients = [&](const variable_list& all) {
    variable_list x(all.begin(), all.begin() + count), c(all.begin() + count, all.end()), wanted, y;
    for (const Tensor& input : x)
      if (input.defined() && input.requires_grad()) wanted.push_back(input);
    AutoGradMode on(true);
    for (const Tensor& out : function(x))
      if (out.defined() && out.requires_grad()) y.push_back(out);
    variable_list found = grad(y, wanted, c, true, true, true);
    for (size_t i = 0; i < found.size(); ++i)
      if (!found[i].defined()) found[i] = zeros_like(wanted[i]);
    return found;
  };
  variable_list all = inputs;
  all.insert(all.end(), cotangents.begin(), cotangents.end());
  return gradcheck(gradients, all, options);
}

}  // namespace tengen::autograd
