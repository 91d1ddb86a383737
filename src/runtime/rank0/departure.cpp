// Counts the agents that leave, and gives them a deadline.
#include "runtime/rank0/departure.hpp"

#include <algorithm>
#include <utility>

namespace espalier::runtime {

namespace {

constexpr double kPatience_s = 8.6;  ///< how long agents that say nothing have to leave
constexpr double kLongest_s = 600;   ///< how long agents have in all
constexpr double kLastWords_s = 5;   ///< of that, to say what was not saved
constexpr double kStopped_s = 9.3;   ///< from the last word of an agent that stops until this process has exited
constexpr double kView_s = 600;      ///< for the final view of a launch that was not stopped

}  // namespace

void Departure::leaves(WorkerId worker) {
  ++left_;
  present_.erase(worker);
}

void Departure::hears(double now) {
  if (stopping_ || sent_away_) deadline_ = std::min(now + kPatience_s, last_deadline_);
}

bool Departure::begin_stop(double now) {
  if (std::exchange(stopping_, true)) return false;
  begin(now);
  return true;
}

bool Departure::time_is_up(double now) {
  if (!stopping_ || now <= last_deadline_ - kLastWords_s) return false;
  return !std::exchange(time_is_up_, true);
}

void Departure::send_away(double now) {
  sent_away_ = true;
  begin(now);
}

void Departure::begin(double now) {
  deadline_ = now + kPatience_s;
  last_deadline_ = now + kLongest_s;
}

bool Departure::is_over(double now) const {
  if (!stopping_ && !sent_away_) return false;
  return missing() == 0 || now > deadline_;
}

double Departure::view_patience_s(double now) const {
  return stopping_ ? deadline_ + kStopped_s - kPatience_s - now : kView_s;
}

}  // namespace espalier::runtime
