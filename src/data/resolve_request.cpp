// Answers `espalier-trainer data resolve`: JSON request in, facts and problems per data set out (docs/data.md).
#include "data/facts_json.hpp"
#include "data/pack/pixel_moments.hpp"
#include "data/request_json.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/data/label_matrix.hpp"
#include "espalier/task/transform_table.hpp"

namespace espalier::data {
namespace {

using Json = nlohmann::json;

Json problem_json(const Problem& problem) {
  return {{"problem", problem.problem}, {"why", problem.why}, {"suggestion", problem.suggestion}};
}

/// The packs of a data set.
struct ResolvedSet {
  PackFacts train;
  std::optional<PackFacts> test;  ///< where it has files of its own
  std::vector<Problem> notes;
};

/// A pack says itself how many labels its images have; a study must say the same.
void check_is_as_said(const PackFacts& facts, bool is_multi_label) {
  if (facts.positives.empty() != is_multi_label) return;
  if (is_multi_label)
    throw UsageError("the images have one label each", "multi_label = true", "Remove it, or name another pack.");
  throw UsageError("the images may have several labels each", "multi_label is false", "Set multi_label = true.");
}

ResolvedSet resolve_files(const Json& json, const DataFolders& folders) {
  ResolvedSet set{resolve(spec_of(json, json.value("files", Json::object())), folders), {}, {}};
  const bool is_multi_label = json.value("multi_label", false);
  check_is_as_said(set.train, is_multi_label);
  if (is_multi_label)
    check_is_learnable(open_pack(set.train.file).labels, set.train.class_names, "the training images");
  if (!json.contains("test_files") || json.at("test_files").is_null()) {
    set.notes = set.train.notes;
    return set;
  }
  ImportSpec test_spec = spec_of(json, json.at("test_files"));
  if (task::row_of(test_spec.format).paths == task::ImagePaths::none)
    throw UsageError("made images have no test files", "they are made", "Write test = { per_class = n }.");
  test_spec.class_names = set.train.class_names;
  set.test = resolve(test_spec, folders);
  check_is_as_said(*set.test, is_multi_label);
  if (set.test->shape != set.train.shape)
    throw UsageError("test images have another size than the training images", "one network sees both",
                     "Set resize, or name other files.");
  set.notes = set.train.notes;
  for (Problem note : set.test->notes) {
    set.notes.push_back({"test images: " + note.problem, note.why, note.suggestion});
  }
  for (Problem& note : notes_on_both(set.train, *set.test, folders)) set.notes.push_back(std::move(note));
  return set;
}

/// What the import of its origin found is said of that alone.
ResolvedSet resolve_derived(const Json& json, const ResolvedSet& from, std::map<std::string, PackFacts> others,
                            const DataFolders& folders) {
  DerivedSpec spec{from.train, transforms_of(json), std::move(others)};
  ResolvedSet set{resolve(spec, folders), {}, {}};
  if (!from.test) return set;
  spec.from = *from.test;
  set.test = resolve(spec, folders);
  return set;
}

Json answer_of(const ResolvedSet& set) {
  const PackFacts test = set.test.value_or(PackFacts());
  Json answer = json_of(set.train);
  answer.erase("notes");  // those of both packs stand below
  answer["pack_path"] = set.train.file.string();
  answer["remarks"] = Json::array();
  if (set.train.remark) answer["remarks"].push_back(problem_json(*set.train.remark));
  answer["test_digest"] = test.digest;
  answer["test_counts"] = test.class_counts;
  answer["test_pack_path"] = test.file.string();
  if (test.remark) answer["remarks"].push_back(problem_json(*test.remark));
  if (!set.notes.empty()) answer["notes"] = json_of(set.notes);
  return answer;
}

/// Normalisation is learnt from images, so held-out ones have no part in it.
void set_moments(const Json& request, const ResolvedSet& set, const DataFolders& folders, Json& answer) {
  HeldOut held_out;
  held_out.images = request.value("held_out", 0);
  if (request.value("order", "shuffled") == "file") held_out.order = task::ImageOrder::file;
  const PixelMoments moments = training_moments(set.train, held_out, folders.cache);
  answer["mean"] = moments.mean;
  answer["std"] = moments.std;
}

/// Works out the data sets of one request, those that others are made of first.
class Resolver {
 public:
  Resolver(const Json& sets, const DataFolders& folders) : sets_(sets), folders_(folders) {}

  /// Null where there is an error, which is noted.
  const ResolvedSet* of(const std::string& name) {
    return sets_.of(name, [&](const Json& set) -> std::optional<ResolvedSet> {
      try {
        return set.contains("from") ? derived(set) : resolve_files(set, folders_);
      } catch (const EnvironmentError&) {
        throw;
      } catch (const Error& error) {
        errors_.push_back(problem_json(error.problem()));
        errors_.back()["name"] = name;
        return std::nullopt;
      }
    });
  }
  const Json& errors() const { return errors_; }

 private:
  /// Nothing where a set that it is made of has an error: that is noted already.
  std::optional<ResolvedSet> derived(const Json& set) {
    const ResolvedSet* from = of(set.at("from").get<std::string>());
    std::map<std::string, PackFacts> others;
    for (const auto& one : transforms_of(set)) {
      const std::string name = task::other_data(one);
      if (name.empty()) continue;
      const ResolvedSet* other = of(name);
      if (!other) return std::nullopt;
      others[name] = other->train;
    }
    if (!from) return std::nullopt;
    return resolve_derived(set, *from, std::move(others), folders_);
  }

  RequestedSets<ResolvedSet> sets_;
  const DataFolders& folders_;
  Json errors_ = Json::array();
};

Json answer_of(const Json& request) {
  std::set<std::filesystem::path> checked;
  const DataFolders folders{request.at("root").get<std::string>(), request.at("cache").get<std::string>(),
                            request.value("want_images", false) ? &checked : nullptr};
  Json data = Json::object();
  Resolver resolver(request.at("data"), folders);
  for (const Json& one : request.at("data")) {
    const auto name = one.at("name").get<std::string>();
    const ResolvedSet* set = resolver.of(name);
    if (!set) continue;
    data[name] = answer_of(*set);
    set_moments(one, *set, folders, data[name]);
  }
  return {{"data", data}, {"errors", resolver.errors()}};
}

}  // namespace

std::string resolve_request(const std::string& request) {
  try {
    return answer_of(Json::parse(request)).dump(-1, ' ', false, Json::error_handler_t::replace);
  } catch (const Json::exception& error) {
    throw UsageError("the request to 'data resolve' is malformed", error.what(), "docs/data.md says what it holds.");
  }
}

}  // namespace espalier::data
