// espalier verify DIR: checks that everything in the directory agrees with its journal.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/json_text.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/session/data_check.hpp"
#include "espalier/store/verify.hpp"

namespace espalier::cli {
namespace {

using store::Finding;

const char* name_of(Finding::Kind kind) { return kind == Finding::Kind::problem ? "problem" : "remark"; }

std::string to_json(const store::Verification& result) {
  auto findings = nlohmann::ordered_json::array();
  for (const Finding& finding : result.findings) {
    findings.push_back({{"kind", name_of(finding.kind)}, {"text", finding.text}});
  }
  const nlohmann::ordered_json all = {{"good", result.good()},
                                      {"segments", result.segments},
                                      {"records", result.records},
                                      {"artifacts", result.artifacts},
                                      {"findings", findings}};
  return json_text(all, 2);
}

std::string to_text(const store::Verification& result) {
  std::string text =
      fmt::format("{} journal segments, {} records, {} artifacts\n", result.segments, result.records, result.artifacts);
  for (const Finding& finding : result.findings) text += fmt::format("{}: {}\n", name_of(finding.kind), finding.text);
  return text + (result.good() ? "all agree" : "not all agree");
}

struct Options {
  std::filesystem::path directory;
  bool json = false, data = false;
};

int run(const Options& options) {
  store::Verification result = store::verify(options.directory);
  if (options.data) {
    for (auto& fault : session::check_data(options.directory))
      result.findings.push_back({Finding::Kind::problem, "data: " + std::move(fault)});
  }
  fmt::print("{}\n", options.json ? to_json(result) : to_text(result));
  return static_cast<int>(result.good() ? ExitCode::done : ExitCode::some_failed);
}

}  // namespace

void add_verify(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("verify", "check journal, artifacts and results.h5 of a directory; changes nothing");
  verb->add_option("directory", options->directory, "directory given to 'run --out'")->required();
  verb->add_flag("--json", options->json, "print one JSON object");
  verb->add_flag("--data", options->data,
                 "check the content of packs, raw images (which are decoded again) and checkpoints, too");
  verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace espalier::cli
