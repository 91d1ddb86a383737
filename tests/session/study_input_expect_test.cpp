// Facts of data whose files are not there, from what the study expects of them.
#include "session/study_input_expect.hpp"

#include <catch2/catch.hpp>
#include <fstream>

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

TEST_CASE("expected data: a coarser class stands for its finest ones") {
  auto data = photographs();
  data.label_kind = "coarse";
  const auto facts = expected_facts(data);
  CHECK(facts.levels.at("coarse").of == std::vector<std::int32_t>{0, 1, 2});
}
