// Joins the outputs of networks to the coarse classes of a label set, and checks that tables and figures may ask for
// it.
#include "espalier/plan/coarse_classes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "espalier/core/errors.hpp"
#include "plan/class_pools.hpp"
#include "plan/coarse_checks.hpp"

namespace espalier::plan {
namespace {

constexpr std::size_t kNamedAtMost = 5;
constexpr const char* kRole = "\n";  // of a target that no study has: it would be refused as a control character

/// "'bat', 'cow' and 4 more".
std::string some(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kNamedAtMost); ++i) text += (i ? ", '" : "'") + names[i] + "'";
  return names.size() > kNamedAtMost ? fmt::format("{} and {} more", text, names.size() - kNamedAtMost) : text;
}

const study::Target& target_named(const study::Study& study, const std::string& name) {
  for (const auto& target : study.targets) {
    if (target.name == name) return target;
  }
  throw UsageError("there is no target '" + name + "'", "", "Define [target." + name + "].");
}

/// What is drawn for each split may depend on the sizes that the whole study asks for, which only its plan knows.
void refuse_drawn(const study::Study& study, const study::LabelSet& labels) {
  const auto& role = labels.without_classes_of;
  const auto is_half = [&](const auto& all, const std::string& kind) {
    return std::any_of(all.begin(), all.end(), [&](const auto& one) {
      return role == kind + "." + one.name && one.classes.starts_with("split.");
    });
  };
  const auto data = study.data.find(study::divided_data(study));
  const bool drops = data != study.data.end() && data->second.short_classes == study::ShortClasses::leave_out;
  if (!drops || !(is_half(study.sources, "source") || is_half(study.targets, "target"))) return;
  throw UsageError("labels '" + labels.name + "' leave out the classes of " + role + ", a half of a split",
                   "short_classes = \"leave-out\" makes the halves depend on sizes, which a report does not know",
                   "Write the classes that are left out into `without`.");
}

/// What the label set makes of the data: the label map of a target with all their classes.
task::LabelMap coarse_map(const study::Study& study, const Facts& facts, const study::LabelSet& labels,
                          const FineOutputs& fine) {
  refuse_drawn(study, labels);
  study::Study asked = study;
  study::Target all;
  all.name = kRole;
  all.data = target_named(study, fine.target).data;
  all.classes = "labels." + labels.name;
  asked.targets.push_back(all);
  task::Catalog catalog;
  try {
    ClassPools pools(asked, facts, {}, catalog);
    return catalog.label_maps.at(pools.of(Role::target, kRole, fine.split).labels);
  } catch (const CompileError& error) {
    throw UsageError(error.problem);
  }
}

/// Finds the coarse class of each output.
class Joining {
 public:
  Joining(const study::Study& study, const Facts& facts, const study::LabelSet& labels, const FineOutputs& fine)
      : labels_(labels), fine_(fine), coarse_(coarse_map(study, facts, labels, fine)) {
    for (std::size_t i = 0; i < coarse_.classes.size(); ++i) coarse_of_[coarse_.classes[i]] = coarse_.outputs[i];
    const auto& data = study.data.at(target_named(study, fine.target).data);
    const LabelledData labelled(data, facts.data.at(data.name));
    names_ = labelled.output_names(fine.test);
    for (std::int32_t i = 0; i < labelled.class_count(); ++i) by_name_[labelled.class_name(i)] = labelled.finest(i);
    classes_.resize(static_cast<std::size_t>(fine.test.output_count));
    for (std::size_t i = 0; i < fine.test.classes.size(); ++i)
      classes_.at(static_cast<std::size_t>(fine.test.outputs[i])).push_back(fine.test.classes[i]);
  }

  Coarsening make() {
    Coarsening made{coarse_.names, {}, {}, 0, 0};
    std::vector<int> joined(coarse_.names.size(), 0);
    for (std::size_t output = 0; output < classes_.size(); ++output) {
      const bool is_tested = !classes_[output].empty();
      const auto coarse = is_tested ? place(output, classes_[output]) : place_by_name(output);
      made.coarse_of.push_back(coarse);
      if (is_tested && coarse < 0) made.left_out.push_back(names_[output]);
      if (is_tested && coarse >= 0) ++joined.at(static_cast<std::size_t>(coarse));
    }
    for (const int count : joined) {
      made.used += count > 0;
      made.joining += count > 1;
    }
    return made;
  }

 private:
  std::string set() const { return "labels '" + labels_.name + "'"; }

