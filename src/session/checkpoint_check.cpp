// Compares the tensors of named checkpoints with those of the units that are copied from them.
#include "session/checkpoint_check.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <tuple>

#include "espalier/core/errors.hpp"
#include "espalier/network/networks.hpp"
#include "session/checkpoint_header.hpp"

namespace espalier::session {
namespace {

constexpr std::size_t kNamed = 3;  ///< tensors named in a message

struct Fit {
  std::set<std::string> missing, unlike;  ///< names; names with both shapes
  std::set<std::string> fitting;          ///< names
};

std::string text_of(const std::vector<std::int64_t>& shape) { return fmt::format("{}", fmt::join(shape, "x")); }

void compare(const network::UnitCost& unit, const std::string& name, const TensorShapes& shapes, Fit& fit) {
  for (const auto& parameter : unit.parameters) {
    const std::string tensor = name + "." + parameter.name;
    const auto found = shapes.find(tensor);
    if (found == shapes.end()) {
      fit.missing.insert(tensor);
    } else if (found->second != parameter.shape) {
      fit.unlike.insert(fmt::format("'{}' is {}, not {}", tensor, text_of(found->second), text_of(parameter.shape)));
    } else {
      fit.fitting.insert(tensor);
    }
  }
}

/// Visits each unit that some task copies from a checkpoint, once for each form of its network.
class CopiedUnits {
 public:
  CopiedUnits(const plan::Plan& plan, const std::map<std::string, TensorShapes>& files) : plan_(plan), files_(files) {}

  /// By digest of the checkpoint.
  std::map<std::string, Fit> fits() {
    for (const auto& task : plan_.tasks) look_at(task);
    return std::move(fits_);
  }

 private:
  void look_at(const task::Task& task) {
    const auto starts = task::unit_starts(task);
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const auto file = files_.find(starts[i].checkpoint.hex);
      if (starts[i].kind != task::StartKind::checkpoint || file == files_.end()) continue;
      const auto spec = task::as_training(task);
      const std::size_t unit = i % spec.units.size();  // a retrieval has the units of two networks
      const std::int32_t classes = plan_.catalog.label_maps.at(spec.images.labels).output_count;
      const auto& input = spec.input;
      if (!seen_.emplace(file->first, spec.network, input.channels, input.height, input.width, classes, unit).second)
        continue;
      const auto& network = plan_.catalog.networks.at(spec.network);
      compare(network::infer(network, input, classes).at(unit), network.units.at(unit).name, file->second,
              fits_[file->first]);
    }
  }

  const plan::Plan& plan_;
  const std::map<std::string, TensorShapes>& files_;
  std::map<std::string, Fit> fits_;
  std::set<std::tuple<std::string, std::string, std::int32_t, std::int32_t, std::int32_t, std::int32_t, std::size_t>>
      seen_;
};

/// "'a', 'b', 'c' and 4 more"
std::string listed(const std::set<std::string>& names, const char* quote) {
  std::string text;
  std::size_t count = 0;
  for (const auto& name : names) {
    if (count++ == kNamed) break;
    text += (text.empty() ? "" : ", ") + (quote + name) + quote;
  }
  return names.size() > kNamed ? fmt::format("{} and {} more", text, names.size() - kNamed) : text;
}

std::optional<Problem> misfit(const std::string& name, const TensorShapes& shapes, const Fit& fit) {
  const std::string problem = "'" + name + "' does not hold the units that are copied from it";
  if (shapes.empty()) return Problem{problem, "it holds no tensor at all", "Name another file"};
  if (!fit.missing.empty()) {
    return Problem{
        problem,
        fmt::format("it has no {}; its own tensors are named like '{}'", listed(fit.missing, "'"),
                    shapes.begin()->first),
        fmt::format("Bring it into this form with 'espalier model import {} --network NAME --out FILE'", name)};
  }
  return Problem{problem, listed(fit.unlike, ""),
                 "Name a checkpoint of this network, or correct [network] and the images"};
}

study::Diagnostic finding(const study::Source& source, Problem problem) {
  return {study::Diagnostic::Severity::error, source.where, "source." + source.name + ".checkpoint",
          std::move(problem)};
}

/// The shapes by digest. What is no safetensors file becomes an error.
std::map<std::string, TensorShapes> read_all(CheckedStudy& checked) {
  std::map<std::string, TensorShapes> files;
  for (const auto& source : checked.input.study.sources) {
    const auto file = checked.input.checkpoint_files.find(source.name);
    if (file == checked.input.checkpoint_files.end()) continue;
    auto read = read_shapes(file->second, source.checkpoint);
    if (auto* problem = std::get_if<Problem>(&read)) checked.diagnostics.push_back(finding(source, *problem));
    else files[checked.input.facts.checkpoints.at(source.name).hex] = std::move(std::get<TensorShapes>(read));
  }
  return files;
}

}  // namespace

void check_checkpoints(CheckedStudy& checked) {
  const auto files = read_all(checked);
  if (files.empty() || study::has_errors(checked.diagnostics)) return;
  plan::CompileOptions options;
  options.account = false;
  const plan::Plan plan = plan::compile(checked.input.study, checked.input.facts, {}, options);
  if (study::has_errors(plan.diagnostics)) return;  // whoever plans the study next says them
  const auto fits = CopiedUnits(plan, files).fits();
  for (const auto& source : checked.input.study.sources) {
    const auto known = checked.input.facts.checkpoints.find(source.name);
    if (known == checked.input.facts.checkpoints.end()) continue;
    const auto fit = fits.find(known->second.hex);
    if (fit == fits.end()) continue;
    const auto problem =
        fit->second.missing.empty() && fit->second.unlike.empty()
            ? find_not_finite(checked.input.checkpoint_files.at(source.name), source.checkpoint, fit->second.fitting)
            : misfit(source.checkpoint, files.at(known->second.hex), fit->second);
    if (problem) checked.diagnostics.push_back(finding(source, *problem));
  }
}

}  // namespace espalier::session
