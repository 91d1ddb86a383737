#include "espalier/report/query.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "support/state_builder.hpp"

using namespace espalier;
using testing::StateBuilder;

namespace {

std::vector<plan::Label> cell(int transferred, const std::string& per_class, int split, int replicate = 1) {
  return {{"transferred", std::to_string(transferred)},
          {"per_class", per_class},
          {"split", std::to_string(split)},
          {"replicate", std::to_string(replicate)}};
}

/// Sizes 1, 10, all; n = 0 and 6; three splits. Test accuracy: 0.2, + 0.3 with transfer, + 0.01 a split.
StateBuilder small_study() {
  StateBuilder builder;
  for (const std::string size : {"1", "10", "all"}) {
    for (const int n : {6, 0}) {
      for (int split = 1; split <= 3; ++split) {
        builder.done("e", cell(n, size, split), {.test_top1 = 0.2 + 0.05 * n + 0.01 * split});
      }
    }
  }
  return builder;
}

std::vector<report::Directory> one(const StateBuilder& builder) { return {{"out", builder.state()}}; }

report::Query by(std::vector<std::string> axes) {
  report::Query query;
  query.by = std::move(axes);
  return query;
}

}  // namespace

TEST_CASE("report: cells hold the metric of the final epoch, ordered by the values of the axes") {
  const auto directories = one(small_study());

  const auto cells = report::aggregate(report::runs_of(directories), by({"per_class", "transferred"}));

  REQUIRE(cells.size() == 6);
  CHECK(cells[0].group == std::vector<std::string>{"1", "0"});
  CHECK(cells[1].group == std::vector<std::string>{"1", "6"});
  CHECK(cells[3].group == std::vector<std::string>{"10", "6"});
  CHECK(cells[5].group == std::vector<std::string>{"all", "6"});
  CHECK(cells[0].summary.n == 3);
  CHECK(cells[0].summary.mean == Approx(.22));
  CHECK(cells[5].summary.mean == Approx(.52));
}

TEST_CASE("report: a mean over settings nobody asked to average over is refused, and --over allows it") {
  const auto directories = one(small_study());
  const auto views = report::runs_of(directories);

  CHECK_THROWS_WITH(report::aggregate(views, by({"per_class"})), Catch::Contains("'transferred' varies within a cell"));

  auto query = by({"per_class"});
  query.over = {"transferred"};
  const auto cells = report::aggregate(views, query);
  CHECK(cells[0].summary.n == 3);
  CHECK(cells[0].summary.mean == Approx(.37));
}

TEST_CASE("report: conditions select by value, whatever its spelling") {
  const auto directories = one(small_study());
  const auto views = report::runs_of(directories);

  CHECK(report::select(views, {report::parse_condition("per_class = 1.0|all")}).size() == 12);
  CHECK(report::select(views, report::parse_conditions("per_class=1,transferred=0,split=2")).size() == 1);
  CHECK_THROWS_WITH(report::select(views, {report::parse_condition("experiment=other")}),
                    Catch::Contains("no run has experiment = other") && Catch::Contains("the values here are e"));
  CHECK_THROWS_WITH(report::select(views, {report::parse_condition("frozen=1")}),
                    Catch::Contains("no run has an axis 'frozen'"));
  CHECK_THROWS_AS(report::parse_condition("per_class"), UsageError);
}

TEST_CASE("report: --over what every mean is over, or what --by lists, is refused") {
  const auto directories = one(small_study());
  const auto views = report::runs_of(directories);
  auto query = by({"transferred", "per_class"});

  query.over = {"split"};
  CHECK_THROWS_WITH(report::observe(views, query), Catch::Contains("every mean is over anyway"));
  query.over = {"per_class"};
  CHECK_THROWS_WITH(report::observe(views, query), Catch::Contains("in --by and in --over"));
}

