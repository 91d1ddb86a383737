// What recordings hold of each other, and what is asked for by two.
#include "espalier/task/record_spec.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

using namespace espalier;
using namespace espalier::task;
using metrics::Metric;
using metrics::Subset;

namespace {

/// Few names, sets, intervals and metrics, so that many of them meet.
EvaluationSpec some_evaluation() {
  EvaluationSpec one;
  one.name = *rc::gen::element(Subset::valid, Subset::test);
  one.images = ImageSetId{*rc::gen::element("a", "b")};
  one.every = *rc::gen::element(0, 1, 2, 3, 4);
  one.every_steps = *rc::gen::element<std::int64_t>(0, 4, 6);
  one.metrics = *rc::gen::element(std::vector<Metric>{}, std::vector<Metric>{Metric::loss},
                                  std::vector<Metric>{Metric::top1, Metric::loss});
  return one;
}

RecordSpec some_record() {
  RecordSpec record;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
    RecordSpec one;
    one.evaluations = {some_evaluation()};
    one.keep = *rc::gen::element(Keep::none, Keep::last, Keep::best, Keep::all);
    record = both(record, one);
  }
  return record;
}

EvaluationSpec evaluation(Subset name, const char* images, std::int32_t every, std::vector<Metric> metrics = {}) {
  return {name, ImageSetId{images}, every, std::move(metrics)};
}

}  // namespace

TEST_CASE("record: what meets two requests lacks nothing of either, and names each image set once") {
  const bool ok = rc::check([] {
    const RecordSpec a = some_record(), b = some_record(), all = both(a, b);
    RC_ASSERT(lacking(all, a).empty());
    RC_ASSERT(lacking(all, b).empty());
    RC_ASSERT(all.keep >= a.keep);
    RC_ASSERT(all.keep >= b.keep);
    for (std::size_t i = 0; i < all.evaluations.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const auto &left = all.evaluations[i], &right = all.evaluations[j];
        RC_ASSERT(left.name != right.name || left.images != right.images);
      }
    }
    for (std::size_t i = 0; i < a.evaluations.size(); ++i) {  // those of `a` first, in their order
      RC_ASSERT(all.evaluations[i].images == a.evaluations[i].images);
    }
    RC_ASSERT((both(all, a) == all));
    RC_ASSERT((both(a, a) == a));
  });

  CHECK(ok);
}

TEST_CASE("record: one that is measured more often, or by more metrics, covers one that is less so") {
  const auto each = evaluation(Subset::valid, "a", 1), third = evaluation(Subset::valid, "a", 3),
             end = evaluation(Subset::valid, "a", 0);

  CHECK(covers(each, third));
  CHECK(covers(third, evaluation(Subset::valid, "a", 6)));
  CHECK_FALSE(covers(third, each));
  CHECK_FALSE(covers(third, evaluation(Subset::valid, "a", 4)));
  CHECK(covers(third, end));
  CHECK(covers(end, end));
  CHECK_FALSE(covers(end, third));
  CHECK_FALSE(covers(each, evaluation(Subset::test, "a", 1)));
  CHECK_FALSE(covers(each, evaluation(Subset::valid, "b", 1)));
  auto steps = end, more_steps = end;
  steps.every_steps = 100;
  more_steps.every_steps = 300;
  CHECK(covers(steps, more_steps));
  CHECK_FALSE(covers(more_steps, steps));
  CHECK(covers(steps, end));
  CHECK_FALSE(covers(each, steps));  // how many steps an epoch has is not known here
  CHECK(covers(each, evaluation(Subset::valid, "a", 1, {Metric::loss})));
  CHECK_FALSE(covers(evaluation(Subset::valid, "a", 1, {Metric::loss}), each));
  CHECK(covers(evaluation(Subset::valid, "a", 1, {Metric::top1, Metric::loss}),
               evaluation(Subset::valid, "a", 1, {Metric::loss})));
}

TEST_CASE("record: what is lacking keeps its order, and a set measured too seldom is told from one that is new") {
  RecordSpec recorded, wanted;
  recorded.evaluations = {evaluation(Subset::valid, "a", 0)};
  wanted.evaluations = {evaluation(Subset::test, "b", 1), evaluation(Subset::valid, "a", 1),
                        evaluation(Subset::valid, "a", 0)};

  CHECK((lacking(recorded, wanted) == std::vector{wanted.evaluations[0], wanted.evaluations[1]}));
  CHECK(is_too_rare(recorded, wanted.evaluations[1]));
  CHECK_FALSE(is_too_rare(recorded, wanted.evaluations[0]));
  CHECK_FALSE(is_too_rare(recorded, wanted.evaluations[2]));
  CHECK(evaluation_named(wanted, Subset::valid) == &wanted.evaluations[1]);
  CHECK(evaluation_named(recorded, Subset::test) == nullptr);
}

TEST_CASE("record: the result on a set is its last row in the order of moments") {
  const auto row = [](std::int32_t epoch, std::int32_t step, const char* set) {
    return metrics::Row{epoch, step, Subset::test, ImageSetId{set}, 1, {}};
  };
  const std::vector<metrics::Row> rows{row(2, 0, "a"), row(3, 1, "a"), row(3, 0, "a"), row(9, 0, "b")};
  const auto itself = [](const metrics::Row& one) -> const metrics::Row& { return one; };

  CHECK(result_at(rows, Subset::test, ImageSetId{"a"}, itself) == &rows[1]);
  CHECK(result_at(rows, Subset::test, ImageSetId{"b"}, itself) == &rows[3]);
  CHECK(result_at(rows, Subset::valid, ImageSetId{"a"}, itself) == nullptr);
}

TEST_CASE(
    "record: an evaluation that names no metrics measured the first three, so that a metric added later is lacking") {
  const auto unnamed = evaluation(Subset::test, "a", 0);
  auto more = unnamed;
  more.metrics = metrics_of(unnamed);

  CHECK(covers(unnamed, more));
  CHECK(covers(more, unnamed));
  CHECK(both({{unnamed}}, {{more}}).evaluations == std::vector{unnamed});
  more.metrics.push_back(static_cast<Metric>(999));
  CHECK(covers(more, unnamed));
  CHECK_FALSE(covers(unnamed, more));
  CHECK(lacking({{unnamed}}, {{more}}) == std::vector{more});
  CHECK(both({{unnamed}}, {{more}}).evaluations == std::vector{more});
  const auto always = [](const metrics::MetricFacts& facts) {
    return !facts.of_sets && !facts.on_request && !facts.multi_label;
  };
  const auto of_outputs = std::count_if(metrics::kMetrics.begin(), metrics::kMetrics.end(), always);
  CHECK(metrics_of({Subset::test, {}, 1, all_metrics()}).size() == static_cast<std::size_t>(of_outputs));
}
