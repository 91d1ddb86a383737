#include "espalier/report/page.hpp"

#include <catch2/catch.hpp>

#include "many_runs_fixture.hpp"
#include "report_fixture.hpp"

using namespace espalier;
using Catch::Contains;

namespace {

std::string no_drawing(const std::string&) {
  return "<?xml?>\n<svg><g id='gpDot' color=\"black\"><title>x</title></g></svg>";
}

const report::Report& fixture() {
  static const report::Directory directory{"out", testing::fixture_state().state()};
  static const auto report = testing::fixture_report(directory, no_drawing);
  return report;
}

/// The page between the heading of one section and the next.
std::string part(const std::string& id) {
  const auto& html = fixture().html;
  const auto from = html.find("<section id=\"" + id + "\"");
  return from == std::string::npos ? "" : html.substr(from, html.find("</section>", from) - from);
}

}  // namespace

TEST_CASE("report: the head says what the study asked, escaped") {
  CHECK_THAT(fixture().html, Contains("Question: how many units &lt;should&gt; be copied? A second line."));
  CHECK_THAT(fixture().html, Contains("<h1>fixture &amp; co</h1>"));
  CHECK_THAT(fixture().html, !Contains("<should>"));
}

TEST_CASE("report: a source below what the study calls usable is said loudly") {
  CHECK_THAT(part("sources"), Contains("reached 41.0 % on validation images, below the 60 %"));
  CHECK_THAT(part("sources"), Contains("class=\"loud\""));
}

TEST_CASE("report: the best setting per size is chosen on validation images, with its wins and its test accuracy") {
  const auto best = part("best");

  CHECK_THAT(best, Contains("transferred\u00a06"));
  CHECK_THAT(best, Contains("54.0 ± 2.5"));  // validation: .53, .54, .55
  CHECK_THAT(best, Contains("52.0 ± 2.5"));  // test
  CHECK_THAT(best, Contains("3 of 3"));
}

TEST_CASE("report: each size has its best protocol over all experiments, and what papers say of it") {
  const auto advice = part("advice");

  CHECK_THAT(advice, Contains("Which protocol, by what was measured"));
  CHECK_THAT(advice, Contains("half, 1 image a class"));
  CHECK_THAT(advice, Contains("Best on validation images: transferred 6 (copied units tuned)"));
  CHECK_THAT(advice, Contains("Distance unknown.") && Contains("Chu et al. 2016"));
}

TEST_CASE("report: selections show what was taken and what cannot be told from it") {
  CHECK_THAT(part("selections"), Contains("transferred\u00a06"));
  CHECK_THAT(part("selections"), Contains("53.0"));
  CHECK_THAT(part("selections"), Contains("transferred\u00a00"));
  CHECK_THAT(part("selections"), !Contains("transferred\u00a02"));
}

TEST_CASE("report: the overfitting table has both losses and the mean gap") {
  const auto table = part("overfitting");

  CHECK_THAT(table, Contains("2.00 / 2.00"));
  CHECK_THAT(table, Contains("0.80 / 2.60"));
  CHECK_THAT(table, Contains("1.80"));
  CHECK_THAT(table, !Contains("finished network"));  // train_eval.loss was not recorded: never mixed, never made up
}

TEST_CASE("report: failures name the run and its cause, and cells count them") {
  CHECK_THAT(part("failures"), Contains("diverged: loss is NaN in epoch 3"));
  CHECK_THAT(part("tables"), Contains("2 of 3, 1 diverged"));
  CHECK_THAT(part("failures"), Contains("Not ended yet"));
}

TEST_CASE("report: the methods name splits, rates and the way intervals are made") {
  const auto methods = part("methods");

  CHECK_THAT(methods, Contains("3 random splits"));
  CHECK_THAT(methods, Contains("chosen: one setting; takes transferred from the setting of transferred with the "
                               "best valid.top1, averaged over split, for each per_class"));
  CHECK_THAT(methods, Contains("units &#39;top&#39; at 0.01, multiplied by 0.1 at epoch 15"));
  CHECK_THAT(methods, Contains("over 3 overlapping splits"));
  CHECK_THAT(methods, Contains("4 images a class are held out for validation"));
}

