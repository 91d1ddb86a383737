#pragma once
// What curves are to be held against: training from scratch, and guessing.
#include "espalier/report/figure.hpp"

namespace espalier::report {

/// Adds to a figure of means what runs without copied units reach (of the same experiment, else of others on the same
/// target and network) and, of accuracies, the share that guessing gets. `panel_axes` are those of the panels.
void add_baselines(Figure& figure, const std::vector<RunView>& views, const std::vector<RunView>& runs,
                   const std::vector<std::string>& panel_axes);

/// Outputs of the networks of these runs; nothing where they differ or the journal does not say.
std::optional<std::int32_t> common_outputs(const std::vector<RunView>& runs);

/// Images a class that "all" comes to, the mean over these runs; nothing where no task says.
std::optional<double> images_of_all(const std::vector<RunView>& runs);

}  // namespace espalier::report
