#pragma once
// The text of slurm/job.sh, which CMake puts into the program.
#include <string_view>

namespace espalier::site {

extern const std::string_view kJobTemplate;

}  // namespace espalier::site
