// Facts about the host, and that the tightest of its limits counts.
#include "espalier/os/host.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "os/os_scratch.hpp"

namespace espalier::os {

namespace {

const std::string kMount = "sys/fs/cgroup/";

}  // namespace

TEST_CASE("host: free memory is the lesser of what the machine has and what the groups allow") {
  const Scratch root;
  root.put("proc/meminfo", "MemTotal: 9 kB\nMemFree: 1 kB\nMemAvailable: 4 kB\n");
  CHECK(free_memory_bytes(root.path()) == 4096);

  root.put("proc/self/cgroup", "0::/\n");
  root.put(kMount + "memory.max", "3000\n");
  root.put(kMount + "memory.current", "1000\n");
  CHECK(free_memory_bytes(root.path()) == 2000);
}

TEST_CASE("host: a job's memory and GPUs are those that Slurm says") {
  CHECK(memory_of_job("2000") == std::int64_t{2000} << 20);
  for (const char* nothing : {static_cast<const char*>(nullptr), "", "0", "-1", "2000M", "99999999999999999999"}) {
    CHECK_FALSE(memory_of_job(nothing));
    CHECK_FALSE(gpus_of_job(nothing));
  }
  setenv("SLURM_JOB_NUM_NODES", "3", 1);
  CHECK(gpus_of_job("4") == 12);
  unsetenv("SLURM_JOB_NUM_NODES");
  CHECK(gpus_of_job("4") == 4);
}

TEST_CASE("host: usable cores are a quota rounded up, at least one, never more than the affinity") {
  const std::int32_t all = usable_cores(Scratch().path());
  CHECK(all >= 1);
  CHECK(rc::check([&] {
    const auto quota = *rc::gen::inRange<std::int64_t>(0, 300'000);
    const Scratch root;
    root.put("proc/self/cgroup", "0::/\n");
    root.put(kMount + "cpu.max", std::to_string(quota) + " 100000\n");

    const std::int64_t expected = std::max<std::int64_t>(1, (quota + 99'999) / 100'000);
    RC_ASSERT(usable_cores(root.path()) == std::min<std::int64_t>(all, expected));
  }));
}

TEST_CASE("host: this program has a path and this machine a name") {
  CHECK(std::filesystem::exists(own_program()));
  CHECK_FALSE(host_name().empty());
}

TEST_CASE("host: the cores of a Slurm job are those of all its nodes") {
  CHECK(cores_of_job("4") == 4);
  CHECK(cores_of_job("2(x3)") == 6);
  CHECK(cores_of_job("2(x3),4,8(x2)") == 26);
  CHECK(cores_of_job("2(x3),4,8(x2)", 3) == 15);  // where a control group allows 3
  CHECK(cores_of_job("64", 2) == 2);
  CHECK_FALSE(cores_of_job(nullptr));
  for (const char* text :
       {"", "x", "0", "-2", "2(x", "2(x3", "2(x0)", "2(3)", "2,", ",2", "2 ", "99999999999", "9999999(x9999999)"}) {
    INFO(text);
    CHECK_FALSE(cores_of_job(text));
  }
}

}  // namespace espalier::os
