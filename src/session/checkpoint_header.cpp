// Reads a safetensors file's header, or tells what the file is instead.
#include "session/checkpoint_header.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "espalier/core/file_kind.hpp"

namespace espalier::session {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMostHeaderBytes = 64u << 20;

Problem not_safetensors(const std::string& name, const std::string& why, const std::string& suggestion) {
  return {"'" + name + "' is not a safetensors file", why, suggestion};
}

Problem cut(const std::string& name, const std::string& why) {
  return not_safetensors(name, why, "Copy or download it again");
}

std::string first_bytes(std::ifstream& stream, std::size_t count) {
  std::string text(count, '\0');
  stream.seekg(0).read(text.data(), static_cast<std::streamsize>(count));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

std::uint64_t little_endian(const std::string& bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return value;
}

/// What is wrong before the header can be parsed.
std::optional<Problem> fault(const std::string& first, std::uint64_t bytes, const std::string& name) {
  if (const FileKind* kind = foreign_kind(bytes_of(first))) {
    return not_safetensors(name, std::string("it is ") + kind->name, kind->advice);
  }
  if (first.size() < 9) return cut(name, "it has " + std::to_string(bytes) + " bytes");
  const std::uint64_t header = little_endian(first);
  if (header > kMostHeaderBytes || first[8] != '{') {
    return not_safetensors(name, "its first bytes are those of another format", "Name a safetensors file");
  }
  if (header > bytes - 8) return cut(name, "it is cut: it ends within its header");
  return std::nullopt;
}

/// The shapes, and in `end` where the last tensor's bytes end, counted from the header's end.
TensorShapes shapes_of(const json& header, std::uint64_t& end) {
  TensorShapes shapes;
  for (const auto& [name, tensor] : header.items()) {
    if (name == "__metadata__") continue;
    tensor.at("shape").get_to(shapes[name]);
    end = std::max(end, tensor.at("data_offsets").at(1).get<std::uint64_t>());
  }
  return shapes;
}

}  // namespace

std::variant<TensorShapes, Problem> read_shapes(const std::filesystem::path& file, const std::string& name) {
  std::ifstream stream(file, std::ios::binary);
  const std::uint64_t bytes = std::filesystem::file_size(file);
  const std::string first = first_bytes(stream, kTellingBytes);
  if (auto found = fault(first, bytes, name)) return *found;
  const std::uint64_t header_bytes = little_endian(first);
  stream.clear();
  const std::string text = first_bytes(stream, 8 + header_bytes);
  try {
    std::uint64_t end = 0;
    TensorShapes shapes = shapes_of(json::parse(text.begin() + 8, text.end()), end);
    if (end <= bytes - 8 - header_bytes) return shapes;
    return cut(name,
               "it is cut: it has " + std::to_string(bytes) + " bytes of " + std::to_string(8 + header_bytes + end));
  } catch (const json::exception& error) {
    return cut(name, std::string("its header is damaged: ") + error.what());
  }
}

}  // namespace espalier::session
