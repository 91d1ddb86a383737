// Journals that earlier versions wrote, as they must be read for ever: one for each format, one with what was added to
// it since it was frozen, one with what a later version may add, one with what it may add only for itself, and one of a
// format that no version reads any more. docs/journal.md says when a new one is due.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <set>
#include <sstream>

#include "espalier/frame/tagged.hpp"
#include "espalier/store/layout.hpp"
#include "store/sample.hpp"

namespace espalier::store {
namespace {

const std::filesystem::path kGolden = std::filesystem::path(ESPALIER_SOURCE_DIR) / "tests" / "store" / "golden";

std::string read(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

/// A fact a line, in the canonical text that ids are made of: fields that a later version adds with their default do
/// not show in it.
template <class Value>
void add(std::string& text, const std::string& what, const Value& value) {
  text += what + " " + frame::Canonical::text(value) + "\n";
}

void add_task(std::string& text, const TaskState& task) {
  add(text, "task", task.task);
  add(text, "state", task.state);
  add(text, "recorded", task.recorded);
  for (const auto& current : task.rows) {
    std::ostringstream values;
    values.precision(17);
    for (const auto& facts : metrics::kMetrics) {
      const double value = current.row.values.get(facts.metric);
      if (!std::isnan(value)) values << facts.name << "=" << value << " ";  // others may be younger than the journal
    }
    text += "row " + std::to_string(current.row.epoch) + " " + metrics::name_of(current.row.subset) + " " +
            current.row.set.hex.str() + " " + std::to_string(current.row.count) + " " + values.str() + "\n";
  }
  for (const auto* file : {&task.training, &task.finished, &task.predictions}) add(text, "file", file->artifact);
  for (const auto& attempt : task.attempts) text += "attempt " + attempt.outcome + "\n";
}

std::string all_of(const State& state) {
  std::string text;
  for (const auto& start : state.segments) add(text, "segment", start);
  add(text, "study", state.study);
  add(text, "catalog", state.catalog);
  for (const auto& entry : state.runs) add(text, entry.current ? "run" : "left", entry.run);
  std::map<TaskId, const TaskState*> tasks;
  for (const auto& [id, task] : state.tasks) tasks[id] = &task;
  for (const auto& [id, task] : tasks) add_task(text, *task);
  for (const auto& selection : state.selections) add(text, "selection", selection);
  for (const auto& warning : state.warnings) text += "warning " + warning + "\n";
  for (const auto& request : state.requests) text += "request " + request.id + " " + request.verb + "\n";
  for (const auto& accepted : state.accepted_damage) text += "accepted " + accepted + "\n";
  for (const auto& file : state.damaged)
    text += "damaged " + file.artifact + " " + file.why + " " + file.kept_as + "\n";
  for (const auto& run : std::set(state.cancelled.begin(), state.cancelled.end())) add(text, "cancelled", run);
  for (const auto& merged : state.merged) add(text, "merged", merged);
  text += "exit " + std::to_string(state.last_exit) + "\n";
  return text;
}

State golden(const std::string& name) { return replay(kGolden / name); }

/// Records that the sample lacks, so that every type stands in the journal.
void write_rest(JournalWriter& writer) {
  CatalogRecord catalog;
  const std::string labels = catalog.catalog.add(task::LabelMap{{4, 7, 2}, {0, 1, 1}, 2, {"cat", "other"}});
  task::ImageSetSpec images{std::string(64, 'd'), labels, {}, {task::SampleRule::first, 20, 0}, {}};
  images.partition = {{0.5, 0.25}, 1, 5, 0, 4, 2, task::FoldUse::without, 9};
  catalog.catalog.add(images);
  writer.append(catalog);
  task::ProbeSpec probe;
  probe.identity_version = task::kIdentityVersion;
  probe.labels = labels;
  probe.units.assign(2, {task::StartKind::task, task_number(0), {}});
  TasksRecord tasks{{some_task(7)}};
  tasks.tasks[0].work = probe;
  tasks.tasks[0].inputs = {{task_number(0), task::InputRole::measured}};
  tasks.tasks[0].measured_data = std::string(64, 'd');
  writer.append(tasks);
  writer.append(AttemptRecord{{1, 20}, task_number(7), {1}, {}, 5});
  LostRecord lost;
  lost.worker = {1};
  lost.cause = task::FailureCause::killed;
  lost.signal = 9;
  lost.attempts = {{task_number(7), {1, 20}}};
  writer.append(lost);
  writer.append(WarningRecord{"a source is weak"});
  writer.append(RequestRecord{"stop-1", "stop", "process 1 on host a", 6, true});
  writer.append(LossAcceptedRecord{{"segment 9 is gone"}, 7});
}

/// Types of records and fields that were added after format 2 was frozen.
void write_added(JournalWriter& writer) {
  TasksRecord tasks{{some_task(8)}};
  task::training(tasks.tasks[0]).augment.translation = 0.1;
  task::training(tasks.tasks[0]).augment.placement_version = 1;
  writer.append(tasks);
  writer.append(ArtifactDamagedRecord{{to_hex(sha256("weights"))}, "other bytes", "weights.damaged-1", 8});
  SelectionRecord impossible;
  impossible.outcome.key = "impossible";
  impossible.outcome.reason = "all failed";
  writer.append(impossible);
  writer.append(CancelledRecord{{run_number(1), run_number(2)}, 9});
  writer.append(GivenBackRecord{{task_number(3)}, {run_number(1)}, {"impossible"}, 10});
}

/// Types that were added after `format-2-b` was.
void write_added_later(JournalWriter& writer) {
  MergedRecord merged{"/a/store", "/another/store", to_hex(sha256("study")), {}, {task_number(2), task_number(1)}};
  merged.segments = {{1, "host-a", 12, "job9", 2, 0, 0, "0.1.0 (abc)", 100},
                     {2, "host-b", 13, "", 0, 1, 99, "0.2.0", 200}};
  merged.workers = 4;
  merged.threads = 2;
  merged.time = 11;
  writer.append(merged);
}

/// As a version to come may write it: a field more, which may be skipped.
struct LaterWarning {
  static constexpr RecordType kType = RecordType::warning;
  std::string text, place;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("text", text) & frame::stored<77>("place", place);
  }
};

/// A record of a type to come, which may be skipped.
struct LaterRecord {
  static constexpr auto kType = static_cast<RecordType>(kFirstOptional + 3);
  std::string text = "something new";
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("text", text);
  }
};

/// A field that must be understood.
struct MandatoryWarning {
  static constexpr RecordType kType = RecordType::warning;
  std::string text, meaning;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("text", text) & frame::stored<1001>("meaning", meaning);
  }
};

