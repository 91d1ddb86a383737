// Refuses a result directory that a launch could not or should not go on with.
#include "cli/out_checks.hpp"

#include <fmt/format.h>

#include "cli/result_dir.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/session/calibration_file.hpp"
#include "espalier/store/foreign_files.hpp"
#include "espalier/store/journal.hpp"

namespace espalier::cli {
namespace {

/// What earlier launches recorded. Refuses a journal that is damaged or of another format, before anything is written.
store::State earlier_launches(const session::RunArguments& arguments) {
  if (begins_anew(arguments)) return {};
  auto state = store::replay(session::store_of(arguments));
  if (!arguments.launch.accept_loss) store::refuse_damage(state, session::store_of(arguments));
  return state;
}

store::HasJournal has_journal(const session::RunArguments& arguments) {
  std::error_code none;
  const auto folder = session::store_of(arguments) / "journal";
  const bool is_there = std::filesystem::is_directory(folder, none) && !std::filesystem::is_empty(folder, none);
  return is_there ? store::HasJournal::yes : store::HasJournal::no;
}

/// Refuses to show another study's results instead of those that OUT holds, unless asked to. An edited study is the
/// same one as long as it keeps its name.
void refuse_other_study(const session::RunArguments& arguments, const session::StudyInput& input,
                        const store::State& earlier) {
  const auto before = earlier.study.text.empty() ? "" : study_of(earlier).name;
  if (before.empty() || before == input.study.name) return;
  const std::string both = "'" + arguments.out.string() + "' holds the study '" + before +
                           "', and this one is named '" + input.study.name + "'";
  if (!arguments.replace_study) {
    throw UsageError(both, "its runs would leave all tables and reports",
                     "Name another --out, or add --replace-study.");
  }
  fmt::print(stderr, "espalier: note: {}: the runs of '{}' leave all tables (their records stay in the journal)\n",
             both, before);
}

}  // namespace

bool begins_anew(const session::RunArguments& arguments) {
  return session::store_of(arguments) != std::filesystem::absolute(arguments.out);
}

store::State check_out(const session::RunArguments& arguments, const session::StudyInput& input) {
  auto earlier = earlier_launches(arguments);
  if (arguments.launch.noop_tasks == 0) refuse_other_study(arguments, input, earlier);
  store::refuse_foreign_files(session::store_of(arguments), has_journal(arguments));
  session::refuse_newer_calibration(session::store_of(arguments));
  return earlier;
}

}  // namespace espalier::cli
