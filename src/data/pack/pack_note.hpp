#pragma once
// What the cache's index tells of a pack: its facts, under a key of the raw bytes and options that gave it.
#include <filesystem>
#include <optional>
#include <string>

#include "espalier/data/resolve.hpp"

namespace espalier::data {

constexpr std::size_t kMostNoteBytes = 256u << 20;  ///< a longer file is no note of ours

struct PackNote {
  PackFacts facts;
  std::uintmax_t bytes = 0;  ///< of the pack's file
  bool has_sum = false;      ///< an earlier version's has none
};

/// None where there is none or it is damaged.
std::optional<PackNote> read_note(const std::filesystem::path& note, const std::filesystem::path& cache);

/// Returns why it cannot be written; "" where it was.
std::string write_note(const std::filesystem::path& note, const PackFacts& facts);

}  // namespace espalier::data
