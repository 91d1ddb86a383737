#pragma once
// Parses what [data.NAME] says of a data set that is derived from another.
#include "espalier/task/transform_table.hpp"
#include "study/parse/reader.hpp"

namespace espalier::study {

/// Reports the keys that say how images are read from files.
void refuse_import_keys(const Reader& reader);

/// Those that are faulty are reported and left out.
std::vector<task::TransformSpec> parse_transforms(const Reader& reader);

}  // namespace espalier::study
