#pragma once
// What four papers say of the protocol for a distance and an amount of data: their rules as data, with their places.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace espalier::report {

/// What a protocol does with the units of the source, as far as the papers' rules tell protocols apart.
enum class Family : std::uint8_t {
  scratch,       ///< copies none
  freeze,        ///< copies units and trains none of them
  freeze_first,  ///< freezes the first of the copied units and tunes the others
  tune,          ///< tunes all that it copies
  one_unit,      ///< tunes one unit of a network that is copied whole (flex-tuning)
  linear,        ///< a linear classifier on features of the source's network
};
/// "copied units frozen" and the like, for readers.
const char* name_of(Family family);
/// "freeze" and the like, for programs.
const char* word_of(Family family);

enum class Level : std::uint8_t { low, medium, high };
const char* name_of(Level level);

/// Chu et al., Section 4: low below 0.2, medium below 0.4. Their distance is the cosine distance of mean fc7 responses
/// of CaffeNet.
Level distance_level(double cosine);
/// Chu et al., Section 4: low up to 20 images a class, medium up to 99.
Level data_level(double per_class);

/// What Chu et al. (Table 3) advise: to freeze, to tune, or to try both.
const std::vector<Family>& chu_advice(Level distance, Level data);

/// The network and unit for which Chu's thresholds of the distance hold.
inline constexpr const char* kCalibratedNetwork = "caffenet";
inline constexpr const char* kCalibratedUnit = "fc7";

/// What a rule is asked about.
struct Situation {
  std::optional<double> distance;
  bool calibrated = false;  ///< the distance is a cosine distance after fc7 of CaffeNet
  double per_class = 0;     ///< training images a class; 0: unknown
  double images = 0;        ///< training images in all; 0: unknown
  std::int32_t units = 0;   ///< of the network; 0: unknown
};

/// What a paper says of a situation.
struct Opinion {
  std::string paper;  ///< "Chu et al. 2016"
  std::string where;  ///< the place in the paper: "Table 3"
  std::string says;
  std::string limits;             ///< what it holds for; "" where it says nothing of that
  std::vector<Family> protocols;  ///< what it would use or try; empty where it cannot say
};

/// Of Chu, Plested, Royer and Chadha, in this order.
std::vector<Opinion> published_opinions(const Situation& situation);

/// A column of Plested and Gedeon's Table 2, for an AlexNet of eight units.
struct PlestedOptimum {
  double per_class;
  std::int32_t transferred, decay_epoch, frozen;  ///< decay_epoch: the first of 30
  double accuracy_percent;
};
const std::vector<PlestedOptimum>& plested_optima();
/// The column whose size is nearest, by ratio.
const PlestedOptimum& plested_optimum(double per_class);

/// Papers that recommend nothing in common here: "Chu et al. 2016 against Chadha and Jain 2020".
std::vector<std::string> disagreements(const std::vector<Opinion>& opinions);

}  // namespace espalier::report
