// Looks through the runs of a plan for what would waste their time.
#include "espalier/plan/sense.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>

#include "espalier/plan/repetition.hpp"
#include "espalier/study/kinds.hpp"
#include "espalier/task/timeline.hpp"

namespace espalier::plan {
namespace {

using Severity = study::Diagnostic::Severity;

bool has_images(const PlannedRun& run, metrics::Subset subset) {
  return subset == metrics::Subset::train || !run.images(subset).empty();
}

std::string value_of(const PlannedRun& run, const std::string& axis) {
  const auto* label = run.label(axis);
  return label ? *label : "";
}

/// What one training does, step by step.
struct Steps {
  std::int64_t total = 0;
  std::int64_t slow = 0;  ///< at which no unit has a rate of kSlowRate
  float fastest = 0;
};

/// The greatest rate of any unit from each change on.
std::map<std::int64_t, float> greatest_rates(const task::TrainSpec& spec, const task::Timeline& timeline) {
  std::map<std::int64_t, float> greatest;
  for (const auto& unit : spec.units) {
    for (const auto& point : unit.rates) greatest[timeline.index(point.from)] = 0;
  }
  for (auto& [step, rate] : greatest) {
    for (const auto& unit : spec.units) {
      const auto after = std::find_if(unit.rates.begin(), unit.rates.end(),
                                      [&](const task::RatePoint& point) { return timeline.index(point.from) > step; });
      if (after != unit.rates.begin()) rate = std::max(rate, std::prev(after)->rate);
    }
  }
  return greatest;
}

Steps steps_of(const task::Task& task) {
  const auto& spec = task::training(task);
  const task::Timeline timeline(task.images, spec.batch, spec.length);
  Steps steps{timeline.total_steps(), 0, 0};
  const auto greatest = greatest_rates(spec, timeline);
  for (auto at = greatest.begin(); at != greatest.end(); ++at) {
    const auto end = std::next(at) == greatest.end() ? steps.total : std::next(at)->first;
    if (at->second < kSlowRate) steps.slow += end - at->first;
    steps.fastest = std::max(steps.fastest, at->second);
  }
  return steps;
}

class Sense {
 public:
  Sense(const study::Study& study, const Plan& plan) : study_(study), plan_(plan) {
    for (const auto& task : plan.tasks) tasks_[task.id] = &task;
    for (const auto& run : plan.runs) runs_[run.experiment].push_back(&run);
  }

  std::vector<study::Diagnostic> found() {
    for (const auto& experiment : study_.experiments) {
      if (study::kind_of(experiment) != study::Kind::train) continue;
      check_tested(experiment);
      check_repeated(experiment);
    }
    for (const auto& [problem, experiments] : of_experiments_) say(experiments, problem);
    for (const auto& target : study_.targets) check_trainings(target);
    return std::move(found_);
  }

 private:
  void say(study::Location where, std::string key, Problem problem) {
    found_.push_back({Severity::warning, where, std::move(key), std::move(problem)});
  }

  /// Several experiments have one message.
  void say(const std::vector<const study::Experiment*>& experiments, Problem problem) {
    const auto& first = *experiments.front();
    if (experiments.size() == 1) return say(first.where, "experiment." + first.name, std::move(problem));
    std::vector<std::string> names;
    for (const auto* one : experiments) names.push_back("'" + one->name + "'");
    problem.problem = fmt::format("of experiments {}: {}", fmt::join(names, ", "), problem.problem);
    say(first.where, "experiment", std::move(problem));
  }

  void note(const study::Experiment& experiment, const Problem& problem) {
    const auto known = std::find_if(of_experiments_.begin(), of_experiments_.end(),
                                    [&](const auto& one) { return one.first.problem == problem.problem; });
    if (known == of_experiments_.end()) of_experiments_.push_back({problem, {&experiment}});
    else known->second.push_back(&experiment);
  }

  /// The experiment's runs that have a task; null where some wait for a selection, so that nothing can be said yet.
  const std::vector<const PlannedRun*>* known_runs(const std::string& experiment) const {
    const auto found = runs_.find(experiment);
    if (found == runs_.end()) return nullptr;
    const bool all = std::all_of(found->second.begin(), found->second.end(),
                                 [](const PlannedRun* run) { return !run->task.empty(); });
    return all ? &found->second : nullptr;
  }

