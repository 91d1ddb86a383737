#pragma once
// Describes a task in words and tables, for `espalier show`.
#include <string>

#include "espalier/plan/labelled_data.hpp"
#include "espalier/plan/plan.hpp"

namespace espalier::cli {

/// One row per unit: where it starts, whether it is trained, and its rate at every change of any unit.
std::string units_table(const plan::Plan& plan, const task::Task& task);
/// One row per unit: its shapes, parameters and multiply-adds.
std::string network_table(const plan::Plan& plan, const task::Task& task);
/// Where outputs have their names from: the classes of the data set, or a label set.
enum class NamesFrom : std::uint8_t { data, labels };

/// Data, classes, images, batches, steps and seeds. `data` are those of the run.
std::string task_facts(const plan::Plan& plan, const task::Task& task, const plan::LabelledData& data, NamesFrom names);

}  // namespace espalier::cli
