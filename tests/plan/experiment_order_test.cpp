#include "plan/experiment_order.hpp"

#include <catch2/catch.hpp>

#include "support/study_builder.hpp"

namespace espalier::plan {
namespace {

using support::experiment;

struct Ordered {
  std::vector<std::string> names;
  std::string complaint;
};

Ordered ordered(const std::vector<study::Experiment>& experiments) {
  auto study = support::small_study();
  study.experiments = experiments;
  std::vector<study::Diagnostic> all;
  Findings findings(all);
  Ordered result;
  for (const auto at : planning_order(study, findings)) result.names.push_back(experiments[at].name);
  for (const auto& diagnostic : all) result.complaint += format(diagnostic, "study");
  return result;
}

study::Experiment after(const std::string& name, const std::string& parent) {
  auto made = experiment(name, {});
  made.start = study::Start{parent, {"split"}, {}};
  return made;
}

}  // namespace

TEST_CASE("plan: an experiment is planned after those it starts from, takes from and takes units from") {
  auto swap = after("swap", "third");
  swap.kind = "evaluate";
  swap.units_from = {{{}, {1}, study::Start{"last", {}, {}}, ""}, {{}, {2}, std::nullopt, "half"}};
  auto last = experiment("last", {});
  last.takes = {support::take({"frozen"}, {"second"}, {})};

  const auto result =
      ordered({swap, after("third", "second"), last, after("second", "first"), experiment("first", {})});

  CHECK(result.names == std::vector<std::string>{"first", "second", "third", "last", "swap"});
  CHECK(result.complaint.empty());
}

TEST_CASE("plan: a circle through start and a selection is refused with its path") {
  auto first = experiment("first", {});
  first.takes = {support::take({"frozen"}, {"third"}, {})};

  const auto result = ordered({experiment("alone", {}), first, after("second", "first"), after("third", "second")});

  CHECK(result.names.empty());
  CHECK(
      result.complaint.find("experiment.second.start.experiment: experiments need each other in a circle: first takes "
                            "from third starts from second starts from first") != std::string::npos);
}

TEST_CASE("plan: an experiment that starts from itself, or from none that there is, is refused") {
  CHECK(ordered({after("a", "a")}).complaint.find("a starts from a") != std::string::npos);
  CHECK(ordered({after("b", "firts"), experiment("first", {})}).complaint.find("Did you mean 'first'?") !=
        std::string::npos);
}

}  // namespace espalier::plan
