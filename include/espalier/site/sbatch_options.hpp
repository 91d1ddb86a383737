#pragma once
// Options of sbatch that a user or a profile gives beside those that the batch script has.
#include "espalier/site/batch_script.hpp"

namespace espalier::site {

/// Throws UsageError where one of them would replace the job's comment, by which `submit` and `status` know the job.
void refuse_comments(const JobRequest& request, const Profile& profile);

}  // namespace espalier::site
