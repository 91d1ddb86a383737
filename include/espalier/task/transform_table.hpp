#pragma once
// The transforms that derive a data set from another, a row each: what a study file says of them, and the shapes that
// they make. What each does to an image is told in docs/data.md and done in src/data/derive.
#include <optional>
#include <string>
#include <vector>

#include "espalier/network/layer.hpp"
#include "espalier/task/transforms.hpp"

namespace espalier::task {

enum class ParameterType : std::uint8_t {
  whole,   ///< a whole number
  number,  ///< a number
  range,   ///< a number, or the least and the most of one that is drawn for each image
  word,    ///< one of `words`
  data,    ///< the name of a data set
};

struct TransformParameter {
  std::string name;
  ParameterType type = ParameterType::number;
  std::string meaning;
  double least = 0, most = 0;      ///< of numbers
  std::vector<std::string> words;  ///< of a word
  std::optional<double> number;    ///< default of a number
  std::string word;                ///< default of a word
  std::string absent;              ///< what holds where it is left out and has no default: "drawn"
  bool above = false;              ///< `least` itself is not allowed
  bool required() const { return !number && word.empty() && absent.empty(); }
};

struct TransformRow {
  std::string kind;
  std::string meaning;
  std::vector<TransformParameter> parameters;
};

const std::vector<TransformRow>& transforms();
/// Null where the kind is unknown.
const TransformRow* transform_named(const std::string& kind);
std::vector<std::string> transform_names();

/// The least and the most of a parameter that may be drawn; they are equal where it is fixed.
struct Span {
  double least = 0, most = 0;
};

/// A parameter's value, or its default. The spec must be checked, and the parameter be one of its kind.
double number_of(const TransformSpec& spec, const std::string& name);
Span span_of(const TransformSpec& spec, const std::string& name);
std::string word_of(const TransformSpec& spec, const std::string& name);
/// None where it was left out and has no default.
std::optional<double> given_number(const TransformSpec& spec, const std::string& name);
/// Sets a number, of a range its two ends.
void set_number(TransformSpec& spec, const TransformParameter& parameter, Span value);

/// Throws UsageError for an unknown kind or parameter, a value out of range, and one that is missing.
void check(const TransformSpec& spec);

/// The same transform with every default filled in: equal ones are then equal values. Requires a checked spec.
TransformSpec completed(const TransformSpec& spec);

/// The data set that the transform takes images of; "" where it needs none.
std::string other_data(const TransformSpec& spec);

/// Images that a transform takes from another data set.
struct OtherImages {
  network::Shape shape;
  std::int64_t count = 0;
};

/// The shape of transformed images. `other` is that of other_data(), and may be null where there is none. Throws
/// UsageError where such images cannot be transformed so: an occlusion as large as they are, colours of one channel.
network::Shape shape_after(const TransformSpec& spec, const network::Shape& before, const OtherImages* other);

/// For people: "blur (sigma 1.5)".
std::string text_of(const TransformSpec& spec);

/// Of a parameter, as the documents say it: its type, what it may be, and its default.
std::string type_text(const TransformParameter& parameter);
std::string range_text(const TransformParameter& parameter);
std::string fallback_text(const TransformParameter& parameter);

}  // namespace espalier::task