  std::int32_t coarse_of(std::int32_t finest) const {
    const auto found = coarse_of_.find(finest);
    return found == coarse_of_.end() ? -1 : found->second;
  }
  std::string name_of(std::int32_t coarse) const {
    return coarse < 0 ? "nothing" : "'" + coarse_.names.at(static_cast<std::size_t>(coarse)) + "'";
  }
  std::int32_t place(std::size_t output, const std::vector<std::int32_t>& finest) const {
    const auto first = coarse_of(finest.front());
    for (const auto one : finest) {
      if (coarse_of(one) == first) continue;
      throw UsageError(fmt::format("{} divide class '{}' of target '{}'", set(), names_[output], fine_.target),
                       fmt::format("some of it is {}, some of it {}", name_of(first), name_of(coarse_of(one))),
                       "Name a label set that joins whole classes of the network.");
    }
    return first;
  }
  std::int32_t place_by_name(std::size_t output) const {
    const auto found = by_name_.find(names_[output]);
    return found == by_name_.end() || found->second.empty() ? -1 : place(output, found->second);
  }

  const study::LabelSet& labels_;
  const FineOutputs& fine_;
  task::LabelMap coarse_;
  std::map<std::int32_t, std::int32_t> coarse_of_;            ///< by finest class
  std::map<std::string, std::vector<std::int32_t>> by_name_;  ///< finest classes of a class of the data
  std::vector<std::vector<std::int32_t>> classes_;            ///< finest classes by output, of the test images
  std::vector<std::string> names_;                            ///< of the outputs
};

/// "dog (n02084071)" of a node that the tree has a name for.
std::string read_name(const task::ClassTree& tree, const std::string& name) {
  const auto node = tree.find(name);
  return node ? tree.shown(*node) : name;
}

/// An experiment whose coarse classes a table or figure asks for.
struct Asked {
  study::Location where;
  std::string key, experiment, labels;
};

std::vector<Asked> all_asked(const study::Study& study) {
  std::vector<Asked> all;
  for (const auto& one : study.tables) {
    if (!one.coarse.empty()) all.push_back({one.where, "table.coarse", one.experiment, one.coarse});
  }
  for (const auto& one : study.figures) {
    if (!one.coarse.empty()) all.push_back({one.where, "figure.coarse", one.experiment, one.coarse});
  }
  return all;
}

/// `most`: the most that a target of the experiment has in a split. A random half may have less.
void require_joining(const Asked& asked, const Coarsening& most) {
  const std::string what =
      fmt::format("labels '{}' cannot be compared with the classes of experiment '{}'", asked.labels, asked.experiment);
  if (most.used < 2)
    throw UsageError(what, most.used == 0 ? "they leave all of them out" : "they make a single class of them",
                     "Name a label set that makes several.");
  if (most.joining == 0)
    throw UsageError(what, "each coarse class has a single one of them, so that all differences are 0",
                     "Name a label set that joins some.");
}

/// Looks once at each target and split of the experiment's runs.
void check_asked(const Asked& asked, const study::Study& study, const Facts& facts, const Plan& plan,
                 Findings& findings) {
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  std::map<std::string, Problem> left_out;  // by target
  Coarsening most;
  for (const auto& run : plan.runs) {
    if (run.experiment != asked.experiment) continue;
    const auto images = plan.catalog.image_sets.find(run.images(metrics::Subset::test).hex.str());
    const auto *target = run.label("target"), *split = run.label("split");
    if (images == plan.catalog.image_sets.end()) continue;
    const std::string whose = target ? *target : study.targets.front().name;
    if (!seen.emplace(whose, split ? *split : "1", images->second.labels).second) continue;
    const auto& map = plan.catalog.label_maps.at(images->second.labels);
    const auto made = coarsening_of(study, facts, asked.labels, {whose, split ? std::stoi(*split) : 1, map});
    most.used = std::max(most.used, made.used);
    most.joining = std::max(most.joining, made.joining);
    if (made.left_out.empty()) continue;
    left_out.try_emplace(whose, Problem{fmt::format("labels '{}' leave out {} of the {} classes of target '{}'",
                                                    asked.labels, made.left_out.size(), made.coarse_of.size(), whose),
                                        some(made.left_out), "Their images are in no row."});
  }
  if (seen.empty()) return;  // all wait for selections
  require_joining(asked, most);
  for (const auto& [whose, problem] : left_out) findings.warning(asked.where, asked.key, problem);
}

}  // namespace

Coarsening coarsening_of(const study::Study& study, const Facts& facts, const std::string& labels,
                         const FineOutputs& fine) {
  const auto set = std::find_if(study.labels.begin(), study.labels.end(),
                                [&](const study::LabelSet& one) { return one.name == labels; });
  if (set == study.labels.end())
    throw UsageError("there are no labels '" + labels + "'", "", "Define [labels." + labels + "].");
  auto made = Joining(study, facts, *set, fine).make();
  if (set->tree.empty() || set->cut == study::LabelSet::Cut::listed) return made;
  const auto tree = class_tree_of(study, facts, set->tree);
  for (auto& name : made.names) name = read_name(tree, name);
  return made;
}

void check_coarse_classes(const study::Study& study, const Facts& facts, const Plan& plan, Findings& findings) {
  for (const auto& asked : all_asked(study)) {
    try {
      check_asked(asked, study, facts, plan, findings);
    } catch (const UsageError& error) {
      findings.error(asked.where, asked.key, error.problem());
    }
  }
}

}  // namespace espalier::plan
