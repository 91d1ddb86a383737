#pragma once
// A source or target as a cell uses it: what its own keys say, with what axes say over them.
#include <compare>
#include <functional>
#include <optional>
#include <string>

#include "espalier/study/study.hpp"

namespace espalier::plan {

enum class Role : std::uint8_t { source, target };

/// Everything that decides the classes, labels and images of a source or target; a key of what is made of them.
struct RoleUse {
  Role role = Role::target;
  std::string name;
  std::int32_t split = 1;
  std::string labels;  ///< label set that joins the classes; "": each is an output
  /// Of sources: images of each output, outputs, and images in all; none: all there are.
  std::optional<std::int64_t> per_class, class_count, images;
  std::int64_t replicate = 1;  ///< whose draws and streams it has; 1 where it is one for all replicates
  auto operator<=>(const RoleUse&) const = default;

  bool has_budget() const { return per_class || class_count || images; }
  /// "source 'half'".
  std::string text() const { return (role == Role::source ? "source '" : "target '") + name + "'"; }
};

/// The source of this name; null where there is none.
const study::Source* find_source(const study::Study& study, const std::string& name);
const study::Target* find_target(const study::Study& study, const std::string& name);

/// Of which data, and of which classes and images of them.
struct RoleKeys {
  std::string data, classes, part;
  const std::vector<std::int32_t>* listed = nullptr;  ///< classes = "list"
};
/// Of one that own_use() or use_of() has found.
RoleKeys keys_of(const study::Study& study, const RoleUse& use);

/// As the study's own keys say. Throws CompileError where there is no such source or target.
RoleUse own_use(const study::Study& study, Role role, const std::string& name, std::int32_t split);

/// The value of an axis in a cell, null where it has none; `axis` lacks "source." or "target.".
using RoleAxis = std::function<const study::Value*(const std::string& axis)>;

/// With what axes say over the study's keys: "labels", of sources "per_class", "class_count" and "images", where "all"
/// takes a key's budget away. Of a source with `redraw`, the draws of this replicate. Throws CompileError for an
/// unknown name, labels over classes that are a label set already, and budgets of a checkpoint.
RoleUse use_of(const study::Study& study, Role role, const std::string& name, std::int32_t split,
               std::int64_t replicate, const RoleAxis& axis);

}  // namespace espalier::plan
