// Resolves a cell's source, target, network and overrides, and adds its tasks to the table.
#include "plan/run_trainings.hpp"

#include "plan/findings.hpp"

namespace espalier::plan {

/// A cell with the words that say what it is trained on, and its overrides.
struct RunTrainings::CellView {
  const grid::Grid& grid;
  const grid::Cell& cell;
  std::string source, target, network;
  std::int64_t split = 1, replicate = 1;

  CellView(const grid::Grid& its_grid, const grid::Cell& its_cell) : grid(its_grid), cell(its_cell) {
    source = word("source");
    target = word("target");
    network = word("network");
    split = number("split");
    replicate = number("replicate");
  }
  std::string word(const char* axis) const {
    const auto* value = value_at(grid, cell, axis);
    return value ? to_string(*value) : "";
  }
  std::int64_t number(const char* axis) const {
    const auto* value = value_at(grid, cell, axis);
    if (!value) return 1;
    const auto* held = value->integer();
    if (!held || *held < 1)
      throw Refusal{std::string(axis) + " = " + to_string(*value) + " is no number from 1 on", "", ""};
    return *held;
  }
  /// The training values that the cell sets for a role, from its columns "train.*" or "source.*".
  std::vector<Override> overrides(Role role) const {
    const std::string prefix = role == Role::source ? "source." : "train.";
    std::vector<Override> all;
    for (std::size_t i = 0; i < grid.columns.size(); ++i) {
      const auto& column = grid.columns[i];
      if (!column.starts_with(prefix) || !cell.values[i]) continue;
      all.emplace_back(column.substr(prefix.size()), *cell.values[i]);
    }
    return all;
  }
  bool sets_decay() const {
    const auto column = grid.column("decay_epoch");
    const auto& shape = grid.shapes[static_cast<std::size_t>(cell.shape)];
    return column >= 0 && shape.origins[static_cast<std::size_t>(column)] != grid::Origin::fallback;
  }
};

namespace {

std::int64_t size_of(const study::Value* value) {
  if (!value || value->is_all()) return 0;
  const auto* number = value->integer();
  if (!number || *number < 1) {
    throw Refusal{"per_class = " + to_string(*value) + " is no number of images", "",
                  "Use a number from 1 on, or \"all\"."};
  }
  return *number;
}

const study::Source& source_named(const study::Study& study, const std::string& name) {
  for (const auto& source : study.sources) {
    if (source.name == name) return source;
  }
  throw Refusal{
      name.empty() ? "units are transferred but the study has no source" : "there is no source '" + name + "'", "",
      "Define [source.NAME], or fix transferred = 0."};
}

bool fits(const network::UnitCost& source, const network::UnitCost& target) {
  if (source.parameters.size() != target.parameters.size()) return false;
  for (std::size_t i = 0; i < source.parameters.size(); ++i) {
    if (source.parameters[i].shape != target.parameters[i].shape) return false;
  }
  return true;
}

}  // namespace

RunTrainings::RunTrainings(const study::Study& study, const Facts& facts, ClassPools& pools, task::Catalog& catalog,
                           TaskTable& tasks)
    : study_(study), facts_(facts), pools_(pools), tasks_(tasks), recipes_(study), maker_(study, catalog) {
  for (const auto& network : study.networks) networks_[network.name] = {catalog.add(network.spec), &network.spec};
}

const KnownNetwork& RunTrainings::network_of(const std::string& name) const {
  const auto found = networks_.find(name);
  if (found == networks_.end())
    throw Refusal{"there is no network '" + name + "'", "", "Define [network." + name + "]."};
  return found->second;
}

RunTrainings::Origin RunTrainings::checkpoint(const study::Source& source, const CellView& view) {
  Origin origin;
  origin.start.kind = task::StartKind::checkpoint;
  const auto known = facts_.checkpoints.find(source.name);
  if (known == facts_.checkpoints.end()) {
    throw Refusal{"nothing is known of the checkpoint of source '" + source.name + "'",
                  "'" + source.checkpoint + "' was not read", ""};
  }
  origin.start.checkpoint = known->second;
  const auto& pool = pools_.of(Role::source, source.name, static_cast<std::int32_t>(view.split));
  const auto& values = recipes_.of(Role::source, source.name, {});
  origin.units = &maker_.units(network_of(view.network), TrainingMaker::input_of(pool, values), pool.count());
  return origin;
}

RunTrainings::Origin RunTrainings::pretraining(const CellView& view, const std::vector<Override>& overrides,
                                               std::int64_t replicate) {
  TrainingWish wish;
  wish.role = Role::source;
  wish.values = &recipes_.of(Role::source, view.source, overrides);
  wish.pool = &pools_.of(Role::source, view.source, static_cast<std::int32_t>(view.split));
  wish.network = &network_of(view.network);
  wish.protocol = from_scratch(wish.network->spec->depth());
  wish.streams = {view.split, replicate};
  Training training = maker_.make(wish);
  Origin origin;
  origin.units = training.units;
  origin.task = tasks_.add(std::move(training), task::TaskKind::pretrain, {});
  origin.start.kind = task::StartKind::task;
  origin.start.task = origin.task;
  return origin;
}

const RunTrainings::Origin& RunTrainings::origin_of(const CellView& view) {
  std::vector<Override> overrides;
  std::int64_t replicate = 1;
  std::string key = view.source + '\n' + view.network + '\n' + std::to_string(view.split);
  for (auto& override : view.overrides(Role::source)) {
    key += '\n' + override.first + '=' + to_string(override.second);
    if (override.first == "replicate")
      replicate = *override.second.integer();  // the pretraining varies by replicate only where asked for
    else overrides.push_back(std::move(override));
  }
  const auto known = origins_.find(key);
  if (known != origins_.end()) return known->second;
  const auto& source = source_named(study_, view.source);
  return origins_
      .emplace(key, source.checkpoint.empty() ? pretraining(view, overrides, replicate) : checkpoint(source, view))
      .first->second;
}

void RunTrainings::check_copies(const CellView& view, const Protocol& protocol, const Origin& origin,
                                const std::vector<network::UnitCost>& target) {
  if (protocol.uses.back() != study::UnitUse::fresh) {
    const auto split = static_cast<std::int32_t>(view.split);
    if (pools_.of(Role::source, view.source, split).names() != pools_.of(Role::target, view.target, split).names()) {
      throw Refusal{"the classifier is transferred",
                    "source '" + view.source + "' and target '" + view.target + "' have different classes",
                    "Transfer at most " + std::to_string(protocol.uses.size() - 1) + " units."};
    }
  }
  for (std::size_t u = 0; u < protocol.uses.size(); ++u) {
    if (protocol.uses[u] == study::UnitUse::fresh || fits((*origin.units)[u], target[u])) continue;
    throw Refusal{
        "unit " + std::to_string(u + 1) + " of source '" + view.source + "' does not fit target '" + view.target + "'",
        "their images differ in shape, and so do the unit's parameters", "Transfer fewer units, or crop to one size."};
  }
}

RunTrainings::Made RunTrainings::add(const grid::Grid& grid, const grid::Cell& cell) {
  const CellView view(grid, cell);
  TrainingWish wish;
  wish.values = &recipes_.of(Role::target, view.target, view.overrides(Role::target));
  wish.pool = &pools_.of(Role::target, view.target, static_cast<std::int32_t>(view.split));
  wish.network = &network_of(view.network);
  wish.protocol = read_protocol([&](const std::string& axis) { return value_at(grid, cell, axis); },
                                wish.network->spec->depth(), view.sets_decay());
  wish.per_class = size_of(value_at(grid, cell, "per_class"));
  if (wish.per_class > 0) ClassPools::check_size(*wish.pool, wish.per_class);
  wish.streams = {view.split, view.replicate};
  Made made;
  const Origin* origin = wish.protocol.copies() ? &origin_of(view) : nullptr;
  if (origin) wish.copied_from = origin->start;
  Training training = maker_.make(wish);
  std::vector<TaskId> needs;
  if (origin) {
    check_copies(view, wish.protocol, *origin, *training.units);
    made.source = origin->task;
    if (!origin->task.empty()) needs.push_back(origin->task);
  }
  for (const auto& one : training.record.evaluations) made.measured.push_back({one.name, one.images});
  made.task = tasks_.add(std::move(training), task::TaskKind::train, std::move(needs));
  return made;
}

}  // namespace espalier::plan
