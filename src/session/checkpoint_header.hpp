#pragma once
// What a safetensors file's header says of its tensors, without LibTorch: for checks before anything is trained.
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "espalier/core/problem.hpp"

namespace espalier::session {

using TensorShapes = std::map<std::string, std::vector<std::int64_t>>;

/// The tensors' shapes, or what is wrong with the file, as the trainer would find it; `name` is what the user calls it.
/// Throws EnvironmentError where the machine cannot read it.
std::variant<TensorShapes, Problem> read_shapes(const std::filesystem::path& file, const std::string& name);

/// The first of these tensors that has a value which is NaN or infinite. The file is one that read_shapes() took.
std::optional<Problem> find_not_finite(const std::filesystem::path& file, const std::string& name,
                                       const std::set<std::string>& tensors);

}  // namespace espalier::session
