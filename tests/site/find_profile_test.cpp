#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "espalier/core/errors.hpp"
#include "espalier/site/profile.hpp"

using namespace espalier;
using Catch::Matchers::Contains;

TEST_CASE("find profile: a file, or a name in the user's folder") {
  const auto folder = std::filesystem::temp_directory_path() / "espalier-sites";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "mine.toml") << "[nodes]\ndevices = 3\n";
  setenv("ESPALIER_SITES", folder.c_str(), 1);

  CHECK(site::find_profile("mine").devices == 3);
  CHECK(site::find_profile((folder / "mine.toml").string()).name == "mine");
  CHECK_THROWS_WITH(site::find_profile("yours"), Contains("There are") && Contains("mine"));

  unsetenv("ESPALIER_SITES");
}

TEST_CASE("profile: a site that is not there is told with those that are") {
  CHECK_THROWS_WITH(site::find_profile("no-such-site"), Contains("there is no site 'no-such-site'"));
  CHECK_THROWS_WITH(site::find_profile("no/such.toml"), Contains("there is no profile 'no/such.toml'"));
}
