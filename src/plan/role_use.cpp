// Merges the keys of a source or target with the axes of a cell.
#include "plan/role_use.hpp"

#include <algorithm>

#include "plan/findings.hpp"

namespace espalier::plan {
namespace {

constexpr const char* kLabels = "labels.";

template <class Named>
const Named* find(const std::vector<Named>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

template <class Named>
const Named& known(const Named* role, const std::string& kind, const std::string& name) {
  if (role) return *role;
  throw CompileError{{"there is no " + kind + " '" + name + "'", "", "Define [" + kind + "." + name + "]."}};
}

/// classes = "labels.NAME" is all classes with these labels.
template <class SourceOrTarget>
std::string labels_of(const SourceOrTarget& role) {
  return role.classes.starts_with(kLabels) ? role.classes.substr(std::string(kLabels).size()) : role.labels;
}

void set_labels(RoleUse& use, const study::Value& value, const std::string& classes) {
  if (classes.starts_with(kLabels)) {
    throw CompileError{{use.text() + " has classes = \"" + classes + "\", and labels of an axis",
                        "each says what its outputs are",
                        "Write labels = \"" + use.labels + "\" in place of the classes, which the axis then changes."}};
  }
  use.labels = to_string(value);
}

void set_budget(std::optional<std::int64_t>& budget, const study::Value* value) {
  if (!value) return;
  if (value->is_all()) budget.reset();
  else budget = *value->integer();  // the language has checked that it is a number
}

}  // namespace

const study::Source* find_source(const study::Study& study, const std::string& name) {
  return find(study.sources, name);
}
const study::Target* find_target(const study::Study& study, const std::string& name) {
  return find(study.targets, name);
}

RoleKeys keys_of(const study::Study& study, const RoleUse& use) {
  const auto keys = [](const auto& role) { return RoleKeys{role.data, role.classes, role.part, &role.class_list}; };
  return use.role == Role::source ? keys(*find_source(study, use.name)) : keys(*find_target(study, use.name));
}

RoleUse own_use(const study::Study& study, Role role, const std::string& name, std::int32_t split) {
  RoleUse use{role, name, split, {}, {}, {}, {}, 1};
  if (role == Role::target) {
    use.labels = labels_of(known(find_target(study, name), "target", name));
    return use;
  }
  const auto& source = known(find_source(study, name), "source", name);
  use.labels = labels_of(source);
  use.per_class = source.per_class;
  use.class_count = source.class_count;
  use.images = source.images;
  return use;
}

RoleUse use_of(const study::Study& study, Role role, const std::string& name, std::int32_t split,
               std::int64_t replicate, const RoleAxis& axis) {
  RoleUse use = own_use(study, role, name, split);
  const auto* labels = axis("labels");
  if (role == Role::target) {
    if (labels) set_labels(use, *labels, find_target(study, name)->classes);
    return use;
  }
  const auto& source = *find_source(study, name);
  if (labels) set_labels(use, *labels, source.classes);
  set_budget(use.per_class, axis("per_class"));
  set_budget(use.class_count, axis("class_count"));
  set_budget(use.images, axis("images"));
  if (!source.redraw.empty()) use.replicate = replicate;
  if (!source.checkpoint.empty() && use.has_budget()) {
    throw CompileError{{use.text() + " is a checkpoint, and has a budget of images or classes",
                        "it is trained already, on what it was trained on",
                        "Leave it out of the experiments that vary source.per_class, class_count or images."}};
  }
  return use;
}

}  // namespace espalier::plan
