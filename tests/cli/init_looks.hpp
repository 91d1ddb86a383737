#pragma once
// What `init` sees, made by hand: folders of images and networks.
#include "cli/init/make_draft.hpp"

namespace espalier::testing {

/// Classes with so many images each, of one size, in colour.
inline session::FolderLook look_of(const std::vector<std::int64_t>& counts, std::int32_t side = 32) {
  session::FolderLook look;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    look.classes.push_back({"class" + std::to_string(i), counts[i]});
    look.images += counts[i];
  }
  look.looked = look.images;
  look.sizes = 1;
  look.least = look.median = look.most = {side, side};
  return look;
}

/// A network of that many units that takes square images in colour.
inline session::NetworkLook network_of(std::size_t depth, std::int32_t side = 64) {
  session::NetworkLook look;
  look.name = "resnet18";
  look.input = {3, side, side};
  look.classes = 10;
  for (std::size_t i = 0; i < depth; ++i) look.units.push_back("unit" + std::to_string(i + 1));
  look.has_our_names = true;
  return look;
}

inline cli::Seen seen_of(const std::vector<std::int64_t>& counts) {
  return {look_of(counts), "images", std::nullopt, "", std::nullopt, "", std::nullopt};
}

}  // namespace espalier::testing
