#include "espalier/site/sbatch_options.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

using namespace espalier;
using namespace espalier::site;

namespace {

bool is_refused(const std::vector<std::string>& options, const std::vector<std::string>& of_profile = {}) {
  JobRequest request;
  request.sbatch_options = options;
  Profile profile;
  profile.options = of_profile;
  try {
    refuse_comments(request, profile);
  } catch (const UsageError&) {
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE("sbatch options: a comment of another's is refused, however it is written") {
  CHECK(is_refused({"--comment=mine"}));
  CHECK(is_refused({"--comment", "mine"}));
  CHECK(is_refused({"--comment mine"}));
  CHECK(is_refused({"--exclude=n5", "--comm=mine"}));
  CHECK(is_refused({"--com=mine"}));
  CHECK(is_refused({}, {"--comment=mine"}));
}

TEST_CASE("sbatch options: others are free") {
  CHECK_FALSE(is_refused({"--constraint=ib", "--contiguous", "--wckey=comment", "--exclude=n5", "--co=x", "x"}));
  CHECK_FALSE(is_refused({"--commentary=x"}));
}