TEST_CASE("report: axes in which the sides of a contrast differ unsaid are told") {
  StateBuilder builder;
  for (int split = 1; split <= 3; ++split) {
    for (const int n : {2, 6}) {
      auto labels = cell(n, "1", split);
      labels.push_back({"high_units", std::to_string(7 - n)});  // zipped with it
      builder.done("e", labels, {.test_top1 = 0.5});
    }
  }
  const auto directories = one(builder);
  const auto views = report::runs_of(directories);
  const auto a = report::parse_conditions("transferred=6"), b = report::parse_conditions("transferred=2");

  CHECK((report::also_differing(views, a, b, by({"per_class"})) == std::vector<std::string>{"high_units"}));
}

TEST_CASE("report: an axis zipped with one that is averaged over does not differ between partners") {
  StateBuilder builder;
  for (const std::string frozen : {"0", "1"}) {
    for (const int n : {2, 6}) {
      auto labels = cell(n, "1", 1);
      labels.push_back({"high_units", std::to_string(7 - n)});  // zipped with transferred
      labels.push_back({"frozen", frozen});
      builder.done("e", labels, {.test_top1 = 0.5});
    }
  }
  const auto directories = one(builder);
  auto query = by({"per_class"});
  query.over = {"transferred"};

  CHECK(report::also_differing(report::runs_of(directories), report::parse_conditions("frozen=1"),
                               report::parse_conditions("frozen=0"), query)
            .empty());
}

TEST_CASE("report: diverged, waiting and later runs are counted in their cells") {
  StateBuilder builder;
  builder.done("e", cell(6, "1", 1), {.test_top1 = .5});
  builder.failed("e", cell(6, "1", 2), "diverged: loss is NaN in epoch 3");
  builder.waiting("e", cell(6, "1", 3));
  builder.later("e", cell(6, "1", 4), "e/0");
  const auto directories = one(builder);

  const auto cells = report::aggregate(report::runs_of(directories), by({"per_class"}));

  CHECK(stats::to_string(cells[0].counts) == "1 of 4, 1 diverged, 2 missing");
}

TEST_CASE("report: runs that left the study are not looked at") {
  auto builder = small_study();
  builder.state().runs[0].current = false;
  const auto directories = one(builder);

  CHECK(report::runs_of(directories).size() == 17);
}

TEST_CASE("report: two directories merge, a done run before a waiting one") {
  StateBuilder first, second;
  first.done("e", cell(6, "1", 1), {.test_top1 = .4}).waiting("e", cell(6, "1", 2));
  second.waiting("e", cell(6, "1", 1)).done("e", cell(6, "1", 2), {.test_top1 = .6});
  const std::vector<report::Directory> directories = {{"a", first.state()}, {"b", second.state()}};

  const auto cells = report::aggregate(report::runs_of(directories), by({"per_class"}));

  CHECK(cells[0].counts.runs == 2);
  CHECK(cells[0].summary.mean == Approx(.5));
}

TEST_CASE("report: two directories with different trainings for one cell are refused, unless they are kept apart") {
  StateBuilder first, second;
  first.done("e", cell(6, "1", 1), {.test_top1 = .4});
  second.done("e", cell(6, "1", 1), {.test_top1 = .6});
  auto& run = second.state().runs[0].run;
  auto task = second.state().tasks.extract(run.task);
  run.task = task.key() = TaskId::of(sha256("longer training"));
  second.state().tasks.insert(std::move(task));
  const std::vector<report::Directory> directories = {{"a", first.state()}, {"b", second.state()}};

  CHECK_THROWS_AS(report::runs_of(directories), UsageError);
  const auto cells = report::aggregate(report::runs_of(directories, report::SameCell::keep), by({"directory"}));
  REQUIRE(cells.size() == 2);
  CHECK(cells[1].group == std::vector<std::string>{"b"});
}

TEST_CASE("report: a metric that no run recorded is refused") {
  const auto directories = one(small_study());
  auto query = by({"per_class", "transferred"});
  query.metric = metrics::parse_metric("fit.loss");

  CHECK_THROWS_WITH(report::aggregate(report::runs_of(directories), query),
                    Catch::Contains("no run recorded train_eval.loss"));
}

