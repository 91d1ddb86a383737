// Writes the card of an exported network in Markdown, from the journal and the file's description.
#include "cli/model_card.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/find_run.hpp"
#include "espalier/core/build_info.hpp"
#include "espalier/metrics/shown.hpp"
#include "espalier/report/query.hpp"
#include "espalier/report/wording.hpp"
#include "espalier/study/axes.hpp"
#include "espalier/task/optimisers.hpp"

namespace espalier::cli {
namespace {

std::string program() { return fmt::format("{} ({})", build_info::version(), build_info::commit()); }

std::string spoken_name(const session::NetworkLook& look) {
  return look.name.empty() ? "a network of listed units" : look.name;
}

std::string heading(const Exported& exported, const session::NetworkLook& look) {
  const auto& input = look.input;
  return fmt::format(
      "# {}\n\n{}, {} classes, {} units, images of {} x {} x {} (channels, height, width). Written under "
      "{} names by espalier {}.\n",
      exported.file, spoken_name(look), look.classes, look.units.size(), input.channels, input.height, input.width,
      exported.to == "espalier" ? "our own" : exported.to + "'s", program());
}

std::string loading(const Exported& exported, const session::NetworkLook& look) {
  if (exported.to == "espalier")
    return fmt::format(
        "\n## Loading\n\n`safetensors.torch.load_file(\"{0}\")` gives tensors as `<unit>.<layer>.weight` "
        "(docs/models.md of espalier). A study uses it as a source:\n\n```toml\n[source.mine]\n"
        "checkpoint = \"{0}\"\n```\n",
        exported.file);
  const bool is_timm = exported.to == "timm";
  const auto built =
      is_timm
          ? fmt::format("import timm\n\nmodel = timm.create_model(\"{}\", num_classes={}, in_chans={})", look.name,
                        look.classes, look.input.channels)
          : fmt::format("from torchvision.models import {0}\n\nmodel = {0}(num_classes={1})", look.name, look.classes);
  return fmt::format(
      "\n## Loading\n\n```python\nfrom safetensors.torch import load_file\n{}\n"
      "model.load_state_dict(load_file(\"{}\"), strict=True)\nmodel.eval()\n```\n",
      built, exported.file);
}

std::string numbers(const std::vector<float>& values) { return fmt::format("{}", fmt::join(values, ", ")); }

std::string normalisation(const std::vector<float>& mean, const std::vector<float>& std) {
  return fmt::format("(pixel / 255 - mean) / std by channel, mean {}, std {}", numbers(mean), numbers(std));
}

std::string images_text(const TrainedData& trained, const task::TrainSpec& spec) {
  std::string text = "Images are decoded to ";
  text += trained.file_facts->shape.channels == 1 ? "one grey channel" : "RGB";
  if (trained.files->resize > 0)
    text += fmt::format(
        ", resized so that the shorter side has {0} pixels (bilinear, antialiased), cut to the central "
        "{0} x {0}",
        trained.files->resize);
  for (const auto& step : trained.transforms) text += ", then '" + step.kind + "'";
  if (spec.augment.centre_crop > 0) text += fmt::format(", cut to the central {0} x {0}", spec.augment.centre_crop);
  return text + ", and normalised: " + normalisation(spec.mean, spec.std) + ".\n";
}

std::string data_text(const TrainedData& trained, const task::Task& task, const task::TrainSpec& spec) {
  return fmt::format("\n## Data\n\nData set '{}' (digest {}), {} training images. {}", trained.data->name,
                     trained.facts->digest.substr(0, 16), task.images, images_text(trained, spec));
}

const char* start_text(task::StartKind kind) {
  switch (kind) {
    case task::StartKind::fresh: return "new";
    case task::StartKind::task: return "another training";
    case task::StartKind::checkpoint: return "a checkpoint";
  }
  return "";
}

const char* trained_text(task::Trained trained) {
  switch (trained) {
    case task::Trained::no: return "frozen";
    case task::Trained::all: return "yes";
    case task::Trained::scale_shift: return "scale and shift";
  }
  return "";
}

std::string rates_text(const task::UnitRow& row) {
  std::string text;
  for (const auto& point : row.rates)
    text += fmt::format("{}{} from {}{}", text.empty() ? "" : ", ", point.rate, point.from.epoch,
                        point.from.step > 0 ? fmt::format(" and {} steps", point.from.step) : "");
  return text.empty() ? "-" : text;
}

std::string protocol_text(const KeptNetwork& network, const session::NetworkLook& look, const task::TrainSpec& spec) {
  std::string text = "\n## Protocol\n\n";
  if (network.run)
    text += fmt::format("Experiment '{}': {}.\n\n", network.run->run->experiment, labels_text(*network.run->run));
  text +=
      fmt::format("{} in batches of {}, {} epochs", task::row_of(spec.optimiser).name, spec.batch, spec.length.epoch);
  if (spec.length.step > 0) text += fmt::format(" and {} steps", spec.length.step);
  text += fmt::format(
      ", momentum {}, weight decay {}. Rates by unit, from which epoch on:\n\n"
      "| unit | starts from | trained | rate |\n|---|---|---|---|\n",
      spec.momentum, spec.weight_decay);
  for (std::size_t u = 0; u < spec.units.size(); ++u) {
    const auto& row = spec.units[u];
    text += fmt::format("| {} | {} | {} | {} |\n", u < look.units.size() ? look.units[u] : std::to_string(u + 1),
                        start_text(row.start.kind), trained_text(row.trained), rates_text(row));
  }
  return text;
}

/// The runs that differ from this one only in what repeats a setting.
std::vector<report::RunView> repetitions(const report::RunView& own, const std::vector<report::RunView>& views) {
  std::vector<report::RunView> same;
  for (const auto& view : views) {
    const auto& labels = own.run->labels;
    const bool fits = std::all_of(labels.begin(), labels.end(), [&](const plan::Label& label) {
      return study::repeats(label.axis) || view.value(label.axis) == label.value;
    });
    if (fits && view.run->experiment == own.run->experiment) same.push_back(view);
  }
  return same;
}

/// "Over the 4 runs of its setting: 53.1 ± 2.0 (Student's interval at 95 %, n = 4 splits)."
std::string setting_text(const std::vector<report::RunView>& same, const metrics::MetricName& metric) {
  report::Query query;
  query.metric = metric;
  query.unrecorded = report::Unrecorded::empty;
  query.counted = report::counted_in(same, query);
  const auto cells = report::aggregate(same, query);
  if (same.size() < 2 || cells.empty() || cells.front().counts.measured == 0) return "";
  const auto& summary = cells.front().summary;
  return fmt::format(" Over the {} runs of its setting: {}{}, n = {} {}{}.", same.size(),
                     report::cell_text(metric, cells.front()),
                     summary.interval ? " (Student's interval at 95 %)" : " (no interval: too few)", summary.n,
                     report::spoken(query.counts()), summary.n == 1 ? "" : "s");
}

std::string accuracy_text(const KeptNetwork& network, const std::vector<report::RunView>& views) {
  std::string text;
  for (const auto subset : {metrics::Subset::test, metrics::Subset::valid}) {
    const auto metric = accuracy_on(subset, *network.task);
    const auto* row = network.run ? report::final_row(*network.run, subset) : report::final_row(*network.task, subset);
    if (!row) continue;
    text += fmt::format("\n- {}: {} on {} images.{}", report::axis_title(metric),
                        report::figure_of(metric, metric.of(*row)), row->count,
                        network.run ? setting_text(repetitions(*network.run, views), metric) : "");
  }
  return "\n## Accuracy\n" + (text.empty() ? "\nNothing was measured on held-out images." : text) + "\n";
}

std::string classes_text(const TrainedData& trained) {
  std::string text = "\n## Classes, in the order of the outputs\n\n";
  for (std::size_t i = 0; i < trained.outputs.size(); ++i) text += fmt::format("- {}: {}\n", i, trained.outputs[i]);
  return text;
}

/// The program of the launch that the training ended in.
std::string trained_by(const KeptNetwork& network, const report::Directory& directory) {
  std::string by = "unknown";
  const auto& attempts = network.task->attempts;
  for (const auto& start : directory.state.segments) {
    if (!attempts.empty() && start.segment == attempts.back().fence.segment) by = start.program;
  }
  return fmt::format("\n## Origin\n\nTrained by espalier {} on {}, in study '{}' ({}), as task {}.\n", by,
                     network.task->device.empty() ? "an unknown device" : network.task->device,
                     directory.state.study.file_name, called(network), network.task->task.id.hex.str());
}

}  // namespace

std::string model_card(const Exported& exported, const session::NetworkLook& look, const KeptNetwork& network,
                       const TrainedData& trained, const report::Directory& directory,
                       const std::vector<report::RunView>& views) {
  const auto spec = task::as_training(network.task->task);
  return heading(exported, look) + loading(exported, look) + data_text(trained, network.task->task, spec) +
         protocol_text(network, look, spec) + accuracy_text(network, views) + classes_text(trained) +
         trained_by(network, directory);
}

std::string model_card(const Exported& exported, const session::NetworkLook& look, const std::string& from) {
  std::string text = heading(exported, look) + loading(exported, look) + "\n## Data\n\n";
  text += look.mean.empty() ? "How images are normalised is not said in the file.\n"
                            : "Images are normalised: " + normalisation(look.mean, look.std) + ".\n";
  return text + fmt::format(
                    "\nExported from '{}', which is in no folder of a study: what it was trained on, by which "
                    "protocol, its classes and its accuracy are not known here.\n",
                    from);
}

}  // namespace espalier::cli
