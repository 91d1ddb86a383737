#pragma once
// What a file is, told by its first bytes: for messages about files that are not what they were taken for.
#include "espalier/core/hash.hpp"

namespace espalier {

struct FileKind {
  const char* name;    ///< "a Git LFS pointer", "a zip archive ..."
  const char* advice;  ///< how a checkpoint is made of it; empty where there is no way
};

/// How many first bytes are looked at.
inline constexpr std::size_t kTellingBytes = 512;

/// What begins with these bytes; null where they are of no kind that is known, or a safetensors file's.
const FileKind* foreign_kind(Bytes first);

}  // namespace espalier
