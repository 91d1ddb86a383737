// Holds the rules of four papers as tables, and reads from them what each paper says of a situation.
#include "espalier/report/published_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace espalier::report {
namespace {

using enum Family;

constexpr double kLowDistance = 0.2, kMediumDistance = 0.4;  // Chu et al., Section 4
constexpr double kLowData = 20, kMediumData = 99;            // the same, images a class

struct ChuCell {
  const char* says;
  std::vector<Family> protocols;
};

/// Chu et al. 2016, Table 3, by distance and then by data. All but the last unit are copied.
const ChuCell& chu_cell(Level distance, Level data) {
  static const ChuCell try_both{"try freezing and tuning", {freeze, tune}};
  static const ChuCell just_tune{"tune", {tune}};
  static const ChuCell just_freeze{"freeze", {freeze}};
  static const std::array<std::array<const ChuCell*, 3>, 3> table{{
      {&just_freeze, &try_both, &just_tune},  // distance 0 to 0.2
      {&try_both, &just_tune, &just_tune},    // 0.2 to 0.4
      {&try_both, &just_tune, &just_tune},    // 0.4 to 1
  }};
  return *table.at(static_cast<std::size_t>(distance)).at(static_cast<std::size_t>(data));
}

std::string size_text(double per_class) {
  return fmt::format("{:.0f} {} a class", per_class, per_class == 1 ? "image" : "images");
}

constexpr const char* kChu = "Chu et al. 2016";
constexpr const char* kChuPlace = "Table 3 and Section 4";

/// The class of a distance that Chu's thresholds were not made for is not used: every row of the table may be meant.
Opinion chu_of_all_rows(Level data, double per_class, const std::string& limits) {
  Opinion opinion{kChu, kChuPlace, "", limits, {}};
  const auto& near = chu_cell(Level::low, data);
  const auto& far = chu_cell(Level::high, data);
  opinion.says = fmt::format("copy all units but the last; {} ({} data)", size_text(per_class), name_of(data));
  if (near.protocols == far.protocols) {
    opinion.says += fmt::format(": {}, at every distance", near.says);
    opinion.protocols = near.protocols;
    return opinion;
  }
  opinion.says += fmt::format(": {} where the distance is low, else {}", near.says, far.says);
  opinion.protocols = near.protocols;
  for (const Family one : far.protocols) {
    if (std::find(near.protocols.begin(), near.protocols.end(), one) == near.protocols.end())
      opinion.protocols.push_back(one);
  }
  return opinion;
}

Opinion chu_opinion(const Situation& here) {
  if (here.per_class <= 0) return {kChu, kChuPlace, "nothing without the number of images a class", "", {}};
  const Level data = data_level(here.per_class);
  if (!here.distance) return chu_of_all_rows(data, here.per_class, "the distance is unknown");
  if (!here.calibrated) {
    return chu_of_all_rows(data, here.per_class,
                           "the class of the distance is not calibrated: the paper's thresholds hold for fc7 of "
                           "CaffeNet");
  }
  const Level distance = distance_level(*here.distance);
  const auto& cell = chu_cell(distance, data);
  return {kChu, kChuPlace,
          fmt::format("copy all units but the last; {} ({} data) at distance {:.3f} ({}): {}",
                      size_text(here.per_class), name_of(data), *here.distance, name_of(distance), cell.says),
          "classifiers of objects, scenes, birds, corals and plankton from ImageNet's", cell.protocols};
}

/// "copy all but the last two units".
std::string copied_text(const PlestedOptimum& best) {
  return best.transferred == 6 ? "copy all but the last two units" : "copy all but the last three units";
}

std::string frozen_text(const PlestedOptimum& best) {
  if (best.frozen == 0) return "freeze none";
  if (best.frozen >= best.transferred) return "freeze all of them";
  return fmt::format("freeze the first {} of {}", best.frozen, best.transferred);
}

std::string decay_text(const PlestedOptimum& best) {
  if (best.decay_epoch == 0) return "lower all rates to a tenth from the start";
  return fmt::format("train the last unit at the high rate for the first {} of 30 epochs", best.decay_epoch);
}

Family plested_family(const PlestedOptimum& best) {
  if (best.frozen == 0) return tune;
  return best.frozen >= best.transferred ? freeze : freeze_first;
}

Opinion plested_opinion(const Situation& here) {
  Opinion opinion{"Plested and Gedeon 2019", "Table 2", "nothing without the number of images a class", "", {}};
  if (here.per_class <= 0) return opinion;
  const auto& best = plested_optimum(here.per_class);
  opinion.says = fmt::format("at {}, the nearest of its sizes: {}, {}, {}", size_text(best.per_class),
                             copied_text(best), frozen_text(best), decay_text(best));
  opinion.limits = "source and target are halves of ImageNet's classes; an AlexNet of eight units";
  opinion.protocols = {plested_family(best)};
  return opinion;
}

constexpr double kRoyerMost = 25;        // images a class: the largest size of its ILSVRC targets (Table 2)
constexpr std::int32_t kRoyerUnits = 7;  // its "medium-sized" networks have four or seven units (Section 5.1)

Opinion royer_opinion(const Situation& here) {
  Opinion opinion{"Royer and Lampert 2020",
                  "Algorithm 1, Section 5.2 and Table 3",
                  "tune each unit alone, and all units; keep what is best on validation images",
                  "the classes are the source's, so that the classifier is copied too; only the images look different",
                  {one_unit, tune}};
  if (here.units > kRoyerUnits && here.per_class > 0 && here.per_class <= kRoyerMost) {
    opinion.says =
        "tune one unit alone, chosen on validation images: with few images for a deep network tuning all overfits";
    opinion.protocols = {one_unit};
  }
  return opinion;
}

constexpr double kChadhaSmall = 1000;  // images in all: "less than a thousand samples"

Opinion chadha_opinion(const Situation& here) {
  Opinion opinion{"Chadha and Jain 2020", "When to fine-tune models; Fine-tuning Guidelines 1 to 3", "", "", {}};
  const char* tuning =
      "replace the last unit, tune at a tenth of the rate of training from scratch, freeze the first units, augment "
      "(translation, rotation, flips), and cross-validate";
  if (here.images <= 0) {
    opinion.says = fmt::format(
        "under 1000 images a linear classifier (SVM) on features before the fully connected units; with more, {}",
        tuning);
    opinion.protocols = {linear, freeze_first, tune};
  } else if (here.images < kChadhaSmall) {
    opinion.says = fmt::format(
        "{:.0f} images are under 1000: train a linear classifier (SVM) on features before the fully connected units, "
        "and cross-validate",
        here.images);
    opinion.protocols = {linear};
  } else {
    opinion.says = fmt::format("{:.0f} images: {}", here.images, tuning);
    opinion.protocols = {freeze_first, tune};
  }
  opinion.limits = "guidelines from experience, without an experiment";
  return opinion;
}

bool share_a_protocol(const Opinion& a, const Opinion& b) {
  return std::any_of(a.protocols.begin(), a.protocols.end(), [&](Family one) {
    return std::find(b.protocols.begin(), b.protocols.end(), one) != b.protocols.end();
  });
}

}  // namespace

