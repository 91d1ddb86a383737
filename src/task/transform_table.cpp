// Holds the table of transforms, checks what is said of one, and works out the shapes that it makes.
#include "espalier/task/transform_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::task {
namespace {

using Type = ParameterType;

TransformParameter whole(std::string name, std::string meaning, double least, double most) {
  return {.name = std::move(name), .type = Type::whole, .meaning = std::move(meaning), .least = least, .most = most};
}

TransformParameter number(std::string name, std::string meaning, double least, double most) {
  return {.name = std::move(name), .type = Type::number, .meaning = std::move(meaning), .least = least, .most = most};
}

TransformParameter range(std::string name, std::string meaning, double least, double most) {
  return {.name = std::move(name), .type = Type::range, .meaning = std::move(meaning), .least = least, .most = most};
}

TransformParameter word(std::string name, std::string meaning, std::vector<std::string> words) {
  return {.name = std::move(name), .type = Type::word, .meaning = std::move(meaning), .words = std::move(words)};
}

TransformParameter with_default(TransformParameter parameter, double value) {
  parameter.number = value;
  return parameter;
}

TransformParameter or_absent(TransformParameter parameter, std::string absent) {
  parameter.absent = std::move(absent);
  return parameter;
}

TransformParameter seed() {
  return with_default(whole("seed", "other draws", 0, std::numeric_limits<std::int32_t>::max()), 0);
}

TransformParameter fill() { return with_default(whole("fill", "pixels that come from outside the image", 0, 255), 0); }

constexpr double kMostPixels = 8192;  ///< a side, as of `resize` of a data set

TransformRow affine() {
  auto size = with_default(range("scale", "factor of both sides", 0, 100), 1);
  size.above = true;
  return {"affine",
          "each image is turned, scaled, sheared and moved, by fixed numbers or by ones drawn for it",
          {with_default(range("rotation", "degrees, anticlockwise", -360, 360), 0), std::move(size),
           with_default(range("shear", "degrees by which the vertical leans to the right", -80, 80), 0),
           with_default(range("shift_x", "to the right, in widths of the image", -2, 2), 0),
           with_default(range("shift_y", "downwards, in heights of the image", -2, 2), 0), fill(), seed()}};
}

TransformRow scale() {
  auto factor = number("factor", "of both sides", 0, 20);
  factor.above = true;
  return {"scale",
          "the image is made smaller, or larger, about its centre",
          {std::move(factor),
           word("pad", "what surrounds a smaller one: itself mirrored, its outermost pixels stretched, or zeros",
                {"symmetric", "stretch", "zero"})}};
}

TransformRow occlude() {
  const std::string drawn = "drawn for each image";
  return {"occlude",
          "a rectangle of one value hides a part of the image: a square, or a strip over the whole of one side",
          {or_absent(whole("height", "of the rectangle, in pixels", 1, kMostPixels), "the image's"),
           or_absent(whole("width", "of the rectangle, in pixels", 1, kMostPixels), "the image's"),
           or_absent(whole("top", "row of its first pixel", 0, kMostPixels), drawn),
           or_absent(whole("left", "column of its first pixel", 0, kMostPixels), drawn),
           with_default(whole("value", "of all its pixels, in all channels", 0, 255), 0), seed()}};
}

TransformRow blend() {
  TransformParameter with{.name = "with", .type = Type::data, .meaning = "the data set of photographs"};
  return {"blend",
          "the absolute difference between the image and a part of a photograph, both drawn for each image",
          {std::move(with),
           or_absent(whole("images", "photographs that are used, from the first of the data set on", 1, 1e9), "all"),
           seed()}};
}

const TransformParameter* find(const TransformRow& row, const std::string& name) {
  const auto found = std::find_if(row.parameters.begin(), row.parameters.end(),
                                  [&](const TransformParameter& one) { return one.name == name; });
  return found == row.parameters.end() ? nullptr : &*found;
}

const TransformParameter& parameter(const TransformSpec& spec, const std::string& name) {
  const auto* row = transform_named(spec.kind);
  ESPALIER_EXPECT(row);
  const auto* found = find(*row, name);
  ESPALIER_EXPECT(found);
  return *found;
}

std::string least_key(const std::string& name) { return name + ".least"; }
std::string most_key(const std::string& name) { return name + ".most"; }

/// The parameter that an entry of `numbers` belongs to: a range has two.
std::string parameter_name(const std::string& key) { return key.substr(0, key.find('.')); }

[[noreturn]] void refuse(const TransformSpec& spec, const std::string& problem, const std::string& why,
                         const std::string& suggestion) {
  throw UsageError("transform \"" + spec.kind + "\": " + problem, why, suggestion);
}

void check_number(const TransformSpec& spec, const std::string& key, double value) {
  const auto* known = find(*transform_named(spec.kind), parameter_name(key));
  const bool is_number = known && known->type != Type::word && known->type != Type::data;
  if (!is_number) refuse(spec, "it has no number '" + key + "'", "", "Take it out.");
  const bool inside = std::isfinite(value) && value >= known->least && value <= known->most &&
                      !(known->above && value == known->least) &&
                      (known->type != Type::whole || std::floor(value) == value);
  if (inside) return;
  refuse(spec, fmt::format("{} = {} is out of range", key, value),
         fmt::format("it must be {}{} {} and at most {}", known->type == Type::whole ? "a whole number " : "",
                     known->above ? "above" : "of at least", known->least, known->most),
         "");
}

void check_word(const TransformSpec& spec, const std::string& key, const std::string& value) {
  const auto* known = find(*transform_named(spec.kind), key);
  const bool fits =
      known &&
      (known->type == Type::data ||
       (known->type == Type::word && std::find(known->words.begin(), known->words.end(), value) != known->words.end()));
  if (!fits) refuse(spec, key + " = \"" + value + "\" is unknown", "docs/data.md lists what there is", "");
}

bool has(const TransformSpec& spec, const std::string& name) {
  return spec.numbers.contains(name) || spec.numbers.contains(least_key(name)) || spec.words.contains(name);
}

std::string sides(const network::Shape& shape) { return fmt::format("{} x {} pixels", shape.height, shape.width); }

void need_channels(const TransformSpec& spec, const network::Shape& shape, std::int32_t channels) {
  if (shape.channels == channels) return;
  refuse(spec, fmt::format("the images have {} channel{}", shape.channels, shape.channels == 1 ? "" : "s"),
         fmt::format("it is defined for {}", channels),
         channels == 3 ? "Put { kind = \"grey_to_rgb\" } before it where they are grey." : "Remove it.");
}

void check_occlusion(const TransformSpec& spec, const network::Shape& shape) {
  const double height = given_number(spec, "height").value_or(shape.height);
  const double width = given_number(spec, "width").value_or(shape.width);
  const double bottom = given_number(spec, "top").value_or(0) + height;
  const double right = given_number(spec, "left").value_or(0) + width;
  const bool is_larger = height > shape.height || width > shape.width;
  const bool hides_all = height == shape.height && width == shape.width;
  if (!is_larger && !hides_all && bottom <= shape.height && right <= shape.width) return;
  refuse(spec,
         fmt::format("a rectangle of {} x {} pixels {} the image", height, width,
                     is_larger   ? "is larger than"
                     : hides_all ? "hides all of"
                                 : "stands out of"),
         "the images have " + sides(shape),
         is_larger || hides_all ? "Make it smaller: give height, width or both." : "Change top or left.");
}

void check_blend(const TransformSpec& spec, const network::Shape& shape, const OtherImages* other) {
  ESPALIER_EXPECT(other);
  const auto name = "'" + other_data(spec) + "'";
  const double wanted = given_number(spec, "images").value_or(1);
  if (static_cast<double>(other->count) < wanted) {
    refuse(spec, fmt::format("data {} has fewer images than images = {}", name, wanted),
           fmt::format("it has {}", other->count), "Lower images, or leave it out to use all.");
  }
  if (other->shape.height < shape.height || other->shape.width < shape.width) {
    refuse(spec, "the images of data " + name + " are smaller than those they are blended with",
           "they have " + sides(other->shape) + ", and parts of " + sides(shape) + " are cut out of them",
           "Set resize of data " + name + ".");
  }
  if (shape.channels != 1 && shape.channels != other->shape.channels) {
    refuse(spec, fmt::format("the images have {} channels", shape.channels),
           fmt::format("those of data {} have {}, and only grey ones are spread over all channels", name,
                       other->shape.channels),
           "Blend images of as many channels.");
  }
}

}  // namespace

