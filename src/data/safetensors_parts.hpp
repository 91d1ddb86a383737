#pragma once
// Makes tensors of a mapped safetensors file; shared by reading by path and by content name.
#include <filesystem>
#include <memory>

#include "data/file_mapping.hpp"
#include "espalier/data/safetensors.hpp"

namespace espalier::data {

/// The tensors of a mapped file; `file` names it in errors.
TensorFile tensors_of(const std::shared_ptr<const FileMapping>& mapping, const std::filesystem::path& file);

}  // namespace espalier::data
