// What a plan adds to the journal: only what the journal does not say yet.
#include "runtime/rank0/plan_records.hpp"

#include <catch2/catch.hpp>

#include "runtime/loop_scene.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {

plan::PlannedRun run(const std::string& name) {
  plan::PlannedRun made;
  made.id = RunId::of(sha256(name));
  made.experiment = name;
  return made;
}

struct Journal {
  LoopScene scene;
  JournaledState state{scene.options.out, scene.options.who, Damage::refused};
};

}  // namespace

TEST_CASE("plan records: a plan that is written again adds nothing") {
  Journal journal;
  plan::Plan plan;
  plan.runs = {run("a"), run("b")};
  plan.catalog.label_maps["map"] = {};
  plan.selections.push_back({});
  plan.selections.back().key = "one";

  CHECK(write_plan(journal.state, plan, {}).label_maps.size() == 1);
  const auto records = journal.state.state().records;
  CHECK(journal.state.state().runs.size() == 2);
  CHECK(journal.state.state().selections.size() == 1);

  CHECK(write_plan(journal.state, plan, {}).empty());
  CHECK(journal.state.state().records == records);
}

TEST_CASE("plan records: a run that changes is written alone; where one leaves, the whole list is") {
  Journal journal;
  plan::Plan plan;
  plan.runs = {run("a"), run("b")};
  write_plan(journal.state, plan, {});

  plan.runs[0].waits_for = "selection";
  write_plan(journal.state, plan, {});
  CHECK(journal.state.state().runs.size() == 2);
  CHECK(journal.state.state().runs[0].run.waits_for == "selection");

  plan.runs.erase(plan.runs.begin());
  write_plan(journal.state, plan, {});
  int current = 0;
  for (const auto& entry : journal.state.state().runs) current += entry.current;
  CHECK(current == 1);
}
