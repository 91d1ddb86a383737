#include "espalier/plan/refusal.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

using namespace espalier;

TEST_CASE("refusal: every diagnostic is said where one is an error, and warnings alone refuse nothing") {
  using study::Diagnostic;
  plan::Plan plan;
  plan::refuse_errors(plan, "s.toml");
  plan.diagnostics.push_back({Diagnostic::Severity::warning, {3, 1}, "data.d", {"a class is short", "", ""}});
  plan::refuse_errors(plan, "s.toml");
  plan.diagnostics.push_back({Diagnostic::Severity::error, {7, 1}, "experiment.e", {"no such size", "", ""}});

  CHECK_THROWS_WITH(plan::refuse_errors(plan, "s.toml"),
                    Catch::Contains("s.toml cannot be planned:") && Catch::Contains("s.toml:3:1") &&
                        Catch::Contains("a class is short") && Catch::Contains("no such size"));
}
