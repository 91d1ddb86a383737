#pragma once
// What espalier-trainer sees in a folder of images or a network's file, before there is a study about them.
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/core/problem.hpp"
#include "espalier/network/layer.hpp"

namespace espalier::session {

struct ClassCount {
  std::string name;
  std::int64_t images = 0;
};

struct Sides {
  std::int32_t height = 0, width = 0;
};

/// A folder with a folder of images for each class.
struct FolderLook {
  std::vector<ClassCount> classes;  ///< in the order of their names
  std::int64_t images = 0;          ///< in all
  std::int64_t looked = 0;          ///< decoded for what follows
  std::int64_t grey = 0;            ///< of those: all three channels are equal
  Sides least, median, most;        ///< by their shorter side
  std::int64_t sizes = 0;           ///< different ones
  std::vector<Problem> notes;       ///< what was passed over
};

/// Throws UsageError where it is no folder with images of at least two classes, or one of those looked at cannot be
/// decoded.
FolderLook look_at_folder(const std::filesystem::path& folder);

/// A network's file.
struct NetworkLook {
  bool has_our_names = false;  ///< a study may name the file as it is; else it is imported first
  std::string name;            ///< "alexnet": a network by name; "" where `table` lists the units
  double width = 1;
  std::string table;  ///< the [network] table of a study file
  network::Shape input;
  std::int32_t classes = 0;
  std::vector<std::string> units;  ///< their names
  std::vector<bool> linear;        ///< which of them hold fully connected layers
  bool has_feature_means = false;  ///< of images of its source: distance_from() answers
  std::vector<float> mean, std;    ///< how those images were normalised, per channel; empty: unknown
  std::string digest;              ///< of its units, as tasks name it
};

/// Throws UsageError where it is no network that espalier knows by its description or by its tensors' names.
NetworkLook look_at_network(const std::filesystem::path& file);

/// How far a folder's images are from those of a network's source, as the network sees them.
struct UnitDistance {
  std::string network, digest;   ///< of the network, as in NetworkLook
  std::string unit;              ///< after which it was measured
  double cosine = 0, floor = 0;  ///< of mean features; floor: between two halves of the source's images
  std::int64_t images = 0;       ///< of the folder that were seen
};

/// After the last unit but the classifier, by the mean features that the file keeps; `look` is what was seen in it.
/// Throws UsageError where it keeps none, the folder's images cannot be seen by the network, or no cosine is defined.
UnitDistance distance_from(const std::filesystem::path& network, const NetworkLook& look,
                           const std::filesystem::path& folder);

/// Writes the network under our names. `out` must not exist. Throws UsageError as `espalier model import` does.
void import_network(const std::filesystem::path& file, const NetworkLook& look, const std::filesystem::path& out);

}  // namespace espalier::session
