#include "espalier/store/merge.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <sstream>

#include "espalier/core/errors.hpp"
#include "espalier/frame/canonical.hpp"
#include "espalier/store/layout.hpp"
#include "espalier/store/verify.hpp"
#include "store/sample.hpp"

using namespace espalier;
using namespace espalier::store;
using task::RunState;

namespace {

/// What one store knows of task n. Without an end it is listed only.
struct Known {
  std::optional<RunState> end;
  int threads = 1;
  std::int64_t top1 = 5;   ///< of its last row on test
  std::string network;     ///< bytes of its finished network
  std::string checkpoint;  ///< bytes of the checkpoint of epoch `epochs` that it goes on from; it has no end then
  int epochs = 3;
  int losses = 0;  ///< charged attempts before the last
};

using Tasks = std::map<int, Known>;

task::Task task_of(int n, const Known& known) {
  task::Task task = some_task(n);
  task.form.threads = known.threads;
  return task;
}

void write_history(JournalWriter& writer, EvaluationSets& sets, const std::filesystem::path& out, int n,
                   const Known& known) {
  std::uint32_t attempt = 1;
  for (; attempt <= static_cast<std::uint32_t>(known.losses); ++attempt) {
    const Fence fence{writer.segment(), attempt};
    writer.append(attempt_of(n, fence));
    LostRecord lost;
    lost.worker = {1};
    lost.attempts = {{task_number(n), fence}};
    lost.log_tail = "tail";
    lost.charged = true;
    writer.append(lost);
  }
  const Fence fence{writer.segment(), attempt};
  const bool is_skipped = known.end == RunState::aborted || known.end == RunState::cancelled;
  if (!is_skipped) {
    writer.append(attempt_of(n, fence));
    for (int epoch = 1; epoch <= known.epochs; ++epoch) {
      testing::append_rows(writer, sets, fence, task_number(n),
                           {row_at(epoch, metrics::Subset::train), row_at(epoch, metrics::Subset::test, known.top1)});
    }
  }
  const auto keep = [&](task::ArtifactKind kind, const std::string& bytes) {
    const auto size = static_cast<std::int64_t>(bytes.size());
    if (!bytes.empty())
      writer.append(CheckpointRecord{fence, task_number(n), kind, {known.epochs, 0}, put_artifact(out, bytes), size});
  };
  keep(task::ArtifactKind::training, known.checkpoint);
  keep(task::ArtifactKind::finished, known.network);
  if (known.end) writer.append(ended_of(n, fence, *known.end, *known.end == RunState::done ? "" : "said why"));
}

/// A store of the runs 0 to 5, which lists the given tasks. Task 0 is what all others start from.
void write_store(const std::filesystem::path& out, const Tasks& tasks, const std::string& study = "one") {
  JournalWriter writer = JournalWriter::open(out, some_writer("job-" + out.filename().string()));
  EvaluationSets sets;
  StudyRecord record;
  record.file_name = "study.toml";
  record.text = "[study]\nname = \"" + study + "\"\n";
  writer.append(record);
  TasksRecord listed;
  for (const auto& [n, known] : tasks) {
    listed.tasks.push_back(task_of(n, known));
    if (n > 0) listed.tasks.back().inputs = {{task_number(0), task::InputRole::pretraining}};
  }
  writer.append(listed);
  RunsRecord runs{true, {}};
  for (int n = 0; n < 6; ++n) runs.runs.push_back(some_run(n, sample_labels(n)));
  writer.append(runs);
  for (const auto& [n, known] : tasks) {
    if (known.end || !known.checkpoint.empty()) write_history(writer, sets, out, n, known);
  }
  writer.append(FinishedRecord{75, 50});
  writer.commit();
}

struct Outcome {
  bool is_written = false;
  std::vector<MergedSource> sources;
  std::vector<std::string> conflicts() const {
    std::vector<std::string> all;
    for (const auto& one : sources) all.insert(all.end(), one.joining.conflicts.begin(), one.joining.conflicts.end());
    return all;
  }
};

Outcome merge_into(const std::filesystem::path& out, const std::vector<std::filesystem::path>& from) {
  Merge merge(out, replay(out));
  Outcome outcome;
  for (const auto& directory : from) {
    MergeSource source{directory, replay(directory), false};
    settle_dead(source.state);
    outcome.sources.push_back(merge.add(std::move(source), 60));
  }
  outcome.is_written = merge.finish(some_writer(), 0, 70);
  return outcome;
}

/// All that results and later launches are made from, without what says who did it and when.
std::string content_of(const State& state) {
  std::ostringstream text;
  std::map<TaskId, const TaskState*> tasks;
  for (const auto& [id, task] : state.tasks) tasks[id] = &task;
  for (const auto& [id, task] : tasks) {
    text << frame::Canonical::text(task->task) << ' ' << task::name_of(task->state) << ' ' << task->cause << ' '
         << frame::Canonical::text(task->recorded) << ' ' << task->charged << ' ' << task->seconds << ' '
         << task->epoch_images << ' ' << task->device << ' ' << task->attempts.size();
    for (const auto& one : task->rows) {
      text << "\n  " << one.row.epoch << ' ' << metrics::name_of(one.row.subset) << ' '
           << one.row.values.get(metrics::Metric::top1) << ' ' << one.row.values.get(metrics::Metric::loss);
    }
    for (const auto* file : {&task->training, &task->finished, &task->predictions}) text << ' ' << file->artifact.hex;
    text << '\n';
  }
  std::map<RunId, std::string> runs;
  for (const auto& entry : state.runs)
    runs[entry.run.id] = frame::Canonical::text(entry.run) + (entry.current ? "" : " left") + " " +
                         task::name_of(state.state_of(entry.run));
  for (const auto& [id, run] : runs) text << run << '\n';
  return text.str();
}

std::string content_of(const std::filesystem::path& out) {
  State state = replay(out);
  settle_dead(state);
  return content_of(state);
}

std::map<std::string, std::string> files_in(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    files[std::filesystem::relative(entry.path(), folder)] = {std::istreambuf_iterator<char>(in), {}};
  }
  return files;
}