TEST_CASE("report: a figure's CSV is the aggregate of its axes") {
  REQUIRE(fixture().files.size() == 1);
  CHECK(fixture().files[0].name == "transferred-transferred.csv");

  const report::Directory directory{"out", testing::fixture_state().state()};
  report::Query query;
  query.by = {"per_class", "transferred"};
  const auto views = report::select(report::runs_of(directory), {{"experiment", {"transferred"}}});
  CHECK(fixture().files[0].text == report::csv(report::exact(report::aggregate(views, query), query)));
}

TEST_CASE("report: figures stand in the page in its own ink, without the drawing program's names") {
  CHECK_THAT(part("figures"), Contains("Copying helps &lt;most&gt; at 1"));
  CHECK_THAT(part("figures"), Contains("color=\"currentColor\""));
  CHECK_THAT(part("figures"), !Contains("<?xml") && !Contains("<title>"));
}

TEST_CASE("report: the result table for a terminal has sizes across and settings down") {
  REQUIRE_FALSE(fixture().tables.empty());
  const auto& words = fixture().tables[0].words;

  CHECK(words.header == std::vector<std::string>{"transferred", "per_class 1", "per_class 5", "per_class all"});
  CHECK(words.rows[0] == std::vector<std::string>{"0", "22.0 ± 2.5", "32.0 ± 2.5", "42.0 ± 2.5"});
  CHECK(words.rows[2][2] == "62.0 (2 of 3, 1 diverged)");
}

TEST_CASE("report: a study without results yet still has a page") {
  testing::StateBuilder builder;
  builder.study(testing::fixture_text());
  builder.waiting("transferred", testing::fixture_cell(0, "1", 1))
      .waiting("transferred", testing::fixture_cell(2, "1", 1));
  const report::Directory directory{"out", builder.state()};

  const auto report = testing::fixture_report(directory, no_drawing);

  CHECK_THAT(report.html, Contains("No run of this figure has a test top-1 accuracy (%) yet."));
  CHECK_THAT(report.html, Contains("2 of 2 runs have no result"));
}

TEST_CASE("report: the best setting, its wins and its ties are those of the selection among the same runs") {
  // Equal counts in another order: as sums of doubles they differ. The loss decides, which here favours the second.
  testing::StateBuilder builder;
  builder.study(testing::fixture_text());
  for (const std::string size : {"1", "5"}) {
    for (int split = 1; split <= 3; ++split) {
      builder.done("transferred", testing::fixture_cell(0, size, split), {.valid_top1 = .1 * split, .valid_loss = 2});
      builder.done("transferred", testing::fixture_cell(2, size, split),
                   {.valid_top1 = .1 * (4 - split), .valid_loss = 1});
    }
  }
  const report::Directory directory{"out", builder.state()};

  const auto report = testing::fixture_report(directory, no_drawing);

  const auto from = report.html.find("<section id=\"best\"");
  const auto best = report.html.substr(from, report.html.find("</section>", from) - from);
  CHECK_THAT(best, Contains("<td>transferred\u00a02</td>"));
  CHECK_THAT(best, Contains("2 of 3"));              // splits 1 and, by its loss, 2
  CHECK_THAT(best, Contains("transferred\u00a00"));  // cannot be told from it
}

TEST_CASE("report: settings of different targets are not ranked against each other") {
  testing::StateBuilder builder;
  builder.study(testing::fixture_text());
  for (const std::string target : {"easy", "hard"}) {
    for (const int n : {0, 2}) {
      auto cell = testing::fixture_cell(n, "1", 1);
      cell.push_back({"target", target});
      builder.done("transferred", cell, {.valid_top1 = (target == "easy" ? .9 : .1) + .01 * n});
      cell[3].value = "5";
      builder.done("transferred", cell, {.valid_top1 = (target == "easy" ? .9 : .1) - .01 * n});
    }
  }
  const report::Directory directory{"out", builder.state()};

  const auto report = testing::fixture_report(directory, no_drawing);

  CHECK_THAT(report.html, Contains("<th scope=\"row\">easy</th>") && Contains("<th scope=\"row\">hard</th>"));
}

