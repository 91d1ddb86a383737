#pragma once
// The names and shapes of a safetensors file's tensors, without LibTorch: for checks before anything is trained.
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "espalier/core/problem.hpp"

namespace espalier::session {

using TensorShapes = std::map<std::string, std::vector<std::int64_t>>;

/// The tensors' shapes, or what is wrong with the file; `name` is what the user calls it. Reads the header only.
std::variant<TensorShapes, Problem> read_shapes(const std::filesystem::path& file, const std::string& name);

}  // namespace espalier::session
