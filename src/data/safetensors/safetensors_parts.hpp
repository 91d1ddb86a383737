#pragma once
// Makes tensors of a mapped safetensors file; shared by reading by path and by content name.
#include <filesystem>
#include <memory>

#include "espalier/data/safetensors.hpp"
#include "espalier/os/mapped_file.hpp"

namespace espalier::data {

/// The tensors of a mapped file; `file` names it in errors.
TensorFile tensors_of(const std::shared_ptr<const os::MappedFile>& mapping, const std::filesystem::path& file);

}  // namespace espalier::data
