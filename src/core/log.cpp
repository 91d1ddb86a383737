// Sets up spdlog for standard error, with the level from ESPALIER_LOG.
#include "espalier/core/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

namespace espalier::log {

void start(const std::string& process_name) {
  auto logger = spdlog::stderr_logger_st(process_name);
  logger->set_pattern("%H:%M:%S.%e [%n] %l: %v");
  const char* level = std::getenv("ESPALIER_LOG");
  logger->set_level(spdlog::level::from_str(level ? level : "warn"));
  spdlog::set_default_logger(logger);
}

void warn(const std::string& text) { spdlog::warn("{}", text); }

}  // namespace espalier::log
