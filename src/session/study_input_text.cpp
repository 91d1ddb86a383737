// Reads a study file as text and refuses what is missing, empty, above 1 MiB or not UTF-8.
#include "session/study_input_text.hpp"

#include <fstream>
#include <sstream>

#include "espalier/core/errors.hpp"

namespace espalier::session {
namespace {

constexpr std::uintmax_t kMostStudyBytes = 1 << 20;

/// Number of bytes of a UTF-8 sequence that starts with `lead`; 0 where `lead` starts none (RFC 3629).
int sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

bool continues(const std::string& text, std::size_t at, int length) {
  for (int i = 1; i < length; ++i) {
    const std::size_t next = at + static_cast<std::size_t>(i);
    if (next >= text.size() || (static_cast<unsigned char>(text[next]) & 0xC0) != 0x80) return false;
  }
  if (length < 3) return true;
  const auto lead = static_cast<unsigned char>(text[at]), second = static_cast<unsigned char>(text[at + 1]);
  return !(lead == 0xE0 && second < 0xA0) && !(lead == 0xED && second > 0x9F) && !(lead == 0xF0 && second < 0x90) &&
         !(lead == 0xF4 && second > 0x8F);  // overlong, surrogate, beyond the last code point
}

/// The line of the first byte that is not UTF-8; 0 where all are.
int first_bad_line(const std::string& text) {
  int line = 1;
  for (std::size_t at = 0; at < text.size();) {
    const int length = sequence_length(static_cast<unsigned char>(text[at]));
    if (length == 0 || !continues(text, at, length)) return line;
    if (text[at] == '\n') ++line;
    at += static_cast<std::size_t>(length);
  }
  return 0;
}

}  // namespace

std::string read_text(const std::filesystem::path& file, const std::string& what, std::uintmax_t most_bytes) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  const auto refuse = [&](const char* why) {
    throw UsageError(file.string() + " cannot be read", why, "Name " + what);
  };
  if (!std::filesystem::exists(status)) refuse("there is no such file");
  if (!std::filesystem::is_regular_file(status)) refuse("it is no file");  // a FIFO would be waited on for ever
  const auto bytes = std::filesystem::file_size(file, error);
  if (!error && bytes > most_bytes) {
    throw UsageError(file.string() + " is not " + what,
                     std::to_string(bytes) + " bytes; at most " + std::to_string(most_bytes) + " are read",
                     "Name " + what + ", not data");
  }
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (stream && stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
  if (!stream && !stream.eof())
    throw UsageError(file.string() + " cannot be read", "the system refuses it", "Check its permissions");
  return text.str();
}

void check_utf8(const std::string& text, const std::filesystem::path& file) {
  if (const int line = first_bad_line(text)) {
    throw UsageError(file.string() + ":" + std::to_string(line) + ": this is not UTF-8",
                     "a byte belongs to no character", "Save the file as UTF-8");
  }
}

std::string read_study_text(const std::filesystem::path& file) {
  const std::string text = read_text(file, "a study file", kMostStudyBytes);
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    throw UsageError(file.string() + " is empty", "a study has at least a name, data and an experiment",
                     "See docs/study.md");
  check_utf8(text, file);
  return text;
}

}  // namespace espalier::session
