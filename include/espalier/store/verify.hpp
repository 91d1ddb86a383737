#pragma once
// Does everything under OUT agree with the journal? Reads all, changes nothing.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace espalier::store {

struct Finding {
  enum class Kind : std::uint8_t { remark, problem } kind = Kind::problem;
  std::string text;
};

struct Verification {
  std::uint64_t segments = 0, records = 0, artifacts = 0;  ///< looked at
  std::vector<Finding> findings;
  bool good() const;  ///< no problem among the findings
};

/// Journal frames and segments, artifacts and their hashes, results.h5 against the journal. Throws UsageError where
/// there is no journal.
Verification verify(const std::filesystem::path& out);

}  // namespace espalier::store
