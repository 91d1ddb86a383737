#include "espalier/session/rank.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"

using namespace espalier;
using namespace espalier::session;
using Catch::Matchers::Contains;

namespace {

constexpr double kPatience_s = 1;

/// A launch file of this text, and what ranks are told of it.
class Told {
 public:
  explicit Told(const std::string& text = "a launch")
      : folder_(std::filesystem::temp_directory_path() / ("espalier-rank-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
    options.launch_file = folder_ / "launch";
    options.digest = to_hex(sha256("a launch"));
    options.build = this_build();
    options.ranks = 3;
    if (!text.empty()) write(text);
  }
  Told(const Told&) = delete;
  Told& operator=(const Told&) = delete;
  ~Told() { std::filesystem::remove_all(folder_); }
  void write(const std::string& text) const { std::ofstream(options.launch_file) << text; }

  RankOptions options;

 private:
  std::filesystem::path folder_;
};

/// What a rank is refused with in a world of that size; "" where it is not.
std::string refusal(const Told& told, int size = 3) {
  try {
    check_rank(told.options, size, kPatience_s);
    return "";
  } catch (const EnvironmentError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("rank: one of the build, the world and the folder that it was told of is taken") {
  CHECK(refusal(Told()) == "");
  Told untold;
  untold.options = {};
  CHECK(refusal(untold, 7) == "");
}

TEST_CASE("rank: another build is refused by name") {
  Told told;
  told.options.build = "0.0-older";
  CHECK_THAT(refusal(told), Contains("the program on node '") &&
                                Contains("is " + this_build() + ", and 'run' is 0.0-older") &&
                                Contains("one and the same build"));
}

TEST_CASE("rank: a world of another size than asked for is refused with the likely cause") {
  CHECK_THAT(refusal(Told(), 1), Contains("finds itself among 1 ranks, and 3 were to be started") &&
                                     Contains("do not understand each other") && Contains("srun --mpi=list"));
}

TEST_CASE("rank: a node that does not see the folder is named, and whether another file is there") {
  CHECK_THAT(refusal(Told("")), Contains("does not see the folder that 'run' works in") &&
                                    Contains("launch' is not there") && Contains("a file system that all nodes share"));
  CHECK_THAT(refusal(Told("another launch")), Contains("launch' is another file there"));
}

TEST_CASE("rank: a file system that shows new files late is waited for") {
  const Told told("");
  std::thread late([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    told.write("a launch");
  });
  CHECK(refusal(told) == "");
  late.join();
}

TEST_CASE("rank: a writer is named by its job, an element of an array as Slurm names it") {
  for (const char* name : {"SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "ESPALIER_JOB"}) unsetenv(name);
  setenv("SLURM_JOB_ID", "72", 1);
  setenv("SLURM_RESTART_COUNT", "2", 1);
  CHECK(writer_identity(false).job == "72");
  CHECK(writer_identity(false).restart == 2);
  setenv("SLURM_ARRAY_JOB_ID", "70", 1);
  setenv("SLURM_ARRAY_TASK_ID", "3", 1);
  CHECK(writer_identity(false).job == "70_3");
  for (const char* name : {"SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_JOB_ID"}) unsetenv(name);
  CHECK(writer_identity(false).job == "");
  unsetenv("SLURM_RESTART_COUNT");
}
