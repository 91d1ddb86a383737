#pragma once
// Rebuilds OUT/results.h5 in a child process, because rank 0 itself never writes HDF5.
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace espalier::runtime {

class ViewKeeper {
 public:
  /// With an empty command nothing is rebuilt.
  ViewKeeper(std::vector<std::string> command, double every_s);
  ViewKeeper(const ViewKeeper&) = delete;
  ViewKeeper& operator=(const ViewKeeper&) = delete;
  ~ViewKeeper();

  /// Starts the child when it is due, none is running, and the journal has grown.
  void tick(double now, std::uint64_t records);
  /// Rebuilds the view once more and waits for the child, for at most `patience_s` seconds.
  void finish(double patience_s);

 private:
  void start();
  bool reap();
  bool wait_until(double deadline);

  std::vector<std::string> command_;
  double every_s_, next_ = 0;
  std::uint64_t seen_ = 0;
  pid_t child_ = 0;
};

}  // namespace espalier::runtime
