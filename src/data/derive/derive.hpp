#pragma once
// Makes a pack of another one's images by transforms, row by row.
#include <map>
#include <string>
#include <vector>

#include "espalier/data/pack.hpp"
#include "espalier/task/transforms.hpp"

namespace espalier::data {

/// Raised when a transform would give other pixels.
inline constexpr int kTransformsVersion = 1;

/// Image i of the result is image i of `from`, transformed; labels, classes and levels stay. What is drawn is keyed by
/// (digest of `from`, place of the transform in the list, row, seed). `others` holds the packs that transforms take
/// images of, by the name of their data set. Throws UsageError where such images cannot be transformed so.
Pack derive(const Pack& from, const std::vector<task::TransformSpec>& transforms,
            const std::map<std::string, Pack>& others);

}  // namespace espalier::data
