#pragma once
// The progress line of `espalier run` on standard error.
#include <string>

namespace espalier::runtime {

/// One line: rewritten in place on a terminal, printed now and then elsewhere. To standard error.
class ProgressBar {
 public:
  ProgressBar();
  /// Shows the line if it is time.
  void show(double now, const std::string& line);
  /// Takes the line off a terminal, so that something else can be printed.
  void clear();
  /// Seconds between two lines.
  double every_s() const { return is_terminal_ ? 0.5 : 30; }

 private:
  bool is_terminal_;
  double next_ = 0;
  std::string last_;
};

}  // namespace espalier::runtime