/// Stores "a", "b", ... in one folder, and "out".
struct Stores {
  Scratch folder;
  explicit Stores(const std::vector<Tasks>& all) {
    for (const Tasks& tasks : all) write_store(next(), tasks);
  }
  std::filesystem::path next() {
    names.push_back(folder.path() / std::string(1, static_cast<char>('a' + names.size())));
    return names.back();
  }
  std::filesystem::path out(const std::string& name = "out") const { return folder.path() / name; }
  std::vector<std::filesystem::path> names;
};

const TaskState& task_in(const State& state, int n) { return state.tasks.at(task_number(n)); }

std::vector<std::string> problems_of(const std::filesystem::path& out) {
  std::vector<std::string> texts;
  for (const auto& one : verify(out).findings) {
    if (one.kind == Finding::Kind::problem && !one.text.starts_with("results.h5 is missing")) texts.push_back(one.text);
  }
  return texts;
}

const Known kDone{RunState::done, 1, 5, "", "", 3, 0};
Known done_with(const std::string& network) {
  Known known = kDone;
  known.network = network;
  return known;
}

}  // namespace

TEST_CASE("merge: a new store has the runs, tasks, rows and files of all sources, and says where they came from") {
  Known lost = kDone;
  lost.losses = 2;
  Stores stores({{{0, done_with("weights")}, {1, lost}}, {{0, done_with("weights")}, {2, kDone}, {3, {}}}});
  const auto before = files_in(stores.folder.path());

  const Outcome outcome = merge_into(stores.out(), stores.names);

  const State state = replay(stores.out());
  CHECK(outcome.conflicts().empty());
  CHECK(state.dropped.empty());
  CHECK(state.runs.size() == 6);
  CHECK(state.tasks.size() == 4);
  for (const int n : {0, 1, 2}) CHECK(task_in(state, n).state == RunState::done);
  CHECK(task_in(state, 3).state == RunState::waiting);
  CHECK(task_in(state, 1).attempts.size() == 3);
  CHECK(task_in(state, 1).attempts[0].log_tail == "tail");
  CHECK(task_in(state, 1).charged == 2);
  CHECK(task_in(state, 1).attempts.back().worker == WorkerId{1});
  CHECK(task_in(state, 2).rows.size() == 6);
  CHECK(task_in(state, 0).finished.artifact == put_artifact(stores.folder.path() / "x", "weights"));
  CHECK(std::filesystem::exists(artifact_folder(stores.out()) /
                                (task_in(state, 0).finished.artifact.hex + ".safetensors")));
  REQUIRE(state.merged.size() == 2);
  CHECK(origin_of(state, task_number(0))->source == stores.names[0].string());
  CHECK(origin_of(state, task_number(2))->source == stores.names[1].string());
  CHECK(origin_of(state, task_number(2))->segments.at(0).job == "job-b");
  CHECK(origin_of(state, task_number(3)) == nullptr);
  CHECK(problems_of(stores.out()).empty());
  CHECK_FALSE(std::filesystem::exists(stores.out() / "tmp"));
  for (const auto& [file, bytes] : before) CHECK(files_in(stores.folder.path()).at(file) == bytes);
}

