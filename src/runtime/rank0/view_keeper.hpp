#pragma once
// Keeps OUT/results.h5 up to date through a child process, because rank 0 itself never writes HDF5.
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/os/descriptor.hpp"

namespace espalier::runtime {

/// One child, `espalier view OUT --follow`, keeps what it has read of the journal and reads only what is new. It is
/// told what to do by words on its standard input: "write", and "finish" for the last view. A child that died is
/// replaced when the next view is due.
class ViewKeeper {
 public:
  /// `command` without OUT and --follow. With an empty command there is no view.
  ViewKeeper(std::vector<std::string> command, const std::filesystem::path& out, double every_s, double now);
  ViewKeeper(const ViewKeeper&) = delete;
  ViewKeeper& operator=(const ViewKeeper&) = delete;
  ~ViewKeeper();

  /// Has a view written when one is due and the journal has grown.
  void tick(double now, std::uint64_t records);
  /// Has the last view written and waits for it, for at most `patience_s` seconds; tries a second time where the child
  /// fails. Returns whether the view is written, and says on standard error why not.
  bool finish(double patience_s);

 private:
  bool start();
  bool tell(const std::string& word);
  bool reap();
  bool finish_once(double deadline);
  void kill_child();
  bool fails(const std::string& why);

  std::filesystem::path out_;
  std::vector<std::string> command_;
  double every_s_, next_ = 0;
  std::uint64_t seen_ = 0;  ///< records of the journal when the last view was asked for
  pid_t child_ = 0;
  os::Descriptor words_;  ///< the other end is the child's standard input
  bool failed_ = false;   ///< the last child that ended did not end well
  std::string why_;       ///< why the last view was not written
};

}  // namespace espalier::runtime
