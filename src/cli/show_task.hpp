#pragma once
// A task in words and tables.
#include <string>

#include "espalier/plan/plan.hpp"

namespace espalier::cli {

/// One row a unit: where it starts, whether it is trained, its rate at every change of any unit.
std::string units_table(const plan::Plan& plan, const task::Task& task);
/// One row a unit: its shapes, parameters and multiply-adds.
std::string network_table(const plan::Plan& plan, const task::Task& task);
/// Data, classes and images, batches and steps, seeds. `data` is what the run knows them as.
std::string task_facts(const plan::Plan& plan, const task::Task& task, const study::DataSet& data,
                       const plan::DataFacts& facts);

}  // namespace espalier::cli
