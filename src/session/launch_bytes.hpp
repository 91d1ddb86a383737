#pragma once
// The bytes of OUT/launch: a header of 16 bytes, then the fields of Launch and the study. docs/journal.md describes
// them.
#include <cstdint>
#include <string>
#include <string_view>

#include "espalier/session/launch_file.hpp"
#include "espalier/store/foreign_files.hpp"

namespace espalier::session {

using store::kLaunchMagic;
/// Raised with every change of a field, of the study's too (study.hpp): `run` and its ranks are one build, so that no
/// other version need be read.
inline constexpr std::uint32_t kLaunchVersion = 9;
inline constexpr std::size_t kLaunchHeaderBytes = 16;  ///< magic 4, version 4, size 4, CRC-32C 4

std::string encode_launch(const Launch& launch);

/// Throws CorruptionError, and frame::NewerFormatError for another version; their texts do not name the file.
Launch decode_launch(std::string_view bytes);

}  // namespace espalier::session
