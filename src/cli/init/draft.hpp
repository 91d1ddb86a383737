#pragma once
// The study that `init` is about to write, as choices that are not text yet.
#include <optional>
#include <string>
#include <vector>

#include "espalier/session/look.hpp"

namespace espalier::cli {

/// A data set of the draft.
struct DraftData {
  std::string path;                        ///< of the folder, as the study names it
  session::FolderLook look;                ///< what its images are like
  std::int64_t usual = 0;                  ///< images of the median class
  std::int64_t least = 0;                  ///< images of the smallest class that is kept
  std::vector<std::string> short_classes;  ///< with too few images: left out
  std::int64_t valid = 0, test = 0;        ///< images of each class that are held out
  std::vector<std::int32_t> kept;          ///< the other classes, by number
  std::int64_t kept_images = 0;
  /// Training images of the median class, and in all.
  std::int64_t per_class() const { return usual - valid - test; }
  std::int64_t training_images() const { return kept_images - static_cast<std::int64_t>(kept.size()) * (valid + test); }
};

enum class DraftSource : std::uint8_t { none, checkpoint, pretraining };

/// A value of the axis `case`: one protocol.
struct DraftProtocol {
  std::string name;
  std::string values;  ///< of the case, as TOML without braces
  std::string why;     ///< which paper, and what it does
};

struct Draft {
  std::string name;  ///< of the study
  DraftData target, pretrain;
  DraftSource source = DraftSource::none;
  std::string checkpoint;        ///< as the study names it
  session::NetworkLook network;  ///< of the checkpoint, or the one that is proposed
  std::int32_t side = 0;         ///< images are resized to side x side; 0: they have one size
  bool grey = false;
  std::int32_t folds = 0;  ///< of the training images: each validates once
  std::int32_t epochs = 0, source_epochs = 0, batch = 0;
  std::int64_t per_class = 0;                     ///< at most so many images of a class are trained on; 0: all
  std::vector<DraftProtocol> protocols;           ///< the most supported ones first
  bool has_linear = false;                        ///< with linear classifiers on features
  bool has_distance = false;                      ///< with the distance of source and target
  std::optional<session::UnitDistance> distance;  ///< from a checkpoint that keeps mean features
  std::vector<std::string> cut;                   ///< what was reduced to fit the budget
  std::int32_t depth() const { return static_cast<std::int32_t>(network.units.size()); }
  /// Training images of a class that the study uses.
  std::int64_t used_per_class() const {
    return per_class > 0 && per_class < target.per_class() ? per_class : target.per_class();
  }
};

/// How large the data are, what is held out, and which classes are too small. Throws UsageError where fewer than two
/// classes are large enough. `folds`: validation images come from folds, none are held out.
DraftData data_of(const session::FolderLook& look, const std::string& path, bool folds);

/// Whether the draft's distance is of a kind that Chu et al. divided into classes.
bool has_distance_class(const Draft& draft);

/// The rate of new units at the start.
double first_rate(const Draft& draft);

/// Whether so few images should be divided into folds.
bool are_few(const session::FolderLook& look);

/// The protocols worth comparing for the draft's source and amount of data, the most supported ones first.
std::vector<DraftProtocol> protocols_for(const Draft& draft);

}  // namespace espalier::cli
