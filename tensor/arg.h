// Options classes: an argument with a chainable setter and getters.
#pragma once

#include <utility>

/// Declares the argument `name` of type T in an options class: options.name(value) sets it and returns the
/// options, options.name() reads it. What follows is public.
#define TENGEN_ARG(T, name)                       \
 public:                                          \
  auto name(T value)->decltype(*this) {           \
    this->name##_ = std::move(value);             \
    return *this;                                 \
  }                                               \
  const T& name() const { return this->name##_; } \
  T& name() { return this->name##_; }             \
  T name##_
