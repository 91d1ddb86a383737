// Words the refusal of a study that cannot be planned.
#include "espalier/plan/refusal.hpp"

#include "espalier/core/errors.hpp"

namespace espalier::plan {

void refuse_errors(const Plan& plan, const std::string& file) {
  if (!study::has_errors(plan.diagnostics)) return;
  std::string text;
  for (const auto& one : plan.diagnostics) text += "\nespalier: " + study::format(one, file);
  throw UsageError(file + " cannot be planned:" + text);
}

}  // namespace espalier::plan
