#pragma once
// Rank 0's heartbeats for the supervisor, on standard output.
#include <condition_variable>
#include <mutex>
#include <thread>

namespace espalier::runtime {

/// Says once a second that this process gets on, from a thread of its own, so that neither a long sync nor planning
/// counts as silence. It falls silent where rank 0's loop has not turned for ten seconds and is not at something that
/// may take longer (runtime/busy.hpp). Never waits for a reader.
class Heartbeats {
 public:
  Heartbeats();
  Heartbeats(const Heartbeats&) = delete;
  Heartbeats& operator=(const Heartbeats&) = delete;
  ~Heartbeats();

 private:
  void beat();

  std::mutex mutex_;
  std::condition_variable ends_;
  bool over_ = false;
  std::thread thread_;
};

/// Says that rank 0 has opened its journal, and that it ends in order. These and the next are no-ops in a process
/// without heartbeats.
void say_begun();
void say_ended(int exit_code);
/// Says which signal has come to rank 0 itself: one that was sent to the step alone has not reached the supervisor.
void say_signalled(int signal);
/// Says that the launch cannot work, from any rank, and that another would not do better.
void say_refused(int exit_code);

}  // namespace espalier::runtime
