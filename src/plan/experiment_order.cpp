// Sorts experiments by what they need of each other, depth first, and reports unknown names and circles.
#include "plan/experiment_order.hpp"

#include <map>

#include "espalier/study/needs.hpp"
#include "espalier/study/parse.hpp"

namespace espalier::plan {
namespace {

class ExperimentSort {
 public:
  ExperimentSort(const study::Study& study, Findings& findings) : study_(study), findings_(findings) {
    for (std::size_t i = 0; i < study.experiments.size(); ++i) index_[study.experiments[i].name] = i;
    state_.resize(study.experiments.size());
  }

  std::vector<std::size_t> run() {
    for (std::size_t i = 0; i < state_.size() && good_; ++i) {
      if (state_[i] == Visit::not_yet) visit(i);
    }
    return good_ ? order_ : std::vector<std::size_t>{};
  }

 private:
  enum class Visit { not_yet, open, closed };

  /// Marks the experiment as planned after all that it needs.
  void visit(std::size_t at) {
    const auto& experiment = study_.experiments[at];
    state_[at] = Visit::open;
    for (const auto& need : study::needs_of(experiment)) {
      const auto found = index_.find(need.experiment);
      if (found == index_.end()) return refuse_unknown(experiment, need);
      path_.push_back({experiment.name, need.how});
      if (state_[found->second] == Visit::open) refuse_circle(experiment, need);
      else if (state_[found->second] == Visit::not_yet) visit(found->second);
      path_.pop_back();
      if (!good_) return;
    }
    state_[at] = Visit::closed;
    order_.push_back(at);
  }

  void refuse_circle(const study::Experiment& experiment, const study::Need& need) {
    refuse(experiment, need,
           {"experiments need each other in a circle: " + study::circle_text(path_, need.experiment),
            "their runs would need their own results", "Break it: one of them must stand alone."});
  }

  void refuse_unknown(const study::Experiment& experiment, const study::Need& need) {
    std::vector<std::string> names;
    for (const auto& [name, at] : index_) names.push_back(name);
    const std::string near = study::nearest(need.experiment, names);
    refuse(experiment, need,
           {"experiment '" + experiment.name + "' " + need.how + " '" + need.experiment + "'",
            "there is none of that name", near.empty() ? "" : "Did you mean '" + near + "'?"});
  }

  void refuse(const study::Experiment& experiment, const study::Need& need, const Problem& problem) {
    good_ = false;
    findings_.error(need.where, "experiment." + experiment.name + "." + need.key, problem);
  }

  const study::Study& study_;
  Findings& findings_;
  std::map<std::string, std::size_t> index_;
  std::vector<Visit> state_;
  std::vector<study::Step> path_;  ///< from the experiment the search began at
  std::vector<std::size_t> order_;
  bool good_ = true;
};

}  // namespace

std::vector<std::size_t> planning_order(const study::Study& study, Findings& findings) {
  return ExperimentSort(study, findings).run();
}

}  // namespace espalier::plan
