// One rank of a check: looks at its node, and at what another node does to files of one folder.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <optional>
#include <thread>

#include "cli/json_text.hpp"
#include "cli/site/check_json.hpp"
#include "cli/site/check_probes.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"
#include "espalier/mpi/session.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/file_lock.hpp"
#include "espalier/os/host.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/os/regular_file.hpp"
#include "espalier/process/capture.hpp"

namespace espalier::cli {

namespace {

using Clock = std::chrono::steady_clock;
constexpr double kPatience_s = 8;  // a network file system may show what it kept for some seconds
constexpr int kPings = 8, kSyncs = 10;
constexpr std::size_t kMostBytes = 1 << 16, kSyncBytes = 4096;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

void pause(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

/// Seconds until `condition` holds; -1 where it does not within the patience.
double seconds_until(const std::function<bool()>& condition) {
  const auto begin = Clock::now();
  while (!condition()) {
    if (seconds_since(begin) > kPatience_s) return -1;
    pause(0.01);
  }
  return seconds_since(begin);
}

/// All ranks, which go through the check step by step.
class Meeting {
 public:
  explicit Meeting(const mpi::Session& mpi) : rank_(mpi.rank()), size_(mpi.size()) {}

  bool leads() const { return rank_ == 0; }
  int size() const { return size_; }
  void send(int rank, const std::string& text) {
    mailbox_.send(rank, text);
    while (!mailbox_.advance()) pause(1e-5);
  }
  /// The next message of one rank. Those of others, which may be a step ahead, are kept.
  std::string receive_from(int rank) {
    for (;;) {
      const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const auto& one) { return one.rank == rank; });
      if (found != kept_.end()) {
        auto bytes = std::move(found->bytes);
        kept_.erase(found);
        return bytes;
      }
      if (auto packet = mailbox_.receive()) kept_.push_back(std::move(*packet));
      else pause(1e-5);
    }
  }
  /// Collective: waits until all have said their word, which rank 0 is given by rank.
  std::vector<std::string> gather(const std::string& word) {
    std::vector<std::string> words(static_cast<std::size_t>(size_));
    words[static_cast<std::size_t>(rank_)] = word;
    if (!leads()) {
      send(0, word);
      receive_from(0);
      return words;
    }
    for (int rank = 1; rank < size_; ++rank) words[static_cast<std::size_t>(rank)] = receive_from(rank);
    for (int rank = 1; rank < size_; ++rank) send(rank, ".");
    return words;
  }
  void meet() { gather("."); }

 private:
  int rank_, size_;
  mpi::Mailbox mailbox_;
  std::vector<mpi::Packet> kept_;
};

std::int64_t wall_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// How far a rank's clock is ahead of ours. The answer with the shortest way there and back bounds it best.
void compare_clock(Meeting& meeting, int rank) {
  double ahead_s = 0, bound_s = 1e9;
  for (int ping = 0; ping < kPings; ++ping) {
    const auto sent = wall_ns();
    meeting.send(rank, "?");
    const auto theirs = std::stoll(meeting.receive_from(rank));
    const auto back = wall_ns();
    const double half_s = 0.5e-9 * static_cast<double>(back - sent);
    if (half_s >= bound_s) continue;
    bound_s = half_s;
    ahead_s = 1e-9 * static_cast<double>(theirs - sent) - half_s;
  }
  meeting.send(rank, fmt::format("{} {}", ahead_s, bound_s));
}

void compare_clocks(Meeting& meeting, site::RankFacts& facts) {
  if (meeting.leads()) {
    for (int rank = 1; rank < meeting.size(); ++rank) compare_clock(meeting, rank);
  } else {
    std::string word;
    while ((word = meeting.receive_from(0)) == "?") meeting.send(0, std::to_string(wall_ns()));
    const auto blank = word.find(' ');
    facts.clock_s = std::stod(word.substr(0, blank));
    facts.clock_bound_s = std::stod(word.substr(blank));
  }
  meeting.meet();
}

/// What nvidia-smi lists; none where it cannot be started.
std::optional<std::string> list_gpus() {
  try {
    const auto listed = process::capture({"nvidia-smi", "-L"});
    return listed.exit_code == 0 ? std::optional(listed.out) : std::nullopt;
  } catch (const EnvironmentError&) {
    return std::nullopt;
  }
}

/// Those that nvidia-smi lists; without it, the device files.
std::int32_t gpus_here() {
  std::int32_t count = 0;
  if (const auto listed = list_gpus()) {
    for (std::size_t at = 0; (at = listed->find("GPU ", at)) != std::string::npos; ++at)
      count += at == 0 || (*listed)[at - 1] == '\n';
    return count;
  }
  while (std::filesystem::exists("/dev/nvidia" + std::to_string(count))) ++count;
  return count;
}

/// Files of the check in its folder. What fails on this rank is kept, so that the others are not left waiting.
class FolderCheck {
 public:
  FolderCheck(Meeting& meeting, std::filesystem::path folder, site::RankFacts& facts)
      : meeting_(meeting), folder_(std::move(folder)), facts_(facts) {}

