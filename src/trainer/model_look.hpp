#pragma once
// Finds out which network a file holds: by its own description, or by the names and shapes of its tensors.
#include <string>

namespace espalier::trainer {

/// A JSON object: the network's name or its [network] table, input, classes and units, and whether its tensors have our
/// names; {"error": ...} where it is no network that is known.
std::string look_at_model(const std::string& file);

}  // namespace espalier::trainer
