#pragma once
// Collects what compiling finds wrong; reports each kind of finding once per experiment, not once per cell.
#include <set>
#include <string>
#include <vector>

#include "espalier/study/diagnostic.hpp"

namespace espalier::plan {

/// What is wrong, in the words of a Diagnostic; thrown inside this room and caught where the place in the study is
/// known.
struct Refusal {
  std::string problem, why, suggestion;
  std::string once;  ///< findings with the same text here are reported once per place
};

class Findings {
 public:
  explicit Findings(std::vector<study::Diagnostic>& all) : all_(all) {}

  void error(study::Location where, const std::string& key, const Refusal& refusal) {
    add(study::Diagnostic::Severity::error, where, key, refusal);
  }
  void warning(study::Location where, const std::string& key, const Refusal& refusal) {
    add(study::Diagnostic::Severity::warning, where, key, refusal);
  }
  bool has_errors() const { return study::has_errors(all_); }

 private:
  void add(study::Diagnostic::Severity severity, study::Location where, const std::string& key,
           const Refusal& refusal) {
    if (!seen_.insert(key + '\n' + (refusal.once.empty() ? refusal.problem : refusal.once)).second) return;
    all_.push_back({severity, where, key, refusal.problem, refusal.why, refusal.suggestion});
  }

  std::vector<study::Diagnostic>& all_;
  std::set<std::string> seen_;
};

}  // namespace espalier::plan
