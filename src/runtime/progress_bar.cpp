// Rewrites one line in place on a terminal, or prints it every 30 s elsewhere.
#include "runtime/progress_bar.hpp"

#include <unistd.h>

#include <cstdio>

#include "runtime/backoff.hpp"

namespace espalier::runtime {

ProgressBar::ProgressBar()
    : is_terminal_(isatty(STDERR_FILENO) != 0), next_(now_s() + (is_terminal_ ? 0 : every_s())) {}

void ProgressBar::show(double now, const std::string& line) {
  if (now < next_ || line.empty() || line == last_) return;
  next_ = now + every_s();
  last_ = line;
  std::fputs((is_terminal_ ? "\r" + line + "\x1b[K" : line + "\n").c_str(), stderr);
  std::fflush(stderr);
}

void ProgressBar::clear() {
  if (is_terminal_ && !last_.empty()) std::fputs("\r\x1b[K", stderr);
  last_.clear();
}

}  // namespace espalier::runtime
