#pragma once
// The card of an exported network: what it is, what it was taught, how well it does, and how it is loaded.
#include <string>

#include "cli/kept_network.hpp"
#include "cli/trained_data.hpp"
#include "espalier/session/look.hpp"

namespace espalier::cli {

/// What an export was written as.
struct Exported {
  std::string file;  ///< its name, without folders
  std::string to;    ///< "torchvision", "timm" or "espalier"
};

/// Markdown. Of a training of a study: data, protocol, classes in order, normalisation, accuracy with its number of
/// images, and over the runs of its setting with an interval where there is one, and which program trained it.
std::string model_card(const Exported& exported, const session::NetworkLook& look, const KeptNetwork& network,
                       const TrainedData& trained, const report::Directory& directory,
                       const std::vector<report::RunView>& views);

/// Of a file that no study is known of: what it says of itself.
std::string model_card(const Exported& exported, const session::NetworkLook& look, const std::string& from);

}  // namespace espalier::cli
