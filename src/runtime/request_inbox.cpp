// A request is journaled before its file goes, and obeyed after that.
#include "runtime/request_inbox.hpp"

#include "espalier/store/requests.hpp"
#include "runtime/backoff.hpp"

namespace espalier::runtime {

bool RequestInbox::take() {
  bool stop = false;
  for (const auto& request : store::pending_requests(out_)) {
    if (request.verb != "stop") {
      if (refused_.insert(request.id).second) journal_.warn("request '" + request.verb + "' is not understood");
      continue;
    }
    const bool is_for_us = request.segment == journal_.segment();
    journal_.write(store::RequestRecord{request.id, request.verb, request.from, wall_clock_s(), is_for_us});
    journal_.commit();
    if (journal_.superseded()) return stop;
    store::remove_request(out_, request);
    stop = stop || is_for_us;
  }
  return stop;
}

}  // namespace espalier::runtime
