// espalier view DIR: writes results.h5; with --follow, as rank 0 calls it, again whenever it is told to.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "cli/result_dir.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/store/journal.hpp"
#include "espalier/store/view.hpp"

namespace espalier::cli {
namespace {

struct Options {
  std::filesystem::path directory;
  bool follow = false;
};

/// What standard input says: a word per line.
enum class Word { write, finish, end_of_input };

/// The words of rank 0. Those that came while a view was written count as one.
class Words {
 public:
  Word next();

 private:
  std::string heard_;  ///< begins with a line
};

/// Waits for a whole line and takes all that have come.
Word Words::next() {
  while (heard_.find('\n') == std::string::npos) {
    char piece[256];
    const ssize_t count = read(STDIN_FILENO, piece, sizeof piece);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return Word::end_of_input;
    heard_.append(piece, static_cast<std::size_t>(count));
  }
  Word word = Word::write;
  for (auto end = heard_.find('\n'); end != std::string::npos; end = heard_.find('\n')) {
    const std::string line = heard_.substr(0, end);
    heard_.erase(0, end + 1);
    if (line == "finish") word = Word::finish;
    else if (line != "write") throw UsageError("'" + line + "' is not understood", "known: write, finish", "");
  }
  return word;
}

/// Writes views of one directory, and keeps what it has read of the journal.
class View {
 public:
  explicit View(std::filesystem::path out) : out_(std::move(out)), tail_(out_) {}
  void write();
  const store::State& state() const { return tail_.state(); }

 private:
  std::filesystem::path out_;
  store::JournalTail tail_;
};

void View::write() {
  tail_.advance();
  require_journal(tail_.state(), out_);
  if (tail_.state().segments.empty()) {
    throw UsageError("'" + out_.string() + "' has no results", "its journal is empty or missing",
                     "Name the directory given to 'run --out'.");
  }
  if (const auto kept = store::keep_richer_view(tail_.state(), out_)) {
    fmt::print(stderr,
               "espalier: warning: the journal has lost records that results.h5 was made from: it is kept as '{}'\n",
               kept->string());
  }
  if (const auto kept = store::write_view(tail_.state(), out_)) {
    fmt::print(stderr, "espalier: warning: what was in the place of results.h5 is no view: it is kept as '{}'\n",
               kept->string());
  }
}

/// Ends without a view where standard input ends: then rank 0 is gone, and its successor has a child of its own.
void follow(View& view) {
  Words words;
  for (Word word = words.next(); word != Word::end_of_input; word = words.next()) {
    view.write();
    if (word == Word::finish) return;
  }
}

void run(const Options& options) {
  View view(options.directory);
  if (options.follow) return follow(view);
  view.write();
  const store::State& state = view.state();
  warn_of_damage(state, options.directory);
  fmt::print("results.h5 holds {} runs, {} tasks, from {} records of {} segments\n", state.runs.size(),
             state.tasks.size(), state.records, state.segments.size());
}

}  // namespace

void add_view(CLI::App& app, int&) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("view", "write results.h5 anew from the journal");
  verb->add_option("directory", options->directory, "directory given to 'run --out'")->required();
  verb->add_flag("--follow", options->follow, "read 'write' and 'finish' from standard input, a word per line")
      ->group("");
  verb->callback([options] { run(*options); });
}

}  // namespace espalier::cli
