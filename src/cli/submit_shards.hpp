#pragma once
// Submits a study in shards: three jobs, each behind the one before.
#include <string>
#include <vector>

#include "cli/shard_cut_file.hpp"
#include "espalier/site/shard_scripts.hpp"

namespace espalier::cli {

/// Throws UsageError where the site requeues in a way by which the jobs behind would not wait.
void refuse_shards(const site::Profile& profile);

/// What `submit` prints of the cut: "3 shards of 0.40 to 0.45 h on 4 devices each, behind 0.10 h of what several need".
std::string cut_text(const KeptCut& cut, std::int32_t devices);

/// The three scripts, each below a line that names it.
std::string scripts_text(const site::ShardScripts& scripts);

/// Writes the scripts to OUT/logs and submits them; takes back those that were submitted if another one is refused.
/// Returns the ids of the jobs. Throws as site::submit().
std::vector<std::string> submit_all(const site::ShardScripts& scripts, const std::filesystem::path& out);

}  // namespace espalier::cli
