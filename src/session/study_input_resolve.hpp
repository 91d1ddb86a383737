#pragma once
// Finds the facts of every data set of a study by asking espalier-trainer.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "espalier/session/study_input.hpp"

namespace espalier::session {

/// Facts of all data sets and checkpoints; what is wrong with them goes to `diagnostics`.
plan::Facts find_facts(const study::Study& study, const std::filesystem::path& root, WantImages images,
                       std::vector<study::Diagnostic>& diagnostics);

/// Runs `espalier-trainer data VERB` with this request and returns its answer. Throws EnvironmentError with the
/// trainer's own words where it fails as a whole.
nlohmann::json ask_trainer(const std::string& verb, const nlohmann::json& request);

/// What the trainer is asked about one data set.
nlohmann::json request_of(const study::DataSet& data);

/// $ESPALIER_CACHE, else $XDG_CACHE_HOME/espalier, else ~/.cache/espalier: where packs are kept.
std::filesystem::path cache_path();

}  // namespace espalier::session
