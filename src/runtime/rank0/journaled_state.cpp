// Opens the directory's journal and turns the scheduler's facts into records.
#include "runtime/rank0/journaled_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "espalier/store/view.hpp"
#include "runtime/launch/backoff.hpp"

namespace espalier::runtime {

namespace {

struct ToRecord {
  JournaledState& journal;
  double time;

  void operator()(const sched::AttemptBegun& begun) const {
    journal.write(store::AttemptRecord{begun.fence, begun.task, begun.worker, begun.resumed_from, time});
  }
  void operator()(const protocol::Rows& rows) const {
    store::write_rows(journal.state().evaluation_sets, rows.fence, rows.task, rows.rows,
                      [this](const auto& record) { journal.write(record); });
  }
  void operator()(const protocol::CheckpointMade& made) const {
    journal.write(store::CheckpointRecord{made.fence, made.task, made.kind, made.at, made.artifact, made.bytes});
  }
  void operator()(const sched::TaskEnded& end) const {
    journal.write(store::EndedRecord{end.fence, end.task, end.state, end.cause, end.seconds, end.epoch_images,
                                     end.device, time, end.diverged, end.stopped});
  }
  void operator()(const sched::AttemptLost& loss) const {
    store::LostRecord record;
    record.worker = loss.lost.worker;
    record.cause = loss.lost.cause;
    record.signal = loss.lost.signal;
    record.exit_code = loss.lost.exit_code;
    record.log_tail = loss.lost.log_tail;
    for (const auto& held : loss.lost.in_hand) record.attempts.push_back({held.task, held.fence});
    record.unstarted = loss.lost.unstarted;
    record.charged = loss.charged;
    record.time = time;
    journal.write(record);
  }
};

/// Before a segment is begun, which is the last moment to refuse without a trace.
std::vector<std::string> damage_of(store::JournalTail& reader, const std::filesystem::path& out, Damage damage) {
  const store::State& state = reader.examine();
  if (damage == Damage::refused) store::refuse_damage(state, out);
  std::vector<std::string> accepted;
  for (const auto& dropped : state.dropped) {
    if (store::is_damage(dropped)) accepted.push_back(dropped.text);
  }
  if (accepted.empty()) return accepted;
  if (const auto kept = store::keep_view(out))
    fmt::print(stderr, "espalier: warning: the older results.h5 is kept as '{}'\n", kept->string());
  return accepted;
}

store::State state_of(store::JournalTail& reader) {
  reader.advance();  // past what an earlier writer still wrote, up to this launch's first record
  return reader.take();
}

}  // namespace

JournaledState::JournaledState(const std::filesystem::path& out, const store::WriterIdentity& who, Damage damage)
    : lock_(store::DirectoryLock::acquire(out, who)),
      reader_(out),
      damage_(damage_of(reader_, out, damage)),
      writer_(store::JournalWriter::open(out, who)),
      state_(state_of(reader_)) {
  if (!lock_.is_locked()) warn_of_no_lock();
  if (!damage_.empty()) write(store::LossAcceptedRecord{damage_, wall_clock_s()});
  if (!writer_.torn_tail().empty()) warn_of_torn_tail();
  commit();
}

void JournaledState::warn_of_no_lock() {
  warn(
      "the file system of the result directory has no locks (flock): a second 'espalier run' on it is not refused, but "
      "stops this one, and 'espalier status' cannot tell whether a launch runs");
}

void JournaledState::warn_of_torn_tail() {
  warn("the journal's " + writer_.torn_tail() +
       ": a launch was killed while it wrote, or the disk lost its last records. This launch goes on from the record "
       "before, and deletes nothing that earlier ones left");
}

void JournaledState::write_fact(const sched::Fact& fact) { std::visit(ToRecord{*this, wall_clock_s()}, fact); }

void JournaledState::take_back(const store::Recovery& recovery) {
  store::append_recovery(writer_, state_, recovery, wall_clock_s());
}

void JournaledState::warn(const std::string& text) {
  const auto& known = state_.warnings;
  if (std::find(known.begin(), known.end(), text) != known.end()) return;
  write(store::WarningRecord{text});
  fmt::print(stderr, "espalier: warning: {}\n", text);  // the supervisor shows it now, and all warnings at the end
}

}  // namespace espalier::runtime
