// Converts scheduler facts to journal records with a time, and opens lock, segment and state.
#include "runtime/book.hpp"

#include "runtime/pace.hpp"

namespace espalier::runtime {

namespace {

struct ToRecord {
  Book& book;
  double time;

  void operator()(const sched::AttemptBegun& begun) const {
    book.write(store::AttemptRecord{begun.fence, begun.task, begun.worker, begun.resumed_from, time});
  }
  void operator()(const sched::Rows& rows) const { book.write(store::RowsRecord{rows.fence, rows.task, rows.rows}); }
  void operator()(const sched::CheckpointMade& made) const { book.write(store::CheckpointRecord{made}); }
  void operator()(const sched::TaskEnded& end) const {
    book.write(
        store::EndedRecord{end.fence, end.task, end.state, end.cause, end.seconds, end.epoch_images, end.device, time});
  }
  void operator()(const sched::AttemptLost& lost) const {
    book.write(store::LostRecord{lost.lost, lost.charged, time});
  }
};

}  // namespace

Book::Book(const std::filesystem::path& out, const store::WriterIdentity& who)
    : lock_(store::DirectoryLock::acquire(out, who)),
      writer_(store::JournalWriter::open(out, who)),
      state_(store::replay(out)) {}

void Book::write_fact(const sched::Fact& fact) { std::visit(ToRecord{*this, wall_clock_s()}, fact); }

}  // namespace espalier::runtime
