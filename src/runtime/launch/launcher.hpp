#pragma once
// One mpirun or srun as the supervisor's child: its output goes to a log, lines for the user are passed on.
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "espalier/os/descriptor.hpp"
#include "espalier/process/launch.hpp"
#include "runtime/launch/launch_words.hpp"
#include "runtime/launch/launcher_command.hpp"

namespace espalier::runtime {

class Launcher {
 public:
  /// Starts the launcher in a session of its own, so that the terminal's Ctrl-C reaches only the supervisor.
  Launcher(const LauncherOptions& options, const std::filesystem::path& log);
  Launcher(const Launcher&) = delete;
  Launcher& operator=(const Launcher&) = delete;
  ~Launcher();

  int output() const { return output_.get(); }
  /// Lines for the user ("espalier: ...") that have arrived.
  std::vector<std::string> read_lines();
  std::optional<process::Exit> reap();
  /// What the launch has said of itself in the output read so far.
  LaunchWords words() const;
  /// Ranks of a killed mpirun die with it. Those of a killed srun live on for seconds, so it is first asked to end
  /// them.
  void signal(int number, double now) noexcept;

 private:
  LauncherKind kind_ = LauncherKind::mpirun;
  pid_t process_ = 0;
  double asked_ = -1;  ///< when srun was asked to end its ranks
  os::Descriptor output_, log_;
  WordReader words_;
  std::string line_;
  LastLines last_lines_;
};

}  // namespace espalier::runtime
