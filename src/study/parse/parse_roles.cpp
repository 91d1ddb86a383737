// Parses [source.NAME] and [target.NAME]: data, classes, labels, budgets, training values, checkpoint, sample.
#include "study/parse/parse_tables.hpp"

namespace espalier::study {
namespace {

void parse_classes(const Reader& reader, std::string& classes, std::vector<std::int32_t>& list) {
  const toml::node* node = reader.node("classes");
  if (!node || !node->is_array()) {
    const auto word = node ? node->value<std::string>() : std::nullopt;
    classes = word && word->starts_with("labels.")
                  ? *word
                  : reader.choice("classes", {"all", "split.source", "split.target"}).value_or("all");
    return;
  }
  classes = "list";
  for (const auto index : reader.integers("classes", 0, 10'000'000)) list.push_back(static_cast<std::int32_t>(index));
  if (node->as_array()->empty()) reader.error("classes", {"the list is empty", "a network tells classes apart", ""});
}

constexpr std::int64_t kMostImages = 1'000'000'000;

/// "split.source": the name of the part. A source's number is a budget.
std::string parse_part(const Reader& reader, bool is_source) {
  const auto* node = reader.node("images");
  if (is_source && node && node->is_integer()) return "";
  const auto word = reader.word("images");
  if (!word) return "";
  if (word->starts_with("split.") && word->size() > 6) return word->substr(6);
  reader.error("images", {"'" + *word + "' names no part of [split]", "its images are all of the data, or a part",
                          "Write \"split.PART\", or leave it out"});
  return "";
}

template <class SourceOrTarget>
SourceOrTarget parse_role(const Reader& reader, const std::string& name, bool is_source, const Study& study) {
  SourceOrTarget role;
  role.name = name;
  role.where = reader.where();
  role.data = reader.word("data").value_or("");
  if (!reader.has("data")) reader.missing("data", "Name a data set");
  parse_classes(reader, role.classes, role.class_list);
  role.labels = reader.word("labels").value_or("");
  if (!role.labels.empty() && role.classes.starts_with("labels.")) {
    reader.error("labels", {"both labels and classes = \"" + role.classes + "\"", "each says what the outputs are",
                            "Remove labels, or say by classes which classes they join"});
  }
  role.part = parse_part(reader, is_source);
  if (const toml::table* train = reader.child("train")) {
    role.train = parse_train(*train, reader.path("train"), is_source, study, reader.report());
  }
  return role;
}

void parse_checkpoint(const Reader& reader, Source& source) {
  source.checkpoint = reader.word("checkpoint").value_or("");
  if (!reader.has("checkpoint")) return;
  for (const char* key : {"train", "per_class", "class_count", "redraw"}) {
    if (!reader.has(key)) continue;
    reader.error("checkpoint",
                 {std::string("both checkpoint and ") + key, "a checkpoint is trained already", "Remove one of them"});
  }
  if (source.images)
    reader.error("checkpoint",
                 {"both checkpoint and a number of images", "a checkpoint is trained already", "Remove one of them"});
}

/// What a source may see, and whether it is drawn anew.
void parse_budget(const Reader& reader, Source& source) {
  source.per_class = reader.integer("per_class", 1, kMostImages);
  source.class_count = reader.integer("class_count", 1, kMostImages);
  const auto* images = reader.node("images");
  if (images && images->is_integer()) source.images = reader.integer("images", 1, kMostImages);
  if (reader.choice("redraw", {"none", "replicate"}) == "replicate") source.redraw = "replicate";
}

void parse_sample(const Reader& reader, Target& target) {
  const toml::table* table = reader.child("sample");
  if (!table) return;
  const Reader sample(*table, reader.path("sample"), "target.NAME.sample", reader.report());
  target.sample.emplace();
  target.sample->where = sample.where();
  target.sample->random = sample.choice("rule", {"first", "random"}) == "random";
  target.sample->stratified = sample.truth("stratified").value_or(true);
  if (sample.choice("redraw", {"none", "replicate"}) == "replicate") target.sample->redraw = "replicate";
  if (target.sample->random || reader.report().has_error({sample.path("rule")})) return;
  if (!target.sample->stratified) {
    sample.error("stratified", {"the first images over all classes are no sample of them",
                                "the rule \"first\" takes images class by class", "Set rule = \"random\""});
  }
  if (!target.sample->redraw.empty()) {
    sample.error("redraw",
                 {"the rule \"first\" draws nothing", "its images are always the same", "Set rule = \"random\""});
  }
}

/// `redraw = "images"` is short for a sample of each class that is drawn anew for each replicate.
void parse_target_redraw(const Reader& reader, Target& target) {
  const bool redraws = reader.choice("redraw", {"none", "images"}) == "images";
  if (redraws && target.sample) {
    reader.error("redraw", {"both redraw and sample", "redraw = \"images\" is short for a sample that is drawn anew",
                            "Remove redraw, and set sample.redraw = \"replicate\""});
  }
  if (!redraws || target.sample) return;
  target.sample.emplace();
  target.sample->where = reader.where("redraw");
  target.sample->random = true;
  target.sample->redraw = "replicate";
}

}  // namespace

void parse_roles(const Reader& root, Study& study) {
  each_named(root, "source", [&](const std::string& name, const Reader& reader) {
    study.sources.push_back(parse_role<Source>(reader, name, true, study));
    parse_budget(reader, study.sources.back());
    parse_checkpoint(reader, study.sources.back());
  });
  each_named(root, "target", [&](const std::string& name, const Reader& reader) {
    study.targets.push_back(parse_role<Target>(reader, name, false, study));
    parse_sample(reader, study.targets.back());
    parse_target_redraw(reader, study.targets.back());
    study.targets.back().outputs_of = reader.choice("outputs_of", {"source"}).value_or("");
  });
  if (!root.has("target")) {
    root.report().error({}, "target", {"there is no target", "runs are trained on one", "Add [target.NAME]"});
  }
}

}  // namespace espalier::study
