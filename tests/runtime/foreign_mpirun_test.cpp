// Whose mpirun it is, from what real ones print.
#include "espalier/runtime/foreign_mpirun.hpp"

#include <catch2/catch.hpp>

using namespace espalier::runtime;

namespace {
const std::string kLibrary = "Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022";
}

TEST_CASE("foreign mpirun: Open MPI's own of the same major version is right") {
  CHECK(mpirun_trouble("mpirun (Open RTE) 4.1.4\n\nReport bugs to http://www.open-mpi.org/community/help/\n", kLibrary)
            .empty());
  CHECK(mpirun_trouble("mpirun (Open RTE) 4.0.3\n", kLibrary).empty());
  CHECK(mpirun_trouble("mpirun (Open MPI) 5.0.6\n", "Open MPI v5.0.1, package: x").empty());
}

TEST_CASE("foreign mpirun: another MPI's, and another major version, are told") {
  CHECK_THAT(mpirun_trouble("HYDRA build details:\n    Version:  4.0.2\n", kLibrary),
             Catch::Contains("is not Open MPI's (it says 'HYDRA build details:')"));
  CHECK_THAT(mpirun_trouble("Intel(R) MPI Library for Linux* OS, Version 2021.10 Build 20230619\n", kLibrary),
             Catch::Contains("is not Open MPI's"));
  CHECK_THAT(mpirun_trouble("mpirun (Open MPI) 5.0.6\n", kLibrary),
             Catch::Contains("Open MPI 5's, and this program is linked with Open MPI 4"));
}

TEST_CASE("foreign mpirun: that of this machine is right") { CHECK_NOTHROW(refuse_foreign_mpirun()); }
