#pragma once
// One mpirun as the supervisor's child: its output goes to a log, lines for the user are passed on.
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "espalier/os/descriptor.hpp"
#include "espalier/process/launch.hpp"

namespace espalier::runtime {

struct MpirunOptions {
  std::int32_t ranks = 1, threads = 1;
  std::vector<std::string> rank_command;
  std::filesystem::path log;
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
  void signal(int number) noexcept;

 private:
  pid_t process_ = 0;
  os::Descriptor output_, log_;
  std::string line_;
};

}  // namespace espalier::runtime
