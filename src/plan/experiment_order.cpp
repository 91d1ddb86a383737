// Sorts experiments by their selections, depth first, and reports unknown names and circles.
#include "plan/experiment_order.hpp"

#include <map>

#include "espalier/study/parse.hpp"

namespace espalier::plan {
namespace {

class Order {
 public:
  Order(const study::Study& study, Findings& findings) : study_(study), findings_(findings) {
    for (std::size_t i = 0; i < study.experiments.size(); ++i) index_[study.experiments[i].name] = i;
    state_.resize(study.experiments.size());
  }

  std::vector<std::size_t> run() {
    for (std::size_t i = 0; i < state_.size() && good_; ++i) visit(i);
    return good_ ? order_ : std::vector<std::size_t>{};
  }

 private:
  enum class Visit { not_yet, open, closed };

  void visit(std::size_t at) {
    if (state_[at] == Visit::closed) return;
    const auto& experiment = study_.experiments[at];
    if (state_[at] == Visit::open) {
      return refuse(experiment.where, experiment.name,
                    {"selections go in a circle through experiment '" + experiment.name + "'",
                     "its runs would need their own results", "Choose from another experiment."});
    }
    state_[at] = Visit::open;
    for (const auto* take : takes_of(experiment)) {
      for (const auto& from : take->from) {
        const auto found = index_.find(from);
        if (found == index_.end()) refuse_unknown(*take, experiment.name, from);
        else visit(found->second);
        if (!good_) return;
      }
    }
    state_[at] = Visit::closed;
    order_.push_back(at);
  }

  void refuse_unknown(const study::Take& take, const std::string& experiment, const std::string& from) {
    std::vector<std::string> names;
    for (const auto& [name, at] : index_) names.push_back(name);
    const std::string near = study::nearest(from, names);
    refuse(take.where, experiment,
           {"a selection refers to experiment '" + from + "'", "there is none of that name",
            near.empty() ? "" : "Did you mean '" + near + "'?"});
  }

  void refuse(study::Location where, const std::string& experiment, const Refusal& refusal) {
    good_ = false;
    findings_.error(where, "experiment." + experiment + ".take", refusal);
  }

  const study::Study& study_;
  Findings& findings_;
  std::map<std::string, std::size_t> index_;
  std::vector<Visit> state_;
  std::vector<std::size_t> order_;
  bool good_ = true;
};

}  // namespace

std::vector<const study::Take*> takes_of(const study::Experiment& experiment) {
  std::vector<const study::Take*> all;
  for (const auto& take : experiment.takes) all.push_back(&take);
  for (const auto& one : experiment.cases) {
    for (const auto& take : one.takes) all.push_back(&take);
  }
  return all;
}

std::vector<std::size_t> planning_order(const study::Study& study, Findings& findings) {
  return Order(study, findings).run();
}

}  // namespace espalier::plan
