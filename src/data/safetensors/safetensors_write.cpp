// Writes safetensors files and artifacts named by content; reads artifacts back with a check of their name.
#include <system_error>

#include "data/safetensors/safetensors_header.hpp"
#include "data/safetensors/safetensors_parts.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/durable_file.hpp"

namespace espalier::data {
namespace {

/// Header and tensors as spans; owns the memory they point to.
struct Serialised {
  NamedTensors tensors;
  std::string header;
  std::vector<Bytes> parts;

  Serialised(const NamedTensors& given, const Metadata& metadata) : tensors(given) {
    for (auto& [name, tensor] : tensors) tensor = tensor.detach().cpu().contiguous();
    header = format_header(tensors, metadata);
    parts.push_back(bytes_of(header));
    for (const auto& [name, tensor] : tensors) {
      if (tensor.nbytes() > 0)
        parts.emplace_back(static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes());
    }
  }
  Serialised(const Serialised&) = delete;
  Serialised& operator=(const Serialised&) = delete;
};

std::filesystem::path artifact_path(const std::filesystem::path& folder, const ArtifactId& id) {
  return folder / (id.hex + ".safetensors");
}

}  // namespace

void write_safetensors(const std::filesystem::path& file, const NamedTensors& tensors, const Metadata& metadata) {
  os::write_file_durably(file, Serialised(tensors, metadata).parts);
}

WrittenArtifact write_artifact(const std::filesystem::path& folder, const NamedTensors& tensors,
                               const Metadata& metadata) {
  const Serialised serialised(tensors, metadata);
  Sha256 hash;
  WrittenArtifact written;
  for (const Bytes part : serialised.parts) {
    hash.update(part);
    written.bytes += static_cast<std::int64_t>(part.size());
  }
  written.id.hex = to_hex(hash.finish());
  os::write_file_durably(artifact_path(folder, written.id), serialised.parts);
  return written;
}

TensorFile read_artifact(const std::filesystem::path& folder, const ArtifactId& id) {
  const std::filesystem::path file = artifact_path(folder, id);
  std::error_code unknown;  // then opening it says why
  const auto kind = std::filesystem::status(file, unknown).type();
  if (kind == std::filesystem::file_type::not_found) {
    throw DamagedArtifact(id, {"artifact '" + file.string() + "' is not there", "the journal says it was written", ""});
  }
  if (kind == std::filesystem::file_type::directory) {
    throw DamagedArtifact(id, {"artifact '" + file.string() + "' is a folder", "the journal says it is a file", ""});
  }
  const auto mapping = std::make_shared<const os::MappedFile>(file);
  const std::string found = to_hex(sha256(mapping->bytes()));
  if (found != id.hex) {
    const std::string why = "its bytes hash to " + found.substr(0, 8) + "...";
    throw DamagedArtifact(id, {"artifact '" + file.string() + "' is damaged", why, ""});
  }
  return tensors_of(mapping, file);
}

}  // namespace espalier::data
