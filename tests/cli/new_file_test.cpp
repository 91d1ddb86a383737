// Files that must not exist yet.
#include "cli/new_file.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "espalier/core/errors.hpp"

using namespace espalier;

TEST_CASE("new file: it is written once and never over another") {
  const auto file = std::filesystem::temp_directory_path() / ("espalier-new-" + std::to_string(getpid()));

  cli::write_new(file, "text\n");

  CHECK_THROWS_WITH(cli::write_new(file, "other\n"), Catch::Contains("is there already"));
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  CHECK(line == "text");
  std::filesystem::remove(file);
  CHECK_THROWS_AS(cli::write_new(file / "below", "x"), UsageError);
}
