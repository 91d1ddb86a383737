#pragma once
// The stored predictions of an experiment's runs: reads them, counts the runs without any, and names their outputs.
#include <optional>

#include "espalier/report/predictions.hpp"
#include "espalier/study/study.hpp"

namespace espalier::report {

/// The predictions of a finished run, or why they cannot be used.
struct PredictionsOrWhy {
  std::optional<Predictions> predictions;
  std::string why;  ///< "" where there are some
};

/// `read` may be empty: then nothing can be read. Files of other images than the run's result are not used.
PredictionsOrWhy predictions_of(const RunView& view, const ReadPredictions& read);

/// What became of the runs that something is made of.
struct RunTally {
  int runs = 0, measured = 0, diverged = 0, unfinished = 0, lacking = 0;
  std::string first_lacking;

  /// Counts a run; whether it has ended well, so that its predictions are to be read.
  bool add(const RunView& view);
  /// Counts a run that ended well without predictions that can be used.
  void lacks(const std::string& why);
  /// " 4 of 5 runs count, 1 diverged."; "" where all do.
  std::string text() const;
  /// "1 of 4 finished runs has no predictions that can be used: none is stored with its task".
  std::string lacking_text() const;
  /// Throws UsageError: no run of the experiment gives a value.
  [[noreturn]] void refuse(const std::string& experiment) const;
};

/// The target of a run; of a study with one target that one.
std::string target_of(const RunView& view, const study::Study& study);

/// What people call the outputs of the network, by its test images' labels; numbers where the journal has no names.
/// Throws UsageError where the journal lacks them.
std::vector<std::string> output_names(const RunView& view, const study::Study& study);

}  // namespace espalier::report