const std::vector<Family>& chu_advice(Level distance, Level data) { return chu_cell(distance, data).protocols; }

const char* name_of(Family family) {
  switch (family) {
    case scratch: return "no unit copied";
    case freeze: return "copied units frozen";
    case freeze_first: return "first units frozen, others tuned";
    case tune: return "copied units tuned";
    case one_unit: return "one unit tuned";
    case linear: return "linear classifier on features";
  }
  return "";
}

const char* word_of(Family family) {
  switch (family) {
    case scratch: return "scratch";
    case freeze: return "freeze";
    case freeze_first: return "freeze_first";
    case tune: return "tune";
    case one_unit: return "one_unit";
    case linear: return "linear";
  }
  return "";
}

const char* name_of(Level level) {
  switch (level) {
    case Level::low: return "low";
    case Level::medium: return "medium";
    case Level::high: return "high";
  }
  return "";
}

Level distance_level(double cosine) {
  if (cosine < kLowDistance) return Level::low;
  return cosine < kMediumDistance ? Level::medium : Level::high;
}

Level data_level(double per_class) {
  if (per_class <= kLowData) return Level::low;
  return per_class <= kMediumData ? Level::medium : Level::high;
}

std::vector<Opinion> published_opinions(const Situation& situation) {
  return {chu_opinion(situation), plested_opinion(situation), royer_opinion(situation), chadha_opinion(situation)};
}

const std::vector<PlestedOptimum>& plested_optima() {
  static const std::vector<PlestedOptimum> columns = {
      {10, 6, 10, 6, 30.8}, {25, 6, 5, 5, 38.1},  {50, 6, 3, 5, 42.7},    {100, 6, 3, 1, 46.6},
      {250, 6, 3, 1, 52.2}, {500, 6, 0, 0, 56.3}, {1290, 5, 30, 0, 62.1},  // "Full": about 645,000 images, 500 classes
  };
  return columns;
}

const PlestedOptimum& plested_optimum(double per_class) {
  const auto& all = plested_optima();
  return *std::min_element(all.begin(), all.end(), [&](const auto& a, const auto& b) {
    return std::abs(std::log(a.per_class / per_class)) < std::abs(std::log(b.per_class / per_class));
  });
}

std::vector<std::string> disagreements(const std::vector<Opinion>& opinions) {
  std::vector<std::string> pairs;
  for (std::size_t i = 0; i < opinions.size(); ++i) {
    for (std::size_t j = i + 1; j < opinions.size(); ++j) {
      if (opinions[i].protocols.empty() || opinions[j].protocols.empty()) continue;
      if (!share_a_protocol(opinions[i], opinions[j]))
        pairs.push_back(opinions[i].paper + " against " + opinions[j].paper);
    }
  }
  return pairs;
}

}  // namespace espalier::report
