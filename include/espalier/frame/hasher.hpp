#pragma once
// A quick 64-bit hash of any value struct the archives can write: for looking things up while a program runs, not for
// names that are kept. Named fields can be left out, at any depth.
#include <bit>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "espalier/frame/archive.hpp"

namespace espalier::frame {

class Hasher {
 public:
  using is_saving = std::true_type;
  using is_loading = std::false_type;

  /// `left_out` must outlive it.
  explicit Hasher(std::span<const std::string_view> left_out = {}) : left_out_(left_out) {}

  template <class T>
  Hasher& operator&(const T& value) {
    add(value);
    return *this;
  }
  std::uint64_t value() const { return hash_; }

 private:
  void mix(std::uint64_t word) {
    hash_ = (hash_ ^ word) * 0x9E3779B97F4A7C15ULL;
    hash_ ^= hash_ >> 29;
  }
  template <class T>
  void add(const boost::serialization::nvp<T>& named) {
    for (const auto name : left_out_) {
      if (name == named.name()) return;
    }
    add(named.const_value());
  }
  template <int N, class T>
  void add(const Stored<N, T>& named) {
    for (const auto name : left_out_) {
      if (name == named.name) return;
    }
    add(named.value);
  }
  template <Scalar T>
  void add(const T& value) {
    if constexpr (std::is_floating_point_v<T>) mix(std::bit_cast<std::uint64_t>(static_cast<double>(value)));
    else mix(static_cast<std::uint64_t>(value));
  }
  void add(std::string_view text) { mix(std::hash<std::string_view>{}(text)); }
  void add(const std::string& text) { add(std::string_view(text)); }
  template <class T>
  void add(const std::vector<T>& items) {
    mix(items.size());
    for (const auto& item : items) add(item);
  }
  template <class T>
    requires std::is_class_v<T>
  void add(const T& value) {
    const_cast<T&>(value).serialize(*this, 0u);
  }

  std::span<const std::string_view> left_out_;
  std::uint64_t hash_ = 0;
};

}  // namespace espalier::frame
