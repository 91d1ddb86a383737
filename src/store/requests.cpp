// Writes, lists and removes the request files under OUT.
#include "espalier/store/requests.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

#include "espalier/core/errors.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/host.hpp"
#include "espalier/os/regular_file.hpp"
#include "espalier/store/layout.hpp"

namespace espalier::store {

namespace {

constexpr std::size_t kMostBytes = 1 << 16;
constexpr const char* kExtension = ".request";
constexpr const char* kFirstLine = "espalier request 1";
constexpr const char* kName = "espalier request ";
constexpr unsigned long kVersion = 1;

bool is_request_file(const std::filesystem::directory_entry& entry) {
  return entry.path().extension() == kExtension && !entry.is_symlink() && entry.is_regular_file();
}

/// Whether a file begins as a request of a later version does.
bool is_newer(const std::filesystem::path& file) {
  std::istringstream in(os::read_regular(file, kMostBytes).value_or(""));
  std::string line;
  if (!std::getline(in, line) || !line.starts_with(kName)) return false;
  return std::strtoul(line.c_str() + std::string_view(kName).size(), nullptr, 10) > kVersion;
}

/// Lines "key=value" behind a first line that says what the file is.
std::optional<Request> read_request(const std::filesystem::path& file) {
  std::istringstream in(os::read_regular(file, kMostBytes).value_or(""));
  std::string line;
  if (!std::getline(in, line) || line != kFirstLine) return std::nullopt;
  Request request;
  request.id = file.stem().string();
  while (std::getline(in, line)) {
    if (line.starts_with("verb=")) request.verb = line.substr(5);
    if (line.starts_with("from=")) request.from = line.substr(5);
    if (line.starts_with("time=")) request.time = std::strtod(line.c_str() + 5, nullptr);
    if (line.starts_with("target=")) request.targets.push_back(line.substr(7));
    if (line.starts_with("segment=")) {
      request.segment = static_cast<std::uint32_t>(std::strtoul(line.c_str() + 8, nullptr, 10));
    }
  }
  if (request.verb.empty()) return std::nullopt;
  return request;
}

std::filesystem::path file_of(const std::filesystem::path& out, const std::string& id) {
  return request_folder(out) / (id + kExtension);
}

}  // namespace

Request leave_request(const std::filesystem::path& out, const std::string& verb, std::uint32_t segment,
                      std::vector<std::string> targets) {
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const Request request{fmt::format("{:.6f}-{}", now, ::getpid()),
                        verb,
                        fmt::format("process {} on {}", ::getpid(), os::host_name()),
                        now,
                        segment,
                        std::move(targets)};
  std::error_code error;
  std::filesystem::create_directories(request_folder(out), error);
  if (error) throw EnvironmentError("cannot make '" + request_folder(out).string() + "'", error.message(), "");
  std::string text = fmt::format("{}\nverb={}\nfrom={}\ntime={:.6f}\nsegment={}\n", kFirstLine, request.verb,
                                 request.from, request.time, request.segment);
  for (const auto& target : request.targets) text += "target=" + target + "\n";
  os::write_file_durably(file_of(out, request.id), bytes_of(text));
  return request;
}

std::vector<Request> pending_requests(const std::filesystem::path& out) {
  std::vector<Request> pending;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(request_folder(out), none)) {
    if (!is_request_file(entry)) continue;
    if (auto request = read_request(entry.path())) pending.push_back(std::move(*request));
  }
  std::sort(pending.begin(), pending.end(), [](const Request& a, const Request& b) { return a.time < b.time; });
  return pending;
}

std::vector<std::string> newer_requests(const std::filesystem::path& out) {
  std::vector<std::string> ids;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(request_folder(out), none)) {
    if (is_request_file(entry) && is_newer(entry.path())) ids.push_back(entry.path().stem().string());
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

void remove_request(const std::filesystem::path& out, const Request& request) {
  std::error_code error;
  std::filesystem::remove(file_of(out, request.id), error);
  if (error) throw EnvironmentError("cannot remove '" + file_of(out, request.id).string() + "'", error.message(), "");
}

}  // namespace espalier::store