TEST_CASE("report: a contrast pairs the runs of two sides, cell by cell") {
  const auto directories = one(small_study());

  const auto contrasts = report::contrast(report::runs_of(directories), report::parse_conditions("transferred=6"),
                                          report::parse_conditions("transferred=0"), by({"per_class"}));

  REQUIRE(contrasts.size() == 3);
  CHECK(contrasts[0].group == std::vector<std::string>{"1"});
  CHECK(contrasts[2].group == std::vector<std::string>{"all"});
  CHECK(contrasts[0].pairs == 3);
  CHECK(contrasts[0].difference.difference.mean == Approx(.3));
  CHECK(contrasts[0].ratio->mean > 2);
}

TEST_CASE("report: folds are averaged to one value of a split, which stands for the spread where there is one") {
  StateBuilder builder;
  for (int fold = 1; fold <= 4; ++fold) {
    auto labels = cell(6, "1", 1);
    labels.push_back({"fold", std::to_string(fold)});
    builder.done("e", labels, {.test_top1 = 0.5 + 0.01 * fold});
  }
  const auto directories = one(builder);
  const auto views = report::runs_of(directories);

  const auto cells = report::aggregate(views, by({"transferred"}));

  REQUIRE(cells.size() == 1);
  CHECK(cells[0].summary.n == 1);
  CHECK(cells[0].summary.folds == 4);
  CHECK(cells[0].summary.mean == Approx(.525));
  CHECK(report::varying_axes(views).empty());
  auto over = by({"transferred"});
  over.over = {"fold"};
  CHECK_THROWS_WITH(report::aggregate(views, over), Catch::Contains("every mean is over anyway"));
}

TEST_CASE("report: over targets n counts them, and splits are averaged within each") {
  StateBuilder builder;
  for (const std::string target : {"a", "b", "c"}) {
    for (int split = 1; split <= 2; ++split) {
      auto labels = cell(6, "1", split);
      labels.push_back({"target", target});
      builder.done("e", labels, {.test_top1 = (target == "a" ? .2 : target == "b" ? .4 : .6) + .01 * split});
    }
  }
  const auto directories = one(builder);
  const auto views = report::runs_of(directories);
  auto query = by({"transferred"});
  CHECK_THROWS_WITH(report::aggregate(views, query), Catch::Contains("'target' varies within a cell"));
  query.unit = "target";

  const auto cells = report::aggregate(views, query);

  REQUIRE(cells.size() == 1);
  CHECK(cells[0].summary.n == 3);
  CHECK(cells[0].summary.mean == Approx(.415));
  CHECK(cells[0].summary.sd == Approx(.2));
  CHECK(cells[0].splits.at(1).split == "b");
  query.by.push_back("target");
  CHECK_THROWS_WITH(report::aggregate(views, query), Catch::Contains("'target' repeats each setting"));
}

namespace {

/// Two splits with three replicates each, of two settings; those of `redrawn` settings have sources of their own.
store::State replicated(const std::vector<int>& redrawn) {
  StateBuilder builder;
  for (const int n : {0, 6}) {
    for (int split = 1; split <= 2; ++split) {
      for (int replicate = 1; replicate <= 3; ++replicate)
        builder.done("e", cell(n, "1", split, replicate),
                     {.test_top1 = 0.2 + 0.05 * n + 0.01 * split + 0.002 * replicate * (1 + n)});
    }
  }
  for (auto& entry : builder.state().runs) {
    const int n = std::stoi(*entry.run.label("transferred"));
    entry.run.redrawn = std::find(redrawn.begin(), redrawn.end(), n) != redrawn.end();
  }
  return builder.state();
}

}  // namespace

TEST_CASE("report: replicates with sources of their own are repetitions as splits are, others are not") {
  const std::vector<report::Directory> shared{{"out", replicated({})}}, own{{"out", replicated({0, 6})}},
      mixed{{"out", replicated({6})}};
  const auto query = by({"transferred"});
  const auto n_of = [&](const auto& directories) {
    std::vector<int> n;
    for (const auto& cell : report::aggregate(report::runs_of(directories), query)) n.push_back(cell.summary.n);
    return n;
  };

  CHECK(n_of(shared) == std::vector<int>{2, 2});
  CHECK(n_of(own) == std::vector<int>{6, 6});
  CHECK(n_of(mixed) == std::vector<int>{2, 6});
  CHECK(report::counted_in(report::runs_of(shared), query) == "split");
  CHECK(report::counted_in(report::runs_of(own), query) == "source_network");
  CHECK(report::counted_in(report::runs_of(mixed), query) == "repetition");
  const auto means = report::aggregate(report::runs_of(own), query),
             split_means = report::aggregate(report::runs_of(shared), query);
  CHECK(means[1].summary.mean == Approx(split_means[1].summary.mean));
  CHECK(means[1].splits[1].split == "1, replicate 2");
}

