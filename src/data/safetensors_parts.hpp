#pragma once
// What reading by path and reading by content name share.
#include <filesystem>
#include <memory>

#include "data/file_mapping.hpp"
#include "espalier/data/safetensors.hpp"

namespace espalier::data {

/// The tensors of a mapped file; `file` names it in errors.
TensorFile tensors_of(const std::shared_ptr<const FileMapping>& mapping, const std::filesystem::path& file);

}  // namespace espalier::data
