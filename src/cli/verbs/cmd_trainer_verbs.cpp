// The verbs `data` (but `data tree`) and `model` (but `model export`), which need tensors: replaces this process by
// espalier-trainer with the same words.
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/session/study_input.hpp"

namespace espalier::cli {

namespace {

[[noreturn]] void become_trainer(const std::string& verb, const std::vector<std::string>& words) {
  const std::string program = session::trainer_path().string();
  std::vector<std::string> all{program, verb};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (auto& word : all) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  throw EnvironmentError("cannot start " + program, std::strerror(errno), "Build the target espalier-trainer.");
}

CLI::App* add_forwarded(CLI::App& app, const std::string& verb, const std::string& help) {
  auto* command = app.add_subcommand(verb, help);
  command->prefix_command();
  command->set_help_flag();  // espalier-trainer prints the help itself
  command->callback([command, verb] {
    if (command->get_subcommands().empty()) become_trainer(verb, command->remaining());
  });
  return command;
}

}  // namespace

void add_data(CLI::App& app, int& exit_code) {
  add_data_tree(*add_forwarded(app, "data", "import, make and look at packed data sets; class trees"), exit_code);
}
void add_model(CLI::App& app, int& exit_code) {
  add_model_export(*add_forwarded(app, "model", "look at, import and export networks"), exit_code);
}

}  // namespace espalier::cli
