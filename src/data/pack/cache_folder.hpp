#pragma once
// What is written into the cache: notes, which may be left out, and packs, which need a folder that can be written.
#include <filesystem>
#include <string>

#include "espalier/core/problem.hpp"

namespace espalier::data {

/// Throws EnvironmentError where the cache is there and cannot be read.
void require_readable(const std::filesystem::path& cache);

/// Makes the folder. Throws EnvironmentError, naming ESPALIER_CACHE, where nothing can be written into it.
void require_writable(const std::filesystem::path& cache);

/// The text of a note, or "" where there is none or it cannot be read.
std::string read_note_text(const std::filesystem::path& note);

/// Writes a note, durably. Returns why it cannot be written; "" where it was.
std::string try_write_note(const std::filesystem::path& note, const std::string& text);

/// What the user is told of a cache whose notes cannot be written.
Problem unwritten_note(const std::filesystem::path& cache, const std::string& why);

}  // namespace espalier::data
