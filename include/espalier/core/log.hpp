#pragma once
// Log lines of the running processes, on standard error. Only L4 and L5 log; libraries return values or throw.
#include <string>

namespace espalier::log {

/// Sets the process's name in every line ("rank 0", "trainer 2") and the level from ESPALIER_LOG (default "warn").
void start(const std::string& process_name);
/// Logs a warning, for rooms that cannot include spdlog because LibTorch's headers bring another fmt.
void warn(const std::string& text);

}  // namespace espalier::log
