// Reads and writes OUT/shards/cut.json.
#include "cli/shard_cut_file.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/regular_file.hpp"

namespace espalier::cli {

namespace {

using nlohmann::json;

std::filesystem::path file_of(const std::filesystem::path& out) { return out / "shards" / "cut.json"; }

std::string text_of(const KeptCut& cut) {
  const auto shards = cut.shards.size() - 1;
  return fmt::format("{} shard{}{}", shards, shards == 1 ? "" : "s",
                     cut.only.empty() ? "" : fmt::format(" with --only '{}'", cut.only));
}

}  // namespace

std::optional<KeptCut> read_cut(const std::filesystem::path& out) {
  constexpr std::size_t kMostBytes = 64u << 20;
  const auto text = os::read_regular(file_of(out), kMostBytes);
  if (!text) return std::nullopt;
  try {
    const json file = json::parse(*text);
    KeptCut cut{file.at("only").get<std::string>(), {}};
    for (const auto& one : file.at("shards")) {
      cut.shards.push_back(
          {one.at("runs").get<std::int64_t>(), one.at("tasks").get<std::int64_t>(), one.at("seconds").get<double>()});
    }
    return cut.shards.empty() ? std::nullopt : std::optional(cut);
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

void write_cut(const std::filesystem::path& out, const KeptCut& cut) {
  json shards = json::array();
  for (const auto& one : cut.shards)
    shards.push_back({{"runs", one.runs}, {"tasks", one.tasks}, {"seconds", one.seconds}});
  std::filesystem::create_directories(out / "shards");
  const json file = {{"version", 1}, {"only", cut.only}, {"shards", shards}};
  os::write_file_durably(file_of(out), bytes_of(file.dump(1) + "\n"));
}

void refuse_other_cut(const std::filesystem::path& out, const KeptCut& cut) {
  const auto before = read_cut(out);
  if (!before || (before->only == cut.only && before->shards.size() == cut.shards.size())) return;
  throw UsageError(fmt::format("'{}' was cut into {}, not {}", out.string(), text_of(*before), text_of(cut)),
                   "its stores in 'shards' belong to those parts",
                   "Submit it as before, or name another --out; 'espalier merge' joins what the stores hold.");
}

}  // namespace espalier::cli
