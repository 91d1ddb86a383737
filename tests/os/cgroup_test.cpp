// Limits of control groups, from trees of files that the tests write.
#include "os/cgroup.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "espalier/core/errors.hpp"
#include "os/os_scratch.hpp"

namespace espalier::os {

namespace {

const std::string kMount = "sys/fs/cgroup/";

}  // namespace

TEST_CASE("cgroups: without any there is no limit") {
  const Scratch root;

  const CgroupLimits limits = read_cgroup_limits(root.path());

  CHECK_FALSE(limits.cores);
  CHECK_FALSE(limits.free_bytes);
}

TEST_CASE("cgroups v2: the tightest group from one's own to the root counts") {
  const Scratch root;
  root.put("proc/self/cgroup", "0::/job/step\n");
  root.put(kMount + "job/step/cpu.max", "max 100000\n");
  root.put(kMount + "job/step/memory.max", "max\n");
  root.put(kMount + "job/cpu.max", "250000 100000\n");
  root.put(kMount + "job/memory.max", "1000\n");
  root.put(kMount + "job/memory.current", "400\n");
  root.put(kMount + "job/memory.stat", "anon 300\ninactive_file 100\n");
  root.put(kMount + "cpu.max", "400000 100000\n");

  const CgroupLimits limits = read_cgroup_limits(root.path());

  CHECK(limits.cores == 2.5);
  CHECK(limits.free_bytes == 700);
}

TEST_CASE("cgroups v1: quotas and limits of the controllers' own trees; -1 and what no number holds are none") {
  const Scratch root;
  root.put("proc/self/cgroup", "5:memory:/job\n3:cpu,cpuacct:/job\n1:name=systemd:/\n");
  root.put(kMount + "cpu,cpuacct/job/cpu.cfs_quota_us", "150000\n");
  root.put(kMount + "cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  root.put(kMount + "cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  root.put(kMount + "cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  root.put(kMount + "memory/job/memory.limit_in_bytes", "5000\n");
  root.put(kMount + "memory/job/memory.usage_in_bytes", "2000\n");
  root.put(kMount + "memory/memory.limit_in_bytes", "18446744073709551615\n");

  const CgroupLimits limits = read_cgroup_limits(root.path());

  CHECK(limits.cores == 1.5);
  CHECK(limits.free_bytes == 3000);
}

TEST_CASE("cgroups: in a container that sees its own group as the mount, the mount's limits count") {
  const Scratch root;
  root.put("proc/self/cgroup", "4:memory:/docker/0123\n0::/docker/0123\n");
  root.put(kMount + "memory/memory.limit_in_bytes", "4096\n");
  root.put(kMount + "memory/memory.usage_in_bytes", "8192\n");

  CHECK(read_cgroup_limits(root.path()).free_bytes == 0);
}

TEST_CASE("cgroups: a limit that is no number is refused with its file") {
  const Scratch root;
  root.put("proc/self/cgroup", "0::/\n");
  root.put(kMount + "memory.max", "much\n");

  CHECK_THROWS_AS(read_cgroup_limits(root.path()), EnvironmentError);
  CHECK_THROWS_WITH(read_cgroup_limits(root.path()), Catch::Contains("memory.max") && Catch::Contains("much"));
}

TEST_CASE("memory kills: the group's own counter counts, of v2, v1 and the machine") {
  const Scratch root;
  CHECK(read_memory_kills(root.path()) == 0);

  root.put("proc/self/cgroup", "4:memory:/job\n0::/job/step\n");
  root.put(kMount + "job/step/memory.events", "low 0\nhigh 7\nmax 9\noom 5\noom_kill 2\noom_group_kill 0\n");
  CHECK(read_memory_kills(root.path()) == 2);
  root.put(kMount + "memory/job/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
  CHECK(read_memory_kills(root.path()) == 5);
  root.put("proc/vmstat", "nr_free_pages 8\noom_kill 1\n");
  CHECK(read_memory_kills(root.path()) == 6);
}

TEST_CASE("memory kills: a container that sees its own group as the mount is counted there") {
  const Scratch root;
  root.put("proc/self/cgroup", "0::/docker/abc\n");
  root.put(kMount + "memory.events", "oom_kill 4\n");

  CHECK(read_memory_kills(root.path()) == 4);
}

}  // namespace espalier::os
