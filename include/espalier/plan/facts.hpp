#pragma once
// What planning needs to know about images and checkpoints. This is the one form of it: the trainer's answer is read
// into it, launches hand it on, and the journal keeps it.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "espalier/core/ids.hpp"
#include "espalier/frame/stored.hpp"
#include "espalier/network/layer.hpp"
#include "espalier/task/image_set.hpp"
#include "espalier/task/tree_listing.hpp"

namespace espalier::plan {

/// The images of a data set. Its classes are the finest ones that its records tell apart.
struct DataFacts {
  std::string digest;  ///< SHA-256 over pixels and finest labels; of `expect` where provisional
  network::Shape shape;
  std::vector<std::string> class_names;
  std::vector<std::int64_t> class_counts;  ///< images per class in the main files
  std::vector<float> mean, std;            ///< per channel over the main files, on pixels / 255
  std::string test_digest;                 ///< of separate test files; empty where there are none
  std::vector<std::int64_t> test_counts;
  std::string pack_path, test_pack_path;  ///< absolute; empty where provisional
  bool provisional = false;
  task::LabelLevels levels;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("digest", digest) & stored<2>("shape", shape) & stored<3>("class_names", class_names) &
        stored<4>("class_counts", class_counts) & stored<5>("mean", mean) & stored<6>("std", std) &
        stored<7>("test_digest", test_digest) & stored<8>("test_counts", test_counts) &
        stored<9>("pack_path", pack_path) & stored<10>("test_pack_path", test_pack_path) &
        stored<11>("provisional", provisional) & stored<12>("levels", levels);
  }
};

struct Facts {
  std::map<std::string, DataFacts> data;           ///< by data set name
  std::map<std::string, ArtifactId> checkpoints;   ///< by source name
  std::map<std::string, task::TreeListing> trees;  ///< of [tree.NAME] with a file of edges or of names, by its name
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("data", data) & frame::stored<2>("checkpoints", checkpoints) &
        frame::stored<3>("trees", trees);
  }
};

}  // namespace espalier::plan
