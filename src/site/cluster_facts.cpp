// Calls sinfo and scontrol, and reads what they print.
#include "espalier/site/cluster_facts.hpp"

#include <algorithm>

#include "espalier/core/whole_number.hpp"
#include "espalier/site/slurm_time.hpp"
#include "site/ask_slurm.hpp"

namespace espalier::site {

namespace {

// Partition (with * for the default one), whether it is up, longest and default time, job size, nodes, CPUs, threads
// of a core, megabytes, gres; the features last.
constexpr const char* kFormat = "%P|%a|%l|%L|%s|%D|%c|%Z|%m|%G|%f";
constexpr std::size_t kFields = 11;

std::string_view next_line(std::string_view& lines) {
  const auto line = lines.substr(0, lines.find('\n'));
  lines.remove_prefix(std::min(lines.size(), line.size() + 1));
  return line;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  while (fields.size() + 1 < kFields) {
    const auto bar = line.find('|');
    if (bar == std::string_view::npos) return {};
    fields.push_back(trimmed(line.substr(0, bar)));
    line.remove_prefix(bar + 1);
  }
  fields.push_back(trimmed(line));
  return fields;
}

/// The whole number at the beginning: sinfo writes "64+" for nodes that have at least so many.
template <class Number>
Number number_of(std::string_view text) {
  const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
  return whole_number<Number>(digits).value_or(0);
}

std::string text_of(std::string_view text) {
  return text == "(null)" || text == "N/A" || text == "n/a" ? "" : std::string(text);
}

/// "1-4", "1-infinite" or "2": the most nodes of a job; 0 without a limit.
std::int32_t most_of(std::string_view size) {
  const auto dash = size.find('-');
  return number_of<std::int32_t>(dash == std::string_view::npos ? size : size.substr(dash + 1));
}

}  // namespace

std::vector<NodeKind> parse_sinfo(std::string_view lines) {
  std::vector<NodeKind> kinds;
  while (!lines.empty()) {
    const auto fields = fields_of(next_line(lines));
    if (fields.empty() || fields[0].empty()) continue;
    NodeKind kind;
    kind.is_default = fields[0].back() == '*';
    kind.partition = fields[0].substr(0, fields[0].size() - (kind.is_default ? 1 : 0));
    kind.is_up = fields[1] == "up";
    kind.most_time_s = seconds_of(fields[2]).value_or(0);  // "infinite"
    kind.default_time_s = seconds_of(fields[3]).value_or(0);
    kind.most_nodes = most_of(fields[4]);
    kind.nodes = number_of<std::int32_t>(fields[5]);
    kind.cpus = number_of<std::int32_t>(fields[6]);
    kind.threads = std::max(1, number_of<std::int32_t>(fields[7]));
    kind.megabytes = number_of<std::int64_t>(fields[8]);
    kind.gres = text_of(fields[9]);
    kind.features = text_of(fields[10]);
    kinds.push_back(kind);
  }
  return kinds;
}

SlurmConfiguration parse_configuration(std::string_view lines) {
  SlurmConfiguration configuration;
  while (!lines.empty()) {
    const auto line = next_line(lines);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const auto key = trimmed(line.substr(0, equals));
    if (!key.empty()) configuration.emplace(key, text_of(trimmed(line.substr(equals + 1))));
  }
  return configuration;
}

Gpus gpus_of(std::string_view gres) {
  Gpus gpus;
  while (!gres.empty()) {
    int open = 0;  // "gpu:a100:4(S:0,1),shard:8": a comma in parentheses parts nothing
    const auto end = std::find_if(gres.begin(), gres.end(), [&](char c) {
      open += c == '(' ? 1 : c == ')' ? -1 : 0;
      return c == ',' && open == 0;
    });
    const std::string_view whole(gres.begin(), end);
    gres.remove_prefix(std::min(gres.size(), whole.size() + 1));
    const auto one = whole.substr(0, whole.find('('));
    if (one != "gpu" && !one.starts_with("gpu:")) continue;
    const auto count = whole_number<std::int32_t>(one.substr(one.rfind(':') + 1));
    if (!gpus.request.empty()) {
      gpus.are_of_kinds = true;
      continue;
    }
    gpus.count = count.value_or(1);  // "gpu" and "gpu:a100" are one
    gpus.request = count ? std::string(one) : std::string(one) + ":1";
  }
  return gpus;
}

ClusterFacts ask_cluster() {
  ClusterFacts facts;
  facts.kinds = parse_sinfo(ask_slurm({"sinfo", "--noheader", "--exact", std::string("--format=") + kFormat}));
  facts.configuration = parse_configuration(ask_slurm({"scontrol", "show", "config"}));
  return facts;
}

}  // namespace espalier::site
