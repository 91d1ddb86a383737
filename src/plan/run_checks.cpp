// Checks that what a run copies fits its target, and that the two are trained on images of their own.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "plan/cell_view.hpp"
#include "plan/findings.hpp"
#include "plan/run_trainings.hpp"

namespace espalier::plan {
namespace {

/// Whether two pools have a class in common.
bool share_classes(const ClassPool& a, const ClassPool& b) {
  std::set<std::int32_t> finest;
  for (const auto index : a.classes) {
    for (const auto one : a.data->finest(index)) finest.insert(one);
  }
  return std::any_of(b.classes.begin(), b.classes.end(), [&](std::int32_t index) {
    const auto& all = b.data->finest(index);
    return std::any_of(all.begin(), all.end(), [&](std::int32_t one) { return finest.contains(one); });
  });
}

}  // namespace

/// The user may have meant to keep the classifier: the target's classes are some of those that the network knows.
void RunTrainings::note_own_outputs(const CellView& view, const Origin& origin, const ClassPool& pool) {
  const auto known = origin.pool->output_names();
  const auto is_known = [&](const auto& name) { return std::find(known.begin(), known.end(), name) != known.end(); };
  const auto own = pool.names();
  if (pool.outputs_of || !std::all_of(own.begin(), own.end(), is_known)) return;
  warnings_.try_emplace(
      view.target,
      Problem{"the last unit is drawn anew for target '" + view.target + "', although " + origin.name +
                  " has all of its classes",
              "it has other ones as well, or another order",
              "Set outputs_of = \"source\" on the target if the classifier is to be copied and tuned, too."});
}

/// A checkpoint's units expect the values that they were trained on; those of its source's data stand for them.
void RunTrainings::note_normalisation(const CellView& view, const Origin& origin, const task::TrainSpec& spec) {
  constexpr float kSame = 0.05f;  // of the larger: rounded numbers of one normalisation are the same
  const auto differ = [](const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() != b.size() || !std::equal(a.begin(), a.end(), b.begin(), [](float x, float y) {
             return std::abs(x - y) <= kSame * std::max(std::abs(x), std::abs(y));
           });
  };
  const bool is_checkpoint = !origin.starts.empty() && origin.starts.front().kind == task::StartKind::checkpoint;
  if (!is_checkpoint || !(differ(origin.spec.mean, spec.mean) || differ(origin.spec.std, spec.std))) return;
  warnings_.try_emplace(
      view.target,
      Problem{
          fmt::format("target '{}' is normalised by mean [{:.3f}] and std [{:.3f}], the images of {}, a checkpoint, by "
                      "mean [{:.3f}] and std [{:.3f}]",
                      view.target, fmt::join(spec.mean, ", "), fmt::join(spec.std, ", "), origin.name,
                      fmt::join(origin.spec.mean, ", "), fmt::join(origin.spec.std, ", ")),
          "units that are copied would see other values than they were trained on",
          "Set mean and std of the target's data, and of the source's, to those that the checkpoint was trained "
          "with."});
}

void RunTrainings::check_copies(const CellView& view, const Protocol& protocol, const Origin& origin,
                                const ClassPool& pool, const std::vector<network::UnitCost>& target) {
  const bool copies_last = protocol.uses.back() != study::UnitUse::fresh;
  if (copies_last && origin.pool->output_names() != pool.output_names()) {
    throw CompileError{{"the classifier is transferred",
                        origin.name + " and target '" + view.target + "' have different classes",
                        "Transfer at most " + std::to_string(protocol.uses.size() - 1) +
                            " units, or, where the target's classes are some of the source's, set outputs_of = "
                            "\"source\" on the target."}};
  }
  for (std::size_t u = 0; u < protocol.uses.size(); ++u) {
    if (protocol.uses[u] == study::UnitUse::fresh) continue;
    if (u < origin.units->size() && have_equal_parameters((*origin.units)[u], target[u])) continue;
    throw CompileError{
        {"unit " + std::to_string(u + 1) + " of " + origin.name + " does not fit target '" + view.target + "'",
         "their images or networks differ, and so do the unit's parameters",
         "Transfer fewer units, or crop to one size."}};
  }
}

/// Of a split by images, refuses a target that is trained on images of its source, or measured on them.
void RunTrainings::check_apart(const CellView& view, const Origin& origin, TargetUse use) const {
  if (study_.split.kind != study::Split::Kind::images || origin.role != task::InputRole::pretraining) return;
  const auto& target = pools_.of(view.use(study_, Role::target, view.target));
  const auto &source_part = origin.pool->data->part(), &target_part = target.data->part();
  const bool source_has_all = source_part.shares.empty(), target_has_all = target_part.shares.empty();
  const bool have_one_part = !source_has_all && !target_has_all && source_part.share == target_part.share;
  const bool are_apart = !source_has_all && !target_has_all && !have_one_part;
  const bool is_held_out = use == TargetUse::measured && (have_one_part || source_has_all == target_has_all ||
                                                          target.data->measures_on_files_alone());
  if (origin.pool->origin != target.origin || are_apart || is_held_out || !share_classes(*origin.pool, target)) return;
  const std::string parts =
      have_one_part
          ? "both are of part '" + study_.split.parts[static_cast<std::size_t>(source_part.share)].name + "'"
          : (source_has_all ? origin.name : "target '" + view.target + "'") + " names no part and has all images";
  throw CompileError{{"target '" + view.target + "' has images that " + origin.name + " is trained on",
                      parts + " of data '" + target.data->study().name + "', or of what it is derived from",
                      "Give them different parts of [split]: images = \"split.PART\"."}};
}

}  // namespace espalier::plan
