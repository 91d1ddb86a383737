// The verbs `probe fit` and `probe distance`: classifiers and distances of given features, for comparison with
// scikit-learn and NumPy. FILE is JSON.
// fit: in (safetensors: features [n, d] float32, labels [n] int64, asked [m, d] float32), classes, classifier, C,
// standardise, out (safetensors: weights, biases, scores of `asked`). Prints JSON: objective, remark.
// distance: in (safetensors: a, b [n, d] float32), method. Prints JSON: distance.
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/data/safetensors.hpp"
#include "espalier/train/distances.hpp"
#include "espalier/train/linear_classifier.hpp"
#include "espalier/train/numeric_form.hpp"
#include "espalier/trainer/verbs.hpp"

namespace espalier::trainer {

namespace {

using nlohmann::json;

json request_in(const std::string& file) {
  std::ifstream in(file);
  return json::parse(in);
}

std::size_t number_of(const std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw UsageError("unknown word '" + name + "'");
  return static_cast<std::size_t>(found - names.begin());
}

bool go_on() { return true; }

void probe_fit(const std::string& file) {
  const json request = request_in(file);
  train::start_deterministic();
  train::apply({.threads = request.value("threads", 1)});
  const auto given = data::read_safetensors(request.at("in").get<std::string>());
  const auto classifier = number_of(task::classifier_names(), request.at("classifier").get<std::string>());
  const task::LinearSpec spec{static_cast<task::Classifier>(classifier),
                              request.at("C").get<double>(),
                              request.at("standardise").get<bool>(),
                              {}};
  const auto fitted = train::fit_linear(spec, given.at("features"), given.at("labels"),
                                        request.at("classes").get<std::int64_t>(), &go_on);
  data::write_safetensors(request.at("out").get<std::string>(),
                          {{"weights", fitted->weights.contiguous()},
                           {"biases", fitted->biases.contiguous()},
                           {"scores", fitted->scores(given.at("asked")).contiguous()}},
                          {});
  std::cout << json{{"objective", fitted->objective}, {"remark", fitted->remark}} << "\n";
}

void probe_distance(const std::string& file) {
  const json request = request_in(file);
  const auto given = data::read_safetensors(request.at("in").get<std::string>());
  const auto method = number_of(task::distance_names(), request.at("method").get<std::string>());
  const auto distance =
      train::distance_of(static_cast<task::DistanceMethod>(method), given.at("a"), given.at("b"), &go_on);
  std::cout << json{{"distance", *distance}} << "\n";
}

}  // namespace

void add_probe_fits(CLI::App& probe_verb) {
  const auto file = std::make_shared<std::string>();
  auto* fit = probe_verb.add_subcommand("fit");
  fit->add_option("file", *file)->required();
  fit->callback([file] { probe_fit(*file); });
  auto* distance = probe_verb.add_subcommand("distance");
  distance->add_option("file", *file)->required();
  distance->callback([file] { probe_distance(*file); });
}

}  // namespace espalier::trainer