TEST_CASE("merge: a second merge of the same stores writes nothing") {
  Stores stores({{{0, done_with("weights")}, {1, kDone}}, {{0, kDone}, {2, {RunState::failed}}, {4, {}}}});
  CHECK(merge_into(stores.out(), stores.names).is_written);
  const auto before = files_in(stores.out());

  const Outcome again = merge_into(stores.out(), stores.names);

  CHECK_FALSE(again.is_written);
  for (const auto& one : again.sources) CHECK(one.joining.is_empty());
  CHECK(files_in(stores.out()) == before);
}

TEST_CASE("merge: equal task and form with other values is a conflict, of which nothing is taken") {
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

TEST_CASE("merge: equal values and other finished networks are a conflict") {
  Stores stores({{{0, done_with("weights")}}, {{0, done_with("veights")}}});
  CHECK_THAT(merge_into(stores.out(), stores.names).conflicts().at(0), Catch::Contains("the finished network"));
}

TEST_CASE("merge: a task that was done in two numeric forms is listed, and the first is kept") {
  Known other{RunState::done, 2, 6, "", "", 3, 0};
  Stores stores({{{0, kDone}}, {{0, other}}});

  const Outcome outcome = merge_into(stores.out(), stores.names);

  CHECK(outcome.conflicts().empty());
  CHECK_THAT(outcome.sources[1].joining.other_forms.at(0),
             Catch::Contains("1 threads") && Catch::Contains("2 threads"));
  CHECK(task_in(replay(stores.out()), 0).task.form.threads == 1);
  CHECK(task_in(replay(stores.out()), 0).rows.back().row.values.get(metrics::Metric::top1) == 5);
}

TEST_CASE("merge: what is done somewhere wins, then what failed, then the farther checkpoint, then what is open") {
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

TEST_CASE("merge: charges of a task that is taken up again are those of the store it is taken from") {
  Known charged{RunState::quarantined, 1, 5, "", "", 3, 2}, done = kDone;
  done.losses = 1;
  Stores stores({{{0, charged}}, {{0, done}}});
  merge_into(stores.out(), stores.names);
  CHECK(task_in(replay(stores.out()), 0).charged == 1);
}

TEST_CASE("merge: tasks that were given up for a source wait again where another store has that source") {
  Stores stores({{{0, {RunState::failed}}, {1, {RunState::aborted}}}, {{0, done_with("weights")}}});
  const bool is_reversed = GENERATE(false, true);
  if (is_reversed) std::swap(stores.names[0], stores.names[1]);

  merge_into(stores.out(), stores.names);

  CHECK(task_in(replay(stores.out()), 1).state == RunState::waiting);
  CHECK_FALSE(merge_into(stores.out(), stores.names).is_written);
}

TEST_CASE("merge: rows and networks that only another store has of a done task are added") {
  Stores stores({{{0, kDone}}, {{0, done_with("weights")}}});
  {
    JournalWriter writer = JournalWriter::open(stores.names[1], some_writer());
    EvaluationSets sets = replay(stores.names[1]).evaluation_sets;
    TasksRecord asked{{some_task(0)}};
    asked.tasks[0].record = testing::made_record({metrics::Subset::test, metrics::Subset::valid});
    writer.append(asked);
    writer.append(attempt_of(0, {2, 1}, {3, 0}));
    testing::append_rows(writer, sets, {2, 1}, task_number(0), {row_at(3, metrics::Subset::valid)});
    writer.append(ended_of(0, {2, 1}));
    writer.commit();
  }

  const Outcome outcome = merge_into(stores.out(), stores.names);

  CHECK(outcome.sources[1].rests == 1);
  const State state = replay(stores.out());
  CHECK(task_in(state, 0).rows.size() == 7);
  CHECK(task_in(state, 0).recorded.evaluations.size() == 2);
  CHECK(task_in(state, 0).task.record.evaluations.size() == 2);
  CHECK_FALSE(task_in(state, 0).finished.artifact.empty());
  CHECK(problems_of(stores.out()).empty());
  CHECK_FALSE(merge_into(stores.out(), stores.names).is_written);
}

TEST_CASE("merge: a file that is gone or damaged in a source is named and not taken; its task's rows are") {
  Stores stores({{{0, done_with("weights")}}});
  const auto file = std::filesystem::directory_iterator(artifact_folder(stores.names[0]))->path();
  SECTION("gone") { std::filesystem::remove(file); }
  SECTION("damaged") { std::ofstream(file) << "veights"; }

  const Outcome outcome = merge_into(stores.out(), stores.names);

  REQUIRE(outcome.sources[0].lost_files.size() == 1);
  const State state = replay(stores.out());
  CHECK(task_in(state, 0).state == RunState::done);
  CHECK(task_in(state, 0).finished.artifact.empty());
  CHECK(task_in(state, 0).rows.size() == 6);
  CHECK(problems_of(stores.out()).empty());
}

TEST_CASE("merge: a run that is cancelled where its task is first listed stays cancelled") {
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

TEST_CASE("merge: a selection that could be made replaces one that could not, with the runs that it decides") {
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

TEST_CASE("merge: of a store in use only what has ended is taken, and the rest is listed") {
  Stores stores({{{0, kDone}, {1, {{}, 1, 5, "", "saved", 2, 0}}}});
  Merge merge(stores.out(), replay(stores.out()));

  merge.add({stores.names[0], replay(stores.names[0]), true}, 60);

  CHECK(task_in(merge.state(), 0).state == RunState::done);
  CHECK(task_in(merge.state(), 1).state == RunState::waiting);
  CHECK(task_in(merge.state(), 1).attempts.empty());
  CHECK(task_in(merge.state(), 1).training.artifact.empty());
}

TEST_CASE("merge: stores that are merges themselves pass on where the work was done") {
  Stores stores({{{0, kDone}}, {{1, kDone}}});
  merge_into(stores.out("middle"), {stores.names[0]});
  merge_into(stores.out(), {stores.out("middle"), stores.names[1]});

  const State state = replay(stores.out());
  CHECK(origin_of(state, task_number(0))->source == stores.names[0].string());
  CHECK(origin_of(state, task_number(0))->through == stores.out("middle").string());
  CHECK(origin_of(state, task_number(1))->through.empty());
}

TEST_CASE("merge: damage that was accepted in a source is told of the target, once") {
  Stores stores({{{0, kDone}}});
  {
    JournalWriter writer = JournalWriter::open(stores.names[0], some_writer());
    writer.append(LossAcceptedRecord{{"segment 9 is gone"}, 7});
    writer.commit();
  }
  merge_into(stores.out(), stores.names);
  CHECK(replay(stores.out()).accepted_damage ==
        std::vector<std::string>{stores.names[0].string() + ": segment 9 is gone"});
  CHECK_FALSE(merge_into(stores.out(), stores.names).is_written);
}

TEST_CASE("merge: a launch that began meanwhile is not overwritten") {
  Stores stores({{{0, kDone}}});
  Merge merge(stores.out(), replay(stores.out()));
  merge.add({stores.names[0], replay(stores.names[0]), false}, 60);
  {
    JournalWriter::open(stores.out(), some_writer());
  }

  CHECK_THROWS_WITH(merge.finish(some_writer(), 0, 70), Catch::Contains("written by another process"));

  CHECK(replay(stores.out()).tasks.empty());
}

TEST_CASE("merge: joined at once, one by one or by way of another store, the content is the same") {
  REQUIRE(rc::check("of stores whose values agree", [] {
    const std::vector<Known> kinds = {kDone, done_with("weights"),         {RunState::failed}, {RunState::quarantined},
                                      {},    {{}, 1, 5, "", "saved", 2, 1}};
    std::vector<Tasks> all(static_cast<std::size_t>(*rc::gen::inRange(2, 4)));
    for (Tasks& tasks : all) {
      for (int n = 0; n < 6; ++n) {
        if (*rc::gen::inRange(0, 3) > 0) tasks[n] = *rc::gen::elementOf(kinds);
      }
    }
    Stores stores(all);

    merge_into(stores.out(), stores.names);
    for (const auto& one : stores.names) merge_into(stores.out("steps"), {one});
    merge_into(stores.out("middle"), {stores.names[0]});
    auto with_middle = stores.names;
    with_middle[0] = stores.out("middle");
    merge_into(stores.out("passed-on"), with_middle);

    RC_ASSERT(content_of(stores.out("steps")) == content_of(stores.out()));
    RC_ASSERT(content_of(stores.out("passed-on")) == content_of(stores.out()));
    RC_ASSERT(problems_of(stores.out()).empty());
    RC_ASSERT(!merge_into(stores.out(), stores.names).is_written);
    std::reverse(stores.names.begin(), stores.names.end());
    merge_into(stores.out("reversed"), stores.names);
    const State state = replay(stores.out()), reversed = replay(stores.out("reversed"));
    RC_ASSERT(reversed.tasks.size() == state.tasks.size());
    for (const auto& [id, task] : state.tasks) {
      const TaskState& other = reversed.tasks.at(id);
      RC_ASSERT((other.state == RunState::done) == (task.state == RunState::done));
      RC_ASSERT(other.finished.artifact == task.finished.artifact);
      RC_ASSERT(other.training.artifact == task.training.artifact);
    }
  }));
}
