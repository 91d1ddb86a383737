// Finds the pack of raw images in the cache by content, or imports the images and writes it.
#include "espalier/data/resolve.hpp"

#include <fstream>
#include <optional>

#include "data/facts_json.hpp"
#include "data/raw_hash.hpp"
#include "espalier/os/durable_file.hpp"

namespace espalier::data {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Raised when a reader would give another pack from equal bytes. 2: CIFAR-100 is packed with its fine labels always.
constexpr int kReadersVersion = 2;

/// Everything that can change what is decoded: raw bytes by their hash, and the options.
std::string index_key(const ImportSpec& spec, const DataFolders& folders) {
  Json raw = Json::array();
  for (const std::string& name : spec.images) raw.push_back(raw_hash(folders.root / name, folders.cache / "stat"));
  if (!spec.labels.empty()) raw.push_back(raw_hash(folders.root / spec.labels, folders.cache / "stat"));
  const Json key{{"readers", kReadersVersion},
                 {"format", static_cast<int>(spec.format)},
                 {"raw", raw},
                 {"resize", spec.resize},
                 {"grey", spec.grey},
                 {"made", spec.made},
                 {"class_names", spec.class_names}};
  return to_hex(sha256(key.dump(-1, ' ', true, Json::error_handler_t::replace)));
}

/// Looks a pack up. Only its size is compared, which tells it from a truncated file; pixels are not read.
std::optional<PackFacts> find(const fs::path& note, const fs::path& cache) {
  std::ifstream in(note);
  if (!in) return std::nullopt;
  try {
    const Json json = Json::parse(in);
    PackFacts facts = facts_from(json);
    facts.file = fs::absolute(cache / (facts.digest + ".safetensors"));
    if (fs::file_size(facts.file) != json.at("bytes").get<std::uintmax_t>()) return std::nullopt;
    return facts;
  } catch (const Json::exception&) {
    return std::nullopt;  // a damaged note counts as none: the pack is made again
  } catch (const fs::filesystem_error&) {
    return std::nullopt;  // the pack was deleted
  }
}

void remember(const fs::path& note, const PackFacts& facts) {
  Json json = json_of(facts);
  json["bytes"] = fs::file_size(facts.file);
  fs::create_directories(note.parent_path());
  const std::string text = json.dump(-1, ' ', true);
  os::write_file_durably(note, bytes_of(text));
}

}  // namespace

PackFacts facts_of(const Pack& pack, const fs::path& file) {
  return {pack.digest, pack.shape(), pack.class_names,   pack.class_counts(),
          pack.mean,   pack.std,     fs::absolute(file), pack.levels};
}

PackFacts resolve(const ImportSpec& spec, const DataFolders& folders) {
  const fs::path note = folders.cache / "index" / (index_key(spec, folders) + ".json");
  if (auto known = find(note, folders.cache)) return *known;
  const Pack pack = import_images(spec, folders.root);
  const fs::path file = folders.cache / (pack.digest + ".safetensors");
  fs::create_directories(folders.cache);
  write_pack(file, pack);
  const PackFacts facts = facts_of(pack, file);
  remember(note, facts);
  return facts;
}

}  // namespace espalier::data
