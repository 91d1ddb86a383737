#pragma once
// Whether a pack's bytes are those that were written: checksums in its metadata, compared by whoever uses it first.
#include <filesystem>
#include <functional>
#include <string>

#include "espalier/data/pack.hpp"
#include "espalier/data/safetensors.hpp"

namespace espalier::data {

struct PackContent {
  enum class State {
    sound,
    damaged,
    unsummed,  ///< written by a version that kept no checksums: only its digest tells
  } state = State::sound;
  std::string fault;  ///< of a damaged one, for example "2 of its 40 blocks of 1 MiB have other checksums"
};

/// Reads the whole pack and compares it with its checksums. `alive` is called now and then meanwhile. Throws
/// EnvironmentError where the file cannot be read.
PackContent check_content(const std::filesystem::path& file, const std::function<void()>& alive = {});

/// Whether the pack states checksums at all.
bool has_sums(const std::filesystem::path& file);

/// Reads the whole pack and compares it with its checksums, or with its digest where it has none. Returns the fault;
/// empty where the pack is sound.
std::string content_fault(const std::filesystem::path& file);

/// Adds checksums of the tensors (in file order) and of the other metadata, as write_pack stores them.
void add_sums(const NamedTensors& tensors, Metadata& metadata);

}  // namespace espalier::data
