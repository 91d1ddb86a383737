#pragma once
// An answer in JSON, or {"error": ...} with what the user did wrong, for the program that asked.
#include <nlohmann/json.hpp>
#include <string>

#include "espalier/core/errors.hpp"

namespace espalier::trainer {

/// The JSON that `answer` returns, or its error. An EnvironmentError passes: the machine failed, not the question.
template <class Answer>
std::string answer_or_error(const Answer& answer) {
  try {
    return answer().dump();
  } catch (const EnvironmentError&) {
    throw;
  } catch (const Error& error) {
    const auto& problem = error.problem();
    return nlohmann::json{
        {"error", {{"problem", problem.problem}, {"why", problem.why}, {"suggestion", problem.suggestion}}}}
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
}

}  // namespace espalier::trainer
