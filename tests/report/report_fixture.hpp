#pragma once
// A small study with results: two experiments over sizes, a selection, a poor source, a diverged run.
#include "espalier/report/page.hpp"
#include "espalier/study/parse.hpp"
#include "support/state_builder.hpp"

namespace espalier::testing {

inline const char* fixture_text() {
  return R"(# Question: how many units <should> be copied?
#           A second line.
# Size:     small.
[study]
name = "fixture & co"
seed = 3

[data.omniglot]
format = "idx"
images = "images.gz"
labels = "labels.gz"
valid  = { per_class = 4 }
test   = { per_class = 6 }

[split]
kind = "random"
count = 3
source = 8
target = 3

[source.half]
data = "omniglot"
classes = "split.source"
train = { warn_below = 0.6 }

[target.other]
data = "omniglot"
classes = "split.target"

[network]
name = "cifar7"

[train]
batch = 10
epochs = 20
rates = [
  { units = "top",  start = 0.01,  factor = 0.1, first = 15 },
  { units = "rest", start = 0.001, factor = 0.1, first = 15 },
]

[[experiment]]
name  = "transferred"
axes  = { transferred = [0, 2, 6], per_class = [1, 5, "all"] }

[[experiment]]
name  = "chosen"
axes  = { per_class = [1, 5, "all"] }
take  = [
  { values = ["transferred"], from = ["transferred"], best = "valid.top1", mean_over = ["split"], per = ["per_class"] },
]

[[figure]]
experiment = "transferred"
x = "transferred"
series = "per_class"
y = "test.top1"
title = "Copying helps <most> at 1"
)";
}

inline std::vector<plan::Label> fixture_cell(int transferred, const std::string& per_class, int split) {
  return {{"source", "half"},
          {"transferred", std::to_string(transferred)},
          {"frozen", "0"},
          {"per_class", per_class},
          {"split", std::to_string(split)},
          {"replicate", "1"}};
}

inline StateBuilder fixture_state() {
  StateBuilder builder;
  builder.study(fixture_text());
  builder.pretrain("1", {.valid_top1 = .7}).pretrain("2", {.valid_top1 = .41}).pretrain("3", {.valid_top1 = .65});
  const std::vector<std::string> sizes = {"1", "5", "all"};
  for (const int n : {0, 2, 6}) {
    for (std::size_t size = 0; size < sizes.size(); ++size) {
      for (int split = 1; split <= 3; ++split) {
        if (n == 6 && size == 1 && split == 2) {
          builder.failed("transferred", fixture_cell(n, sizes[size], split), "diverged: loss is NaN in epoch 3");
          continue;
        }
        const double level = .2 + .05 * n + .1 * static_cast<double>(size) + .01 * split * (n == 2 ? 2 : 1);
        builder.done(
            "transferred", fixture_cell(n, sizes[size], split),
            {.valid_top1 = level + .02, .test_top1 = level, .train_loss = 2 - .2 * n, .valid_loss = 2 + .1 * n});
      }
    }
  }
  plan::SelectionOutcome selection{
      "chosen/0/per_class=1", "chosen", {{"per_class", "1"}}, "valid.top1", {{"transferred", "6"}}, "", {}};
  selection.candidates = {{{{"transferred", "6"}}, .53, 2.6, 7, 3, 0, 0, 3, 1, false},
                          {{{"transferred", "2"}}, .34, 2.2, 7, 3, 0, 0, 0, .01, false},
                          {{{"transferred", "0"}}, .23, 2.0, 7, 3, 0, 0, 0, .3, true}};
  builder.selection(selection);
  builder.later("chosen",
                {{"source", "half"},
                 {"transferred", "later"},
                 {"frozen", "0"},
                 {"per_class", "5"},
                 {"split", "1"},
                 {"replicate", "1"}},
                "chosen/0/per_class=5");
  return builder;
}

inline report::Report fixture_report(const report::Directory& directory, report::Draw draw) {
  const auto parsed = study::parse(directory.state.study.text);
  return report::make_report({&directory, parsed.study, std::move(draw), "2026-11-21 08:00 UTC"});
}

}  // namespace espalier::testing
