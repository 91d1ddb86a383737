// Writes and reads the notes in the cache's index, each with a checksum of itself.
#include "data/pack/pack_note.hpp"

#include "data/facts_json.hpp"
#include "data/pack/cache_folder.hpp"
#include "espalier/core/hash.hpp"

namespace espalier::data {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kSum = "crc32c";

/// Of the note without its sum, as text with sorted keys.
std::uint32_t sum_of(const Json& note) {
  Json rest = note;
  rest.erase(kSum);
  return crc32c(bytes_of(rest.dump(-1, ' ', true)));
}

}  // namespace

std::optional<PackNote> read_note(const fs::path& note, const fs::path& cache) {
  const std::string text = read_note_text(note);
  if (text.empty()) return std::nullopt;
  try {
    const Json json = Json::parse(text);
    PackNote read{facts_from(json), json.at("bytes").get<std::uintmax_t>(), json.contains(kSum)};
    if (read.has_sum && json.at(kSum).get<std::uint32_t>() != sum_of(json)) return std::nullopt;
    read.facts.file = fs::absolute(cache / (read.facts.digest + ".safetensors"));
    return read;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::string write_note(const fs::path& note, const PackFacts& facts) {
  Json json = json_of(facts);
  json["bytes"] = fs::file_size(facts.file);
  json[kSum] = sum_of(json);
  return try_write_note(note, json.dump(-1, ' ', true));
}

}  // namespace espalier::data
