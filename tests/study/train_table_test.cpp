#include "espalier/study/train_table.hpp"

#include <catch2/catch.hpp>

using namespace espalier::study;

TEST_CASE("training values: what show says of a default sets the same default again") {
  const TrainValues defaults = train_defaults();
  for (const auto& row : train_rows()) {
    INFO(row.key);
    const auto text = row.text(defaults);
    if (!row.set || !text) continue;
    TrainValues again;
    CHECK(!row.set(again, parse_value(*text)));
    CHECK(row.text(again) == text);
  }
}

TEST_CASE("training values: of two sets the second counts where it says something") {
  TrainValues over;
  for (const auto& row : train_rows()) {
    if (!row.set_default) continue;
    TrainValues base;
    row.set_default(base);
    row.merge(base, over);
    INFO(row.key);
    CHECK(row.text(base).has_value());
    row.merge(over, base);
    CHECK(row.text(over) == row.text(base));
  }
}

TEST_CASE("training values: augmentation has names, of which 'none' is always there") {
  Study study;
  study.augments["light"].flip = true;

  CHECK(augment_names(study) == std::vector<std::string>{"none", "light"});
  CHECK(augment_named(study, "light")->flip);
  CHECK(augment_named(study, "none") == espalier::task::AugmentSpec{});
  CHECK_FALSE(augment_named(study, "strong"));
}
