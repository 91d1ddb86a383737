// Reads safetensors files as tensors that alias the mapped file.
#include <algorithm>
#include <cstring>

#include "data/safetensors/safetensors_header.hpp"
#include "data/safetensors/safetensors_parts.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/file_kind.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/safetensors/header.hpp"
#include "espalier/safetensors/values.hpp"

namespace espalier::data {
namespace {

std::uint64_t little_endian(Bytes bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value |= std::uint64_t{std::to_integer<std::uint8_t>(bytes[i])} << (8 * i);
  return value;
}

/// Levenshtein's distance, for "did you mean".
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
    }
  }
  return row.back();
}

/// A tensor that aliases the mapping; where the bytes are not aligned, which the format permits, a copy.
at::Tensor tensor_of(const safetensors::HeaderEntry& entry, const std::byte* data,
                     const std::shared_ptr<const os::MappedFile>& mapping) {
  const at::ScalarType dtype = dtype_named(entry.dtype);
  const auto options = at::TensorOptions().dtype(dtype);
  const std::byte* at = data + entry.begin;
  const std::size_t bytes = entry.end - entry.begin;
  if (bytes == 0) return at::empty(entry.shape, options);
  if (reinterpret_cast<std::uintptr_t>(at) % c10::elementSize(dtype) == 0) {
    return at::from_blob(const_cast<std::byte*>(at), entry.shape, [mapping](void*) {}, options);
  }
  at::Tensor copy = at::empty(entry.shape, options);
  std::memcpy(copy.data_ptr(), at, bytes);
  return copy;
}

}  // namespace

const at::Tensor& TensorFile::at(const std::string& name) const {
  for (const auto& [candidate, tensor] : tensors) {
    if (candidate == name) return tensor;
  }
  const std::string* nearest = nullptr;
  std::size_t best = SIZE_MAX;
  for (const auto& [candidate, tensor] : tensors) {
    const std::size_t away = distance(candidate, name);
    if (away < best) {
      best = away;
      nearest = &candidate;
    }
  }
  throw UsageError("there is no tensor '" + name + "'", "in '" + file.string() + "'",
                   nearest ? "Did you mean '" + *nearest + "'?" : "The file holds no tensor at all.");
}

TensorFile tensors_of(const std::shared_ptr<const os::MappedFile>& mapping, const std::filesystem::path& file) {
  const auto unsound = [&](const std::string& why) {
    return UsageError("'" + file.string() + "' is not a sound safetensors file", why, "Make or fetch it again.");
  };
  const Bytes bytes = mapping->bytes();
  if (const FileKind* kind = foreign_kind(bytes.first(std::min(bytes.size(), kTellingBytes)))) {
    throw UsageError("'" + file.string() + "' is not a safetensors file", std::string("it is ") + kind->name,
                     kind->advice);
  }
  if (bytes.size() < 8) throw unsound("it is shorter than its header's size");
  const std::uint64_t header_bytes = little_endian(bytes);
  if (header_bytes > kMaxHeaderBytes) throw unsound("its header claims more than 64 MiB");
  if (header_bytes > bytes.size() - 8) throw unsound("it ends within its header");
  const std::string_view json(reinterpret_cast<const char*>(bytes.data()) + 8, header_bytes);
  const std::byte* data = bytes.data() + 8 + header_bytes;
  const auto parsed = [&] {
    try {
      return safetensors::parse_header(json, bytes.size() - 8 - header_bytes);
    } catch (const safetensors::Refused& refused) {
      throw unsound(refused.what());
    }
  };
  safetensors::Header header = parsed();
  TensorFile result;
  result.file = file;
  result.metadata = std::move(header.metadata);
  for (const safetensors::HeaderEntry& entry : header.entries) {
    if (entry.dtype == "BOOL" && !safetensors::are_truth_values({data + entry.begin, entry.end - entry.begin})) {
      throw unsound("'" + entry.name + "' has a truth value that is neither 0 nor 1");
    }
    result.tensors.emplace_back(entry.name, tensor_of(entry, data, mapping));
  }
  return result;
}

TensorFile read_safetensors(const std::filesystem::path& file) {
  return tensors_of(std::make_shared<const os::MappedFile>(file, os::NamedBy::user), file);
}

}  // namespace espalier::data
