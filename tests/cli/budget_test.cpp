// Times as --budget reads them, and what is cut of a draft until its estimate fits.
#include "cli/init/budget.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "init_looks.hpp"

using namespace espalier;
using cli::Draft;
using cli::parse_budget;

namespace {

Draft draft_of(std::int64_t images) {
  auto seen = testing::seen_of({images, images});
  seen.pretrain = testing::look_of({2000, 2000}, 64);
  seen.images = testing::look_of({images, images}, 64);
  auto draft = cli::make_draft(seen, "mine");
  draft.folds = 5;
  return draft;
}

/// A second for each epoch of each protocol, fold, pixel row and image a class.
double seconds_of(const Draft& draft) {
  return static_cast<double>(draft.epochs) * static_cast<double>(draft.protocols.size()) * draft.folds * draft.side *
         static_cast<double>(draft.used_per_class());
}

}  // namespace

TEST_CASE("budget: times have units, and a number alone means hours") {
  CHECK(parse_budget("2h") == 7200);
  CHECK(parse_budget("2") == 7200);
  CHECK(parse_budget("90m") == 5400);
  CHECK(parse_budget("45 min") == 2700);
  CHECK(parse_budget("1h30m") == 5400);
  CHECK(parse_budget("0.5h") == 1800);
  CHECK(parse_budget("1d") == 86400);
  for (const char* bad : {"", "soon", "2x", "-1h", "0h", "nan", "1e9h", "2h x", "h"}) {
    INFO(bad);
    CHECK_THROWS_WITH(parse_budget(bad), Catch::Contains("is no time"));
  }
}

TEST_CASE("budget: a draft that fits stays as it is") {
  const auto draft = draft_of(100);

  const auto fitted = cli::fit(draft, seconds_of(draft), seconds_of);

  CHECK(fitted.draft.cut.empty());
  CHECK(fitted.draft.epochs == draft.epochs);
  CHECK(fitted.seconds == seconds_of(draft));
}

TEST_CASE("budget: epochs are cut first, then protocols, sizes and folds, and what was cut is said once each") {
  const auto draft = draft_of(100);
  const double all = seconds_of(draft);

  const auto epochs = cli::fit(draft, all / 2, seconds_of);
  CHECK(epochs.draft.cut == std::vector<std::string>{"epochs 60 -> 26", "epochs of the pretraining 30 -> 15"});

  const auto more = cli::fit(draft, all / 20, seconds_of);
  CHECK(more.draft.protocols.size() == 4);
  CHECK(more.draft.side == 32);
  CHECK(more.draft.folds == 3);
  CHECK(more.seconds <= all / 20);
  CHECK(more.draft.used_per_class() == draft.used_per_class());
}

TEST_CASE("budget: images a class are cut where nothing else is left, and the protocols are chosen for them") {
  const auto draft = draft_of(1000);

  const auto fitted = cli::fit(draft, seconds_of(draft) / 4000, seconds_of);

  CHECK(fitted.draft.used_per_class() < 20);
  CHECK(fitted.draft.protocols.front().name == "freeze");
}

TEST_CASE("budget: where the smallest study is too long it is refused with its time") {
  CHECK_THROWS_WITH(cli::fit(draft_of(100), 1, [](const Draft&) { return 7200.0; }),
                    Catch::Contains("the smallest study takes about 2 h") && Catch::Contains("--budget allows 1 s"));
}
