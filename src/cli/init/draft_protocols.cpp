// Chooses the protocols that papers support for a source and an amount of data.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/init/draft.hpp"
#include "espalier/report/published_rules.hpp"
#include "espalier/report/recommend.hpp"

namespace espalier::cli {
namespace {

std::string copied(std::int32_t transferred, std::int32_t frozen, const char* high_units) {
  return fmt::format("transferred = {}, frozen = {}, high_units = {}", transferred, frozen, high_units);
}

DraftProtocol freeze(const Draft& draft) {
  const auto n = draft.depth() - 1;
  return {"freeze", copied(n, n, "1"), "Chu, Table 3: copy all but the last unit and train that alone"};
}

DraftProtocol tune(const Draft& draft) {
  return {"tune", copied(draft.depth() - 1, 0, "1"),
          "Chu, Table 3: what is copied learns at 0.2 of the new unit's rate"};
}

DraftProtocol tenth(const Draft& draft) {
  return {"tenth", copied(draft.depth() - 1, 0, "0") + ", train.rates.rest.relative = 0.1",
          "Chadha, guideline 2: all units learn at a tenth of the rate of training from scratch"};
}

DraftProtocol first_frozen(const Draft& draft) {
  const auto frozen = std::max(1, draft.depth() / 3);
  return {"first-frozen", copied(draft.depth() - 1, frozen, "0") + ", train.rates.rest.relative = 0.1",
          "Chadha, guidelines 2 and 3: a tenth of the rate, and the first units stay as they are"};
}

/// Table 2 is of eight units and 30 epochs: depth below the top, share of frozen units and decay are carried over. The
/// low rate is a tenth of the high one and does not fall with it: the common fall comes after 30 epochs.
DraftProtocol plested(const Draft& draft) {
  const auto& best = report::plested_optimum(static_cast<double>(draft.used_per_class()));
  const auto transferred = std::max(1, draft.depth() - (8 - best.transferred));
  const double share = static_cast<double>(best.frozen) / best.transferred;
  const auto frozen = static_cast<std::int32_t>(std::lround(share * transferred));
  const auto decay = static_cast<std::int32_t>(std::lround(best.decay_epoch * draft.epochs / 30.0));
  return {"plested",
          copied(transferred, frozen, "1") +
              fmt::format(", train.rates.rest.start = {:g}, decay_epoch = {}", first_rate(draft) / 10, decay),
          fmt::format("Plested, Table 2, at {:.0f} images a class: {} of 8 units copied, {} frozen, decay at {} of 30 "
                      "epochs",
                      best.per_class, best.transferred, best.frozen, best.decay_epoch)};
}

DraftProtocol common(const Draft& draft) {
  return {"common", copied(draft.depth() - 1, 0, "\"all\""),
          "the common protocol: all but the last unit copied, all at the high rate"};
}

DraftProtocol augmented(const Draft& draft) {
  return {"tune-augmented", copied(draft.depth() - 1, 0, "1") + ", train.augment = \"moved\"",
          "Chadha: the images are moved, turned and mirrored at random"};
}

DraftProtocol scratch() { return {"scratch", copied(0, 0, "\"all\""), "nothing copied: what the source is worth"}; }

std::vector<DraftProtocol> without_source() {
  return {
      {"scratch", copied(0, 0, "\"all\""), "all units at the high rate"},
      {"scratch-augmented", copied(0, 0, "\"all\"") + ", train.augment = \"moved\"",
       "Chadha: the images are moved, turned and mirrored at random"},
      {"scratch-tenth", copied(0, 0, "0") + ", train.rates.rest.relative = 0.1", "all units at a tenth of the rate"}};
}

/// The most supported ones first. The distance would not change which: where Chu's Table 3 depends on it, it lets one
/// try both freezing and tuning, or asks for what comes first for this much data.
std::vector<DraftProtocol> by_size(const Draft& draft, report::Level level) {
  if (level == report::Level::low) {
    return {freeze(draft), tune(draft), plested(draft), scratch(), first_frozen(draft), augmented(draft), tenth(draft)};
  }
  if (level == report::Level::medium) {
    return {tune(draft), freeze(draft), plested(draft), scratch(), augmented(draft), first_frozen(draft), tenth(draft)};
  }
  return {tune(draft), plested(draft), tenth(draft), scratch(), augmented(draft), common(draft), freeze(draft)};
}

}  // namespace

bool has_distance_class(const Draft& draft) {
  return draft.distance && report::is_calibrated(draft.distance->network, draft.distance->unit, draft.distance->digest);
}

double first_rate(const Draft& draft) {
  return draft.batch < 32 ? 0.005 : 0.01;  // small batches are noisy: more of them diverge at 0.01
}

std::vector<DraftProtocol> protocols_for(const Draft& draft) {
  if (draft.source == DraftSource::none) return without_source();
  return by_size(draft, report::data_level(static_cast<double>(draft.used_per_class())));
}

}  // namespace espalier::cli
