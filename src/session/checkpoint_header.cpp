// Reads a safetensors file's header, or tells what the file is instead; looks for values that are not finite.
#include "session/checkpoint_header.hpp"

#include <algorithm>
#include <string_view>

#include "espalier/core/file_kind.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/safetensors/header.hpp"
#include "espalier/safetensors/values.hpp"

namespace espalier::session {
namespace {

Problem not_safetensors(const std::string& name, const std::string& why, const std::string& suggestion) {
  return {"'" + name + "' is not a safetensors file", why, suggestion};
}

Problem unsound(const std::string& name, const std::string& why) {
  return {"'" + name + "' is not a sound safetensors file", why, "Copy or download it again"};
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return value;
}

/// What is wrong before the header can be parsed.
std::optional<Problem> fault(std::string_view bytes, const std::string& name) {
  if (const FileKind* kind = foreign_kind(bytes_of(bytes.substr(0, kTellingBytes)))) {
    return not_safetensors(name, std::string("it is ") + kind->name, kind->advice);
  }
  if (bytes.size() < 9)
    return not_safetensors(name, "it has " + std::to_string(bytes.size()) + " bytes", "Copy it again");
  const std::uint64_t header = little_endian(bytes);
  if (header > safetensors::kMaxHeaderBytes || bytes[8] != '{') {
    return not_safetensors(name, "its first bytes are those of another format", "Name a safetensors file");
  }
  if (header > bytes.size() - 8) return unsound(name, "it is cut: it ends within its header");
  return std::nullopt;
}

}  // namespace

std::variant<TensorShapes, Problem> read_shapes(const std::filesystem::path& file, const std::string& name) {
  const os::MappedFile mapped(file, os::NamedBy::user);
  if (auto found = fault(mapped.text(), name)) return *found;
  try {
    const auto parts = safetensors::parts_of(mapped.text());
    TensorShapes shapes;
    for (const auto& entry : parts.header.entries) {
      if (entry.dtype == "BOOL" && !safetensors::are_truth_values(bytes_of(parts.bytes(entry)))) {
        return unsound(name, "'" + entry.name + "' has a truth value that is neither 0 nor 1");
      }
      shapes[entry.name] = entry.shape;
    }
    return shapes;
  } catch (const safetensors::Refused& refused) {
    return unsound(name, refused.what());
  }
}

std::optional<Problem> find_not_finite(const std::filesystem::path& file, const std::string& name,
                                       const std::set<std::string>& tensors) {
  const os::MappedFile mapped(file, os::NamedBy::user);
  const auto parts = safetensors::parts_of(mapped.text());
  for (const auto& entry : parts.header.entries) {
    if (!tensors.contains(entry.name)) continue;
    const auto bad = safetensors::count_not_finite(entry.dtype, bytes_of(parts.bytes(entry)));
    if (bad == 0) continue;
    const auto values = (entry.end - entry.begin) / safetensors::dtype_bytes(entry.dtype);
    return Problem{"'" + name + "' holds values that are NaN or infinite",
                   "tensor '" + entry.name + "' has " + std::to_string(bad) + " of " + std::to_string(values) +
                       ", and a network that starts from them diverges",
                   "Take a checkpoint from before its training diverged"};
  }
  return std::nullopt;
}

}  // namespace espalier::session
