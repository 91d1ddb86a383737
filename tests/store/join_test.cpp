// What is taken of two stores that know different things of the same runs and tasks.
#include "espalier/store/merge.hpp"
#include "store/merge_stores.hpp"

using namespace espalier;
using namespace espalier::store;
using task::RunState;

TEST_CASE("join: equal task and form with other values is a conflict, of which nothing is taken") {
  Known other = kDone;
  other.top1 = 6;
  Stores stores({{{0, kDone}, {1, kDone}}, {{0, kDone}, {1, other}, {2, kDone}}});

  const Outcome outcome = merge_into(stores.out(), stores.names);

  REQUIRE(outcome.conflicts().size() == 1);
  CHECK_THAT(outcome.conflicts()[0], Catch::Contains("task " + task_number(1).brief()) &&
                                         Catch::Contains("run " + run_number(1).brief()) &&
                                         Catch::Contains("test top1 of epoch 1 is 5 in '" + stores.names[0].string() +
                                                         "' and 6 in '" + stores.names[1].string() + "'") &&
                                         Catch::Contains("2 more values differ"));
  const State state = replay(stores.out());
  CHECK(task_in(state, 1).rows.back().row.values.get(metrics::Metric::top1) == 5);
  CHECK(task_in(state, 2).state == RunState::done);
  const Outcome again = merge_into(stores.out(), stores.names);
  CHECK(again.conflicts() == outcome.conflicts());
  CHECK_FALSE(again.is_written);
}

TEST_CASE("join: equal values and other finished networks are a conflict") {
  Stores stores({{{0, done_with("weights")}}, {{0, done_with("veights")}}});
  CHECK_THAT(merge_into(stores.out(), stores.names).conflicts().at(0), Catch::Contains("the finished network"));
}

TEST_CASE("join: a task that was done in two numeric forms is listed, and the first is kept") {
  Known other{RunState::done, 2, 6, "", "", 3, 0};
  Stores stores({{{0, kDone}}, {{0, other}}});

  const Outcome outcome = merge_into(stores.out(), stores.names);

  CHECK(outcome.conflicts().empty());
  CHECK_THAT(outcome.sources[1].joining.other_forms.at(0),
             Catch::Contains("1 threads") && Catch::Contains("2 threads"));
  CHECK(task_in(replay(stores.out()), 0).task.form.threads == 1);
  CHECK(task_in(replay(stores.out()), 0).rows.back().row.values.get(metrics::Metric::top1) == 5);
}

TEST_CASE("join: what is done somewhere wins, then what failed, then the farther checkpoint, then what is open") {
  const Known failed{RunState::failed}, quarantined{RunState::quarantined}, open{}, aborted{RunState::aborted},
      cancelled{RunState::cancelled}, saved{{}, 1, 5, "", "saved after two", 2, 0},
      early{{}, 1, 5, "", "saved after one", 1, 0};
  const std::vector<std::pair<Known, RunState>> order = {{kDone, RunState::done},    {failed, RunState::failed},
                                                         {saved, RunState::waiting}, {early, RunState::waiting},
                                                         {open, RunState::waiting},  {aborted, RunState::aborted}};
  const auto better = GENERATE(range(0, 5));
  const auto worse = GENERATE_COPY(range(better + 1, 6));
  const bool is_first = GENERATE(true, false);
  CAPTURE(better, worse, is_first);
  Stores stores({{{0, {RunState::failed}}, {1, order[static_cast<std::size_t>(is_first ? better : worse)].first}},
                 {{0, {RunState::failed}}, {1, order[static_cast<std::size_t>(is_first ? worse : better)].first}}});

  CHECK(merge_into(stores.out(), stores.names).conflicts().empty());

  State state = replay(stores.out());
  settle_dead(state);
  const TaskState& task = task_in(state, 1);
  CHECK(task.state == order[static_cast<std::size_t>(better)].second);
  CHECK(task.training.at.epoch == (better == 2 ? 2 : better == 3 ? 1 : 0));
  if (better == 1) CHECK(task.cause == "said why");
  CHECK(problems_of(stores.out()).empty());
  CHECK_FALSE(merge_into(stores.out(), stores.names).is_written);
}

TEST_CASE("join: a run that is cancelled where its task is first listed stays cancelled") {
  Stores stores({{{0, kDone}, {1, {}}}, {{0, kDone}, {2, {}}}});
  for (const int n : {1, 2}) {
    JournalWriter writer = JournalWriter::open(stores.names[0], some_writer());
    writer.append(CancelledRecord{{run_number(n)}, 5});
    writer.commit();
  }
  const bool is_reversed = GENERATE(false, true);
  if (is_reversed) std::swap(stores.names[0], stores.names[1]);

  merge_into(stores.out(), stores.names);

  const State state = replay(stores.out());
  CHECK(state.cancelled.contains(run_number(1)));
  CHECK(state.cancelled.contains(run_number(2)) == !is_reversed);
}

TEST_CASE("join: a selection that could be made replaces one that could not, with the runs that it decides") {
  Stores stores({{{0, kDone}}, {{0, kDone}}});
  const auto made_by = GENERATE(std::size_t{0}, std::size_t{1});
  for (const auto& directory : stores.names) {
    const bool is_made = directory == stores.names[made_by];
    JournalWriter writer = JournalWriter::open(directory, some_writer());
    auto run = some_run(5, sample_labels(5));
    if (!is_made) run.task = {};
    run.aborted = is_made ? "" : "its selection cannot be made";
    SelectionRecord selection;
    selection.outcome.key = "key";
    if (is_made) selection.outcome.chosen = {{"transferred", "2"}};
    else selection.outcome.reason = "all failed";
    writer.append(RunsRecord{false, {run}});
    writer.append(selection);
    writer.commit();
  }

  merge_into(stores.out(), stores.names);

  const State state = replay(stores.out());
  REQUIRE(state.selections.size() == 1);
  CHECK_FALSE(state.selections[0].chosen.empty());
  CHECK(state.runs[state.run_index.at(run_number(5))].run.task == task_number(5));
  CHECK_FALSE(merge_into(stores.out(), stores.names).is_written);
}

TEST_CASE("join: of a store in use only what has ended is taken, and the rest is listed") {
  Stores stores({{{0, kDone}, {1, {{}, 1, 5, "", "saved", 2, 0}}}});
  Merge merge(stores.out(), replay(stores.out()));

  merge.add({stores.names[0], replay(stores.names[0]), true}, 60);

  CHECK(task_in(merge.state(), 0).state == RunState::done);
  CHECK(task_in(merge.state(), 1).state == RunState::waiting);
  CHECK(task_in(merge.state(), 1).attempts.empty());
  CHECK(task_in(merge.state(), 1).training.artifact.empty());
}
