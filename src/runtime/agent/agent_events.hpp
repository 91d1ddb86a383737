#pragma once
// What the agent's state machine is told, and what it asks its loop to do.
#include <string>
#include <variant>
#include <vector>

#include "espalier/process/frame_socket.hpp"
#include "espalier/process/launch.hpp"
#include "espalier/protocol/control.hpp"
#include "espalier/protocol/group.hpp"
#include "espalier/protocol/progress.hpp"

namespace espalier::runtime {

/// The first event: MPI is up.
struct AgentStarted {};
/// Rank 0 or the agent of another member of a group sent a message.
struct MessageReceived {
  process::RawFrame frame;
};
struct TrainerSpoke {
  process::RawFrame frame;
};
/// The bytes on the trainer's socket are no frames, or contradict what the trainer has announced.
struct TrainerGarbled {
  std::string why;
};
/// The memory that the trainer shares cannot be mapped: it has just ended, or this machine refuses.
struct MemoryRefused {
  std::string why;
};
/// The trainer has closed its end of the socket, and everything it sent has been told.
struct TrainerSocketClosed {};
/// The trainer was reaped. What it sent before it ended follows as TrainerSpoke, then TrainerReaped.
struct TrainerEnded {};
struct TrainerReaped {
  process::Exit exit;
  std::string log_tail;
  bool memory_kills = false;  ///< the kernel killed processes for memory while it ran
  char state = 0;             ///< when it was to be killed: process::state_of()
};
/// Time has passed. The loop sends one at the end of each of its rounds; the agent leaves only then.
struct AgentTick {};

using AgentEvent = std::variant<AgentStarted, MessageReceived, TrainerSpoke, TrainerGarbled, MemoryRefused,
                                TrainerSocketClosed, TrainerEnded, TrainerReaped, AgentTick>;

/// Whole frames for rank 0.
struct TellRank0 {
  std::string frames;
};
/// Whole frames for the trainer that runs.
struct TellTrainer {
  std::string frames;
};
struct StartTrainer {
  std::string program, log_dir;
  std::int32_t threads = 1;
};
/// The agent learns of the end by TrainerEnded, as of any other.
struct KillTrainer {};
struct CloseTrainerSocket {};
/// The bundle in hand is trained by this group: carry its sums (GroupExchange) until LeaveGroup.
struct JoinGroup {
  protocol::Group group;
};
struct ShareBuffer {
  protocol::SharedBuffer buffer;
};
struct ReduceBuffer {
  protocol::Reduce request;
};
struct TakePart {
  protocol::Part part;
};
/// Send the sums that the other members wait for, then forget the group.
struct LeaveGroup {};
/// For the agent's log.
struct LogError {
  std::string text;
};
/// End the trainer if there is one, then send these frames to rank 0, then finish.
struct LeaveLaunch {
  std::string last_frames;
};

using AgentCommand = std::variant<TellRank0, TellTrainer, StartTrainer, KillTrainer, CloseTrainerSocket, JoinGroup,
                                  ShareBuffer, ReduceBuffer, TakePart, LeaveGroup, LogError, LeaveLaunch>;
/// To be done in this order.
using AgentCommands = std::vector<AgentCommand>;

}  // namespace espalier::runtime
