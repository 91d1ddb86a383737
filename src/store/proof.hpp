#pragma once
// What else under OUT shows that a journal held records which are gone now.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "espalier/store/state.hpp"

namespace espalier::store {

/// Up to where the journal was read that results.h5 was made from; zeros where there is no view that can be read.
Position position_of_view(const std::filesystem::path& out);

/// Why segment `number` must have had a first record: whole records behind it, its folder of unfinished files, or an
/// artifact that no record names (the follower looks at results.h5). `known` is what the rest of the journal says.
/// Reads artifacts that are named by content, one at the most where the first is whole.
std::optional<std::string> proof_of_records(const std::filesystem::path& out, const State& known, std::uint32_t number);

/// Adds to `state`, which is empty, that a journal is missing where an artifact or a folder of unfinished files shows
/// that there was one.
void note_missing_journal(State& state, const std::filesystem::path& out);

/// Names in OUT/artifacts of the form "<64 hexadecimal digits>.safetensors" that no record has ever named, sorted.
/// Where `known` was read brief, the journal is read again: only the tasks as a whole tell the user's own checkpoints.
std::vector<std::string> unknown_artifacts(const std::filesystem::path& out, const State& known);

}  // namespace espalier::store
