#pragma once
// A session of 300 numbered records with views in between, and disks that fail, tear or kill at the Nth call.
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "espalier/os/disk_calls.hpp"
#include "espalier/store/view.hpp"
#include "store/scratch.hpp"

namespace espalier::store {

constexpr int kSessionRecords = 300;

/// power_cut: killed, and what was written since the last sync of each file is gone.
enum class Fault { none, kill, power_cut, tear, fail, fail_for_good };

/// Counts the store's calls and does harm at one of them. It syncs nothing: what a sync would save is kept account of.
struct FaultyDisk {
  static inline Fault fault = Fault::none;
  static inline long at = 0, calls = 0;

  struct Synced {
    int descriptor = -1;
    ino_t inode = 0;
    off_t bytes = 0;
  };
  static inline std::vector<Synced> files;

  static void arm(Fault kind, long call) {
    fault = kind;
    at = call;
    calls = 0;
    files.clear();
    os::disk_calls() = {write, fdatasync, fsync, rename};
  }
  static struct stat facts_of(int descriptor) {
    struct stat facts{};
    if (::fstat(descriptor, &facts) != 0) ::abort();
    return facts;
  }
  static Synced& known(int descriptor) {
    const struct stat facts = facts_of(descriptor);
    for (Synced& file : files) {
      if (file.descriptor == descriptor && file.inode == facts.st_ino) return file;
    }
    return files.emplace_back(Synced{descriptor, facts.st_ino, facts.st_size});
  }
  /// Files that are closed by now have been synced or do not count.
  static void cut_power() {
    for (const Synced& file : files) {
      struct stat facts{};
      const bool is_open = ::fstat(file.descriptor, &facts) == 0 && facts.st_ino == file.inode;
      if (is_open && ::ftruncate(file.descriptor, file.bytes) != 0) ::abort();
    }
    ::raise(SIGKILL);
  }
  static bool harm() {
    const long call = calls++;
    if (call == at && fault == Fault::kill) ::raise(SIGKILL);
    if (call == at && fault == Fault::power_cut) cut_power();
    return (call == at && fault == Fault::fail) || (call >= at && fault == Fault::fail_for_good);
  }
  static int fail(int reason) {
    errno = reason;
    return -1;
  }
  static ssize_t write(int descriptor, const void* bytes, std::size_t count) {
    if (calls == at && fault == Fault::tear) {
      if (::write(descriptor, bytes, count / 2) >= 0) ::raise(SIGKILL);
    }
    known(descriptor);
    return harm() ? fail(ENOSPC) : ::write(descriptor, bytes, count);
  }
  static int fdatasync(int descriptor) {
    if (harm()) return fail(EIO);
    known(descriptor).bytes = facts_of(descriptor).st_size;
    return 0;
  }
  static int fsync(int) { return harm() ? fail(EIO) : 0; }
  static int rename(const char* from, const char* to) { return harm() ? fail(EIO) : ::rename(from, to); }
};

inline std::string text_of_record(int n) { return "record " + std::to_string(n); }

/// Goes on from record `first`, in groups of ten, a view after each hundred. `acknowledged` counts what is durable.
inline void write_numbered(const std::filesystem::path& out, int first, std::atomic<int>& acknowledged) {
  JournalWriter writer = JournalWriter::open(out, some_writer());
  for (int n = first; n < kSessionRecords; ++n) {
    writer.append(WarningRecord{text_of_record(n)});
    if (n % 10 != 9) continue;
    writer.commit();
    acknowledged = n + 1;
    if (n % 100 == 99) write_view(replay(out), out);
  }
}

}  // namespace espalier::store
