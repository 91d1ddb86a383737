#pragma once
// Spans of time as Slurm writes them.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace espalier::site {

/// Seconds of "minutes", "minutes:seconds", "hours:minutes:seconds", "days-hours", "days-hours:minutes" or
/// "days-hours:minutes:seconds" (man sbatch); nothing for other texts, none at all and more than 10 years.
std::optional<std::int64_t> seconds_of(std::string_view slurm_time);

/// "days-hours:minutes:seconds", without days where there are none. `seconds` is at least 0.
std::string slurm_time_of(std::int64_t seconds);

}  // namespace espalier::site
