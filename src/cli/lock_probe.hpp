#pragma once
// Asks whether a process holds a result directory at the moment.
#include <cstdint>
#include <filesystem>
#include <string>

#include "espalier/store/state.hpp"

namespace espalier::cli {

enum class HoldState : std::uint8_t {
  no,
  yes,
  unknown,  ///< the file system has no locks
};

struct LockProbe {
  HoldState held = HoldState::no;
  std::string holder;  ///< who held it last, for example "host=nodeA process=12 restart=0 job=7"; "" where nobody does
};

/// No lock is held after the call.
LockProbe probe_lock(const std::filesystem::path& out);

/// Whether a launch works on the directory: as the lock says, or where there are no locks, no longer once the journal's
/// newest launch has ended in order.
HoldState launch_held(const LockProbe& probe, const store::State& state);

/// What `status` says of the launch: "running: host=nodeA ...", "not started", "ended: all done", ...
std::string launch_state(const store::State& state, const LockProbe& probe);

/// Who will obey a request that is left now, for the user.
std::string who_obeys(const std::filesystem::path& out);

}  // namespace espalier::cli
