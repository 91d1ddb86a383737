#pragma once
// Keeps descriptors 0 to 2 for the standard streams, and tells whether all that was printed was written.
#include <string>

namespace espalier::os {

/// Call first in main. Opens what the caller closed, so that no file of ours gets its number: printing to a closed
/// standard output then fails as it should, while messages to a closed standard error are dropped.
void hold_standard_streams();

/// Writes what is still buffered for standard output. Returns why not all of it was written, or "".
std::string flush_standard_output();

}  // namespace espalier::os
