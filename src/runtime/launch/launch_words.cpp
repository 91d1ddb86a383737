// Takes rank 0's heartbeats out of what a launch prints.
#include "runtime/launch/launch_words.hpp"

#include <cstdlib>

namespace espalier::runtime {

std::string WordReader::take(std::string_view output) {
  std::string text;
  for (const char byte : output) {
    if (byte == kHeartbeat) ++words_.heartbeats;
    else if (byte == kWord) in_word_ = true;
    else if (!in_word_) text += byte;
    else if (byte != '\n') word_ += byte;
    else take_word();
  }
  return text;
}

void WordReader::take_word() {
  constexpr std::string_view kEnded = "ended ";
  if (word_.starts_with("begun")) words_.begun = true;
  if (word_.starts_with(kEnded)) words_.ended_with = std::atoi(word_.c_str() + kEnded.size());
  word_.clear();
  in_word_ = false;
}

}  // namespace espalier::runtime
