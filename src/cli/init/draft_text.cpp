// Writes a drafted study as TOML with comments, table by table.
#include "cli/init/draft_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "espalier/report/progress.hpp"

namespace espalier::cli {
namespace {

/// Names of folders may hold line breaks, which would end a comment.
std::string plain(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

/// "key = value" and a comment behind it, in a column of its own where there is room.
std::string line(const std::string& setting, const std::string& comment) {
  constexpr std::size_t kColumn = 40;
  return comment.empty() ? setting + "\n" : fmt::format("{:<{}} # {}\n", setting, kColumn, plain(comment));
}

std::string some(const std::vector<std::string>& words) {
  constexpr std::size_t kNamed = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(kNamed, words.size()); ++i) text += (i ? ", " : "") + words[i];
  return words.size() > kNamed ? fmt::format("{} and {} more", text, words.size() - kNamed) : text;
}

std::string counts_text(const session::FolderLook& look) {
  const auto [least, most] = std::minmax_element(look.classes.begin(), look.classes.end(),
                                                 [](const auto& a, const auto& b) { return a.images < b.images; });
  return least->images == most->images ? fmt::format("{} each", least->images)
                                       : fmt::format("{} to {} each", least->images, most->images);
}

std::string source_text(const Draft& draft) {
  switch (draft.source) {
    case DraftSource::none: return "none: every network is trained from scratch";
    case DraftSource::checkpoint:
      return fmt::format("{}, {} units, made for {} x {} x {} images of {} classes", draft.checkpoint, draft.depth(),
                         draft.network.input.channels, draft.network.input.height, draft.network.input.width,
                         draft.network.classes);
    case DraftSource::pretraining: return fmt::format("a network trained on {}", draft.pretrain.path);
  }
  return "";
}

std::string cost_text(const DraftCost& cost) {
  if (cost.workers == 0) return "";
  return fmt::format(
      "# Cost:     about {} on {} workers, estimated from multiply-adds; 'espalier calibrate' measures it.\n",
      report::duration_text(cost.seconds), cost.workers);
}

std::string head(const Draft& draft, const DraftCost& cost) {
  std::vector<std::string> names;
  for (const auto& one : draft.protocols) names.push_back(one.name);
  std::string text = fmt::format("# Question: which protocol for the images in {}?\n", plain(draft.target.path));
  for (const auto& said : look_lines(draft.target)) text += "# Images:   " + plain(said) + "\n";
  text += "# Source:   " + plain(source_text(draft)) + "\n";
  if (const auto said = distance_line(draft); !said.empty()) text += "# Distance: " + plain(said) + "\n";
  text += fmt::format("# Compared: {}\n", fmt::join(names, ", "));
  text += cost_text(cost);
  if (!draft.cut.empty()) text += fmt::format("# Cut to fit the budget: {}\n", fmt::join(draft.cut, "; "));
  return text +
         "# Drafted by 'espalier init' after the rules of four papers (docs/recommend.md). Change what you like; then\n"
         "#   espalier validate FILE,  espalier run FILE --out OUT,  espalier report OUT,  espalier recommend OUT\n\n";
}

/// A source sees images as it was trained to see them only where they are normalised alike.
std::string normalised_lines(const Draft& draft) {
  if (draft.source != DraftSource::checkpoint) return "";
  const auto& [mean, std] = std::tie(draft.network.mean, draft.network.std);
  if (mean.empty())
    return "# mean = [0.485, 0.456, 0.406] and std = [0.229, 0.224, 0.225] are ImageNet's: give those that the source "
           "was trained\n"
           "# with (pixels in 0 to 1, a number for each channel). Without them these images' own are used.\n";
  return line(fmt::format("mean = [{:.6g}]", fmt::join(mean, ", ")),
              "of pixels in 0 to 1, as the source's images were") +
         line(fmt::format("std = [{:.6g}]", fmt::join(std, ", ")), "normalised");
}

std::string data_table(const std::string& name, const DraftData& data, const Draft& draft, bool folds) {
  std::string text = fmt::format("[data.{}]\n", name);
  text += line("format = \"folder\"", "a folder of images for each class");
  text += line("images = " + toml_string(data.path), "relative to this file");
  if (draft.side > 0)
    text += line(fmt::format("resize = {}", draft.side), "shorter side in pixels, then a square from the centre");
  text += line(fmt::format("grey = {}", draft.grey), draft.grey ? "one channel" : "three channels");
  if (!folds)
    text += line(fmt::format("valid = {{ per_class = {} }}", data.valid),
                 "on these the report says how good the source is");
  text += line(fmt::format("test = {{ per_class = {} }}", data.test),
               folds ? "protocols are reported on these, which choose nothing" : "the distance is measured on these");
  if (folds) text += normalised_lines(draft);
  text += line("short_classes = \"take-all\"", "a class with fewer images than a size gives what it has");
  return text + "\n";
}

/// Nothing where all classes are used.
std::string classes_line(const DraftData& data) {
  if (data.short_classes.empty()) return "";
  return line(fmt::format("classes = [{}]", fmt::join(data.kept, ", ")),
              "by number, from 0; too small and left out: " + some(data.short_classes));
}

std::string split_table(const Draft& draft) {
  return "[split]\n" +
         line(fmt::format("folds = {}", draft.folds),
              "each image is used for training and, in its fold, for validation") +
         "\n";
}

std::string source_table(const Draft& draft) {
  if (draft.source == DraftSource::none)
    return "# No source is named, so all networks start from random values. To transfer, run 'espalier init' with\n"
           "# --source NET.safetensors or --pretrain FOLDER.\n\n";
  if (draft.source == DraftSource::checkpoint) {
    return "[source.net]\n" + line("checkpoint = " + toml_string(draft.checkpoint), "units are copied from it") +
           line("data = \"images\"", "it was trained on others, which are not here") + classes_line(draft.target) +
           "\n";
  }
  return "[source.pretrained]\n" + line("data = \"pretrain\"", "trained on these first; units are copied from it") +
         classes_line(draft.pretrain) +
         line(fmt::format("train = {{ epochs = {}, batch = 32 }}", draft.source_epochs),
              "how: the other values are those of [train]") +
         "\n";
}

std::string network_table(const Draft& draft) {
  if (draft.network.name.empty()) return draft.network.table + "\n";
  std::string text = "[network]\n";
  text +=
      line("name = " + toml_string(draft.network.name),
           draft.source == DraftSource::checkpoint ? "the source's" : "a small one: 'espalier model info' says what");
  if (draft.network.width != 1) text += line(fmt::format("width = {}", draft.network.width), "as the source");
  return text + "\n";
}

std::string train_table(const Draft& draft) {
  const auto first = std::max(1, draft.epochs * 2 / 3);
  std::string text = "[train]\n";
  text += line(fmt::format("batch = {}", draft.batch), "images a step");
  text += line(fmt::format("epochs = {}", draft.epochs), "more may help where losses still fall at the end");
  text += line("momentum = 0.9", "");
  text += line("evaluate = { every = 0 }", "accuracy is measured at the end; 1: after each epoch, for curves");
  text += "rates = [\n";
  text +=
      line(fmt::format("  {{ units = \"top\", start = {:g}, factor = 0.1, first = {} }},", first_rate(draft), first),
           "new units; a tenth from that epoch on");
  text += line("  { units = \"rest\", relative = 0.2, to = \"top\" },", "copied units learn at 0.2 of that");
  return text + "]\n\n";
}

/// What some protocols name.
std::string augment_table(const Draft& draft) {
  const bool used = std::any_of(draft.protocols.begin(), draft.protocols.end(),
                                [](const auto& one) { return one.values.find("\"moved\"") != std::string::npos; });
  if (!used) return "";
  return "[augment.moved]\n" + line("translation = 0.1", "by at most a tenth of the side") +
         line("rotation = 10", "degrees to either side") +
         line("flip = true", "take it out where a mirrored image is of another class") + "\n";
}

std::string protocols_table(const Draft& draft) {
  std::vector<std::string> names;
  for (const auto& one : draft.protocols) names.push_back(toml_string(one.name));
  std::string text = "[[experiment]]\nname = \"protocols\"\n";
  const std::string size = draft.per_class > 0 ? std::to_string(draft.per_class) : "\"all\"";
  text += fmt::format("axes.case = [{}]\n", fmt::join(names, ", "));
  text +=
      line(fmt::format("axes.per_class = [{}]", size), "more sizes, as [5, 20, \"all\"], show what more images bring");
  for (const auto& one : draft.protocols) {
    text += fmt::format("# {}\ncase.{} = {{ {} }}\n", one.why, one.name, one.values);
  }
  return text + "\n";
}

/// Units before the fully connected ones, as Chadha and Jain take them; all but the last where none is.
std::int32_t bottleneck(const Draft& draft) {
  const auto& linear = draft.network.linear;
  const auto first = std::find(linear.begin(), linear.end(), true) - linear.begin();
  return std::clamp(static_cast<std::int32_t>(first), 1, std::max(1, draft.depth() - 1));
}

/// Chadha and Jain's linear classifiers on features.
std::string linear_table(const Draft& draft) {
  if (!draft.has_linear) return "";
  std::string text = "[[experiment]]\nname = \"features\"\nkind = \"linear\"\n";
  text += line("axes.classifier = [\"svm\", \"logistic\"]", "Chadha: on features, for fewer than 1000 images");
  text += line("axes.C = [0.01, 1]", "how closely the classifier follows its training images");
  const std::string size = draft.per_class > 0 ? std::to_string(draft.per_class) : "\"all\"";
  text += fmt::format("axes.per_class = [{}]\n", size);
  text += line(fmt::format("fixed.features = {}", bottleneck(draft)), "features are what this unit gives");
  return text + line("fixed.standardise = true", "each feature to mean 0 and deviation 1") + "\n";
}

/// The distance of source and target, which 'recommend' looks up.
std::string distance_table(const Draft& draft) {
  if (!draft.has_distance) return "";
  return "[[experiment]]\nname = \"distance\"\nkind = \"distance\"\n" +
         line("axes.method = [\"cosine\"]", "also \"mmd\" and \"svm\"; 'recommend' reads the cosine distance") +
         line("axes.replicate = 5", "five draws of images") + "\n";
}

std::string figure_table() {
  return "[[figure]]\nexperiment = \"protocols\"\nx = \"case\"\ntitle = \"Accuracy by protocol\"\n";
}

}  // namespace

std::string toml_string(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) quoted += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    else quoted += c;
  }
  return quoted + '"';
}