  void all() {
    see();
    lock();
    rename();
    sync();
  }
  void remove_own() {
    std::error_code none;  // what could not be written is not there
    std::filesystem::remove(own("sync"), none);
    if (!meeting_.leads()) return;
    for (const char* name : {"seen", "lock"}) std::filesystem::remove(folder_ / name, none);
  }

 private:
  std::filesystem::path own(const char* name) const { return folder_ / fmt::format("{}-{}", name, facts_.rank); }

  void attempt(const std::function<void()>& work) {
    try {
      work();
    } catch (const std::exception& error) {
      if (facts_.trouble.empty()) facts_.trouble = error.what();
    }
  }
  double until_seen(const char* text) {
    return seconds_until([&] {
      bool is_seen = false;  // a network file system may fail for a moment after a rename
      attempt([&] { is_seen = os::read_regular(folder_ / "seen", kMostBytes) == text; });
      return is_seen;
    });
  }
  void write_seen(const char* text) {
    if (meeting_.leads()) attempt([&] { os::write_file_durably(folder_ / "seen", bytes_of(text)); });
    meeting_.meet();
  }

  void see() {
    write_seen("first");
    facts_.seen_s = until_seen("first");
    meeting_.meet();
  }

  void rename() {
    write_seen("second");  // which is renamed over the first
    facts_.renamed_s = until_seen("second");
    meeting_.meet();
  }

  /// Rank 0 holds it; where it is alone, it tries itself to take it twice.
  void lock() {
    os::Descriptor held;
    if (meeting_.leads()) {
      attempt([&] {
        held = os::open_regular(folder_ / "lock", O_RDWR | O_CREAT);
        os::try_lock(held, os::LockMode::exclusive, folder_ / "lock");
      });
    }
    meeting_.meet();
    attempt([&] {
      const auto opened = os::open_regular(folder_ / "lock", O_RDWR);
      const auto got = os::try_lock(opened, os::LockMode::exclusive, folder_ / "lock");
      facts_.lock = got == os::FileLock::held ? "held" : got == os::FileLock::taken ? "taken" : "unsupported";
    });
    meeting_.meet();
  }

  double sync_once(const os::Descriptor& file) {
    const std::string bytes(kSyncBytes, 'x');
    const auto begin = Clock::now();
    const bool is_written = pwrite(file.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size());
    if (!is_written || fsync(file.get()) != 0)
      throw EnvironmentError("cannot write and sync '" + own("sync").string() + "'", std::strerror(errno), "");
    return seconds_since(begin);
  }
  /// Rank 0, which is to write the journal, alone and several times; then the others.
  void sync() {
    for (const bool leading : {true, false}) {
      if (meeting_.leads() == leading) {
        attempt([&] {
          const auto file = os::open_regular(own("sync"), O_WRONLY | O_CREAT);
          double worst = 0;
          for (int count = leading ? kSyncs : 1; count > 0; --count) worst = std::max(worst, sync_once(file));
          facts_.sync_s = worst;
        });
      }
      meeting_.meet();
    }
  }

  Meeting& meeting_;
  std::filesystem::path folder_;
  site::RankFacts& facts_;
};

void probe_together(const mpi::Session& mpi, const std::filesystem::path& folder) {
  Meeting meeting(mpi);
  site::RankFacts facts;
  facts.rank = mpi.rank();
  facts.host = os::host_name();
  facts.build = own_build();
  facts.cores = os::usable_cores();
  facts.gpus = gpus_here();
  compare_clocks(meeting, facts);
  FolderCheck check(meeting, folder, facts);
  check.all();
  const auto words = meeting.gather(json_text(nlohmann::json(facts), -1));
  check.remove_own();
  if (!meeting.leads()) return;
  nlohmann::json all = nlohmann::json::array();
  for (const auto& word : words) all.push_back(nlohmann::json::parse(word));
  fmt::print("{}{}\n", kRanksMark, json_text(all, -1));
  std::fflush(stdout);
}

}  // namespace

std::string own_build() {
  const os::MappedFile file("/proc/self/exe");
  return to_hex(sha256(file.bytes()), 8);
}

void probe_rank(const std::filesystem::path& folder, std::int32_t ranks) {
  auto mpi = mpi::Session::start();
  if (mpi.size() == ranks) {
    probe_together(mpi, folder);
  } else {
    fmt::print("{}{}\n", kWorldMark, mpi.size());
  }
  mpi.finish();
}

}  // namespace espalier::cli
