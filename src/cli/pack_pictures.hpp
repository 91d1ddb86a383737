#pragma once
// Takes single images and their file names out of packs, for the report.
#include <map>
#include <string>
#include <vector>

#include "espalier/os/mapped_file.hpp"
#include "espalier/report/predictions.hpp"
#include "espalier/safetensors/header.hpp"

namespace espalier::cli {

/// Keeps the packs open that it was asked for. What a pack that is gone or damaged would give stays empty: a report is
/// made without pictures rather than not at all.
class PackPictures {
 public:
  report::Thumbnail find(const report::Directory& directory, const std::string& data, std::int64_t row);

 private:
  struct Opened {
    os::MappedFile file;
    safetensors::Parts parts;
    std::vector<std::string> names;  ///< of its files, by image; empty where it keeps none
  };
  const Opened* opened(const report::Directory& directory, const std::string& data);

  std::map<std::string, Opened> packs_;  ///< by digest; those that cannot be read have no header entries
};

}  // namespace espalier::cli
