// Parses the transforms of a derived data set by their table, and refuses keys that only files have.
#include "study/parse/parse_derived.hpp"

#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/study/parse.hpp"

namespace espalier::study {
namespace {

using task::ParameterType;

/// How a whole number is read; other numbers may have a point.
std::optional<double> parse_whole(const Reader& reader, const task::TransformParameter& one) {
  const auto value =
      reader.integer(one.name, static_cast<std::int64_t>(one.least), static_cast<std::int64_t>(one.most));
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

Range range_of(const task::TransformParameter& one) {
  Range range{.most = one.most};
  (one.above ? range.above : range.least) = one.least;
  return range;
}

/// One number, or the least and the most of one that is drawn.
std::optional<task::Span> parse_span(const Reader& reader, const task::TransformParameter& one) {
  const toml::node* node = reader.node(one.name);
  if (!node || !node->is_array()) {
    const auto fixed = reader.real(one.name, range_of(one));
    return fixed ? std::optional(task::Span{*fixed, *fixed}) : std::nullopt;
  }
  const auto ends = reader.reals(one.name, range_of(one));
  if (ends.size() == 2 && ends[0] <= ends[1]) return task::Span{ends[0], ends[1]};
  if (ends.size() == node->as_array()->size())
    reader.error(one.name, {"expected a number, or two of which the first is not greater",
                            "a number is drawn between them for each image", ""});
  return std::nullopt;
}

/// False where the value is faulty, which is said.
bool parse_parameter(const Reader& reader, const task::TransformParameter& one, task::TransformSpec& spec) {
  if (!reader.has(one.name)) {
    if (one.required()) reader.missing(one.name, "It is " + one.meaning);
    return !one.required();
  }
  if (one.type == ParameterType::word || one.type == ParameterType::data) {
    const auto word = reader.choice(one.name, one.words);
    if (word) spec.words[one.name] = *word;
    return word.has_value();
  }
  std::optional<task::Span> span;
  if (one.type == ParameterType::range) {
    span = parse_span(reader, one);
  } else if (const auto number =
                 one.type == ParameterType::whole ? parse_whole(reader, one) : reader.real(one.name, range_of(one))) {
    span = task::Span{*number, *number};
  }
  if (span) task::set_number(spec, one, *span);
  return span.has_value();
}

/// Reports parameters of other transforms.
bool has_only_own(const Reader& reader, const task::TransformRow& row) {
  std::vector<std::string> own{"kind"};
  for (const auto& one : row.parameters) own.push_back(one.name);
  for (const auto& doc : keys()) {
    if (doc.table != "data.NAME.transform" || !reader.has(doc.key)) continue;
    if (std::find(own.begin(), own.end(), doc.key) != own.end()) continue;
    own.erase(own.begin());
    reader.error(doc.key, {"'" + doc.key + "' does not belong to kind = \"" + row.kind + "\"",
                           own.empty() ? "it has no parameters" : "it has " + either(own), "Remove it"});
    return false;
  }
  return true;
}

std::optional<task::TransformSpec> parse_transform(const Reader& reader) {
  if (!reader.has("kind")) reader.missing("kind", "Write kind = \"blur\" for example");
  const auto kind = reader.choice("kind", task::transform_names());
  if (!kind) return std::nullopt;
  const auto& row = *task::transform_named(*kind);
  task::TransformSpec spec{*kind, {}, {}};
  bool is_sound = has_only_own(reader, row);
  for (const auto& one : row.parameters) is_sound = parse_parameter(reader, one, spec) && is_sound;
  return is_sound ? std::optional(spec) : std::nullopt;
}

}  // namespace

void refuse_import_keys(const Reader& reader) {
  std::vector<std::string> of_files{"format", "images",     "labels", "resize",     "grey",
                                    "rgb",    "max_pixels", "expect", "multi_label"};
  for (const auto& number : task::made_numbers()) of_files.push_back(number.key);
  for (const auto& key : of_files) {
    if (!reader.has(key)) continue;
    const bool resizes = key == "resize" || key == "grey" || key == "rgb";
    reader.error(key, {"'" + key + "' does not belong to a derived data set",
                       "its images are those of data '" + reader.word("from").value_or("") + "', transformed",
                       resizes ? "Write it as a transform" : "Remove it"});
  }
}

std::vector<task::TransformSpec> parse_transforms(const Reader& reader) {
  if (!reader.has("transform")) reader.missing("transform", "Write transform = [{ kind = \"blur\", sigma = 1.5 }]");
  std::vector<task::TransformSpec> transforms;
  const auto tables = reader.children("transform");
  for (const toml::table* table : tables) {
    const Reader one(*table, reader.path("transform"), "data.NAME.transform", reader.report());
    if (auto spec = parse_transform(one)) transforms.push_back(std::move(*spec));
  }
  const toml::node* node = reader.node("transform");
  if (node && node->is_array() && node->as_array()->empty())
    reader.error("transform", {"the list is empty", "images that do not change need no data set of their own", ""});
  return transforms;
}

}  // namespace espalier::study
