// Takes rank 0's heartbeats out of what a launch prints.
#include "runtime/launch/launch_words.hpp"

#include <algorithm>
#include <cstdlib>
#include <regex>
#include <utility>

#include "espalier/core/utf8.hpp"
#include "espalier/core/whole_number.hpp"

namespace espalier::runtime {

std::string WordReader::take(std::string_view output) {
  std::string text;
  for (const char byte : output) {
    const bool follows_heartbeat = std::exchange(after_heartbeat_, byte == kHeartbeat);
    if (byte == kHeartbeat) ++words_.heartbeats;
    else if (byte == '\n' && follows_heartbeat) continue;
    else if (byte == kWord) in_word_ = true;
    else if (!in_word_) text += byte;
    else if (byte != '\n') word_ += byte;
    else take_word();
  }
  return text;
}

void WordReader::take_word() {
  const auto take_code = [&](std::string_view word, int& code) {
    if (word_.starts_with(word)) code = whole_number<int>(word_.substr(word.size())).value_or(code);
  };
  if (word_.starts_with("begun")) words_.begun = true;
  take_code("signal ", words_.signal);
  take_code("ended ", words_.ended_with);
  take_code("refused ", words_.refused_with);
  word_.clear();
  in_word_ = false;
}

namespace {

bool tells(const std::string& line) {
  static const std::regex word(
      "ERROR_LOG|\\blimit|\\bcannot\\b|\\bcould not\\b|\\bunable\\b|\\bfailed\\b|[Ee]rror:|Too many|No space");
  return std::regex_search(line, word);
}

/// "[host:12] [[20176,0],0] ORTE_ERROR_LOG: A limit was reached in file ../x.c at line 128" -> "A limit was reached".
/// The full stop goes, too: another follows.
std::string without_place(const std::string& line) {
  static const std::regex begin("^.*ERROR_LOG: "), end("( in file \\S+ at line \\d+)?\\.?$");
  return std::regex_replace(std::regex_replace(line, begin, ""), end, "");
}

}  // namespace

void LastLines::add(const std::string& line) {
  constexpr std::size_t kKept = 60, kLongest = 300;  // a backtrace is shorter
  if (line.find_first_not_of(" \t\r-=*") == std::string::npos) return;
  std::string text(first_bytes(line, kLongest));
  const bool is_telling = tells(text);
  lines_.push_back({std::move(text), is_telling});
  if (lines_.size() > kKept) lines_.pop_front();
}

std::string LastLines::most_telling() const {
  if (lines_.empty()) return "";
  const auto found = std::find_if(lines_.rbegin(), lines_.rend(), [](const Line& line) { return line.is_telling; });
  return without_place(found == lines_.rend() ? lines_.back().text : found->text);
}

}  // namespace espalier::runtime
