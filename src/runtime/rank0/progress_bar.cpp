// Rewrites one line in place on a terminal, cut to its width, or prints it every 30 s elsewhere.
#include "runtime/rank0/progress_bar.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "espalier/core/utf8.hpp"
#include "runtime/launch/backoff.hpp"

namespace espalier::runtime {
namespace {

/// The line as one row of the terminal: a longer one would wrap, and `\r` go back over its last row only. The last
/// column stays free, since some terminals wrap once it is written.
std::string one_row(const std::string& line) {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return line;
  return cut_to_width(line, size.ws_col - 1U);
}

}  // namespace

ProgressBar::ProgressBar()
    : is_terminal_(isatty(STDERR_FILENO) != 0), next_(now_s() + (is_terminal_ ? 0 : every_s())) {}

void ProgressBar::show(double now, const std::string& line) {
  if (now < next_ || line.empty() || line == last_) return;
  next_ = now + every_s();
  last_ = line;
  std::fputs((is_terminal_ ? "\r" + one_row(line) + "\x1b[K" : line + "\n").c_str(), stderr);
  std::fflush(stderr);
}

void ProgressBar::clear() {
  if (is_terminal_ && !last_.empty()) std::fputs("\r\x1b[K", stderr);
  last_.clear();
}

}  // namespace espalier::runtime