std::vector<std::string> look_lines(const DraftData& data) {
  const auto& look = data.look;
  std::vector<std::string> lines{
      fmt::format("{} images of {} classes, {}", look.images, look.classes.size(), counts_text(look))};
  const auto& [least, median, most] = std::tie(look.least, look.median, look.most);
  if (look.sizes == 1) lines.push_back(fmt::format("{} x {} pixels (height x width)", median.height, median.width));
  else
    lines.push_back(fmt::format("{} sizes, {} x {} to {} x {} pixels (height x width), usually {} x {}", look.sizes,
                                least.height, least.width, most.height, most.width, median.height, median.width));
  if (look.grey == look.looked) lines.emplace_back("all of them are grey");
  else if (look.grey > 0) lines.push_back(fmt::format("{} of {} are grey", look.grey, look.looked));
  if (!data.short_classes.empty())
    lines.push_back(fmt::format("too small a class, left out: {}", some(data.short_classes)));
  return lines;
}

std::string distance_line(const Draft& draft) {
  switch (draft.source) {
    case DraftSource::none: return "";
    case DraftSource::pretraining: return "measured by the experiment 'distance' once the source is trained";
    case DraftSource::checkpoint: break;
  }
  if (!draft.distance) return "unknown: the source's file keeps no mean features of its own images";
  const auto& [network, digest, unit, cosine, floor, images] = *draft.distance;
  return fmt::format("{:.3f} after {} (cosine of mean features, {} images; two halves of the source: {:.3f}){}", cosine,
                     unit, images, floor,
                     has_distance_class(draft) ? ""
                                               : "; Chu's classes of distance hold for CaffeNet's fc7 alone, so both "
                                                 "freezing and tuning are compared");
}

std::string study_text(const Draft& draft, const DraftCost& cost) {
  std::string text = head(draft, cost);
  text += "[study]\n" + line("name = " + toml_string(draft.name), "") +
          line("seed = 1", "another number: other random numbers everywhere") + "\n";
  text += data_table("images", draft.target, draft, true);
  if (draft.source == DraftSource::pretraining) text += data_table("pretrain", draft.pretrain, draft, false);
  text += split_table(draft) + source_table(draft) + "[target.images]\ndata = \"images\"\n" +
          classes_line(draft.target) + "\n";
  text += network_table(draft) + train_table(draft) + augment_table(draft) + protocols_table(draft);
  return text + linear_table(draft) + distance_table(draft) + figure_table();
}

}  // namespace espalier::cli
