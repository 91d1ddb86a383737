#pragma once
// Diagnostics of the running processes, to standard error. Libraries report by values and exceptions; only L4 and L5
// log.
#include <string>

namespace espalier::log {

/// Sets the process's name in every line ("rank 0", "trainer 2") and the level from ESPALIER_LOG (default "warn").
void start(const std::string& process_name);
/// For rooms that cannot include spdlog: LibTorch's folder brings another fmt.
void warn(const std::string& text);

}  // namespace espalier::log
