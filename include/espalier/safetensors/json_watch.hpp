#pragma once
// Looks at JSON text before it is parsed into memory, so that hostile text can be refused at no cost.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace espalier::safetensors {

/// Calls a hook for each key and value of a text; a hook refuses the text by throwing. nlohmann's own callback will not
/// do: with it, the library looks through all members of an object behind each of them.
class JsonWatch : private nlohmann::json_sax<nlohmann::json> {
 public:
  /// Text that is not JSON is passed over as far as it is: the parser that follows says what is wrong with it.
  void pass_over(std::string_view text) {
    nlohmann::json::sax_parse(text.begin(), text.end(), static_cast<nlohmann::json_sax<nlohmann::json>*>(this));
  }

 protected:
  JsonWatch() = default;
  ~JsonWatch() override = default;

  /// `depth`: how many objects and arrays stand around it.
  virtual void on_key(const std::string& key, int depth) = 0;
  /// Of every value, also of those that hold others, before what they hold.
  virtual void on_value(int depth) = 0;

 private:
  using Sax = nlohmann::json_sax<nlohmann::json>;

  bool value() {
    on_value(depth_);
    return true;
  }
  bool begin() {
    on_value(depth_++);
    return true;
  }
  bool end() {
    --depth_;
    return true;
  }

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(Sax::number_integer_t) override { return value(); }
  bool number_unsigned(Sax::number_unsigned_t) override { return value(); }
  bool number_float(Sax::number_float_t, const Sax::string_t&) override { return value(); }
  bool string(Sax::string_t&) override { return value(); }
  bool binary(Sax::binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return begin(); }
  bool end_object() override { return end(); }
  bool start_array(std::size_t) override { return begin(); }
  bool end_array() override { return end(); }
  bool key(Sax::string_t& key) override {
    on_key(key, depth_);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override { return false; }

  int depth_ = 0;
};

}  // namespace espalier::safetensors
