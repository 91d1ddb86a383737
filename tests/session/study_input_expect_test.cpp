// Facts of data whose files are not there, from what the study expects of them.
#include "session/study_input_expect.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "espalier/core/errors.hpp"
#include "store/scratch.hpp"

using namespace espalier;
using namespace espalier::session;

namespace {

study::DataSet photographs() {
  study::DataSet data;
  data.name = "photographs";
  data.format = task::ImageFormat::idx;
  data.files.images = {"images"};
  data.files.labels = "labels";
  data.label_kind = "fine";
  data.expect.emplace();
  data.expect->classes = 3;
  data.expect->per_class = 40;
  data.expect->shape = {3, 8, 9};
  return data;
}

}  // namespace

TEST_CASE("expected data: files are there where all of them are") {
  const store::Scratch root;
  auto data = photographs();
  CHECK_FALSE(files_are_there(data, root.path()));
  std::ofstream(root.path() / "images") << "x";
  CHECK_FALSE(files_are_there(data, root.path()));
  std::ofstream(root.path() / "labels") << "x";
  CHECK(files_are_there(data, root.path()));
  data.test_files.emplace();
  data.test_files->images = {"test"};
  CHECK_FALSE(files_are_there(data, root.path()));
}

TEST_CASE("expected data: facts are provisional, and every number of them is in their digest") {
  auto data = photographs();
  const auto facts = expected_facts(data);

  CHECK(facts.provisional);
  CHECK(facts.class_counts == std::vector<std::int64_t>{40, 40, 40});
  CHECK(facts.class_names.size() == 3);
  CHECK(facts.mean.size() == 3);
  CHECK(facts.test_digest.empty());
  data.expect->per_class = 41;
  CHECK(expected_facts(data).digest != facts.digest);
  data.test_files.emplace();
  CHECK(expected_facts(data).test_counts.size() == 3);
}

TEST_CASE("expected data: with several labels an image, each label is of all images") {
  auto data = photographs();
  data.multi_label = true;
  data.expect->test_per_class = 10;
  data.test_files.emplace();
  CHECK(expected_facts(data).class_counts == std::vector<std::int64_t>{120, 120, 120});
  CHECK(expected_facts(data).test_counts == std::vector<std::int64_t>{30, 30, 30});
}

TEST_CASE("expected data: a coarser class stands for its finest ones") {
  auto data = photographs();
  data.label_kind = "coarse";
  const auto facts = expected_facts(data);
  CHECK(facts.levels.at("coarse").of == std::vector<std::int32_t>{0, 1, 2});
}

TEST_CASE("expected data: what is derived from absent images is expected, too, in the shape that its transforms make") {
  const store::Scratch root;
  study::Study study;
  study.data["photographs"] = photographs();
  study.data["photographs"].expect->test_per_class = 7;
  study.data["photographs"].test_files.emplace();
  auto& small = study.data["small"] = study.data["photographs"];
  small.name = "small";
  small.from = "photographs";
  small.transforms = {{"colour", {}, {{"to", "yuv"}}}, {"resize", {{"size", 5}}, {}}};
  auto& again = study.data["again"] = small;
  again.name = "again";
  again.from = "small";
  again.transforms = {{"blur", {{"sigma", 1}}, {}}};
  study.data["here"].name = "here";
  study.data["here"].format = task::ImageFormat::made;
  plan::Facts facts;

  CHECK(absent_data(study, root.path()) == std::set<std::string>{"again", "photographs", "small"});
  add_expected(study, "again", facts);

  const auto &origin = facts.data.at("photographs"), &derived = facts.data.at("again");
  CHECK(derived.provisional);
  CHECK((derived.shape == network::Shape{3, 5, 5}));
  CHECK(derived.class_counts == origin.class_counts);
  CHECK(derived.test_counts == origin.test_counts);
  CHECK(std::set<std::string>{origin.digest, facts.data.at("small").digest, derived.digest}.size() == 3);
  study.data["small"].transforms = {{"grey_to_rgb", {}, {}}};
  plan::Facts none;
  CHECK_THROWS_AS(add_expected(study, "again", none), UsageError);
}
