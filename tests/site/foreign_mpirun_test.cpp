// Whose mpirun it is, from what real ones print.
#include "espalier/site/foreign_mpirun.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "espalier/core/errors.hpp"

using namespace espalier::site;

namespace {
const std::string kLibrary = "Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022";
}

TEST_CASE("foreign mpirun: Open MPI's own of the same major version is right") {
  CHECK(foreign_mpirun("mpirun (Open RTE) 4.1.4\n\nReport bugs to http://www.open-mpi.org/community/help/\n", kLibrary)
            .empty());
  CHECK(foreign_mpirun("mpirun (Open RTE) 4.0.3\n", kLibrary).empty());
  CHECK(foreign_mpirun("mpirun (Open MPI) 5.0.6\n", "Open MPI v5.0.1, package: x").empty());
}

TEST_CASE("foreign mpirun: another MPI's, and another major version, are told") {
  for (const char* said : {"HYDRA build details:\n    Version:  4.0.2\n", "",
                           "Intel(R) MPI Library for Linux* OS, Version 2021.10 Build 20230619\n"}) {
    CHECK(foreign_mpirun(said, kLibrary) == "is another MPI's");
  }
  CHECK(foreign_mpirun("mpirun (Open MPI) 5.0.6\n", kLibrary) == "is of another version");
}

TEST_CASE("foreign mpirun: one that fails is left to the launch") {
  const std::string path = std::getenv("PATH");
  const auto folder = std::filesystem::temp_directory_path() / ("espalier-mpirun-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "mpirun") << "#!/bin/sh\necho Other MPI\nexit 1\n";
  std::filesystem::permissions(folder / "mpirun", std::filesystem::perms::owner_all);
  setenv("PATH", (folder.string() + ":" + path).c_str(), 1);
  CHECK_NOTHROW(refuse_foreign_mpirun(kLibrary));
  std::ofstream(folder / "mpirun") << "#!/bin/sh\necho Other MPI\n";
  CHECK_THROWS_AS(refuse_foreign_mpirun(kLibrary), espalier::EnvironmentError);
  setenv("PATH", path.c_str(), 1);
  std::filesystem::remove_all(folder);
}

TEST_CASE("foreign mpirun: that of this machine fits to the library it came with") {
  CHECK_NOTHROW(refuse_foreign_mpirun(kLibrary));
  CHECK_THROWS_AS(refuse_foreign_mpirun("Open MPI v9.0.0"), espalier::EnvironmentError);
}
