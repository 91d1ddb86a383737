#pragma once
// Describes a network as a table or as JSON.
#include <string>

#include "espalier/model/description.hpp"

namespace espalier::trainer {

/// Units with outputs, parameters and multiply-adds, as an aligned table.
std::string model_table(const model::Description& description);

/// The same as one JSON value, with every tensor's name and shape.
std::string model_json(const model::Description& description);

}  // namespace espalier::trainer
