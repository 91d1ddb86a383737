#pragma once
// Collects what compiling finds wrong; reports each kind of finding once per experiment, not once per cell.
#include <set>
#include <string>
#include <vector>

#include "espalier/core/problem.hpp"
#include "espalier/study/diagnostic.hpp"

namespace espalier::plan {

/// Thrown inside this room for what cannot be planned, and caught where the place in the study is known.
struct CompileError {
  Problem problem;
  std::string once;       ///< findings with the same text here are reported once per place; empty: the problem's own
  bool in_study = false;  ///< ... once per study: what is wrong is said of all experiments
};

class Findings {
 public:
  explicit Findings(std::vector<study::Diagnostic>& all) : all_(all) {}

  /// `once` and `in_study` as in CompileError.
  void error(study::Location where, const std::string& key, const Problem& problem, const std::string& once = "",
             bool in_study = false) {
    if (!seen_.insert((in_study ? "" : key) + '\n' + (once.empty() ? problem.problem : once)).second) return;
    all_.push_back({study::Diagnostic::Severity::error, where, key, problem});
  }
  void warning(study::Location where, const std::string& key, const Problem& problem) {
    all_.push_back({study::Diagnostic::Severity::warning, where, key, problem});
  }
  bool has_errors() const { return study::has_errors(all_); }

 private:
  std::vector<study::Diagnostic>& all_;
  std::set<std::string> seen_;
};

}  // namespace espalier::plan
