#pragma once
// Writes the methods paragraphs of a report: data, network, training, protocol, statistics, with all defaults.
#include <algorithm>

#include "report/page_context.hpp"

namespace espalier::report {

/// Which trainings of the page: those of its runs, or the pretrainings that runs start from.
enum class TrainingsOf : bool { source, target };
std::vector<const store::TaskState*> trainings_of(const PageContext& context, TrainingsOf whom);

/// Distinct values over the trainings, as words: "10", "10 or 20".
template <class Get>
std::string distinct(const std::vector<const store::TaskState*>& tasks, Get&& get) {
  std::vector<std::string> values;
  for (const auto* task : tasks) {
    const std::string value = get(*task);
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  }
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : " or ") + value;
  return text;
}

/// Each returns paragraphs of plain text.
std::string data_methods(const PageContext& context);
std::string network_methods(const PageContext& context);
std::string training_methods(const PageContext& context);
std::string protocol_methods(const PageContext& context);
std::vector<std::string> experiment_methods(const PageContext& context);  ///< one per experiment
std::string statistics_methods(const PageContext& context);

}  // namespace espalier::report
