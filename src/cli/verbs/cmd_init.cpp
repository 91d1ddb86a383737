// espalier init DATA_FOLDER: looks at images and writes a study that compares the protocols worth trying on them.
#include <fmt/format.h>

#include <map>
#include <memory>

#include "cli/init/budget.hpp"
#include "cli/init/draft_text.hpp"
#include "cli/init/make_draft.hpp"
#include "cli/new_file.hpp"
#include "cli/simulate_plan.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/host.hpp"
#include "espalier/report/progress.hpp"
#include "espalier/session/study_input.hpp"

namespace espalier::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path folder, source, pretrain, out;
  std::string budget = "2h";
};

/// Relative to the folder in which the study will lie.
std::string as_named(const fs::path& path, const fs::path& base) {
  return fs::weakly_canonical(path).lexically_relative(fs::weakly_canonical(base)).string();
}

fs::path base_of(const Options& options) {
  const auto folder = options.out.parent_path();
  return folder.empty() ? fs::current_path() : folder;
}

void refuse_existing(const fs::path& file) {
  if (file.empty() || !fs::exists(fs::symlink_status(file))) return;
  throw UsageError("'" + file.string() + "' is there already", "init overwrites no file",
                   "Give another name, or remove it first.");
}

/// A network that was written beside the study under our names; removed again where no study comes of it.
class ImportedSource {
 public:
  ~ImportedSource() {
    std::error_code none;  // it is ours alone; where it stays, the next init says that it is there
    if (!file_.empty()) fs::remove(file_, none);
  }
  fs::path import(const fs::path& from, const session::NetworkLook& look, const fs::path& out) {
    if (out.empty())
      throw UsageError("the tensors of '" + from.string() + "' have another program's names",
                       "a study needs them under ours, in a file beside it", "Add --out.");
    const fs::path file = out.parent_path() / (out.stem().string() + "-source.safetensors");
    refuse_existing(file);
    file_ = file;
    session::import_network(from, look, file);
    return file;
  }
  const fs::path& keep() {
    kept_ = std::exchange(file_, {});
    return kept_;
  }

 private:
  fs::path file_, kept_;
};

/// Before minutes go into an estimate of what could not be written.
void require_folder_of(const fs::path& file) {
  const auto folder = file.parent_path();
  if (file.empty() || folder.empty() || fs::is_directory(folder)) return;
  throw UsageError("'" + folder.string() + "' is no folder", "the study is to be written there", "Make it first.");
}

Seen look_at(const Options& options, ImportedSource& imported) {
  const fs::path base = base_of(options);
  Seen seen{session::look_at_folder(options.folder), as_named(options.folder, base), {}, "", {}, "", {}};
  if (!options.pretrain.empty()) {
    seen.pretrain = session::look_at_folder(options.pretrain);
    seen.pretrain_path = as_named(options.pretrain, base);
  }
  if (options.source.empty()) return seen;
  seen.network = session::look_at_network(options.source);
  const auto file =
      seen.network->has_our_names ? options.source : imported.import(options.source, *seen.network, options.out);
  seen.checkpoint_path = as_named(file, base);
  if (seen.network->has_feature_means) seen.distance = session::distance_from(file, *seen.network, options.folder);
  return seen;
}

/// Estimates drafts as `simulate` does, without measurements. The data are resolved once for each image size.
class Estimator {
 public:
  Estimator(const Options& options, std::int32_t workers) : workers_(workers) {
    arguments_.file = options.out.empty() ? fs::current_path() / "study.toml" : options.out;
  }

  double operator()(const Draft& draft) {
    const auto& input = checked(draft);
    plan::CompileOptions compile;
    compile.workers = workers_;
    plan::Plan plan = plan::compile(input.study, input.facts, {}, compile);
    refuse_errors(plan.diagnostics);
    return simulate_plan(input, compile, plan, {.workers = workers_}).makespan_s;
  }

 private:
  const session::StudyInput& checked(const Draft& draft) {
    const auto text = study_text(draft);
    const auto known = by_side_.find(draft.side);
    if (known == by_side_.end()) {
      auto found = session::check_study_text(text, arguments_, session::WantImages::no);
      refuse_errors(found.diagnostics);
      return by_side_.emplace(draft.side, std::move(found.input)).first->second;
    }
    auto parsed = study::parse(text, {});
    refuse_errors(parsed.diagnostics);
    known->second.study = std::move(parsed.study);
    return known->second;
  }

  static void refuse_errors(const std::vector<study::Diagnostic>& diagnostics) {
    for (const auto& found : diagnostics) {
      if (found.severity == study::Diagnostic::Severity::error) throw UsageError(found.problem);
    }
  }

  session::StudyArguments arguments_;
  std::int32_t workers_;
  std::map<std::int32_t, session::StudyInput> by_side_;
};

std::string name_of(const fs::path& folder) {
  const auto name = fs::weakly_canonical(folder).filename().string();
  return name.empty() ? "images" : name;
}

/// To standard error where the study itself goes to standard output.
void say(const Options& options, const Draft& draft, const DraftCost& cost, const fs::path& imported) {
  std::FILE* stream = options.out.empty() ? stderr : stdout;
  for (const auto& line : look_lines(draft.target)) fmt::print(stream, "{}: {}\n", options.folder.string(), line);
  for (const auto& note : draft.target.look.notes) fmt::print(stream, "note: {}\n", to_string(note));
  if (const auto said = distance_line(draft); !said.empty()) fmt::print(stream, "distance from the source: {}\n", said);
  if (!draft.cut.empty()) fmt::print(stream, "cut to fit --budget: {}\n", fmt::join(draft.cut, "; "));
  fmt::print(stream, "{} protocols, about {} on {} workers (estimated, not measured)\n", draft.protocols.size(),
             report::duration_text(cost.seconds), cost.workers);
  if (draft.source == DraftSource::none)
    fmt::print(stream, "no source: --source NET.safetensors or --pretrain FOLDER would compare what can be copied\n");
  if (!imported.empty()) fmt::print(stream, "wrote {}\n", imported.string());
  if (!options.out.empty()) {
    fmt::print(stream, "wrote {}\nnext: espalier run {} --out results/{}\n", options.out.string(), options.out.string(),
               options.out.stem().string());
  }
}

void init(const Options& options) {
  const double budget_s = parse_budget(options.budget);
  refuse_existing(options.out);
  require_folder_of(options.out);
  ImportedSource imported;
  const Seen seen = look_at(options, imported);
  const auto workers = os::usable_cores();
  Estimator estimator(options, workers);
  const auto fitted = fit(make_draft(seen, name_of(options.folder)), budget_s, std::ref(estimator));
  const DraftCost cost{fitted.seconds, workers};
  const auto text = study_text(fitted.draft, cost);
  if (options.out.empty()) fmt::print("{}", text);
  else write_new(options.out, text);
  say(options, fitted.draft, cost, imported.keep());
}

}  // namespace

void add_init(CLI::App& app, int&) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("init", "look at a folder of images and draft a study of protocols for them");
  verb->add_option("DATA_FOLDER", options->folder, "a folder with a folder of images for each class")->required();
  auto* source = verb->add_option("--source", options->source, "a safetensors file of a network to copy units from");
  verb->add_option("--pretrain", options->pretrain, "a folder of images to train such a network on")->excludes(source);
  verb->add_option("--out", options->out, "a new study file; default: standard output");
  verb->add_option("--budget", options->budget, "how long it may take on this machine, as 2h or 90m");
  verb->callback([options] { init(*options); });
}

}  // namespace espalier::cli
