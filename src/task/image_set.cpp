// Names image sets and label maps by content, and checks label maps.
#include "espalier/task/image_set.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "espalier/core/errors.hpp"

namespace espalier::task {

namespace {

/// The part of a label map that can change a result.
struct Mapped {
  std::vector<std::int32_t> classes, outputs;
  std::int32_t output_count = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("classes", classes) & stored<2>("outputs", outputs) & stored<3>("output_count", output_count);
  }
};

}  // namespace

LabelMap one_output_each(std::vector<std::int32_t> classes) {
  LabelMap map;
  map.output_count = static_cast<std::int32_t>(classes.size());
  map.outputs.resize(classes.size());
  std::iota(map.outputs.begin(), map.outputs.end(), 0);
  map.classes = std::move(classes);
  return map;
}

std::string digest_of(const LabelMap& map) {
  return to_hex(frame::canonical_digest(Mapped{map.classes, map.outputs, map.output_count}), 16);
}

void check(const LabelMap& map) {
  if (map.classes.size() != map.outputs.size()) {
    throw UsageError("a label map has " + std::to_string(map.classes.size()) + " classes and " +
                         std::to_string(map.outputs.size()) + " outputs",
                     "each class needs one output", "");
  }
  std::set<std::int32_t> classes;
  for (std::size_t i = 0; i < map.classes.size(); ++i) {
    if (!classes.insert(map.classes[i]).second) {
      throw UsageError("class " + std::to_string(map.classes[i]) + " stands twice in a label map", "", "");
    }
    if (map.outputs[i] < 0 || map.outputs[i] >= map.output_count) {
      throw UsageError("a label map gives output " + std::to_string(map.outputs[i]),
                       "the network has outputs 0 to " + std::to_string(map.output_count - 1), "");
    }
  }
}

ImageSetId id_of(const ImageSetSpec& set) { return ImageSetId::of(frame::canonical_digest(set)); }

}  // namespace espalier::task
