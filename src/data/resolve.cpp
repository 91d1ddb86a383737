// Finds the pack of raw images in the cache by content, or imports the images and writes it.
#include "espalier/data/resolve.hpp"

#include <optional>

#include "data/facts_json.hpp"
#include "data/raw_hash.hpp"
#include "data/same_images.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/regular_file.hpp"

namespace espalier::data {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t kMostNoteBytes = 256u << 20;

/// Raised when a reader would give another pack from equal bytes. 2: CIFAR-100 is packed with its fine labels always.
/// 3: images deeper in a class's folder are found, and pictures are turned upright.
constexpr int kReadersVersion = 3;

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
                 {"max_pixels", spec.max_pixels},
                 {"made", spec.made},
                 {"class_names", spec.class_names}};
  return to_hex(sha256(key.dump(-1, ' ', true, Json::error_handler_t::replace)));
}

/// Looks a pack up. Only its size is compared, which tells it from a truncated file; pixels are not read.
std::optional<PackFacts> find(const fs::path& note, const fs::path& cache) {
  const auto text = os::read_regular(note, kMostNoteBytes);
  if (!text) return std::nullopt;
  try {
    const Json json = Json::parse(*text);
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

std::vector<Problem> compare(const Pack& train, const Pack& test) {
  if (train.shape() != test.shape()) return {};
  const auto same = same_between(train.images, test.images);
  if (same.empty()) return {};
  const auto number = [](std::int64_t row) { return std::to_string(row); };
  return {{number(static_cast<std::int64_t>(same.size())) + " of " + number(test.images.size(0)) +
               " test images are training images, too",
           "test image " + number(same.front().second) + " is training image " + number(same.front().first) +
               ", counted from 0 in their packs",
           "Take them out of one of the two."}};
}

}  // namespace

std::vector<Problem> notes_on_both(const PackFacts& train, const PackFacts& test, const DataFolders& folders) {
  const std::string key = to_hex(sha256("images of both 1\n" + train.digest + "\n" + test.digest));
  const fs::path note = folders.cache / "index" / (key + ".json");
  if (const auto text = os::read_regular(note, kMostNoteBytes)) {
    const Json known = Json::parse(*text, nullptr, false);
    if (known.is_array()) return notes_from(known);
  }
  const std::vector<Problem> notes = compare(open_pack(train.file), open_pack(test.file));
  fs::create_directories(note.parent_path());
  os::write_file_durably(note, bytes_of(json_of(notes).dump()));
  return notes;
}

PackFacts facts_of(const Pack& pack, const fs::path& file) {
  return {pack.digest, pack.shape(),       pack.class_names, pack.class_counts(), pack.mean,
          pack.std,    fs::absolute(file), pack.levels,      pack.notes};
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
