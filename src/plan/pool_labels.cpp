// Joins the classes of sources and targets into the outputs of label sets, and finds the classes that are divided.
#include "espalier/core/errors.hpp"
#include "plan/class_pools.hpp"
#include "plan/findings.hpp"
#include "plan/label_groups.hpp"

namespace espalier::plan {
namespace {

const study::LabelSet& label_set(const study::Study& study, const std::string& name) {
  for (const auto& labels : study.labels) {
    if (labels.name == name) return labels;
  }
  throw CompileError{{"there are no labels '" + name + "'", "", "Define [labels." + name + "]."}};
}

}  // namespace

const task::ClassTree* ClassPools::find_tree(const std::string& name) const {
  if (name.empty()) return nullptr;
  if (const auto known = trees_.find(name); known != trees_.end()) return &known->second;
  try {
    return &trees_.emplace(name, class_tree_of(study_, facts_, name)).first->second;
  } catch (const UsageError& error) {
    throw CompileError{error.problem()};
  }
}

/// What the set is to leave out, by name: the classes of another source or target, and what its outputs are called.
std::vector<std::string> ClassPools::names_left_out(const study::LabelSet& labels, std::int32_t split) const {
  const auto& other = labels.without_classes_of;
  if (other.empty()) return {};
  const auto dot = other.find('.');
  const auto role = other.starts_with("source") ? Role::source : Role::target;
  const ClassPool pool = made(own_use(study_, role, other.substr(dot + 1), split));
  auto names = pool.names();
  for (const auto index : pool.classes) {
    for (const auto one : pool.data->finest(index)) {
      const auto& all = pool.data->facts().class_names;
      if (static_cast<std::size_t>(one) < all.size()) names.push_back(all[static_cast<std::size_t>(one)]);
    }
  }
  return names;
}

/// The images of a source or target with its labels: those of its label set, which joins the classes that it uses, else
/// of the data set.
const LabelledData* ClassPools::find_labelled(const RoleUse& use) const {
  const RoleKeys from = keys_of(study_, use);
  const auto* whole = find_part(from.data, from.part, use.split);
  if (!whole || use.labels.empty()) return whole;
  const RoleUse key{use.role, use.name, use.split, use.labels, {}, {}, {}, 1};  // labels do not know of budgets
  if (const auto known = labelled_.find(key); known != labelled_.end()) return &known->second;
  const auto& labels = label_set(study_, use.labels);
  auto groups = label_groups(labels, find_tree(labels.tree), *whole, names_left_out(labels, use.split));
  keep_classes(groups, classes_of(use, *whole));
  return &labelled_.emplace(key, whole->joined(groups)).first->second;
}

std::map<std::string, Problem> ClassPools::label_problems() const {
  std::map<std::string, Problem> problems;
  const auto try_out = [&](Role role, const auto& entry) {
    const auto labels = own_use(study_, role, entry.name, 1).labels;
    for (std::int32_t split = 1; !labels.empty() && split <= study_.split.count; ++split) {
      try {
        find_labelled(own_use(study_, role, entry.name, split));
      } catch (const CompileError& error) {
        problems.emplace(labels, error.problem);
        return;
      }
    }
  };
  for (const auto& source : study_.sources) try_out(Role::source, source);
  for (const auto& target : study_.targets) try_out(Role::target, target);
  return problems;
}

/// By class index, which classes of the data may be drawn into a half.
std::vector<bool> ClassPools::divided_classes(const std::string& divided) const {
  auto all = usable(divided);
  const auto& split = study_.split;
  const auto* data = find_data(divided);
  if (!data || split.classes == "all") return all;
  const auto& labels = label_set(study_, split.classes.substr(std::string("labels.").size()));
  const auto groups = label_groups(labels, find_tree(labels.tree), *data, names_left_out(labels, 1));
  std::vector<bool> kept(all.size(), false);
  for (std::size_t i = 0; i < groups.classes.size(); ++i) {
    if (groups.classes[i].size() != 1) {
      throw CompileError{{"[split] classes = \"" + split.classes + "\" joins classes: '" + groups.names[i] + "' has " +
                              std::to_string(groups.classes[i].size()),
                          "it says which classes are divided, each for itself",
                          "Name a label set with one class an output."}};
    }
    kept[static_cast<std::size_t>(groups.classes[i].front())] = true;
  }
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = all[i] && kept[i];
  return all;
}

}  // namespace espalier::plan
