#pragma once
// The canonical text of a value struct: named fields in declaration order, fields equal to their default left out, so
// that a field added later changes no older id. Fields are written with stored<NUMBER>("name", member). Floats are
// hexadecimal.
#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "espalier/frame/archive.hpp"
#include "espalier/frame/growing_bytes.hpp"

namespace espalier::frame {

class Canonical {
 public:
  using is_saving = std::true_type;
  using is_loading = std::false_type;

  template <class T>
  static std::string text(const T& value) {
    Canonical archive;
    archive.write(value);
    return std::string(archive.out_.view());
  }
  /// SHA-256 of `before` and the text of `value`.
  template <class T>
  static Digest digest(std::string_view before, const T& value) {
    Canonical archive;
    archive.put(before);
    archive.write(value);
    return sha256(archive.out_.view());
  }

  /// Only named fields may appear directly inside a struct.
  template <class T>
  Canonical& operator&(const boost::serialization::nvp<T>& named) {
    return field(named.name(), named.const_value());
  }
  template <int N, class T>
  Canonical& operator&(const Stored<N, T>& named) {
    return field(named.name, named.value);
  }
  /// Unnamed members (of ids): the value itself.
  template <class T>
  Canonical& operator&(const T& value) {
    return field("", value);
  }

 private:
  using Texts = std::vector<std::string>;

  /// Writes `name=value;`, or nothing where the value is the default. Defaults themselves are only collected.
  template <class T>
  Canonical& field(std::string_view name, const T& value) {
    const std::size_t begin = out_.size();
    put(name);
    put('=');
    const std::size_t text_begin = out_.size();
    const std::size_t number = next_field_++;
    write(value);
    end_field(begin, text_begin, number);
    return *this;
  }
  void end_field(std::size_t begin, std::size_t text_begin, std::size_t number) {
    const std::string_view text = out_.view().substr(text_begin);
    if (collected_) collected_->emplace_back(text);
    const bool is_default = defaults_ && number < defaults_->size() && text == (*defaults_)[number];
    if (is_default) out_.set_end(out_.at(begin));
    else put(';');
  }

  template <class T>
  static Texts defaults_of() {
    Texts texts;
    Canonical archive;
    archive.collected_ = &texts;
    T value{};
    value.serialize(archive, 0u);
    return texts;
  }

  void put(char character) {
    char* end = out_.room(1);
    *end = character;
    out_.set_end(end + 1);
  }
  void put(std::string_view text) { out_.set_end(std::copy(text.begin(), text.end(), out_.room(text.size()))); }
  template <class T, class... Format>
  void put_number(T value, Format... format) {
    constexpr std::size_t kMost = 64;
    char* end = out_.room(kMost);
    out_.set_end(std::to_chars(end, end + kMost, value, format...).ptr);
  }

  template <class T>
    requires std::is_integral_v<T>
  void write(const T& value) {
    if constexpr (std::is_same_v<T, bool>) put(value ? '1' : '0');
    else put_number(value);
  }
  template <class T>
    requires std::is_enum_v<T>
  void write(const T& value) {
    put_number(static_cast<long long>(value));
  }
  template <class T>
    requires std::is_floating_point_v<T>
  void write(const T& value) {
    put_number(value, std::chars_format::hex);
  }
  void write(std::string_view value) {
    put_number(value.size());
    put('\'');
    put(value);
  }
  void write(const std::string& value) { write(std::string_view(value)); }
  template <class T>
  void write(const std::vector<T>& items) {
    put('[');
    for (const auto& item : items) {
      write(item);
      put(',');
    }
    put(']');
  }
  template <class K, class V>
  void write(const std::map<K, V>& items) {
    put('<');
    for (const auto& [key, value] : items) {
      write(key);
      put('=');
      write(value);
      put(',');
    }
    put('>');
  }
  template <class T>
  void write(const std::optional<T>& item) {
    if (item) write(*item);
    else put('-');
  }
  template <class T>
    requires(std::is_class_v<T>)
  void write(const T& value) {
    static const Texts defaults = defaults_of<T>();
    const auto outer = std::tuple(std::exchange(defaults_, &defaults), std::exchange(collected_, nullptr),
                                  std::exchange(next_field_, 0));
    put('{');
    const_cast<T&>(value).serialize(*this, 0u);
    put('}');
    std::tie(defaults_, collected_, next_field_) = outer;
  }

  GrowingBytes out_;
  const Texts* defaults_ = nullptr;  ///< of the struct being written, field by field
  Texts* collected_ = nullptr;       ///< where a default struct's texts go
  std::size_t next_field_ = 0;       ///< number of its next field, from 0
};

/// SHA-256 of the canonical text.
template <class T>
Digest canonical_digest(const T& value) {
  return Canonical::digest("", value);
}

}  // namespace espalier::frame

/// A named member inside `serialize(Archive& archive, unsigned)`.
#define ESPALIER_FIELD(member) boost::serialization::make_nvp(#member, member)
