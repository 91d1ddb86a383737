#pragma once
// What a running Slurm says of itself: its partitions with their nodes, and its configuration.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::site {

/// Nodes of one partition that are alike.
struct NodeKind {
  std::string partition;
  bool is_default = false;  ///< the partition where a job names none
  bool is_up = false;
  std::int64_t most_time_s = 0;     ///< of a job; 0: no limit, or none that Slurm tells
  std::int64_t default_time_s = 0;  ///< of a job that names none; 0: most_time_s
  std::int32_t most_nodes = 0;      ///< of a job; 0: no limit
  std::int32_t nodes = 0;
  std::int32_t cpus = 0, threads = 1;  ///< of a node, as Slurm counts them; hardware threads of a core
  std::int64_t megabytes = 0;          ///< of a node
  std::string gres, features;          ///< as sinfo writes them; empty: none
  bool operator==(const NodeKind&) const = default;
};

/// The keys of `scontrol show config` and their values; "(null)" is an empty value.
using SlurmConfiguration = std::map<std::string, std::string>;

struct ClusterFacts {
  std::vector<NodeKind> kinds;
  SlurmConfiguration configuration;
};

/// The lines of `sinfo` with the format of ask_cluster(). Lines of another form are passed over.
std::vector<NodeKind> parse_sinfo(std::string_view lines);

/// The lines "Key = value" of `scontrol show config`; others are passed over.
SlurmConfiguration parse_configuration(std::string_view lines);

/// GPUs of a node's gres, "gpu:a100:4(S:0-1),shard:8": the first kind of them.
struct Gpus {
  std::string request;        ///< "gpu:a100:4", as sbatch takes it; empty: none
  std::int32_t count = 0;     ///< of that kind
  bool are_of_kinds = false;  ///< a node has others beside them
};
Gpus gpus_of(std::string_view gres);

/// Asks sinfo and scontrol. Throws EnvironmentError where they are not there or slurmctld does not answer.
ClusterFacts ask_cluster();

}  // namespace espalier::site
