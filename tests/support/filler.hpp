#pragma once
// Fills value structs with random values, for tests that write a struct and read it back.
#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "espalier/core/ids.hpp"
#include "espalier/core/seed.hpp"
#include "espalier/frame/stored.hpp"
#include "espalier/task/task.hpp"

namespace espalier::support {

/// Fills any value struct that frames can carry.
class Filler {
 public:
  using is_saving = std::false_type;
  using is_loading = std::true_type;
  explicit Filler(std::uint64_t seed) : random_(seed) {}

  template <class T>
  Filler& operator&(T&& value) {
    fill(value);
    return *this;
  }

 private:
  template <class T>
    requires std::is_arithmetic_v<T>
  void fill(T& value) {
    value = std::is_same_v<T, bool> ? static_cast<T>(random_.below(2))
                                    : static_cast<T>(random_.next() >> random_.below(60));
  }
  template <class T>
    requires std::is_enum_v<T>
  void fill(T& value) {
    value = static_cast<T>(random_.below(static_cast<std::uint64_t>(last_known(T{})) + 1));  // others are refused
  }
  void fill(std::string& text) {
    text.clear();
    for (auto n = random_.below(40); n > 0; --n) text += static_cast<char>(random_.next());
  }
  template <class Tag>
  void fill(HashId<Tag>& id) {
    std::string text;
    for (auto n = random_.below(ShortText::kMost + 1); n > 0; --n) text += static_cast<char>(1 + random_.below(255));
    id.hex = text;
  }
  template <int N, class T>
  void fill(const frame::Stored<N, T>& field) {
    fill(field.value);
  }
  void fill(ArtifactId& id) { fill(id.hex); }
  void fill(WorkerId& worker) { fill(worker.rank); }
  void fill(Fence& fence) {
    fill(fence.segment);
    fill(fence.attempt);
  }
  template <class T>
  void fill(std::vector<T>& items) {
    ++depth_;
    items.resize(depth_ > 5 ? 0 : random_.below(3));  // layers hold layers
    for (T& item : items) fill(item);
    --depth_;
  }
  template <class K, class V>
  void fill(std::map<K, V>& items) {
    for (auto n = random_.below(3); n > 0; --n) {
      K key{};
      fill(key);
      fill(items[key]);
    }
  }
  template <class T>
    requires(std::is_class_v<T>)
  void fill(T& value) {
    value.serialize(*this, 0u);
  }

  SplitMix64 random_;
  int depth_ = 0;
};

template <class Record>
Record filled(std::uint64_t seed) {
  Record record;
  Filler(seed) & record;
  return record;
}

}  // namespace espalier::support
