// Finds the setting that ranks first on validation images, else on test images, for each target.
#include "report/predicted/chosen_setting.hpp"

#include <algorithm>

#include "report/ranked_settings.hpp"

namespace espalier::report {
namespace {

using Words = std::vector<std::string>;

std::optional<ChosenSetting> best_of(const std::vector<RunView>& runs) {
  const auto metric = metric_of_choice(runs);
  if (!metric) return std::nullopt;
  const auto axes = unexplained_axes(runs, {});
  const auto settings = settings_of(runs, axes);
  const auto standings = ranked(settings, *metric);
  if (standings.empty() || standings.front().splits == 0) return std::nullopt;
  const auto& best = settings[standings.front().setting];
  ChosenSetting chosen{{}, {}, *metric, standings.front().mean, static_cast<int>(settings.size())};
  for (std::size_t i = 0; i < axes.size(); ++i) chosen.labels.push_back({axes[i], best.values[i]});
  std::copy_if(best.runs.begin(), best.runs.end(), std::back_inserter(chosen.runs),
               [](const RunView& view) { return view.state == task::RunState::done && !view.diverged(); });
  return chosen;
}

}  // namespace

std::optional<metrics::MetricName> metric_of_choice(const std::vector<RunView>& runs) {
  using metrics::Metric, metrics::Subset;
  return first_measured(runs, {{Subset::valid, Metric::top1},
                               {Subset::test, Metric::top1},
                               {Subset::valid, Metric::ap},
                               {Subset::test, Metric::ap}});
}

std::vector<ChosenSetting> chosen_settings(const std::vector<RunView>& runs) {
  std::vector<ChosenSetting> all;
  Words targets;
  for (const auto& view : runs) {
    const auto target = view.value("target");
    if (std::find(targets.begin(), targets.end(), target) != targets.end()) continue;
    targets.push_back(target);
    std::vector<RunView> here;
    std::copy_if(runs.begin(), runs.end(), std::back_inserter(here),
                 [&](const RunView& one) { return one.value("target") == target; });
    auto best = best_of(here);
    if (!best) continue;
    if (!target.empty() &&
        std::any_of(runs.begin(), runs.end(), [&](const RunView& one) { return one.value("target") != target; }))
      best->labels.insert(best->labels.begin(), {"target", target});
    all.push_back(std::move(*best));
  }
  return all;
}

}  // namespace espalier::report
