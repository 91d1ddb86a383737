#pragma once
// Renames axes of a parsed study to what ids and tables call them.
#include "espalier/study/study.hpp"

namespace espalier::study {

/// All axes that the study names by stored_axis_name(), but for those in conditions, which grid renames as it reads
/// them.
void use_stored_axis_names(Study& study);

}  // namespace espalier::study
