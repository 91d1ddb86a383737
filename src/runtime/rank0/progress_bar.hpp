#pragma once
// The progress line of `espalier run` on standard error.
#include <string>

namespace espalier::runtime {

/// Prints a line to standard error: rewritten in place on a terminal, now and then elsewhere.
class ProgressBar {
 public:
  ProgressBar();
  /// Prints the line if it is due.
  void show(double now, const std::string& line);
  /// Removes the line from a terminal, so that something else can be printed.
  void clear();
  /// Seconds between two lines.
  double every_s() const { return is_terminal_ ? 0.5 : 30; }

 private:
  bool is_terminal_;
  double next_ = 0;
  std::string last_;
};

}  // namespace espalier::runtime
