#pragma once
// Studies as values, for tests of what comes after parsing.
#include <string>
#include <utility>
#include <vector>

#include "espalier/network/networks.hpp"
#include "espalier/plan/plan.hpp"
#include "espalier/study/study.hpp"

namespace espalier::support {

inline study::Axis axis(const std::string& name, std::vector<study::Value> values) {
  study::Axis made;
  made.name = name;
  made.values = std::move(values);
  return made;
}

inline study::RateGroup rate_group(const std::string& units, double start, int first = 30, int every = 30) {
  study::RateGroup group;
  group.units = units;
  group.start = start;
  group.factor = 0.1;
  group.first = study::Duration{study::Duration::Unit::epochs, first};
  group.every = study::Duration{study::Duration::Unit::epochs, every};
  return group;
}

inline study::Take take(std::vector<std::string> values, std::vector<std::string> from, std::vector<std::string> per) {
  study::Take made;
  made.values = std::move(values);
  made.from = std::move(from);
  made.per = std::move(per);
  made.best = "valid.top1";
  made.mean_over = {"split"};
  return made;
}

/// Three units: two of 3x3 convolutions, a classifier; no dropout.
inline network::NetworkSpec tiny_network(int units = 3) {
  network::NetworkSpec spec;
  for (int u = 1; u < units; ++u) {
    network::LayerSpec convolution, relu;
    convolution.kind = network::LayerKind::convolution;
    convolution.name = "conv";
    convolution.outputs = 4;
    convolution.kernel_h = convolution.kernel_w = 3;
    convolution.padding = 1;
    convolution.init = network::Init::he_normal_fan_in;
    relu.kind = network::LayerKind::relu;
    spec.units.push_back({"unit" + std::to_string(u), {convolution, relu}});
  }
  network::LayerSpec classifier;
  classifier.kind = network::LayerKind::linear;
  classifier.name = "fc";
  classifier.init = network::Init::he_normal_fan_in;
  spec.units.push_back({"classifier", {classifier}});
  return spec;
}

/// One data set "letters" whose classes are divided by splits; a source "half", a target "other", no experiments.
inline study::Study small_study(int splits = 2, int units = 3) {
  study::Study made;
  made.name = "small";
  made.seed = 7;
  study::DataSet data;
  data.name = "letters";
  data.valid_per_class = 3;
  data.test_per_class = 5;
  made.data[data.name] = data;
  made.split = {study::Split::Kind::random, {}, splits, 6, 4, {}, "letters"};
  made.sources.push_back({"half", {}, "letters", "split.source", {}, {}, ""});
  made.targets.push_back({"other", {}, "letters", "split.target", {}, {}});
  made.networks.push_back({"tiny", {}, 1, tiny_network(units)});
  made.train.batch = 8;
  made.train.epochs = study::Duration{study::Duration::Unit::epochs, 90};
  made.train.rates = {rate_group("top", 0.01), rate_group("rest", 0.001)};
  return made;
}

/// `classes` classes of `per_class` images each for the data set "letters".
inline plan::Facts small_facts(int classes = 12, int per_class = 20) {
  plan::DataFacts facts;
  facts.digest = "digest-of-letters";
  facts.shape = {1, 8, 8};
  for (int i = 0; i < classes; ++i) {
    facts.class_names.push_back("letter " + std::to_string(i));
    facts.class_counts.push_back(per_class);
  }
  facts.mean = {0.5f};
  facts.std = {0.25f};
  plan::Facts all;
  all.data["letters"] = facts;
  return all;
}

inline study::Experiment experiment(const std::string& name, std::vector<study::Axis> axes,
                                    std::vector<std::pair<std::string, study::Value>> fixed = {}) {
  study::Experiment made;
  made.name = name;
  made.axes = std::move(axes);
  made.fixed = std::move(fixed);
  return made;
}

}  // namespace espalier::support
