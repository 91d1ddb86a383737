#pragma once
// Adds columns to a table by a function from item to value.
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "espalier/h5/table.hpp"

namespace espalier::store {

template <class Item>
class ColumnAdder {
 public:
  ColumnAdder(h5::Table& table, const std::vector<Item>& items) : table_(table), items_(items) {}
  template <class Of>
  void texts(const std::string& name, Of of) {
    add<std::string_view>(name, of);
  }
  template <class Of>
  void integers(const std::string& name, Of of) {
    add<std::int64_t>(name, of);
  }
  template <class Of>
  void reals(const std::string& name, Of of) {
    add<double>(name, of);
  }

 private:
  template <class Value, class Of>
  void add(const std::string& name, Of& of) {
    std::vector<Value> column;
    column.reserve(items_.size());
    for (const Item& item : items_) column.push_back(static_cast<Value>(of(item)));
    table_.add(name, std::move(column));
  }

  h5::Table& table_;
  const std::vector<Item>& items_;
};

}  // namespace espalier::store
