#pragma once
// A class tree as a file or a data set tells it: nodes and edges by number, not yet checked.
#include <cstdint>
#include <string>
#include <vector>

#include "espalier/frame/stored.hpp"

namespace espalier::task {

struct TreeEdge {
  std::int32_t child = 0, parent = 0;  ///< nodes
  bool counts = true;                  ///< of a child's several parents one counts
  bool operator==(const TreeEdge&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("child", child) & stored<2>("parent", parent) & stored<3>("counts", counts);
  }
};

struct TreeListing {
  std::vector<std::string> keys;   ///< by node, each once: what it is found by
  std::vector<std::string> names;  ///< by node, for people, may repeat; empty: there are none
  std::vector<TreeEdge> edges;
  std::vector<std::int32_t>
      places;  ///< by node: place in the order of a data set's coarser classes, or -1; may be empty
  bool operator==(const TreeListing&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("keys", keys) & stored<2>("names", names) & stored<3>("edges", edges) &
        stored<4>("places", places);
  }
};

}  // namespace espalier::task
