// Sets up spdlog for standard error, with the level from ESPALIER_LOG.
#include "espalier/core/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

namespace espalier::log {

void start(const std::string& process_name) {
  auto logger = spdlog::stderr_logger_st(process_name);
  logger->set_pattern("%H:%M:%S.%e [%n] %l: %v");
  const char* named = std::getenv("ESPALIER_LOG");
  const std::string level = named ? named : "warn";
  const bool is_known =
      level == "off" || spdlog::level::from_str(level) != spdlog::level::off;  // "off" for the unknown
  logger->set_level(is_known ? spdlog::level::from_str(level) : spdlog::level::warn);
  spdlog::set_default_logger(logger);
  if (!is_known)
    spdlog::warn("ESPALIER_LOG is '{}', which is no level: trace, debug, info, warn, err, critical, off", level);
}

void warn(const std::string& text) { spdlog::warn("{}", text); }

}  // namespace espalier::log
