// Takes the flock on OUT/lock, says who holds it, and takes it over where that is allowed.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>

#include "espalier/core/errors.hpp"
#include "espalier/os/disk_calls.hpp"
#include "espalier/os/regular_file.hpp"
#include "espalier/store/journal.hpp"

namespace espalier::store {

using os::Descriptor;
using os::disk_failed;

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

bool try_lock(const Descriptor& opened, const std::filesystem::path& file) {
  while (::flock(opened.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) disk_failed("lock", file);
  }
  return true;
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

std::optional<Descriptor> try_acquire(const std::filesystem::path& file, const WriterIdentity& who) {
  Descriptor opened = os::open_file(file, O_RDWR | O_CREAT | O_APPEND);
  if (!try_lock(opened, file) || !is_still(opened, file)) return std::nullopt;
  check_is_ours(file);
  write_holder(opened, who, file);
  return opened;
}

Descriptor take_over(const std::filesystem::path& file, const WriterIdentity& who) {
  const std::filesystem::path beside = file.string() + fmt::format(".{}.{}", who.host, ::getpid());
  Descriptor opened = os::open_file(beside, O_RDWR | O_CREAT | O_APPEND);
  if (!try_lock(opened, beside)) disk_failed("lock", beside);
  write_holder(opened, who, beside);
  os::rename_file(beside, file);
  return opened;
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
    if (auto opened = try_acquire(file, who)) return DirectoryLock(std::move(*opened));
    const Holder holder = read_holder(file);
    if (may_take_over(who, holder)) return DirectoryLock(take_over(file, who));
    if (Clock::now() >= deadline) refuse(out, holder);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace espalier::store
