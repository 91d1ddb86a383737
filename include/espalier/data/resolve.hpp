#pragma once
// Turns raw images into packs found by content, and tells planning their facts and paths.
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "espalier/core/problem.hpp"
#include "espalier/data/import.hpp"
#include "espalier/task/transforms.hpp"

namespace espalier::data {

/// `cache`/<digest>.safetensors holds packs, `cache`/index says which raw bytes gave which pack, and `cache`/stat holds
/// hashes of raw files that have not changed since. Any of it may be deleted at any time; two processes may use it at
/// once.
struct DataFolders {
  std::filesystem::path root;  ///< raw paths are relative to it
  std::filesystem::path cache;
  /// Where set, packs that are found are read whole and compared with their checksums; those in the set were already.
  std::set<std::filesystem::path>* checked = nullptr;
};

/// What planning needs to know of one pack.
struct PackFacts {
  std::string digest;
  network::Shape shape;
  std::vector<std::string> class_names;
  std::vector<std::int64_t> class_counts;
  std::vector<float> mean, std;
  std::filesystem::path file;
  task::LabelLevels levels;         ///< as in the pack
  std::vector<Problem> notes{};     ///< as in the pack, from the import that made it
  std::optional<Problem> remark{};  ///< what the user is told, for example that a damaged pack was made again
  std::string origin{};             ///< as in the pack
  std::vector<std::int64_t> positives{}, difficult{};  ///< images by label, where they may have several; else empty
};

/// A data set that is made of another one's images, row by row.
struct DerivedSpec {
  PackFacts from;
  std::vector<task::TransformSpec> transforms;
  std::map<std::string, PackFacts> others;  ///< data sets that a transform takes images of, by name
};

PackFacts facts_of(const Pack& pack, const std::filesystem::path& file);

/// The same as a JSON object, without the file.
std::string facts_text(const PackFacts& facts);

/// Finds the pack, or makes it on first use. A damaged one is moved aside and made again. Throws UsageError about the
/// images, and where they do not give the pack that they gave before; EnvironmentError about the cache.
PackFacts resolve(const ImportSpec& spec, const DataFolders& folders);

/// The same for derived images: found under the digests of the packs that they are made of, and the transforms.
PackFacts resolve(const DerivedSpec& spec, const DataFolders& folders);

/// What the user should know where images of `test` are among those of `train`; found once and remembered. Nothing
/// where none is.
std::vector<Problem> notes_on_both(const PackFacts& train, const PackFacts& test, const DataFolders& folders);

/// The verb `data resolve`: JSON in, JSON out (docs/data.md). Problems of a data set are part of the answer; a
/// malformed request throws UsageError.
std::string resolve_request(const std::string& request);

/// The verb `data look`: a folder of images in JSON in, its classes, counts, sizes and greys in JSON out
/// (docs/data.md).
std::string look_request(const std::string& request);

/// The verb `data check`: JSON in, JSON out (docs/data.md). Reads packs whole, and decodes data sets again to compare
/// their digests.
std::string check_request(const std::string& request);

}  // namespace espalier::data
