// espalier model export: writes a network under another library's names, and a card that says what it is.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/model_card.hpp"
#include "cli/result_dir.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/process/capture.hpp"
#include "espalier/session/study_input.hpp"
#include "espalier/store/layout.hpp"

namespace espalier::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string where, to = "torchvision", out, network, input, classes, width;
};

/// A file that is to be exported, and its study where that is known: "DIR" and "RUN".
struct Origin {
  fs::path file;
  DirAndRun study;
};

/// An artifact of a folder of results belongs to the training that it is named in.
Origin origin_of_file(const fs::path& file) {
  const auto out = fs::absolute(file).parent_path().parent_path();
  const bool in_study = fs::absolute(file).parent_path() == store::artifact_folder(out) && fs::exists(out / "journal");
  return {file, {in_study ? out.string() : "", ""}};
}

const store::TaskState* task_with(const store::State& state, const std::string& artifact) {
  for (const auto& [id, task] : state.tasks) {
    if (task.finished.artifact.hex == artifact) return &task;
  }
  return nullptr;
}

/// The network of an artifact's task, with the run that it is alone of.
KeptNetwork network_of_file(const report::Directory& directory, const std::vector<report::RunView>& views,
                            const fs::path& file) {
  const auto* task = task_with(directory.state, file.stem().string());
  KeptNetwork network{task, std::nullopt, ""};
  for (const auto& view : views) {
    if (task && view.task == task && !network.run) network.run = view;
  }
  return network;
}

/// What the trainer says goes to standard error as ours.
int export_file(const Arguments& arguments, const fs::path& file) {
  std::vector<std::string> command{
      session::trainer_path().string(), "model", "export", file.string(), "--to", arguments.to, "--out", arguments.out};
  const std::pair<const char*, const std::string&> more[] = {{"--network", arguments.network},
                                                             {"--input", arguments.input},
                                                             {"--classes", arguments.classes},
                                                             {"--width", arguments.width}};
  for (const auto& [name, value] : more) {
    if (!value.empty()) command.insert(command.end(), {name, value});
  }
  const auto done = process::capture(command);
  const std::string own = "espalier-trainer: ";
  if (!done.err.empty())
    fmt::print(stderr, "{}", done.err.starts_with(own) ? "espalier: " + done.err.substr(own.size()) : done.err);
  return done.exit_code;
}

struct Card {
  std::string text, note;
};

Exported exported_as(const Arguments& arguments) { return {fs::path(arguments.out).filename().string(), arguments.to}; }

Card card_of_study(const Arguments& arguments, Origin& origin) {
  const auto directory = read_directory(origin.study.out);
  const auto views = report::runs_of(directory);
  const auto network = origin.file.empty() ? find_kept_network(directory, views, origin.study.run)
                                           : network_of_file(directory, views, origin.file);
  if (origin.file.empty())
    origin.file = store::artifact_folder(origin.study.out) / (network.task->finished.artifact.hex + ".safetensors");
  const auto look = session::look_at_network(origin.file);
  if (!network.task) return {model_card(exported_as(arguments), look, origin.file.string()), ""};
  const auto study = study_of(directory.state);
  const auto trained = trained_data(network, directory.state, study);
  return {model_card(exported_as(arguments), look, network, trained, directory, views), network.note};
}

int export_network(const Arguments& arguments) {
  const bool is_file = fs::is_regular_file(arguments.where);
  Origin origin = is_file ? origin_of_file(arguments.where) : Origin{{}, dir_and_run(arguments.where)};
  const Card card =
      origin.study.out.empty()
          ? Card{model_card(exported_as(arguments), session::look_at_network(origin.file), origin.file.string()), ""}
          : card_of_study(arguments, origin);
  if (const int code = export_file(arguments, origin.file); code != 0) return code;
  const std::string file = arguments.out + ".md";
  os::write_file_durably(file, std::as_bytes(std::span(card.text)));
  if (!card.note.empty()) fmt::print(stderr, "espalier: {}\n", card.note);
  fmt::print("{} with its card {}\n", arguments.out, file);
  return 0;
}

}  // namespace

void add_model_export(CLI::App& model, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = model.add_subcommand("export", "a network under another library's names, with a card beside it");
  verb->prefix_command(false);
  verb->set_help_flag("-h,--help", "Print this help message and exit");
  verb->add_option("DIR[:RUN]|FILE", arguments->where,
                   "a folder of results, with a run by id or EXPERIMENT:AXIS=VALUE,..., or a network's file")
      ->required();
  verb->add_option("--to,--as", arguments->to, "torchvision, timm, or espalier: our own names")
      ->check(CLI::IsMember({"torchvision", "timm", "espalier"}));
  verb->add_option("--out", arguments->out, "a safetensors file; the card is OUT.md")->required();
  verb->add_option("--network", arguments->network, "a file's network, if it does not say");
  verb->add_option("--input", arguments->input, "C,H,W of its images; default: the network's usual ones");
  verb->add_option("--classes", arguments->classes, "number of classes");
  verb->add_option("--width", arguments->width, "multiplies the layers' outputs of a named network");
  verb->callback([arguments, &exit_code] { exit_code = export_network(*arguments); });
}

}  // namespace espalier::cli