  void check_tested(const study::Experiment& experiment) {
    const auto* runs = known_runs(experiment.name);
    if (!runs) return;
    const auto lacks = [&](metrics::Subset subset) {
      return std::none_of(runs->begin(), runs->end(), [&](const auto* run) { return has_images(*run, subset); });
    };
    if (!lacks(metrics::Subset::test)) return;
    if (lacks(metrics::Subset::valid)) return;  // the study's checks have said it, or the runs serve otherwise
    note(experiment, {"its runs are measured on no test images",
                      "the report shows accuracies on the validation images, by which settings are chosen: the best of "
                      "many looks better there than it is",
                      "Set test = { per_class = N } on the data."});
  }

  void check_repeated(const study::Experiment& experiment) {
    const auto* runs = known_runs(experiment.name);
    if (!runs || study_.split.count > 1 || study_.split.folds > 0) return;
    std::set<std::string> replicates;
    for (const auto* run : *runs) replicates.insert(value_of(*run, "replicate"));
    const bool draws =
        std::any_of(runs->begin(), runs->end(), [](const PlannedRun* run) { return repeats_by_replicate(*run); });
    if (draws && replicates.size() > 1) return;
    const bool one = replicates.size() < 2;
    note(experiment,
         {one ? "nothing repeats its settings: one split, one replicate"
              : fmt::format("its {} replicates share their training images, and there is one split", replicates.size()),
          "no difference will have an interval",
          one ? "Add replicate = 5 to its axes and redraw = \"images\" to its target, or more splits."
              : "Set redraw = \"images\" on its target, so that each replicate draws its own."});
  }

  void check_trainings(const study::Target& target) {
    std::map<std::string, Steps> few;  // by size
    std::map<std::string, std::int64_t> images;
    std::map<std::string, bool> said;
    for (const auto& run : plan_.runs) {
      const auto task = tasks_.find(run.task);
      if (value_of(run, "target") != target.name || task == tasks_.end() || task::probe_of(*task->second)) continue;
      const auto steps = steps_of(*task->second);
      const auto size = value_of(run, "per_class");
      if (steps.total > 0 && steps.total < kFewSteps && few.try_emplace(size, steps).second)
        images[size] = task->second->images;
      check_rates(target, *task->second, steps, said);
    }
    if (few.empty()) return;
    std::vector<std::string> sizes;
    for (const auto& [size, steps] : few)
      sizes.push_back(fmt::format("{} steps at per_class = {} ({} images)", steps.total, size, images[size]));
    say(target.where, "target." + target.name,
        {fmt::format("trainings take {}", fmt::join(sizes, ", ")),
         fmt::format("fewer than about {} teach a network little", kFewSteps),
         "Give the length in steps, such as train.epochs = \"1000 steps\", or a smaller batch."});
  }

  void check_rates(const study::Target& target, const task::Task& task, const Steps& steps,
                   std::map<std::string, bool>& said) {
    const bool is_adam = task::training(task).optimiser == task::OptimiserKind::adam;
    const auto once = [&](const std::string& what, Problem problem) {
      if (!std::exchange(said[what], true)) say(target.where, "target." + target.name, std::move(problem));
    };
    if (!is_adam && steps.slow * 2 > steps.total)
      once("slow", {fmt::format("all rates are below {:g} for {} of {} steps", kSlowRate, steps.slow, steps.total),
                    "SGD changes next to nothing at such rates", "Raise start, or let the rates decay later."});
    if (is_adam && steps.fastest >= kFastAdam)
      once("fast", {fmt::format("Adam's rate is {:g}", steps.fastest),
                    fmt::format("its steps are of that size whatever the gradient; from {:g} on they destroy what was "
                                "copied",
                                kFastAdam),
                    "Start at 0.001 or less."});
  }

  const study::Study& study_;
  const Plan& plan_;
  std::unordered_map<TaskId, const task::Task*> tasks_;
  std::map<std::string, std::vector<const PlannedRun*>> runs_;
  std::vector<std::pair<Problem, std::vector<const study::Experiment*>>> of_experiments_;  ///< in order of the study
  std::vector<study::Diagnostic> found_;
};

}  // namespace

std::vector<study::Diagnostic> sense_of(const study::Study& study, const Plan& plan) {
  return Sense(study, plan).found();
}

}  // namespace espalier::plan