TEST_CASE("report: a study without test images is reported on by its validation images") {
  testing::StateBuilder builder;
  builder.study(testing::fixture_text());
  builder.done("transferred", testing::fixture_cell(0, "1", 1), {.valid_top1 = .4});
  builder.done("transferred", testing::fixture_cell(2, "1", 1), {.valid_top1 = .6});
  for (auto& [id, task] : builder.state().tasks) {
    std::erase_if(task.rows, [](const auto& one) { return one.row.subset == metrics::Subset::test; });
  }
  const report::Directory directory{"out", builder.state()};

  const auto report = testing::fixture_report(directory, no_drawing);

  CHECK_THAT(report.tables[0].title, Contains("valid.top1"));
  CHECK(report.tables[0].words.rows[1][1] == "60.0");
  CHECK_THAT(report.html, Contains("No run of this figure has a test top-1 accuracy (%) yet."));
}

TEST_CASE("report: tables that the study asks for stand on the page, beside it as CSV, and on the terminal") {
  auto builder = testing::fixture_state();
  builder.study(testing::fixture_text() +
                std::string("[[table]]\nkind = \"raw\"\nexperiment = \"transferred\"\ntitle = \"Every <cell>\"\n"
                            "[[table]]\nkind = \"ratio\"\nexperiment = \"transferred\"\nover = \"transferred=6\"\n"
                            "under = \"transferred=0\"\n"));
  const report::Directory directory{"out", builder.state()};

  const auto report = testing::fixture_report(directory, no_drawing);

  CHECK_THAT(report.html, Contains("<section id=\"study-tables\"") && Contains("Every &lt;cell&gt;"));
  CHECK_THAT(report.html, Contains("<a href=\"#study-tables\">Tables</a>"));
  CHECK_THAT(report.html, Contains("<a href=\"table-transferred-ratio.csv\">CSV</a>"));
  CHECK(report::names_file(report.html, "table-transferred-raw.csv"));
  CHECK(report.files.back().name == "table-transferred-ratio.csv");
  CHECK_THAT(report.files.back().text, Contains("ratio_low"));
  CHECK(report.tables.back().title == "transferred: transferred=6 over transferred=0");
}

namespace {

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

}  // namespace

TEST_CASE("report: a page of a thousand runs has a fold for each and stays below 5 MB") {
  const report::Directory directory{"out", testing::many_runs_state().state()};
  REQUIRE(directory.state.runs.size() == testing::kManyRuns);

  const auto html = testing::many_runs_report(directory).html;

  CHECK(html.size() < 5'000'000);
  CHECK(times(html, "<details class=\"run\">") == testing::kManyRuns);
  CHECK(times(html, "<table class=\"matrix\">") == testing::kManyExperiments);
  CHECK(times(html, "data:image/png;base64,") == 12 * testing::kManyExperiments);
  CHECK_THAT(html, Contains("a folder/image ") && !Contains("<0>"));
}

TEST_CASE("report: learning curves are of the best, the worst and settings between, by validation images") {
  const auto curves = part("curves");

  CHECK_THAT(curves, Contains("transferred: 6 of 9 settings, spread evenly from the one that ended best"));
  CHECK_THAT(curves, Contains("validation top-1 accuracy (%)") && Contains("<polyline"));
  CHECK_THAT(curves, Contains("transferred\u00a06, per_class\u00a0all"));  // ended best
  CHECK_THAT(curves, Contains("transferred\u00a00, per_class\u00a01"));    // and worst
}

TEST_CASE("report: each run has its protocol, results and state, those that failed as well") {
  const auto runs = part("runs");

  CHECK_THAT(runs, Contains("<summary>transferred: 27 runs, test top-1 accuracy (%)</summary>"));
  CHECK_THAT(runs, Contains("test: loss 2.100, top-1 accuracy 21.0 %"));
  CHECK_THAT(runs, Contains("20 epochs, batch 0"));
  CHECK_THAT(runs, Contains("failed: diverged: loss is NaN in epoch 3"));
}