const std::vector<TransformRow>& transforms() {
  static const std::vector<TransformRow> rows = {
      {"blur", "a Gaussian filter", {number("sigma", "standard deviation in pixels", 0, 100)}},
      {"noise",
       "normal noise, added to each value of each channel",
       {number("sigma", "standard deviation in grey levels of 255", 0, 255), seed()}},
      occlude(),
      affine(),
      {"rotate",
       "the image is turned about its centre",
       {range("angle", "degrees, anticlockwise", -360, 360), fill(), seed()}},
      scale(),
      {"colour",
       "other colours: YUV or HSV in the three channels, grey in all three, or 255 less each value",
       {word("to", "what they become", {"yuv", "hsv", "grey", "invert"})}},
      blend(),
      {"resize", "the image is brought to a square", {whole("size", "side in pixels", 1, kMostPixels)}},
      {"grey_to_rgb", "three equal channels of a grey image", {}},
  };
  return rows;
}

const TransformRow* transform_named(const std::string& kind) {
  const auto& all = transforms();
  const auto found = std::find_if(all.begin(), all.end(), [&](const TransformRow& row) { return row.kind == kind; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> transform_names() {
  std::vector<std::string> names;
  for (const auto& row : transforms()) names.push_back(row.kind);
  return names;
}

double number_of(const TransformSpec& spec, const std::string& name) {
  const auto found = spec.numbers.find(name);
  return found == spec.numbers.end() ? parameter(spec, name).number.value() : found->second;
}

std::optional<double> given_number(const TransformSpec& spec, const std::string& name) {
  const auto found = spec.numbers.find(name);
  return found == spec.numbers.end() ? std::nullopt : std::optional(found->second);
}

Span span_of(const TransformSpec& spec, const std::string& name) {
  const auto least = spec.numbers.find(least_key(name)), most = spec.numbers.find(most_key(name));
  if (least != spec.numbers.end() && most != spec.numbers.end()) return {least->second, most->second};
  const double fixed = parameter(spec, name).number.value();
  return {fixed, fixed};
}

std::string word_of(const TransformSpec& spec, const std::string& name) {
  const auto found = spec.words.find(name);
  return found == spec.words.end() ? parameter(spec, name).word : found->second;
}

void set_number(TransformSpec& spec, const TransformParameter& parameter, Span value) {
  if (parameter.type == Type::range) {
    spec.numbers[least_key(parameter.name)] = value.least;
    spec.numbers[most_key(parameter.name)] = value.most;
  } else {
    spec.numbers[parameter.name] = value.least;
  }
}

void check(const TransformSpec& spec) {
  const auto* row = transform_named(spec.kind);
  if (!row) throw UsageError("there is no transform '" + spec.kind + "'", "docs/data.md lists what there is", "");
  for (const auto& [key, value] : spec.numbers) check_number(spec, key, value);
  for (const auto& [key, value] : spec.words) check_word(spec, key, value);
  for (const auto& one : row->parameters) {
    if (one.required() && !has(spec, one.name)) refuse(spec, "'" + one.name + "' is missing", "it has no default", "");
    if (one.type != Type::range) continue;
    const bool has_both = spec.numbers.contains(least_key(one.name)) == spec.numbers.contains(most_key(one.name));
    if (!has_both || spec.numbers.contains(one.name)) refuse(spec, "'" + one.name + "' has two ends", "", "Give both.");
    if (!one.required() || has(spec, one.name)) {
      const auto span = span_of(spec, one.name);
      if (span.least > span.most)
        refuse(spec, "the range of '" + one.name + "' is empty", "its least value is above its most", "Swap them.");
    }
  }
}

TransformSpec completed(const TransformSpec& spec) {
  TransformSpec whole = spec;
  for (const auto& one : transform_named(spec.kind)->parameters) {
    if (has(spec, one.name)) continue;
    if (one.number) set_number(whole, one, {*one.number, *one.number});
    if (!one.word.empty()) whole.words[one.name] = one.word;
  }
  return whole;
}

std::string other_data(const TransformSpec& spec) {
  const auto* row = transform_named(spec.kind);
  if (!row) return "";
  for (const auto& one : row->parameters) {
    if (one.type == Type::data) return word_of(spec, one.name);
  }
  return "";
}

network::Shape shape_after(const TransformSpec& spec, const network::Shape& before, const OtherImages* other) {
  if (spec.kind == "occlude") check_occlusion(spec, before);
  if (spec.kind == "colour" && word_of(spec, "to") != "invert") need_channels(spec, before, 3);
  if (spec.kind == "grey_to_rgb") {
    need_channels(spec, before, 1);
    return {3, before.height, before.width};
  }
  if (spec.kind == "resize") {
    const auto side = static_cast<std::int32_t>(number_of(spec, "size"));
    return {before.channels, side, side};
  }
  if (spec.kind != "blend") return before;
  check_blend(spec, before, other);
  return {other->shape.channels, before.height, before.width};
}

std::string text_of(const TransformSpec& spec) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  for (const auto& one : transform_named(spec.kind)->parameters) {
    if (!has(spec, one.name)) continue;
    if (one.type == Type::range) {
      const auto span = span_of(spec, one.name);
      add(span.least == span.most ? fmt::format("{} {}", one.name, span.least)
                                  : fmt::format("{} {} to {}", one.name, span.least, span.most));
    } else if (one.type == Type::word || one.type == Type::data) {
      add(one.name + " " + word_of(spec, one.name));
    } else {
      add(fmt::format("{} {}", one.name, number_of(spec, one.name)));
    }
  }
  return spec.kind + (text.empty() ? "" : " (" + text + ")");
}

std::string type_text(const TransformParameter& parameter) {
  switch (parameter.type) {
    case Type::whole: return "integer";
    case Type::number: return "number";
    case Type::range: return "number, or two";
    case Type::word:
    case Type::data: return "word";
  }
  return "";
}

std::string range_text(const TransformParameter& parameter) {
  if (parameter.type == Type::data) return "a data set";
  if (parameter.type != Type::word)
    return fmt::format("{} {} to {}", parameter.above ? "above" : "from", parameter.least, parameter.most);
  std::string text;
  for (const auto& word : parameter.words) text += (text.empty() ? "\"" : ", \"") + word + "\"";
  return text;
}

std::string fallback_text(const TransformParameter& parameter) {
  if (parameter.required()) return "required";
  if (parameter.number) return fmt::format("{}", *parameter.number);
  return parameter.word.empty() ? parameter.absent : parameter.word;
}

}  // namespace espalier::task