TEST_CASE("report: pairs count source networks only where both sides have their own") {
  const auto a = report::parse_conditions("transferred=6"), b = report::parse_conditions("transferred=0");
  const auto n_of = [&](const std::vector<int>& redrawn) {
    const std::vector<report::Directory> directories{{"out", replicated(redrawn)}};
    const auto contrasts = report::contrast(report::runs_of(directories), a, b, by({"per_class"}));
    CHECK(contrasts.at(0).pairs == 6);
    CHECK(contrasts.at(0).unpaired == 0);
    return contrasts.at(0).difference.difference.n;
  };

  CHECK(n_of({}) == 2);
  CHECK(n_of({0, 6}) == 6);
  CHECK(n_of({6}) == 2);
}

namespace {

/// One split with four replicates of two settings; those of `drawn` settings have training images of their own.
store::State draws(const std::vector<int>& drawn) {
  StateBuilder builder;
  for (const int n : {0, 6}) {
    for (int replicate = 1; replicate <= 4; ++replicate)
      builder.done("e", cell(n, "1", 1, replicate), {.test_top1 = 0.2 + 0.05 * n + 0.01 * replicate});
  }
  for (auto& entry : builder.state().runs) {
    const int n = std::stoi(*entry.run.label("transferred"));
    entry.run.draws_images = std::find(drawn.begin(), drawn.end(), n) != drawn.end();
  }
  return builder.state();
}

}  // namespace

TEST_CASE("report: draws of training images are repetitions, and have an interval within one split") {
  const std::vector<report::Directory> shared{{"out", draws({})}}, own{{"out", draws({0, 6})}};
  const auto query = by({"transferred"});

  const auto one = report::aggregate(report::runs_of(shared), query),
             four = report::aggregate(report::runs_of(own), query);

  CHECK(one[1].summary.n == 1);
  CHECK_FALSE(one[1].summary.interval);
  CHECK(four[1].summary.n == 4);
  CHECK(four[1].summary.mean == Approx(one[1].summary.mean));
  REQUIRE(four[1].summary.interval);
  CHECK(four[1].summary.interval->high - four[1].summary.mean == Approx(3.182446 * 0.01290994 / 2).epsilon(1e-5));
  CHECK(report::counted_in(report::runs_of(shared), query) == "split");
  CHECK(report::counted_in(report::runs_of(own), query) == "image_draw");
  const auto a = report::parse_conditions("transferred=6"), b = report::parse_conditions("transferred=0");
  const auto n_of = [&](const std::vector<int>& drawn) {
    const std::vector<report::Directory> directories{{"out", draws(drawn)}};
    return report::contrast(report::runs_of(directories), a, b, by({"per_class"})).at(0).difference.difference.n;
  };
  CHECK(n_of({0, 6}) == 4);
  CHECK(n_of({6}) == 1);
}

TEST_CASE("report: pairs of redrawn sources with draws of images count what both sides have") {
  auto state = draws({0});
  for (auto& entry : state.runs) entry.run.redrawn = !entry.run.draws_images;
  const std::vector<report::Directory> directories{{"out", std::move(state)}};
  const auto views = report::runs_of(directories);
  const auto side = [&](const std::string& n) {
    return report::select(views, report::parse_conditions("transferred=" + n));
  };

  CHECK(report::counted_in(side("6"), by({})) == "source_network");
  CHECK(report::counted_in(side("0"), by({})) == "image_draw");
  CHECK(report::counted_in(side("6"), side("0"), by({})) == "image_draw");
}
