// A dictionary that remembers the order of insertion.
#pragma once

#include <initializer_list>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <tengen/tensor/error.h>

namespace tengen::inline api {

/// Keys and values in the order of insertion; lookup by key or by position. Iterating gives items with key()
/// and value(); *item and item-> are the value.
template <class Key, class Value>
class OrderedDict {
 public:
  class Item {
   public:
    Item(Key key, Value value) : pair_(std::move(key), std::move(value)) {}
    Value& operator*() { return pair_.second; }
    const Value& operator*() const { return pair_.second; }
    Value* operator->() { return &pair_.second; }
    const Value* operator->() const { return &pair_.second; }
    const Key& key() const { return pair_.first; }
    Value& value() { return pair_.second; }
    const Value& value() const { return pair_.second; }
    const std::pair<Key, Value>& pair() const { return pair_; }

   private:
    std::pair<Key, Value> pair_;
  };
  using Iterator = typename std::vector<Item>::iterator;
  using ConstIterator = typename std::vector<Item>::const_iterator;

  /// `key_description`: what messages call a key.
  explicit OrderedDict(std::string key_description = "Key") : key_description_(std::move(key_description)) {}
  OrderedDict(std::initializer_list<Item> items) : OrderedDict() {
    for (const Item& item : items) insert(item.key(), item.value());
  }
  explicit OrderedDict(const std::vector<std::pair<Key, Value>>& pairs) : OrderedDict() {
    for (const auto& [key, value] : pairs) insert(key, value);
  }

  const std::string& key_description() const { return key_description_; }
  size_t size() const { return items_.size(); }
  bool is_empty() const { return items_.empty(); }
  Iterator begin() { return items_.begin(); }
  Iterator end() { return items_.end(); }
  ConstIterator begin() const { return items_.begin(); }
  ConstIterator end() const { return items_.end(); }
  Item& front() { return item(0); }
  const Item& front() const { return item(0); }
  Item& back() { return item(size() - 1); }
  const Item& back() const { return item(size() - 1); }
  Item& operator[](size_t i) { return item(i); }
  const Item& operator[](size_t i) const { return item(i); }
  /// The value of a key that must be there.
  Value& operator[](const Key& key) { return const_cast<Value&>(std::as_const(*this)[key]); }
  const Value& operator[](const Key& key) const {
    const Value* value = find(key);
    TENGEN_CHECK(value, key_description_, " '", key, "' is not defined");
    return *value;
  }
  Value* find(const Key& key) { return const_cast<Value*>(std::as_const(*this).find(key)); }
  const Value* find(const Key& key) const {
    auto it = index_.find(key);
    return it == index_.end() ? nullptr : &items_[it->second].value();
  }
  bool contains(const Key& key) const { return find(key) != nullptr; }

  /// Appends a key that must be new.
  Value& insert(Key key, Value value) {
    TENGEN_CHECK(index_.emplace(key, items_.size()).second, key_description_, " '", key, "' already defined");
    return items_.emplace_back(std::move(key), std::move(value)).value();
  }
  void update(const OrderedDict& other) {
    for (const Item& item : other) insert(item.key(), item.value());
  }
  void erase(const Key& key) {
    auto it = index_.find(key);
    TENGEN_CHECK(it != index_.end(), key_description_, " '", key, "' is not defined");
    size_t at = it->second;
    index_.erase(it);
    items_.erase(items_.begin() + std::ptrdiff_t(at));
    for (auto& [_, position] : index_) position -= position > at;
  }
  void clear() { index_.clear(), items_.clear(); }
  void reserve(size_t count) { index_.reserve(count), items_.reserve(count); }

  const std::vector<Item>& items() const { return items_; }
  std::vector<Key> keys() const {
    std::vector<Key> result;
    for (const Item& item : items_) result.push_back(item.key());
    return result;
  }
  std::vector<Value> values() const {
    std::vector<Value> result;
    for (const Item& item : items_) result.push_back(item.value());
    return result;
  }
  std::vector<std::pair<Key, Value>> pairs() const {
    std::vector<std::pair<Key, Value>> result;
    for (const Item& item : items_) result.push_back(item.pair());
    return result;
  }

 private:
  const Item& item(size_t i) const {
    TENGEN_CHECK(i < size(), "Index ", i, " is out of bounds: the dictionary has ", size(), " items");
    return items_[i];
  }
  Item& item(size_t i) { return const_cast<Item&>(std::as_const(*this).item(i)); }

  std::unordered_map<Key, size_t> index_;
  std::vector<Item> items_;
  std::string key_description_;
};

}  // namespace tengen::inline api
