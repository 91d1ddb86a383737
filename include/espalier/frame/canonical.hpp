#pragma once
// The canonical text of a value struct: named fields in declaration order, fields equal to their default left out, so
// that a field added later changes no older id. Fields must be written with ESPALIER_FIELD. Floats are hexadecimal.
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

namespace espalier::frame {

class Canonical {
 public:
  using is_saving = std::true_type;
  using is_loading = std::false_type;

  template <class T>
  static std::string text(const T& value) {
    Canonical archive;
    archive.write(value);
    return std::move(archive.out_);
  }

  /// Only named fields may appear directly inside a struct.
  template <class T>
  Canonical& operator&(const boost::serialization::nvp<T>& named) {
    field(named.name(), named.const_value());
    return *this;
  }
  template <int N, class T>
  Canonical& operator&(const Stored<N, T>& named) {
    field(named.name, named.value);
    return *this;
  }
  /// Unnamed members (of ids): the value itself.
  template <class T>
  Canonical& operator&(const T& value) {
    field("", value);
    return *this;
  }

 private:
  using Texts = std::vector<std::string>;

  /// Writes `name=value;`, or nothing where the value is the default. Defaults themselves are only collected.
  template <class T>
  void field(const char* name, const T& value) {
    const std::size_t begin = out_.size();
    out_.append(name).append("=");
    const std::size_t text_begin = out_.size();
    const std::size_t place = place_++;
    write(value);
    const std::string_view text = std::string_view(out_).substr(text_begin);
    if (collected_) collected_->emplace_back(text);
    const bool is_default = defaults_ && place < defaults_->size() && text == (*defaults_)[place];
    if (is_default) out_.resize(begin);
    else out_ += ';';
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

  template <class T>
    requires std::is_integral_v<T>
  void write(const T& value) {
    out_ += std::to_string(value);
  }
  template <class T>
    requires std::is_enum_v<T>
  void write(const T& value) {
    out_ += std::to_string(static_cast<long long>(value));
  }
  template <class T>
    requires std::is_floating_point_v<T>
  void write(const T& value) {
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::hex).ptr;
    out_.append(buffer, end);
  }
  void write(std::string_view value) { out_.append(std::to_string(value.size())).append("'").append(value); }
  void write(const std::string& value) { write(std::string_view(value)); }
  template <class T>
  void write(const std::vector<T>& items) {
    out_ += '[';
    for (const auto& item : items) {
      write(item);
      out_ += ',';
    }
    out_ += ']';
  }
  template <class K, class V>
  void write(const std::map<K, V>& items) {
    out_ += '<';
    for (const auto& [key, value] : items) {
      write(key);
      out_ += '=';
      write(value);
      out_ += ',';
    }
    out_ += '>';
  }
  template <class T>
  void write(const std::optional<T>& item) {
    if (item) write(*item);
    else out_ += '-';
  }
  template <class T>
    requires(std::is_class_v<T>)
  void write(const T& value) {
    static const Texts defaults = defaults_of<T>();
    const auto outer =
        std::tuple(std::exchange(defaults_, &defaults), std::exchange(collected_, nullptr), std::exchange(place_, 0));
    out_ += '{';
    const_cast<T&>(value).serialize(*this, 0u);
    out_ += '}';
    std::tie(defaults_, collected_, place_) = outer;
  }

  std::string out_;
  const Texts* defaults_ = nullptr;  ///< of the struct being written, field by field
  Texts* collected_ = nullptr;       ///< where a default struct's texts go
  std::size_t place_ = 0;            ///< of its next field
};

/// SHA-256 of the canonical text.
template <class T>
Digest canonical_digest(const T& value) {
  return sha256(Canonical::text(value));
}

}  // namespace espalier::frame

/// A named member inside `serialize(Archive& archive, unsigned)`.
#define ESPALIER_FIELD(member) boost::serialization::make_nvp(#member, member)
