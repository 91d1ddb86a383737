// Puts an image-to-image unit in front of a training's network: one more unit, drawn anew, before copied ones.
#include "espalier/network/front.hpp"
#include "plan/cell_view.hpp"
#include "plan/findings.hpp"
#include "plan/run_trainings.hpp"

namespace espalier::plan {

const KnownNetwork& RunTrainings::with_front(const CellView& view, std::int32_t channels) {
  const std::string front = view.word("front");
  const std::string key = view.network + '\n' + front + '\n' + std::to_string(channels);
  const auto known = fronted_.find(key);
  if (known != fronted_.end()) return known->second.known;
  for (const auto& one : study_.networks) {
    if (one.name != front || !one.front) continue;
    auto& made = fronted_[key];
    made.spec = network::with_front(one.spec, *network_of(view.network).spec, channels);
    made.known = {catalog_.add(made.spec), &made.spec};
    return made.known;
  }
  throw CompileError{
      {"there is no unit '" + front + "' to stand in front", "", "Define [network." + front + "] with front = true."}};
}

void RunTrainings::put_front(TrainingRequest& request, const CellView& view, std::vector<task::UnitStart>& starts) {
  request.network = &with_front(view, request.pool->data->facts().shape.channels);
  auto& uses = request.protocol.uses;
  if (request.protocol.high_units == static_cast<std::int32_t>(uses.size())) ++request.protocol.high_units;
  uses.insert(uses.begin(), study::UnitUse::fresh);
  starts.assign(1, {});
  starts.insert(starts.end(), request.copied->begin(), request.copied->end());
  request.copied = &starts;
}

}  // namespace espalier::plan
