// Tensor's methods that concern gradients.
#include <mutex>

#include <tengen/autograd/autograd.h>
#include <tengen/autograd/meta.h>
#include <tengen/autograd/strided.h>
#include <tengen/tensor/raw.h>

namespace tengen {

using autograd::AutogradMeta;
using autograd::meta;
using autograd::meta_if_any;

namespace {

// Whether a view takes its history from its base: after a write to their memory the base may have a new one.
bool follows_base(const TensorImpl& impl) {
  return impl.base && impl.write_count().last_writer && is_floating_point(impl.dtype);
}

// Guards their histories, which are derived when somebody asks: several threads may.
SmallLock histories_of_views;

}  // namespace

bool Tensor::requires_grad() const {
  auto needs = [](const TensorImpl& impl) {
    const auto* m = static_cast<const AutogradMeta*>(impl.grad_state.load(std::memory_order_acquire));
    return impl.requires_grad || (m && m->grad_fn);
  };
  // A view needs a gradient when its base does, also one that was made while nothing was recorded.
  return (is_view() && needs(*impl().base)) || needs(impl());
}

const Tensor& Tensor::set_requires_grad(bool requires_grad) const {
  TENGEN_CHECK(
      is_leaf(),
      "requires_grad: you can only change requires_grad flags of leaf variables. Use detach() to get "
      "a tensor without history.");
  raw::set_requires_grad(*this, requires_grad);
  return *this;
}

bool Tensor::is_leaf() const { return !grad_fn(); }

const Tensor& Tensor::grad() const {
  static const Tensor none;
  AutogradMeta* m = defined() ? meta_if_any(*this) : nullptr;
  return m ? m->grad_slot() : none;
}

Tensor& Tensor::mutable_grad() const { return meta(*this).grad_slot(); }

intrusive_ptr<autograd::Node> Tensor::grad_fn() const {
  if (!follows_base(impl())) {
    const AutogradMeta* m = meta_if_any(*this);
    return m ? m->grad_fn : nullptr;
  }
  const Tensor base(impl().base);
  const bool derived = base.requires_grad() && !base.is_leaf();
  const auto is_current = [&](const AutogradMeta* m) {
    return m && m->grad_fn && m->view_version == impl().version();
  };
  {
    std::lock_guard<SmallLock> lock(histories_of_views);
    const AutogradMeta* m = meta_if_any(*this);
    if (!derived || is_current(m) || (impl().requires_grad && !(m && m->grad_fn)))
      return m ? m->grad_fn : nullptr;
  }
  AutoGradMode recording(true);
  const Tensor fresh = autograd::as_strided(base, raw::geometry(*this));
  std::lock_guard<SmallLock> lock(histories_of_views);
  if (!is_current(meta_if_any(*this)))  // another thread may have been first
    autograd::set_gradient_edge(*this, meta(fresh).grad_fn, meta(fresh).output_nr);
  return meta(*this).grad_fn;
}

int64_t Tensor::output_nr() const { return meta_if_any(*this) ? meta(*this).output_nr : 0; }

void Tensor::retain_grad() const {
  TENGEN_CHECK(requires_grad(), "retain_grad: this tensor does not require a gradient");
  const auto node = grad_fn();
  AutogradMeta& m = meta(*this);
  if (!node || m.retained) return;
  auto retained = make_intrusive<autograd::RetainedGrad>();
  autograd::retain(*node, m.output_nr, retained);
  retained->grad = m.grad;
  m.retained = std::move(retained);
}

bool Tensor::retains_grad() const { return meta_if_any(*this) && meta(*this).retained; }

void Tensor::backward(const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph,
                      std::optional<TensorList> inputs) const {
  autograd::variable_list targets;
  TENGEN_CHECK(
      !inputs || !inputs->empty(),
      "backward: `inputs` argument to `backward()` cannot be empty. Leave it out to get the gradients "
      "of all leaves.");
  if (inputs) targets.assign(inputs->begin(), inputs->end());
  autograd::backward({*this}, {gradient}, retain_graph, create_graph, targets);
}

unsigned Tensor::register_hook(std::function<Tensor(Tensor)> hook) const {
  TENGEN_CHECK(requires_grad(),
               "register_hook: cannot register a hook on a tensor that doesn't require gradient");
  const auto node = grad_fn();
  AutogradMeta& m = meta(*this);
  std::lock_guard<SmallLock> lock(m.lock);
  unsigned id = m.next_hook++;
  if (node) {
    auto& extras = node->extras();
    std::lock_guard<SmallLock> node_lock(node->lock());
    extras.tensor_hooks.push_back({m.output_nr, id, std::move(hook)});
  } else {
    m.leaf_hooks.emplace_back(id, std::move(hook));
  }
  return id;
}

unsigned Tensor::register_hook(std::function<void(Tensor)> hook) const {
  return register_hook(std::function<Tensor(Tensor)>([hook = std::move(hook)](Tensor grad) {
    hook(std::move(grad));
    return Tensor();
  }));
}

void Tensor::remove_hook(unsigned position) const {
  const auto node = grad_fn();
  AutogradMeta& m = meta(*this);
  std::lock_guard<SmallLock> lock(m.lock);
  size_t removed = std::erase_if(m.leaf_hooks, [&](const auto& hook) { return hook.first == position; });
  if (auto* extras = node ? node->extras_if_any() : nullptr) {
    std::lock_guard<SmallLock> node_lock(node->lock());
    removed += std::erase_if(extras->tensor_hooks, [&](const auto& hook) {
      return hook.id == position && hook.output_nr == m.output_nr;
    });
  }
  TENGEN_CHECK(removed > 0, "remove_hook: there is no hook number ", position, " on this tensor");
}

Tensor Tensor::data() const {
  Tensor result = detach();
  result.impl_->own_write_count = make_intrusive<OwnWriteCount>();
  return result;
}

Tensor& Tensor::detach_() const {
  TENGEN_CHECK(!is_view(), "detach_: Can't detach views in-place. Use detach() instead.");
  impl_->requires_grad = false;
  if (AutogradMeta* m = meta_if_any(*this)) {
    autograd::set_gradient_edge(*this, nullptr, 0);
    m->grad = m->grad_slot();
    m->retained.reset();
  }
  return const_cast<Tensor&>(*this);
}

void Tensor::set_data(const Tensor& other) const {
  const TensorImpl& from = other.impl();
  TensorImpl& to = *impl_;
  to.storage = from.storage, to.sizes = from.sizes, to.strides = from.strides, to.offset = from.offset;
  to.numel = from.numel, to.dtype = from.dtype, to.contiguous = from.contiguous;
  to.base = nullptr;
}

}  // namespace tengen
