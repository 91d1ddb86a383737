#pragma once
// Takes up what other processes ask of rank 0 by files in OUT/requests.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>

#include "espalier/store/requests.hpp"
#include "runtime/rank0/journaled_state.hpp"

namespace espalier::runtime {

/// What a launch still obeys: one that ends leaves work that is given back or cancelled to the next.
enum class Obeys : bool { stop_only, all };

/// What requests ask of a launch: each is more than the one before.
enum class AskedStop : std::uint8_t {
  none,
  save,        ///< to save everything and end
  time_is_up,  ///< to end without what is not saved by now
};

class RequestInbox {
 public:
  /// Journals what follows from a request to retry or cancel, before the request's file goes.
  using Obey = std::function<void(const store::Request&)>;

  RequestInbox(const LaunchOptions& options, JournaledState& journal, Obey obey)
      : out_(options.out), first_segment_(options.first_segment), journal_(journal), obey_(std::move(obey)) {}
  /// Journals each pending request and then removes its file. Returns whether this launch was asked to stop.
  AskedStop take(Obeys obeys = Obeys::all);

 private:
  bool take_up(const store::Request& request);
  bool was_taken(const std::string& id) const;
  bool is_for_us(std::uint32_t segment) const;

  std::filesystem::path out_;
  std::uint32_t first_segment_;
  JournaledState& journal_;
  Obey obey_;
  std::set<std::string> refused_;  ///< requests that this version does not understand
};

}  // namespace espalier::runtime
