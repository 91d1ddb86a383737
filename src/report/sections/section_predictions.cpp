// Report section: of each experiment's best setting, which classes are taken for which, and the surest mistakes.
#include <fmt/format.h>

#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/report/thumbnail.hpp"
#include "espalier/report/wording.hpp"
#include "report/html.hpp"
#include "report/page_context.hpp"
#include "report/predicted/chosen_setting.hpp"
#include "report/predicted/confusion.hpp"
#include "report/predicted/predicted_runs.hpp"

namespace espalier::report {
namespace {

constexpr std::size_t kMatrixAtMost = 40;    // classes
constexpr std::size_t kPairs = 20;           // of more classes
constexpr std::size_t kMistakes = 12;        // of a setting
constexpr std::size_t kSettingsAtMost = 24;  // of a page: a matrix takes 30 KB at most
constexpr std::size_t kPicturesAtMost = 96;  // of a page: each takes 9 KB at most

/// What the runs of one setting said of test images that have the same classes.
struct Seen {
  Confusion confusion;
  std::optional<Predictions> first;  ///< of the first run
  RunView run;                       ///< that run
  int left_out = 0;                  ///< runs with other classes, as those of other splits
  std::string why;                   ///< why there is nothing
};

Seen look(const ChosenSetting& chosen, const PageContext& context) {
  Seen seen;
  for (const auto& view : chosen.runs) {
    auto [predictions, why] = predictions_of(view, context.predictions);
    try {
      if (predictions && predictions->are_several()) why = "its images may have several labels";
      if (!why.empty()) {
        seen.why = why;
        continue;
      }
      auto names = output_names(view, context.study);
      if (seen.first && names != seen.confusion.names) {
        ++seen.left_out;
        continue;
      }
      if (!seen.first) seen.confusion = empty_confusion(std::move(names));
      seen.confusion.add(*predictions);
    } catch (const Error& error) {
      seen.why = error.problem().problem;
      continue;
    }
    if (!seen.first) {
      seen.run = view;
      seen.first = std::move(predictions);
    }
  }
  return seen;
}

/// Classes across by number, since names would be too wide; shares of a class's images as colours.
std::string matrix_of(const Confusion& confusion) {
  constexpr int kSteps = 9;
  std::string head = "<th scope=\"col\">right class</th>", body;
  for (std::size_t k = 0; k < confusion.names.size(); ++k)
    head += fmt::format("<th scope=\"col\" class=\"n\" title=\"{}\">{}</th>", escape(confusion.names[k]), k + 1);
  for (std::size_t right = 0; right < confusion.names.size(); ++right) {
    const auto images = confusion.images_of(right);
    if (images == 0) continue;
    std::string row = "<th scope=\"row\">" + std::to_string(right + 1) + " " + escape(confusion.names[right]) + "</th>";
    for (std::size_t k = 0; k < confusion.names.size(); ++k) {
      const auto count = confusion.counts[right][k];
      const auto step = (count * kSteps + images - 1) / images;
      row += count == 0 ? "<td></td>" : fmt::format("<td class=\"{}{}\">{}</td>", k == right ? 'r' : 'w', step, count);
    }
    body += element("tr", row) + "\n";
  }
  return "<div class=\"scroll\"><table class=\"matrix\">" + element("thead", element("tr", head)) + "\n" +
         element("tbody", body) + "</table></div>\n";
}

std::string pairs_of(const Confusion& confusion) {
  WordTable table{{"right class", "taken for", "images", "of the class's images"}, {}};
  for (const auto& [right, predicted, images] : most_confused(confusion, kPairs)) {
    const double share = static_cast<double>(images) / static_cast<double>(confusion.images_of(right));
    table.rows.push_back({confusion.names[right], confusion.names[predicted], std::to_string(images),
                          fmt::format("{:.1f} %", 100 * share)});
  }
  if (table.rows.empty()) return paragraph("No test image was taken for another class.");
  return html_table(table, fmt::format("The pairs of most images, of {} classes", confusion.names.size()));
}

std::string mistake(const Seen& seen, const PageContext& context, std::size_t image, bool shows_picture) {
  const auto& predictions = *seen.first;
  const bool has_row = image < predictions.rows.size();
  const auto found = has_row && context.find_image
                         ? context.find_image(*seen.run.directory, predictions.data, predictions.rows[image])
                         : Thumbnail{};
  const auto name = [&](std::int32_t output) { return seen.confusion.names[static_cast<std::size_t>(output)]; };
  const std::string file = !found.file.empty() ? found.file
                           : has_row           ? fmt::format("image {}", predictions.rows[image])
                                               : "";
  std::string item = found.png.empty() || !shows_picture
                         ? "<span class=\"blank\"></span>"
                         : "<img alt=\"\" loading=\"lazy\" src=\"" + data_address(found.png) + "\"/>";
  item += element("b", escape(name(predictions.labels[image]))) + " taken for " +
          element("b", escape(name(predictions.predicted[image]))) +
          fmt::format(", {:.1f} %", 100 * predictions.probability[image]);
  return element("li", item + element("small", escape(file)));
}

std::string mistakes_of(const Seen& seen, const PageContext& context, std::size_t& pictures) {
  if (seen.first->probability.empty()) {
    return paragraph(
        "How sure the network was is not stored with these predictions: they are of an earlier version, or of a "
        "classifier without probabilities.");
  }
  std::string items;
  for (const auto image : surest_mistakes(*seen.first, kMistakes))
    items += mistake(seen, context, image, pictures++ < kPicturesAtMost);
  if (items.empty()) return paragraph("The first run got every test image right.");
  return paragraph(
             "Wrong test images that the network was surest of (softmax of the predicted class), of the first run:") +
         "<ul class=\"mistakes\">" + items + "</ul>\n";
}

std::string note_of(const ChosenSetting& chosen, const Seen& seen) {
  std::string text = chosen.labels.empty() ? "All runs have one setting" : "Setting: " + setting_text(chosen.labels);
  if (chosen.settings > 1)
    text += fmt::format(", the best of {} by {} ({})", chosen.settings, metrics::to_string(chosen.by),
                        figure_of(chosen.by, chosen.mean));
  text += fmt::format("; test images of {} run{}", seen.confusion.runs, seen.confusion.runs == 1 ? "" : "s");
  if (seen.left_out > 0) text += fmt::format(", without {} whose split has other classes", seen.left_out);
  return text + ".";
}

/// `pictures`: how many the page has so far.
std::string shown(const std::string& experiment, const ChosenSetting& chosen, const PageContext& context,
                  std::size_t& pictures) {
  const auto seen = look(chosen, context);
  if (!seen.first) return "";
  const bool fits = seen.confusion.names.size() <= kMatrixAtMost;
  return element("h3", escape(experiment)) + "\n" + paragraph(note_of(chosen, seen)) +
         (fits ? matrix_of(seen.confusion) : pairs_of(seen.confusion)) + mistakes_of(seen, context, pictures);
}

}  // namespace

std::string predictions_section(const PageContext& context) {
  std::string body;
  std::size_t made = 0, pictures = 0;
  for (const auto& name : experiments_of(context)) {
    for (const auto& chosen : chosen_settings(runs_of_experiment(context.views, name))) {
      if (made >= kSettingsAtMost) break;
      const auto part = shown(name, chosen, context, pictures);
      made += !part.empty();
      body += part;
    }
  }
  if (body.empty()) return "";
  return section(
      "predictions", "What is taken for what",
      paragraph("Of the best setting of each experiment (and target): rows are right classes, columns predicted "
                "ones by number; of more than 40 classes the most confused pairs.") +
          body);
}

}  // namespace espalier::report
