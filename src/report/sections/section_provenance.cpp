// Report section: programs, machines and settings the numbers come from, and the study's text.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <map>
#include <set>

#include "espalier/core/build_info.hpp"
#include "report/html.hpp"
#include "report/page_context.hpp"

namespace espalier::report {
namespace {

std::string utc(double seconds) {
  if (seconds <= 0) return "-";
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

std::string launches(const store::State& state) {
  WordTable table{{"segment", "started", "host", "process", "job", "program"}, {}};
  for (const auto& segment : state.segments) {
    table.rows.push_back({std::to_string(segment.segment), utc(segment.time), segment.host,
                          std::to_string(segment.process), segment.job.empty() ? "-" : segment.job, segment.program});
  }
  return html_table(table, "Launches");
}

std::string devices(const PageContext& context) {
  std::map<std::string, int> trainings;
  for (const auto& [id, task] : context.state().tasks) {
    if (!task.device.empty()) ++trainings[task.device];
  }
  WordTable table{{"device", "trainings"}, {}};
  for (const auto& [device, count] : trainings) table.rows.push_back({device, std::to_string(count)});
  return table.rows.empty() ? "" : html_table(table, "Devices");
}

void row(WordTable& table, const std::string& what, const std::string& value) { table.rows.push_back({what, value}); }

void add_packs(std::set<std::string>& packs, const task::ImageSetSpec& images) {
  if (images.parts.empty()) packs.insert(images.data);
  for (const auto& part : images.parts) add_packs(packs, part);
}

std::string facts(const PageContext& context) {
  const auto& study = context.state().study;
  WordTable table{{"fact", "value"}, {}};
  row(table, "report by",
      "espalier " + build_info::version() + " (" + build_info::commit() + "), " + build_info::compiler() + ", " +
          build_info::build_type());
  row(table, "directory", context.directory.name);
  row(table, "study file", study.file_name);
  row(table, "SHA-256 of the study", to_hex(sha256(study.text)));
  for (const auto& override_ : study.overrides) row(table, "--set", override_);
  row(table, "workers", std::to_string(study.workers));
  row(table, "threads a worker", std::to_string(study.threads));
  std::set<std::string> data;
  std::set<int> numerics;
  for (const auto& [id, task] : context.state().tasks) {
    const auto* probe = task::probe_of(task.task);
    if (!probe) add_packs(data, task::training(task.task).images);
    numerics.insert(probe ? probe->numerics_version : task::training(task.task).numerics_version);
  }
  for (const auto& [id, images] : context.state().catalog.image_sets) add_packs(data, images);
  data.erase("");
  for (const auto& digest : data) row(table, "SHA-256 of images", digest);
  for (const int version : numerics) row(table, "numerics version", std::to_string(version));
  row(table, "journal records", std::to_string(context.state().records));
  for (const auto& dropped : context.state().dropped) row(table, "left out of the journal", store::describe(dropped));
  return html_table(table);
}

}  // namespace

std::string provenance_section(const PageContext& context) {
  const std::string text = "<pre>" + escape(context.state().study.text) + "</pre>\n";
  return section(
      "provenance", "Provenance",
      facts(context) + devices(context) + launches(context.state()) + folded("The study as it was run", text));
}

}  // namespace espalier::report
