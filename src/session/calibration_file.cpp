// Reads and writes OUT/calibration.json; newly measured costs are merged into those the file already holds.
#include "espalier/session/calibration_file.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "espalier/core/errors.hpp"
#include "espalier/core/log.hpp"
#include "espalier/os/disk_calls.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/regular_file.hpp"

namespace espalier::session {

namespace {

using nlohmann::json;

std::filesystem::path file_of(const std::filesystem::path& out) { return out / "calibration.json"; }

constexpr int kVersion = 1;  ///< a file without one was written before there were versions

void refuse_newer(const json& file, const std::filesystem::path& name) {
  const int version = file.value("version", kVersion);
  if (version <= kVersion) return;
  throw EnvironmentError("'" + name.string() + "' was written by a newer version of espalier",
                         "it has version " + std::to_string(version) + ", this one reads " + std::to_string(kVersion),
                         "Use that version, or move the file away: costs are measured again. Nothing was changed.");
}

/// Throws json::exception where the file is damaged.
plan::Calibration parsed(const std::filesystem::path& out) {
  constexpr std::size_t kMostBytes = 64u << 20;
  const auto text = os::read_regular(file_of(out), kMostBytes);
  if (!text) return {};
  plan::Calibration calibration;
  const json file = json::parse(*text);
  refuse_newer(file, file_of(out));
  for (const auto& [key, cost] : file.at("costs").items()) {
    calibration[key] = {cost.at("step_s").get<double>(), cost.at("evaluation_s").get<double>(),
                        cost.at("features_s").get<double>()};
  }
  return calibration;
}

/// Renames a damaged file to a name beside it that is free.
void set_aside(const std::filesystem::path& file) {
  int n = 1;
  const auto aside = [&] { return std::filesystem::path(file.string() + ".damaged-" + std::to_string(n)); };
  while (std::filesystem::exists(std::filesystem::symlink_status(aside()))) ++n;
  os::rename_file(file, aside());
}

}  // namespace

plan::Calibration read_calibration(const std::filesystem::path& out) {
  try {
    return parsed(out);
  } catch (const json::exception& error) {
    log::warn("'" + file_of(out).string() + "' is damaged (" + error.what() +
              "). Times are estimated without it; 'espalier calibrate' measures them again and keeps it beside.");
    return {};
  }
}

void refuse_newer_calibration(const std::filesystem::path& out) {
  try {
    parsed(out);
  } catch (const json::exception&) {
    return;  // damaged: said where it is needed
  }
}

void write_calibration(const std::filesystem::path& out, const plan::Calibration& calibration) {
  plan::Calibration all;
  try {
    all = parsed(out);
  } catch (const json::exception&) {
    set_aside(file_of(out));
  }
  for (const auto& [key, cost] : calibration) all[key] = cost;
  json costs = json::object();
  for (const auto& [key, cost] : all) {
    costs[key] = {{"step_s", cost.step_s}, {"evaluation_s", cost.evaluation_s}, {"features_s", cost.features_s}};
  }
  std::filesystem::create_directories(out);
  const json file = {
      {"version", kVersion},
      {"what", "seconds of one worker, by network, input, classes, batch, frozen units and numeric form"},
      {"costs", costs}};
  os::write_file_durably(file_of(out), bytes_of(file.dump(1) + "\n"));
}

}  // namespace espalier::session
