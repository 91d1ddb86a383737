// A request and what follows from it are journaled before its file goes.
#include "runtime/request_inbox.hpp"

#include <algorithm>

#include "runtime/backoff.hpp"

namespace espalier::runtime {

bool RequestInbox::take(Obeys obeys) {
  bool stop = false;
  for (const auto& request : store::pending_requests(out_)) {
    const bool is_stop = request.verb == "stop", is_known = request.verb == "retry" || request.verb == "cancel";
    if (!is_stop && !is_known) {
      if (refused_.insert(request.id).second) journal_.warn("request '" + request.verb + "' is not understood");
      continue;
    }
    if (!is_stop && obeys == Obeys::stop_only) continue;
    const bool is_obeyed = take_up(request);
    journal_.commit();
    if (journal_.superseded()) return stop;
    store::remove_request(out_, request);
    stop = stop || (is_stop && is_obeyed);
  }
  return stop;
}

/// Only the launch that is meant obeys a stop. Work is given back or cancelled by whichever launch finds the request.
bool RequestInbox::take_up(const store::Request& request) {
  if (was_taken(request.id)) return false;  // its file outlived the launch that obeyed
  const bool is_stop = request.verb == "stop";
  const bool is_obeyed = !is_stop || request.segment == journal_.segment();
  journal_.write(
      store::RequestRecord{request.id, request.verb, request.from, wall_clock_s(), is_obeyed, request.targets});
  if (!is_stop) obey_(request);
  return is_obeyed;
}

bool RequestInbox::was_taken(const std::string& id) const {
  const auto& taken = journal_.state().requests;
  return std::any_of(taken.begin(), taken.end(), [&](const store::TakenRequest& one) { return one.id == id; });
}

}  // namespace espalier::runtime
