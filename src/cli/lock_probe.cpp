// Tries a shared flock on OUT/lock without waiting; where that fails, reads who holds it.
#include "cli/lock_probe.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include "espalier/os/file_lock.hpp"
#include "espalier/os/regular_file.hpp"

namespace espalier::cli {
namespace {

HoldState held_by(os::FileLock lock) {
  if (lock == os::FileLock::unsupported) return HoldState::unknown;
  return lock == os::FileLock::held ? HoldState::yes : HoldState::no;
}

std::string holder_in(const std::filesystem::path& file) {
  const std::string text = os::read_regular(file, 1 << 16).value_or("");
  const std::string line = text.substr(0, text.find('\n'));
  return line.empty() ? "an unknown process" : line;
}

}  // namespace

LockProbe probe_lock(const std::filesystem::path& out) {
  const auto file = out / "lock";
  os::Descriptor opened = os::try_open_regular(file, O_RDONLY);
  if (!opened) return {};
  const HoldState held = held_by(os::try_lock(opened, os::LockMode::shared, file));
  opened.close();
  return {held, held == HoldState::no ? "" : holder_in(file)};
}

HoldState launch_held(const LockProbe& probe, const store::State& state) {
  const bool has_ended = state.segments.empty() || state.last_exit >= 0;
  return probe.held == HoldState::unknown && has_ended ? HoldState::no : probe.held;
}

std::string launch_state(const store::State& state, const LockProbe& probe) {
  switch (launch_held(probe, state)) {
    case HoldState::yes: return "running: " + probe.holder;
    case HoldState::unknown:
      return "running or killed: this file system has no locks, so that it cannot be told; the newest launch (" +
             probe.holder + ") has not recorded its end";
    case HoldState::no: break;
  }
  if (state.segments.empty()) return "not started";
  switch (state.last_exit) {
    case 0: return "ended: all done";
    case 1: return "ended: some runs failed";
    case 75: return "stopped with work left; the same 'espalier run' goes on";
    case -1: return "ended without a word (killed?); the same 'espalier run' goes on";
    default: return fmt::format("ended with exit code {}", state.last_exit);
  }
}

std::string who_obeys(const std::filesystem::path& out) {
  const LockProbe probe = probe_lock(out);
  switch (probe.held) {
    case HoldState::yes:
      return "The launch (" + probe.holder + ") takes it up, or the next 'espalier run' if it ends first.";
    case HoldState::unknown: return "A launch that runs takes it up, else the next 'espalier run'.";
    case HoldState::no: break;
  }
  return "Nothing runs here: the next 'espalier run' takes it up.";
}

}  // namespace espalier::cli
