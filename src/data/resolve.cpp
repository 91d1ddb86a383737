// Finds the pack of raw or derived images in the cache by content, or makes it and writes it.
#include "espalier/data/resolve.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "data/derive/derive.hpp"
#include "data/facts_json.hpp"
#include "data/pack/cache_folder.hpp"
#include "data/pack/pack_note.hpp"
#include "data/pack/raw_hash.hpp"
#include "data/pack/same_images.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/data/label_matrix.hpp"
#include "espalier/data/pack_content.hpp"
#include "espalier/task/transform_table.hpp"

namespace espalier::data {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Raised when a reader would give another pack from equal bytes. 2: CIFAR-100 is packed with its fine labels always.
/// 3: images deeper in a class's folder are found, and pictures are turned upright.
constexpr int kReadersVersion = 3;

/// Decodes or derives images.
using MakePack = std::function<Pack()>;

/// Returns 0 or errno. Some file systems cannot refuse to replace by themselves.
int rename_to_new(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (std::filesystem::exists(to)) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

/// Renames a damaged `file` to the first free "<file>.damaged-<n>", which it returns; empty where the file has gone
/// meanwhile. Throws EnvironmentError where the folder cannot be written.
std::filesystem::path set_aside(const std::filesystem::path& file) {
  for (int n = 1;; ++n) {
    const std::filesystem::path aside = file.string() + ".damaged-" + std::to_string(n);
    const int error = rename_to_new(file, aside);
    if (error == 0) return aside;
    if (error == ENOENT) return {};
    if (error != EEXIST) {
      throw EnvironmentError("'" + file.string() + "' is damaged and cannot be moved aside", std::strerror(error),
                             "Make its folder writable, or name another cache in ESPALIER_CACHE.");
    }
  }
}

struct IndexKey {
  std::string hex;
  std::string unwritten;  ///< why a raw file's hash could not be remembered
};

/// Everything that can change what is decoded: raw bytes by their hash, and the options.
IndexKey index_key(const ImportSpec& spec, const DataFolders& folders) {
  Json raw = Json::array();
  std::string unwritten;
  const auto add = [&](const std::string& name) {
    RawHash hash = raw_hash(folders.root / name, folders.cache / "stat");
    raw.push_back(std::move(hash.hex));
    if (!hash.unwritten.empty()) unwritten = std::move(hash.unwritten);
  };
  for (const std::string& name : spec.images) add(name);
  if (!spec.labels.empty()) add(spec.labels);
  Json key{{"readers", kReadersVersion},
           {"format", static_cast<int>(spec.format)},
           {"raw", raw},
           {"resize", spec.resize},
           {"grey", spec.grey},
           {"max_pixels", spec.max_pixels},
           {"made", spec.made},
           {"class_names", spec.class_names}};
  if (spec.rgb) key["rgb"] = true;  // left out at its default: images packed before are found
  if (spec.multi_label) key["multi_label"] = true;
  return {to_hex(sha256(key.dump(-1, ' ', true, Json::error_handler_t::replace))), unwritten};
}

/// Everything that can change derived images: the packs by digest, and the transforms with all defaults.
std::string derived_key(const DerivedSpec& spec) {
  Json transforms = Json::array();
  for (const auto& one : spec.transforms) {
    task::check(one);
    auto whole = task::completed(one);
    Json entry{{"kind", whole.kind}, {"numbers", whole.numbers}};
    if (const std::string other = task::other_data(whole); !other.empty()) {
      entry["other"] = spec.others.at(other).digest;
      whole.words.erase("with");  // a data set's name changes no pixel
    }
    entry["words"] = whole.words;
    transforms.push_back(std::move(entry));
  }
  const Json key{{"transforms_version", kTransformsVersion},
                 {"from", spec.from.digest},
                 {"class_names", spec.from.class_names},
                 {"transforms", transforms}};
  return to_hex(sha256(key.dump(-1, ' ', true, Json::error_handler_t::replace)));
}

bool has_size(const PackNote& noted) {
  std::error_code error;
  return fs::file_size(noted.facts.file, error) == noted.bytes && !error;
}

/// Whether the pack states what the note says of it. Equal pixels may be packed twice, with other names of classes.
bool agrees(const PackFacts& noted, const Pack& pack) {
  PackFacts own = facts_of(pack, noted.file);
  return own.digest == noted.digest && own.class_names == noted.class_names && own.mean == noted.mean &&
         own.std == noted.std && own.levels == noted.levels && own.class_counts == noted.class_counts &&
         own.origin == noted.origin && own.positives == noted.positives && own.difficult == noted.difficult;
}

/// Gives a pack of an earlier version, whose digest was just compared, its checksums, and its note one.
void add_missing_sums(PackNote& noted, const fs::path& note) {
  const bool is_summed = has_sums(noted.facts.file);
  if (noted.has_sum && is_summed) return;
  std::string why;
  try {
    if (!is_summed) write_pack(noted.facts.file, open_pack(noted.facts.file));
    why = write_note(note, noted.facts);
  } catch (const EnvironmentError& error) {
    why = error.problem().why;
  }
  if (why.empty()) return;
  noted.facts.remark = Problem{"the cached pack '" + noted.facts.file.string() + "' keeps no checksums", why,
                               "It is sound, and its digest is computed each time"};
}

/// What is wrong with the pack that is noted; empty where it is sound.
std::string fault_of(const PackNote& noted) {
  std::string fault = content_fault(noted.facts.file);
  if (!fault.empty()) return fault;
  const Pack pack = open_pack(noted.facts.file);
  if (pack.digest != noted.facts.digest) return "it holds other images, of digest " + pack.digest.substr(0, 12) + "...";
  if (!has_size(noted)) return "";  // the same images, packed under other names meanwhile
  return noted.has_sum || agrees(noted.facts, pack) ? "" : "its facts are not those of the cache's index";
}

/// Throws EnvironmentError, which names ESPALIER_CACHE, where the cache does not take it.
void put_pack(const fs::path& file, const Pack& pack) {
  try {
    write_pack(file, pack);
  } catch (const EnvironmentError& error) {
    Problem problem = error.problem();
    problem.suggestion +=
        (problem.suggestion.empty() ? "" : " ") + std::string("Or name another cache in ESPALIER_CACHE.");
    throw EnvironmentError(std::move(problem));
  }
}

/// Makes the pack and writes it. The same bytes must give the same pack as before.
PackFacts make(const MakePack& make_images, const DataFolders& folders, const fs::path& note,
               const std::optional<PackNote>& before) {
  require_writable(folders.cache);  // before the images are decoded, which may take long
  const Pack pack = make_images();
  if (before && before->facts.digest != pack.digest) {
    throw UsageError("the images do not give the pack that they gave before",
                     "their digest is " + pack.digest.substr(0, 12) + "..., not " + before->facts.digest.substr(0, 12) +
                         "..., although the files seem unchanged",
                     "Restore the images, or remove '" + note.string() + "' to take them as they are.");
  }
  const fs::path file = folders.cache / (pack.digest + ".safetensors");
  if (fs::exists(file) && !content_fault(file).empty()) set_aside(file);
  put_pack(file, pack);
  PackFacts facts = facts_of(pack, file);
  const std::string why = write_note(note, facts);
  if (!why.empty()) facts.remark = unwritten_note(folders.cache, why);
  return facts;
}

/// Replaces a damaged pack by one that is made again of its images.
PackFacts make_again(const MakePack& make_images, const DataFolders& folders, const fs::path& note,
                     const PackNote& noted, const std::string& fault) {
  const fs::path aside = set_aside(noted.facts.file);
  const std::string kept = "the cached pack '" + noted.facts.file.string() + "' is damaged";
  try {
    PackFacts facts = make(make_images, folders, note, noted);
    const std::string where = aside.empty() ? "" : "; the damaged one is '" + aside.filename().string() + "' beside it";
    facts.remark = Problem{kept, fault, "It was made again of its images" + where};
    return facts;
  } catch (const UsageError& error) {
    throw UsageError(with_reason(error.problem(), kept + ", and has to be made again"));
  }
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
  const Json known = Json::parse(read_note_text(note), nullptr, false);
  if (known.is_array()) return notes_from(known);
  const std::vector<Problem> notes = compare(open_pack(train.file), open_pack(test.file));
  try_write_note(note, json_of(notes).dump());  // where it cannot be, they are compared again
  return notes;
}

PackFacts facts_of(const Pack& pack, const fs::path& file) {
  PackFacts facts{pack.digest,        pack.shape(), pack.class_names, pack.class_counts(), pack.mean,  pack.std,
                  fs::absolute(file), pack.levels,  pack.notes,       std::nullopt,        pack.origin};
  if (!are_several(pack.labels)) return facts;
  auto counts = label_counts(pack.labels);
  facts.positives = std::move(counts.positives);
  facts.difficult = std::move(counts.difficult);
  return facts;
}

namespace {

/// `note`: where the index names the pack.
PackFacts find_or_make(const MakePack& make_images, const DataFolders& folders, const fs::path& note) {
  auto noted = read_note(note, folders.cache);
  if (!noted || !fs::exists(noted->facts.file)) return make(make_images, folders, note, noted);
  const bool has_its_size = has_size(*noted);
  if (has_its_size && (!folders.checked || folders.checked->contains(noted->facts.file))) return noted->facts;
  std::string fault = fault_of(*noted);
  if (!fault.empty()) fault = fault_of(*noted);  // another process may have made it again meanwhile
  if (!fault.empty()) return make_again(make_images, folders, note, *noted, fault);
  if (!has_its_size) return make(make_images, folders, note, noted);
  add_missing_sums(*noted, note);
  if (folders.checked) folders.checked->insert(noted->facts.file);
  return noted->facts;
}

}  // namespace

PackFacts resolve(const ImportSpec& spec, const DataFolders& folders) {
  require_readable(folders.cache);
  const IndexKey key = index_key(spec, folders);
  PackFacts facts = find_or_make([&] { return import_images(spec, folders.root); }, folders,
                                 folders.cache / "index" / (key.hex + ".json"));
  if (!facts.remark && !key.unwritten.empty()) facts.remark = unwritten_note(folders.cache, key.unwritten);
  return facts;
}

PackFacts resolve(const DerivedSpec& spec, const DataFolders& folders) {
  require_readable(folders.cache);
  const auto derived = [&] {
    std::map<std::string, Pack> others;
    for (const auto& [name, facts] : spec.others) others[name] = open_pack(facts.file);
    return derive(open_pack(spec.from.file), spec.transforms, others);
  };
  return find_or_make(derived, folders, folders.cache / "index" / (derived_key(spec) + ".json"));
}

}  // namespace espalier::data
