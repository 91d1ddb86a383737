// Holds the table of random changes of training images, and puts them into words.
#include <fmt/format.h>

#include "espalier/study/train_table.hpp"
#include "study/value_range.hpp"

namespace espalier::study {
namespace {

using task::AugmentSpec;
using Set = std::function<std::optional<Problem>(AugmentSpec&, const Value&)>;
constexpr const char* kCrops = "random crops give other features each time";

Set flag(bool AugmentSpec::* field) {
  return [=](AugmentSpec& augment, const Value& value) {
    const auto read = truth_of(value);
    if (!read.problem) augment.*field = read.value;
    return read.problem;
  };
}

Set pixels(std::int32_t AugmentSpec::* field) {
  return [=](AugmentSpec& augment, const Value& value) {
    const auto read = integer_in(value, 0, 8192);
    if (!read.problem) augment.*field = static_cast<std::int32_t>(read.value);
    return read.problem;
  };
}

Set real(double AugmentSpec::* field, Range range) {
  return [=](AugmentSpec& augment, const Value& value) {
    const auto read = real_in(value, range);
    if (!read.problem) augment.*field = read.value;
    return read.problem;
  };
}

AugmentRow flip() {
  return {.key = "flip",
          .doc = {"truth value", "false", "mirror half of the images"},
          .set = flag(&AugmentSpec::flip),
          .is_on = [](const AugmentSpec& a) { return a.flip; },
          .text = [](const AugmentSpec&) -> std::string { return "flip"; },
          .in_methods = [](const AugmentSpec&) -> std::string { return "horizontal flips with probability 1/2"; }};
}

AugmentRow shifted_crop() {
  return {.key = "shifted_crop",
          .doc = {"integer", "0", "pad by so many pixels, crop back at random"},
          .set = pixels(&AugmentSpec::shifted_crop),
          .is_on = [](const AugmentSpec& a) { return a.shifted_crop > 0; },
          .text = [](const AugmentSpec& a) { return "shifted crop " + std::to_string(a.shifted_crop); },
          .in_methods =
              [](const AugmentSpec& a) { return fmt::format("crops shifted by up to {} pixels", a.shifted_crop); },
          .no_cache = kCrops};
}

AugmentRow random_resized() {
  return {.key = "random_resized",
          .doc = {"integer", "0", "side of a random resized crop; 0: off"},
          .set = pixels(&AugmentSpec::random_resized),
          .is_on = [](const AugmentSpec& a) { return a.random_resized > 0; },
          .text = [](const AugmentSpec& a) { return "random resized crop " + std::to_string(a.random_resized); },
          .in_methods =
              [](const AugmentSpec& a) { return fmt::format("random resized crops of {0}x{0}", a.random_resized); },
          .no_cache = kCrops};
}

AugmentRow centre_crop() {
  return {.key = "centre_crop",
          .doc = {"integer", "0", "side of the crop evaluation uses; 0: the whole image"},
          .set = pixels(&AugmentSpec::centre_crop),
          .is_on = [](const AugmentSpec& a) { return a.centre_crop > 0; },
          .text = [](const AugmentSpec& a) { return "centre crop " + std::to_string(a.centre_crop); },
          .draws = false};
}

AugmentRow rotation() {
  return {.key = "rotation",
          .doc = {"number", "0", "degrees, uniform in plus or minus"},
          .set = real(&AugmentSpec::rotation_degrees, {.least = 0, .most = 180}),
          .is_on = [](const AugmentSpec& a) { return a.rotation_degrees != 0; },
          .text = [](const AugmentSpec& a) { return "rotation " + to_string(Value(a.rotation_degrees)); },
          .in_methods =
              [](const AugmentSpec& a) { return fmt::format("rotations of up to {:g} degrees", a.rotation_degrees); },
          .no_cache = "random rotations give other features each time"};
}

AugmentRow translation() {
  return {.key = "translation",
          .doc = {"number", "0", "fraction of the side, uniform in plus or minus"},
          .set = real(&AugmentSpec::translation, {.least = 0, .most = 1}),
          .is_on = [](const AugmentSpec& a) { return a.translation != 0; },
          .text = [](const AugmentSpec& a) { return "translation " + to_string(Value(a.translation)); },
          .in_methods =
              [](const AugmentSpec& a) {
                return fmt::format("translations of up to {:g} % of the side", 100 * a.translation);
              },
          .no_cache = "random translations give other features each time"};
}

}  // namespace

const std::vector<AugmentRow>& augment_rows() {
  static const std::vector<AugmentRow> rows = {flip(),        shifted_crop(), random_resized(),
                                               centre_crop(), rotation(),     translation()};
  return rows;
}

std::vector<std::string> augment_names(const Study& study) {
  std::vector<std::string> names = {kNoAugment};
  for (const auto& [name, augment] : study.augments) names.push_back(name);
  return names;
}

std::optional<AugmentSpec> augment_named(const Study& study, const std::string& name) {
  if (name == kNoAugment) return AugmentSpec{};
  const auto found = study.augments.find(name);
  return found == study.augments.end() ? std::nullopt : std::optional(found->second);
}

std::string augment_text(const AugmentSpec& augment) {
  std::string text;
  for (const auto& row : augment_rows()) {
    if (row.is_on(augment)) text += (text.empty() ? "" : ", ") + row.text(augment);
  }
  return text.empty() ? kNoAugment : text;
}

std::string augment_methods(const AugmentSpec& augment) {
  std::vector<std::string> parts;
  for (const auto& row : augment_rows()) {
    if (row.in_methods && row.is_on(augment)) parts.push_back(row.in_methods(augment));
  }
  if (parts.empty()) return "none";
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  }
  return text;
}

}  // namespace espalier::study
