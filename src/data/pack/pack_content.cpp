// Sums up a pack's tensors in blocks and its metadata, and compares the sums with those that the pack states.
#include "espalier/data/pack_content.hpp"

#include <algorithm>
#include <vector>

#include "data/safetensors/safetensors_parts.hpp"
#include "espalier/core/block_sums.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::data {
namespace {

constexpr const char* kBlocks = "block_sums";      ///< 8 hexadecimal digits a block; each tensor begins a new one
constexpr const char* kMetadata = "metadata_sum";  ///< of all other entries, and of the tensors' names and sizes
constexpr std::size_t kPart = 96 * kSummedBytes;   ///< bytes that are summed between two signs of life

std::string hex_of(std::uint32_t value) {
  std::string text(8, '0');
  for (std::size_t i = 0; i < 8; ++i) text[i] = "0123456789abcdef"[(value >> (28 - 4 * i)) & 15];
  return text;
}

std::string sums_of(const NamedTensors& tensors, const std::function<void()>& alive) {
  std::string text;
  for (const auto& [name, tensor] : tensors) {
    const Bytes bytes(static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes());
    for (std::size_t at = 0; at < bytes.size(); at += kPart) {
      for (const auto sum : block_sums(bytes.subspan(at, std::min(kPart, bytes.size() - at)))) text += hex_of(sum);
      if (alive) alive();
    }
  }
  return text;
}

std::string metadata_sum(const NamedTensors& tensors, const Metadata& metadata) {
  std::string text;
  for (const auto& [key, value] : metadata) {
    if (key != kMetadata) (text += key + '\0') += value + '\0';
  }
  for (const auto& [name, tensor] : tensors) {
    text += name + '\0' + std::string(c10::toString(tensor.scalar_type()));
    for (const auto size : tensor.sizes()) text += ' ' + std::to_string(size);
  }
  return hex_of(crc32c(bytes_of(text)));
}

/// "2 of its 40 blocks of 1 MiB have other checksums"; empty where all agree.
std::string difference(const std::string& stated, const std::string& found) {
  if (stated.size() != found.size()) return "it has checksums for another number of blocks";
  std::size_t bad = 0;
  for (std::size_t at = 0; at < found.size(); at += 8) bad += stated.compare(at, 8, found, at, 8) != 0;
  if (bad == 0) return "";
  return std::to_string(bad) + " of its " + std::to_string(found.size() / 8) + " blocks of 1 MiB " +
         (bad == 1 ? "has another checksum" : "have other checksums");
}

PackContent compare(const TensorFile& file, const std::function<void()>& alive) {
  const auto blocks = file.metadata.find(kBlocks), metadata = file.metadata.find(kMetadata);
  if (blocks == file.metadata.end() && metadata == file.metadata.end()) return {PackContent::State::unsummed, ""};
  if (blocks == file.metadata.end() || metadata == file.metadata.end() ||
      metadata->second != metadata_sum(file.tensors, file.metadata)) {
    return {PackContent::State::damaged, "its metadata have another checksum"};
  }
  std::string fault = difference(blocks->second, sums_of(file.tensors, alive));
  if (fault.empty()) return {};
  return {PackContent::State::damaged, std::move(fault)};
}

}  // namespace

void add_sums(const NamedTensors& tensors, Metadata& metadata) {
  metadata[kBlocks] = sums_of(tensors, {});
  metadata[kMetadata] = metadata_sum(tensors, metadata);
}

bool has_sums(const std::filesystem::path& file) { return read_safetensors(file).metadata.contains(kBlocks); }

PackContent check_content(const std::filesystem::path& file, const std::function<void()>& alive) {
  const auto mapping = std::make_shared<const os::MappedFile>(file);
  try {
    return compare(tensors_of(mapping, file), alive);
  } catch (const UsageError& error) {  // no safetensors file any more
    return {PackContent::State::damaged, error.problem().why};
  }
}

std::string content_fault(const std::filesystem::path& file) {
  const PackContent content = check_content(file);
  if (content.state != PackContent::State::unsummed) return content.fault;
  try {
    verify_pack(open_pack(file), file);
  } catch (const UsageError& error) {
    return error.problem().why;
  } catch (const CorruptionError& error) {
    return error.problem().why;
  }
  return "";
}

}  // namespace espalier::data
