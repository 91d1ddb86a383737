#pragma once
// The numbers of the messages that scheduler, agents and trainers exchange. Both sides are one build, so that fields
// need no numbers; on disk messages stand in the files of `plan --bundles` only, which a trainer of that build reads.
#include <cstdint>

namespace espalier::protocol {

enum class MessageType : std::uint16_t {
  setup = 1,
  catalog_update,
  bundle,
  cancel,
  stop,
  shutdown,
  started = 32,
  progress,
  rows,
  checkpoint_made,
  ended,
  artifact_damaged,
  hello = 64,
  trainer_failure,
  goodbye,
  alive,
  disband = 96,  // groups
  shared_buffer,
  reduce,
  reduced,
  peer_buffer,
  part,
};

}  // namespace espalier::protocol
