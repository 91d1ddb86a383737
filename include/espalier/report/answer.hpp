#pragma once
// The answer to a study in sentences: the setting chosen for each size, its gain over the baseline, what ties with it.
#include <string>
#include <vector>

#include "espalier/report/measured_cells.hpp"

namespace espalier::report {

/// One sentence for each cell in which protocols compete, such as "half to other, 5 images a class: transferred 6,
/// frozen 4 (copied units frozen) has test accuracy 61.2 % [58.0, 64.4] over 5 image draws, +12.3 [8.1, 16.5] points
/// over training from scratch; 2 of 8 others cannot be told from it: ...". The setting is the first on validation
/// images, as in "Best settings"; the baseline is the best that copies nothing, else the best that tunes all it copies.
std::vector<std::string> answers_of(const std::vector<RunView>& views, const study::Study& study);

/// "The first of 3 runs that failed: freeze:transferred=4: diverged ..."; "" where none did.
std::string first_failure(const std::vector<RunView>& views);

}  // namespace espalier::report
