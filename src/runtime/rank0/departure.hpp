#pragma once
// Which agents are here, which have left, and how long a launch that ends waits for them. Time comes in as a number.
#include <set>

#include "espalier/core/ids.hpp"

namespace espalier::runtime {

class Departure {
 public:
  explicit Departure(int workers) : workers_(workers) {}

  void arrives(WorkerId worker) { present_.insert(worker); }
  void leaves(WorkerId worker);
  const std::set<WorkerId>& present() const { return present_; }
  /// Number of workers that have not said Goodbye.
  int missing() const { return workers_ - left_; }

  /// An agent has spoken: it gets more time to leave, since it watches its trainer itself.
  void hears(double now);
  /// Begins a stop; false where one has begun already.
  bool begin_stop(double now);
  /// True once, when what a stop allows is used up but for what it takes to write down how it ended.
  bool time_is_up(double now);
  /// Nothing is left to do: the agents may go.
  void send_away(double now);
  bool is_stopping() const { return stopping_; }
  bool sent_away() const { return sent_away_; }
  /// Whether the launch ends, and every agent has left or has had its time.
  bool is_over(double now) const;
  /// How long the final view may take. After a stop this process has 9.3 s from the last word of an agent on.
  double view_patience_s(double now) const;

 private:
  void begin(double now);

  int workers_;
  int left_ = 0;  ///< workers that said Goodbye
  std::set<WorkerId> present_;
  bool stopping_ = false, sent_away_ = false, time_is_up_ = false;
  double deadline_ = 0;
  double last_deadline_ = 0;  ///< no word moves it beyond that
};

}  // namespace espalier::runtime
