#pragma once
// One mpirun as the supervisor's child: its output goes to a log, lines for the user are passed on.
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "espalier/os/descriptor.hpp"
#include "espalier/process/launch.hpp"
#include "runtime/launch/launch_words.hpp"

namespace espalier::runtime {

struct MpirunOptions {
  std::int32_t ranks = 1, threads = 1;
  std::vector<std::string> rank_command;
  std::filesystem::path log;
  std::filesystem::path session_folder;  ///< for mpirun's own files; empty: where it likes
  std::filesystem::path
      shared_memory;  ///< for what ranks of one host share, on a file system in memory; empty: as above
};

class Mpirun {
 public:
  /// Starts mpirun in a session of its own, so that the terminal's Ctrl-C reaches only the supervisor.
  explicit Mpirun(const MpirunOptions& options);
  Mpirun(const Mpirun&) = delete;
  Mpirun& operator=(const Mpirun&) = delete;
  ~Mpirun();

  int output() const { return output_.get(); }
  /// Lines for the user ("espalier: ...") that have arrived.
  std::vector<std::string> read_lines();
  std::optional<process::Exit> reap();
  /// What the launch has said of itself in the output read so far.
  LaunchWords words() const;
  void signal(int number) noexcept;

 private:
  pid_t process_ = 0;
  os::Descriptor output_, log_;
  WordReader words_;
  std::string line_;
  LastLines last_lines_;
};

}  // namespace espalier::runtime
