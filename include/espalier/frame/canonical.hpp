#pragma once
// The canonical text of a value struct: named fields in declaration order, fields equal to their default left out, so
// that a field added later changes no older id. Fields must be written with ESPALIER_FIELD. Floats are hexadecimal.
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <string>
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
    fields_.emplace_back(named.name(), text(named.const_value()));
    return *this;
  }
  /// Unnamed members (of ids): the value itself.
  template <class T>
  Canonical& operator&(const T& value) {
    fields_.emplace_back("", text(value));
    return *this;
  }

 private:
  using Fields = std::vector<std::pair<const char*, std::string>>;

  template <class T>
  static Fields fields_of(const T& value) {
    Canonical archive;
    const_cast<T&>(value).serialize(archive, 0u);
    return std::move(archive.fields_);
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
  void write(const std::string& value) { out_ += std::to_string(value.size()) + "'" + value; }
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
    static const Fields defaults = fields_of(T{});
    const Fields fields = fields_of(value);
    out_ += '{';
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i < defaults.size() && fields[i] == defaults[i]) continue;
      out_ += fields[i].first;
      out_ += '=';
      out_ += fields[i].second;
      out_ += ';';
    }
    out_ += '}';
  }

  std::string out_;
  Fields fields_;
};

/// SHA-256 of the canonical text.
template <class T>
Digest canonical_digest(const T& value) {
  return sha256(Canonical::text(value));
}

}  // namespace espalier::frame

/// A named member inside `serialize(Archive& archive, unsigned)`.
#define ESPALIER_FIELD(member) boost::serialization::make_nvp(#member, member)
