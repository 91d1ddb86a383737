#pragma once
// Converts value structs with named fields (frame::stored) to JSON and back.
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "espalier/core/errors.hpp"
#include "espalier/network/layer_names.hpp"

namespace espalier::model {

using Json = nlohmann::ordered_json;

inline Json to_json(network::LayerKind kind) { return network::name_of(kind); }
inline Json to_json(network::Init init) { return network::name_of(init); }
inline void from_json(const Json& json, network::LayerKind& kind) {
  kind = network::parse_kind(json.get<std::string>());
}
inline void from_json(const Json& json, network::Init& init) { init = network::parse_init(json.get<std::string>()); }

/// Values JSON knows: numbers, truth values, text.
template <class T>
concept Plain = std::is_arithmetic_v<T> || std::is_same_v<T, std::string>;

/// Values with named fields.
template <class T>
concept Struct = std::is_same_v<T, network::LayerSpec> || std::is_same_v<T, network::UnitSpec> ||
                 std::is_same_v<T, network::NetworkSpec>;

template <Plain T>
Json to_json(const T& value) {
  return value;
}
template <Plain T>
void from_json(const Json& json, T& value) {
  value = json.get<T>();
}

template <Struct T>
Json to_json(const T& value);
template <Struct T>
void from_json(const Json& json, T& value);

template <class T>
Json to_json(const std::vector<T>& items) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(to_json(item));
  return array;
}
template <class T>
void from_json(const Json& json, std::vector<T>& items) {
  items.clear();
  for (const auto& each : json) from_json(each, items.emplace_back());
}

/// Writes every field.
class FieldSaver {
 public:
  using is_saving = std::true_type;
  using is_loading = std::false_type;
  template <int N, class T>
  FieldSaver& operator&(const frame::Stored<N, T>& field) {
    object[field.name] = to_json(field.value);
    return *this;
  }
  Json object = Json::object();
};

/// Reads the fields that are there and remembers which are known.
class FieldLoader {
 public:
  using is_saving = std::false_type;
  using is_loading = std::true_type;
  explicit FieldLoader(const Json& object) : object_(object) {}
  template <int N, class T>
  FieldLoader& operator&(const frame::Stored<N, T>& field) {
    known.insert(field.name);
    if (object_.contains(field.name)) from_json(object_.at(field.name), field.value);
    return *this;
  }
  std::set<std::string> known;

 private:
  const Json& object_;
};

template <class T>
Json all_fields(const T& value) {
  FieldSaver saver;
  const_cast<T&>(value).serialize(saver, 0u);
  return std::move(saver.object);
}

/// Fields equal to their default are left out.
template <Struct T>
Json to_json(const T& value) {
  static const Json defaults = all_fields(T{});
  const Json all = all_fields(value);
  Json object = Json::object();
  for (const auto& [key, field] : all.items()) {
    if (field != defaults.at(key)) object[key] = field;
  }
  return object;
}

template <Struct T>
void from_json(const Json& json, T& value) {
  FieldLoader loader(json);
  value.serialize(loader, 0u);
  for (const auto& [key, field] : json.items()) {
    if (!loader.known.contains(key)) throw UsageError("unknown field '" + key + "'", "in a network's description", "");
  }
}

}  // namespace espalier::model
