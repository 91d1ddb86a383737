// Prints values as a study file spells them, and parses them back.
#include "espalier/study/value.hpp"

#include <charconv>

namespace espalier::study {

std::string to_string(const Value& value) {
  struct Speller {
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const {
      char buffer[64];
      return {buffer, std::to_chars(buffer, buffer + sizeof buffer, v).ptr};
    }
    std::string operator()(const std::string& v) const { return v; }
  };
  return std::visit(Speller{}, value.held);
}

Value parse_value(const std::string& text) {
  const char* end = text.data() + text.size();
  std::int64_t integer = 0;
  if (auto [stop, error] = std::from_chars(text.data(), end, integer); error == std::errc{} && stop == end)
    return integer;
  double real = 0;
  if (auto [stop, error] = std::from_chars(text.data(), end, real); error == std::errc{} && stop == end) return real;
  if (text == "true") return true;
  if (text == "false") return false;
  return text;
}

}  // namespace espalier::study
