// Finds experiments that need each other's results in a circle, through selections, `start` and `units_from`.
#include <functional>
#include <map>

#include "espalier/study/needs.hpp"
#include "study/cells.hpp"
#include "study/check/check_study.hpp"

namespace espalier::study {

/// Searches depth first and reports each circle once, at its first experiment in the file.
void check_circles(const CheckContext& context) {
  enum class Mark { fresh, open, closed };
  std::map<std::string, Mark> marks;
  std::vector<Step> path;
  std::function<void(const Experiment&)> visit = [&](const Experiment& experiment) {
    marks[experiment.name] = Mark::open;
    for (const auto& need : needs_of(experiment)) {
      const Experiment* next = find_experiment(context.study, need.experiment);
      if (!next || marks[need.experiment] == Mark::closed) continue;
      path.push_back({experiment.name, need.how});
      if (marks[need.experiment] == Mark::fresh) {
        visit(*next);
      } else {
        context.report.error(need.where, key_of(experiment, need.key),
                             {"experiments need each other in a circle", circle_text(path, need.experiment),
                              "Break it: one of them must stand alone"});
      }
      path.pop_back();
    }
    marks[experiment.name] = Mark::closed;
  };
  for (const auto& experiment : context.study.experiments) {
    if (marks[experiment.name] == Mark::fresh) visit(experiment);
  }
}

}  // namespace espalier::study
