// Takes the flock on OUT/lock, says who holds it, and takes it over where that is allowed.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>

#include "espalier/core/errors.hpp"
#include "espalier/os/disk_calls.hpp"
#include "espalier/os/file_lock.hpp"
#include "espalier/os/regular_file.hpp"
#include "espalier/store/journal.hpp"

namespace espalier::store {

using os::Descriptor;
using os::disk_failed;
using os::FileLock;
using os::LockMode;

namespace {

constexpr std::size_t kMostLockBytes = 1 << 16;

/// Who holds the lock, as the file says: "host=a process=12 restart=0 job=77".
struct Holder {
  std::string host = "an unknown host", process = "?", job;
  std::uint32_t restart = 0;
};

std::string text_of(const WriterIdentity& who) {
  return fmt::format("host={} process={} restart={} job={}\n", who.host, who.process, who.restart, who.job);
}

Holder read_holder(const std::filesystem::path& file) {
  Holder holder;
  std::istringstream in(os::read_regular(file, kMostLockBytes).value_or(""));
  for (std::string word; in >> word;) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) continue;
    const std::string key = word.substr(0, equals), value = word.substr(equals + 1);
    if (key == "host") holder.host = value;
    if (key == "process") holder.process = value;
    if (key == "job") holder.job = value;
    if (key == "restart") std::istringstream(value) >> holder.restart;
  }
  return holder;
}

bool may_take_over(const WriterIdentity& who, const Holder& holder) {
  return who.take_over || (!who.job.empty() && who.job == holder.job && who.restart > holder.restart);
}

/// A file that was replaced by who took over is not the lock any more.
bool is_still(const Descriptor& opened, const std::filesystem::path& file) {
  struct stat mine{}, there{};
  return ::fstat(opened.get(), &mine) == 0 && ::stat(file.c_str(), &there) == 0 && mine.st_ino == there.st_ino &&
         mine.st_dev == there.st_dev;
}

/// A file of this name that we did not write, or a link to one, is not overwritten.
void check_is_ours(const std::filesystem::path& file) {
  const std::string text = os::read_regular(file, kMostLockBytes).value_or("");
  if (text.empty() || text.starts_with("host=")) return;
  throw UsageError(fmt::format("'{}' is in the way", file.string()),
                   "espalier keeps its lock there and did not write it", "Move it, or give another --out.");
}

void write_holder(const Descriptor& opened, const WriterIdentity& who, const std::filesystem::path& file) {
  if (::ftruncate(opened.get(), 0) != 0) disk_failed("write", file);
  os::write_all(opened.get(), bytes_of(text_of(who)), file);
}

[[noreturn]] void refuse_held(const std::filesystem::path& file) {
  throw EnvironmentError(fmt::format("cannot lock '{}'", file.string()), "another process holds it",
                         "Give the same command again.");
}

/// The file with our name in it, and whether the file system let us lock it.
struct Acquired {
  Descriptor opened;
  bool is_locked = false;
};

/// Nothing where somebody holds the lock. A file system without locks never says so.
std::optional<Acquired> try_acquire(const std::filesystem::path& file, const WriterIdentity& who) {
  Descriptor opened = os::open_file(file, O_RDWR | O_CREAT | O_APPEND);
  const FileLock lock = os::try_lock(opened, LockMode::exclusive, file);
  if (lock == FileLock::held || !is_still(opened, file)) return std::nullopt;
  check_is_ours(file);
  write_holder(opened, who, file);
  return Acquired{std::move(opened), lock == FileLock::taken};
}

Acquired take_over(const std::filesystem::path& file, const WriterIdentity& who) {
  const std::filesystem::path beside = file.string() + fmt::format(".{}.{}", who.host, ::getpid());
  Descriptor opened = os::open_file(beside, O_RDWR | O_CREAT | O_APPEND);
  const FileLock lock = os::try_lock(opened, LockMode::exclusive, beside);
  if (lock == FileLock::held) refuse_held(beside);
  write_holder(opened, who, beside);
  os::rename_file(beside, file);
  return {std::move(opened), lock == FileLock::taken};
}

[[noreturn]] void refuse(const std::filesystem::path& out, const Holder& holder) {
  throw UsageError(fmt::format("'{}' is in use", out.string()),
                   fmt::format("process {} on {} works on it{}", holder.process, holder.host,
                               holder.job.empty() ? "" : ", job " + holder.job),
                   "Wait until it ends, or stop it with Ctrl-C or SIGTERM. If that machine is lost, use --take-over.");
}

}  // namespace

DirectoryLock DirectoryLock::acquire(const std::filesystem::path& out, const WriterIdentity& who, double wait_s) {
  using Clock = std::chrono::steady_clock;
  std::filesystem::create_directories(out);
  const std::filesystem::path file = out / "lock";
  const auto deadline = Clock::now() + std::chrono::duration<double>(wait_s);
  while (true) {
    if (auto acquired = try_acquire(file, who)) return {std::move(acquired->opened), acquired->is_locked};
    const Holder holder = read_holder(file);
    if (may_take_over(who, holder)) {
      Acquired acquired = take_over(file, who);
      return {std::move(acquired.opened), acquired.is_locked};
    }
    if (Clock::now() >= deadline) refuse(out, holder);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace espalier::store