template <class Write>
void write_golden(const std::filesystem::path& out, const Write& write_more) {
  write_sample(out);
  std::filesystem::remove_all(out / "artifacts");
  JournalWriter writer = JournalWriter::open(out, some_writer("job8", 1));
  write_rest(writer);
  write_more(writer);
  writer.commit();
}

}  // namespace

TEST_CASE("golden: the journal of format 2 is read as on the day it was frozen") {
  const State state = golden("format-2");

  CHECK(state.dropped.empty());
  CHECK(all_of(state) == read(kGolden / "format-2" / "expected.txt"));
}

TEST_CASE("golden: records and fields that were added to format 2 are read as on the day they were") {
  const State state = golden("format-2-b");

  CHECK(state.dropped.empty());
  CHECK(state.damaged.size() == 1);
  CHECK(state.cancelled.size() == 1);
  CHECK(state.tasks.at(task_number(3)).state == task::RunState::waiting);
  CHECK(all_of(state) == read(kGolden / "format-2-b" / "expected.txt"));
}

TEST_CASE("golden: the record of merged stores is read as on the day it was added") {
  const State state = golden("format-2-c");

  CHECK(state.dropped.empty());
  CHECK(state.merged.size() == 1);
  CHECK(all_of(state) == read(kGolden / "format-2-c" / "expected.txt"));
}

TEST_CASE("golden: a folder that a program of format 1 wrote is refused, and named as what it is") {
  CHECK_THROWS_AS(golden("format-1"), frame::NewerFormatError);
  CHECK_THROWS_WITH(golden("format-1"), Catch::Contains("a journal of format 1"));
}

TEST_CASE("golden: fields and records of a later version that may be skipped change nothing") {
  const State state = golden("format-2-later");

  CHECK(state.dropped.empty());
  CHECK(state.warnings.back() == "said by a later version");
  const std::string text = all_of(state), expected = read(kGolden / "format-2-later" / "expected.txt");
  CHECK(text == expected);
}

TEST_CASE("golden: a field of a later version that must be understood refuses the folder") {
  CHECK_THROWS_AS(golden("format-2-mandatory"), frame::NewerFormatError);
}

/// Hidden: writes the golden journals into ESPALIER_GOLDEN. Those that are in the repository never change: what is
/// added to the format gets a folder of its own (format-2-d).
TEST_CASE("golden journals are written", "[.golden]") {
  const std::filesystem::path out = std::getenv("ESPALIER_GOLDEN");
  write_golden(out / "format-2", [](JournalWriter&) {});
  write_golden(out / "format-2-b", write_added);
  write_golden(out / "format-2-c", write_added_later);
  write_golden(out / "format-2-later", [](JournalWriter& writer) {
    writer.append(LaterWarning{"said by a later version", "on host a"});
    writer.append(LaterRecord{});
  });
  write_golden(out / "format-2-mandatory",
               [](JournalWriter& writer) { writer.append(MandatoryWarning{"said", "differently"}); });
  for (const char* name : {"format-2", "format-2-b", "format-2-c", "format-2-later"}) {
    std::ofstream(out / name / "expected.txt") << all_of(replay(out / name));
  }
}

}  // namespace espalier::store
