// Reads what a request says about a data set's files.
#include "data/request_json.hpp"

namespace espalier::data {

ImportSpec spec_of(const nlohmann::json& json, const nlohmann::json& files) {
  ImportSpec spec;
  spec.format = format_named(json.at("format").get<std::string>());
  spec.images = files.value("images", std::vector<std::string>());
  spec.labels = files.value("labels", std::string());
  spec.resize = json.value("resize", 0);
  spec.grey = json.value("grey", false);
  spec.rgb = json.value("rgb", false);
  spec.multi_label = json.value("multi_label", false);
  spec.max_pixels = json.value("max_pixels", task::kMaxPixels);
  spec.made = json.value("made", std::map<std::string, std::int64_t>());
  return spec;
}

std::vector<task::TransformSpec> transforms_of(const nlohmann::json& json) {
  std::vector<task::TransformSpec> transforms;
  for (const auto& one : json.at("transforms")) {
    transforms.push_back({one.at("kind").get<std::string>(), one.value("numbers", std::map<std::string, double>()),
                          one.value("words", std::map<std::string, std::string>())});
  }
  return transforms;
}

}  // namespace espalier::data
