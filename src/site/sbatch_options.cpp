// Refuses options of sbatch that would hide a job from the program that submitted it.
#include "espalier/site/sbatch_options.hpp"

#include <fmt/format.h>

#include <string_view>

#include "espalier/core/errors.hpp"

namespace espalier::site {

namespace {

/// sbatch takes any beginning of an option's name that no other option has: --com is --comment, --con may be others.
bool is_comment(std::string_view option) {
  constexpr std::string_view kWhole = "--comment", kShortest = "--com";
  const auto name = option.substr(0, option.find_first_of("= \t"));
  return name.starts_with(kShortest) && kWhole.starts_with(name);
}

void refuse_comment(const std::vector<std::string>& options, const std::string& where) {
  for (const auto& option : options) {
    if (!is_comment(option)) continue;
    throw UsageError(fmt::format("'{}' {} is not allowed", option, where),
                     "the comment of a job says which directory it works on, and 'submit' and 'status' find it by that",
                     "Leave it out; --job-name and --wckey are free.");
  }
}

}  // namespace

void refuse_comments(const JobRequest& request, const Profile& profile) {
  refuse_comment(profile.options, fmt::format("in slurm.options of the site '{}'", profile.name));
  refuse_comment(request.sbatch_options, "behind --");
}

}  // namespace espalier::site
