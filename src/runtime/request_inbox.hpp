#pragma once
// Takes up what other processes ask of rank 0 by files in OUT/requests.
#include <filesystem>
#include <set>
#include <string>

#include "runtime/journaled_state.hpp"

namespace espalier::runtime {

class RequestInbox {
 public:
  RequestInbox(std::filesystem::path out, JournaledState& journal) : out_(std::move(out)), journal_(journal) {}
  /// Journals each pending request and then removes its file. Returns whether this launch was asked to stop.
  bool take();

 private:
  std::filesystem::path out_;
  JournaledState& journal_;
  std::set<std::string> refused_;  ///< requests that this version does not understand
};

}  // namespace espalier::runtime
