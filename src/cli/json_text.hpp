#pragma once
// JSON as text that any reader takes: bytes that are no UTF-8 (of paths, or of a log) are shown as U+FFFD.
#include <nlohmann/json.hpp>
#include <string>

namespace espalier::cli {

template <class Json>
std::string json_text(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace espalier::cli
