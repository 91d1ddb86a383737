// A request and what follows from it are journaled before its file goes.
#include "runtime/rank0/request_inbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "runtime/launch/backoff.hpp"

namespace espalier::runtime {

namespace {

/// Not a warning: those are kept, and shown again at the end of every launch.
void say_too_late(const store::Request& request) {
  fmt::print(stderr,
             "espalier: note: a request to stop ({}) was meant for an earlier launch, which had ended; this one goes "
             "on, and 'espalier stop' stops it\n",
             request.from);
}

bool is_known(const std::string& verb) {
  return verb == "retry" || verb == "cancel" || verb == "submit" || verb == "job-end";
}

AskedStop asked_by(const store::Request& stop) {
  const bool is_last = std::find(stop.targets.begin(), stop.targets.end(), store::kTimeIsUp) != stop.targets.end();
  return is_last ? AskedStop::time_is_up : AskedStop::save;
}

}  // namespace

AskedStop RequestInbox::take(Obeys obeys) {
  auto stop = AskedStop::none;
  for (const auto& id : store::newer_requests(out_)) {
    if (!refused_.insert(id).second) continue;
    journal_.warn(fmt::format(
        "request {} was left by a newer version of espalier: this one does not obey it, and leaves its file", id));
  }
  for (const auto& request : store::pending_requests(out_)) {
    const bool is_stop = request.verb == "stop";
    if (!is_stop && !is_known(request.verb)) {
      if (refused_.insert(request.id).second) journal_.warn("request '" + request.verb + "' is not understood");
      continue;
    }
    if (!is_stop && obeys == Obeys::stop_only) continue;
    const bool is_obeyed = take_up(request);
    journal_.commit();
    if (journal_.superseded()) return stop;
    store::remove_request(out_, request);
    if (is_stop && is_obeyed) stop = std::max(stop, asked_by(request));
  }
  return stop;
}

/// Only the launch that is meant obeys a stop, or one that its supervisor started in its place. Work is given back or
/// cancelled by whichever launch finds the request.
bool RequestInbox::take_up(const store::Request& request) {
  if (was_taken(request.id)) return false;  // its file outlived the launch that obeyed
  const bool is_stop = request.verb == "stop";
  const bool is_obeyed = !is_stop || is_for_us(request.segment);
  journal_.write(
      store::RequestRecord{request.id, request.verb, request.from, wall_clock_s(), is_obeyed, request.targets});
  if (!is_stop) obey_(request);
  if (!is_obeyed) say_too_late(request);
  return is_obeyed;
}

bool RequestInbox::is_for_us(std::uint32_t segment) const {
  const bool is_of_our_supervisor = first_segment_ > 0 && segment >= first_segment_ && segment < journal_.segment();
  return segment == journal_.segment() || is_of_our_supervisor;
}

bool RequestInbox::was_taken(const std::string& id) const {
  const auto& taken = journal_.state().requests;
  return std::any_of(taken.begin(), taken.end(), [&](const store::TakenRequest& one) { return one.id == id; });
}

}  // namespace espalier::runtime
