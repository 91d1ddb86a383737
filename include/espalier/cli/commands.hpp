#pragma once
// One function per verb, which adds it to the parser. The verb sets `exit_code` or throws.
#include <CLI/CLI.hpp>

namespace espalier::cli {

void add_init(CLI::App& app, int& exit_code);  ///< starts the trainer
void add_validate(CLI::App& app, int& exit_code);
void add_show(CLI::App& app, int& exit_code);
void add_plan(CLI::App& app, int& exit_code);
void add_calibrate(CLI::App& app, int& exit_code);  ///< starts the trainer
void add_simulate(CLI::App& app, int& exit_code);
void add_run(CLI::App& app, int& exit_code);
void add_rank(CLI::App& app, int& exit_code);    ///< hidden: what mpirun starts
void add_submit(CLI::App& app, int& exit_code);  ///< calls sbatch
void add_site(CLI::App& app, int& exit_code);    ///< calls sinfo, scontrol and sbatch
void add_wait(CLI::App& app, int& exit_code);
void add_stop(CLI::App& app, int& exit_code);
void add_retry(CLI::App& app, int& exit_code);
void add_cancel(CLI::App& app, int& exit_code);
void add_status(CLI::App& app, int& exit_code);
void add_explain(CLI::App& app, int& exit_code);
void add_logs(CLI::App& app, int& exit_code);
void add_verify(CLI::App& app, int& exit_code);
void add_repair(CLI::App& app, int& exit_code);
void add_merge(CLI::App& app, int& exit_code);
void add_view(CLI::App& app, int& exit_code);
void add_aggregate(CLI::App& app, int& exit_code);
void add_compare(CLI::App& app, int& exit_code);
void add_export(CLI::App& app, int& exit_code);
void add_report(CLI::App& app, int& exit_code);
void add_predict(CLI::App& app, int& exit_code);  ///< starts the trainer
void add_watch(CLI::App& app, int& exit_code);
void add_recommend(CLI::App& app, int& exit_code);       ///< starts the trainer where it is to look at images
void add_data(CLI::App& app, int& exit_code);            ///< starts the trainer
void add_data_tree(CLI::App& data, int& exit_code);      ///< below `data`
void add_model(CLI::App& app, int& exit_code);           ///< starts the trainer
void add_model_export(CLI::App& model, int& exit_code);  ///< below `model`

}  // namespace espalier::cli
