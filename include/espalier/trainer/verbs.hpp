#pragma once
// Declares the verbs of espalier-trainer; each adds itself to the program and sets `exit_code`.
#include <CLI/CLI.hpp>

namespace espalier::trainer {

void add_data_verbs(CLI::App& app, int& exit_code);   ///< data import | make | info
void add_model_verbs(CLI::App& app, int& exit_code);  ///< model info | import | export
void add_predict_verb(CLI::App& app, int& exit_code);
void add_calibrate_verb(CLI::App& app, int& exit_code);
void add_probe_sums(CLI::App& probe);                 ///< one of them
void add_probe_fits(CLI::App& probe);                 ///< two of them
void add_probe_verbs(CLI::App& app, int& exit_code);  ///< for tests of the numerics; not shown in the help

}  // namespace espalier::trainer
