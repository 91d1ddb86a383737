#pragma once
// Writes a site's first profile from what its Slurm says.
#include <string>

#include "espalier/site/cluster_facts.hpp"

namespace espalier::site {

/// A profile with a comment a line: what was found stands as a value, with where it is from; what Slurm does not say
/// stands commented out, with what to ask. `partition`: which one; empty: Slurm's default, else the first that is up.
/// Throws UsageError where there is no such partition.
std::string first_profile(const ClusterFacts& facts, const std::string& partition);

}  // namespace espalier::site
