#pragma once
// Facts about this machine, as far as this process may use it.
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>

namespace espalier::os {

std::string host_name();

/// Path of this program.
std::string own_program();

/// Cores this process may use: its affinity, and the CPU time that its control groups allow, rounded up; at least
/// 1. `root`: the folder with proc and sys.
std::int32_t usable_cores(const std::filesystem::path& root = "/");

/// Cores of all nodes of the batch job that this process is in, as Slurm's SLURM_JOB_CPUS_PER_NODE says ("2(x3),4"), of
/// no node more than `most`; none outside of a job, or where that says something else.
std::optional<std::int32_t> cores_of_job(const char* cpus_per_node,
                                         std::int32_t most = std::numeric_limits<std::int32_t>::max());

/// GPUs of all nodes of the batch job that this process is in: as many on each as Slurm's SLURM_GPUS_ON_NODE says; none
/// outside of a job, or of one without GPUs.
std::optional<std::int32_t> gpus_of_job(const char* gpus_on_node);

/// How many nodes the batch job of this process has, as Slurm's SLURM_JOB_NUM_NODES says; 1 outside of a job.
std::int64_t nodes_of_job();

/// How many processes the kernel has killed for memory: in this process's control group, and on this machine as far as
/// it tells. Only that it rises says something.
std::int64_t memory_kills(const std::filesystem::path& root = "/");

/// Bytes of one node that the batch job of this process was given, as Slurm's SLURM_MEM_PER_NODE says; none outside of
/// a job, and where that says nothing or 0, which is all of the node.
std::optional<std::int64_t> memory_of_job(const char* megabytes_per_node);

/// Bytes that programs may still take: of this machine, and of what control groups allow.
std::int64_t free_memory_bytes(const std::filesystem::path& root = "/");

}  // namespace espalier::os
