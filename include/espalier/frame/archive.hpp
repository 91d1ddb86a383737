#pragma once
// The archives behind every frame: little-endian, fixed width, counts checked against the bytes left. They accept any
// value struct with a Boost.Serialization `serialize` member made of arithmetic types, enums, strings, vectors, maps,
// optionals and such structs. No pointers, no polymorphism, no class versions: the frame's version speaks for all.
#include <boost/serialization/nvp.hpp>
#include <boost/serialization/serialization.hpp>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"
#include "espalier/frame/stored.hpp"

namespace espalier::frame {

static_assert(std::endian::native == std::endian::little, "frames are written by memcpy on little-endian machines");

template <class T>
concept Scalar = std::is_arithmetic_v<T> || std::is_enum_v<T>;

/// Writes values to a growing buffer.
class Writer {
 public:
  using is_saving = std::true_type;
  using is_loading = std::false_type;

  template <class T>
  Writer& operator&(const T& value) {
    save(value);
    return *this;
  }
  template <class T>
  Writer& operator<<(const T& value) {
    return *this & value;
  }
  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  template <Scalar T>
  void save(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void save(std::string_view text) {
    save(static_cast<std::uint64_t>(text.size()));
    bytes_.append(text);
  }
  void save(const std::string& text) { save(std::string_view(text)); }
  template <class T>
  void save(const boost::serialization::nvp<T>& named) {
    save(named.const_value());
  }
  template <int N, class T>
  void save(const Stored<N, T>& field) {
    save(field.value);
  }
  template <class T>
  void save(const std::vector<T>& items) {
    save(static_cast<std::uint64_t>(items.size()));
    if constexpr (Scalar<T> && !std::is_same_v<T, bool>) {
      bytes_.append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
    } else {
      for (const auto& item : items) save(item);
    }
  }
  template <class K, class V>
  void save(const std::map<K, V>& items) {
    save(static_cast<std::uint64_t>(items.size()));
    for (const auto& [key, value] : items) {
      save(key);
      save(value);
    }
  }
  template <class T>
  void save(const std::optional<T>& item) {
    save(item.has_value());
    if (item) save(*item);
  }
  template <class T>
    requires(std::is_class_v<T>)
  void save(const T& value) {
    const_cast<T&>(value).serialize(*this, 0u);  // `serialize` reads when saving
  }

  std::string bytes_;
};

/// Reads what Writer wrote. Throws CorruptionError where bytes are missing, left over or impossible.
class Reader {
 public:
  using is_saving = std::false_type;
  using is_loading = std::true_type;

  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  Reader& operator&(T&& value) {
    load(value);
    return *this;
  }
  template <class T>
  Reader& operator>>(T&& value) {
    return *this & value;
  }
  std::size_t left() const { return rest_.size(); }

 private:
  void need(std::uint64_t bytes) const {
    if (bytes > rest_.size()) throw CorruptionError("a frame ends too early");
  }
  std::uint64_t count(std::size_t least_bytes_each) {
    std::uint64_t n = 0;
    load(n);
    if (n > rest_.size() / std::max<std::size_t>(least_bytes_each, 1)) {
      throw CorruptionError("a count in a frame exceeds the bytes that are left");
    }
    return n;
  }
  template <Scalar T>
  void load(T& value) {
    need(sizeof value);
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
  }
  void load(std::string& text) {
    const auto n = count(1);
    text.assign(rest_.data(), n);
    rest_.remove_prefix(n);
  }
  template <class T>
  void load(const boost::serialization::nvp<T>& named) {
    load(named.value());
  }
  template <int N, class T>
  void load(const Stored<N, T>& field) {
    load(field.value);
  }
  template <class T>
  void load(std::vector<T>& items) {
    if constexpr (Scalar<T> && !std::is_same_v<T, bool>) {
      items.resize(count(sizeof(T)));
      if (!items.empty()) std::memcpy(items.data(), rest_.data(), items.size() * sizeof(T));  // never from or to null
      rest_.remove_prefix(items.size() * sizeof(T));
    } else {
      const auto n = count(1);
      if (items.size() > n) items.resize(n);
      for (auto& item : items) load(item);  // memory that is there is used again
      while (items.size() < n) load(items.emplace_back());
    }
  }
  template <class K, class V>
  void load(std::map<K, V>& items) {
    const auto n = count(1);
    items.clear();
    for (std::uint64_t i = 0; i < n; ++i) {
      K key{};
      V value{};
      load(key);
      load(value);
      items.emplace(std::move(key), std::move(value));
    }
  }
  template <class T>
  void load(std::optional<T>& item) {
    bool has = false;
    load(has);
    if (!has) return item.reset();
    item.emplace();
    load(*item);
  }
  template <class T>
    requires(std::is_class_v<T>)
  void load(T& value) {
    constexpr int kDeepest =
        100;  // values that hold values of their own kind, as layers do, must not exhaust the stack
    if (depth_ == kDeepest) throw CorruptionError("a frame is nested too deeply");
    ++depth_;
    value.serialize(*this, 0u);
    --depth_;
  }

  int depth_ = 0;  ///< of structs around the one that is read
  std::string_view rest_;
};

template <class T>
std::string to_bytes(const T& value) {
  Writer writer;
  writer & value;
  return writer.take();
}

/// Throws CorruptionError if `bytes` is not exactly one T.
template <class T>
T from_bytes(std::string_view bytes) {
  Reader reader(bytes);
  T value{};
  reader & value;
  if (reader.left() != 0) throw CorruptionError("a frame holds more bytes than its type has");
  return value;
}

}  // namespace espalier::frame
