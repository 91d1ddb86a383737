#pragma once
// Makes the first draft of a study out of what was seen in folders and in a network's file.
#include <optional>

#include "cli/init/draft.hpp"

namespace espalier::cli {

/// What was seen. Paths are as the study names them.
struct Seen {
  session::FolderLook images;
  std::string images_path;
  std::optional<session::FolderLook> pretrain;
  std::string pretrain_path;
  std::optional<session::NetworkLook> network;
  std::string checkpoint_path;
  std::optional<session::UnitDistance> distance;  ///< from the checkpoint's source
};

/// Before it is fitted to a budget. Throws UsageError where classes are too small, or the network does not fit.
Draft make_draft(const Seen& seen, const std::string& name);

}  // namespace espalier::cli
