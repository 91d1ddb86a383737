#pragma once
// OUT/shards/cut.json: into how many shards OUT was cut when it was submitted, and what each has to do.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "espalier/plan/shards.hpp"

namespace espalier::cli {

struct KeptCut {
  std::string only;                     ///< --only of the submission
  std::vector<plan::ShardWork> shards;  ///< 0 to the number of shards
};

/// Nothing where OUT was not cut, or the file is damaged.
std::optional<KeptCut> read_cut(const std::filesystem::path& out);

void write_cut(const std::filesystem::path& out, const KeptCut& cut);

/// Throws UsageError where OUT was cut otherwise: the stores of its shards would be those of other parts.
void refuse_other_cut(const std::filesystem::path& out, const KeptCut& cut);

}  // namespace espalier::cli
