// Data sets that are derived from others: what they say, what they inherit, and what is refused.
#include <catch2/catch.hpp>

#include "espalier/study/study_bytes.hpp"
#include "espalier/task/transform_table.hpp"
#include "study/study_texts.hpp"

using namespace espalier;
using namespace espalier::study;
using testing::check_one_message;
using testing::kSmallStudy;
using testing::parsed;

namespace {

/// The small study with its target on a derived data set, which says this.
std::string derived(const std::string& lines = "transform = [{ kind = \"blur\", sigma = 1.5 }]\n") {
  std::string text = kSmallStudy;
  text.replace(text.find("[target.t]\ndata = \"d\""), 21, "[target.t]\ndata = \"shifted\"");
  return text + "[data.shifted]\nfrom = \"d\"\n" + lines;
}

std::string transformed(const std::string& transform) { return derived("transform = [" + transform + "]\n"); }

}  // namespace

TEST_CASE("derived data: it has its origin's images held out, order and classes, and its own mean and std") {
  std::string text = derived();
  text.replace(text.find("format ="), 0, "mean = [0.5]\nstd = [0.2]\norder = \"file\"\nshort_classes = \"take-all\"\n");

  const auto study = parsed(text);

  const auto &data = study.data.at("shifted"), &origin = study.data.at("d");
  CHECK(data.from == "d");
  CHECK((data.transforms == std::vector<task::TransformSpec>{{"blur", {{"sigma", 1.5}}, {}}}));
  CHECK(data.valid_per_class == 3);
  CHECK(data.test_per_class == 5);
  CHECK((data.order == task::ImageOrder::file));
  CHECK((data.short_classes == ShortClasses::take_all));
  CHECK(origin.mean.size() == 1);
  CHECK(data.mean.empty());
  CHECK(origin.from.empty());
}

TEST_CASE("derived data: what it says itself counts") {
  const auto study =
      parsed(derived("transform = { kind = \"grey_to_rgb\" }\nvalid = { per_class = 1 }\n"
                     "test = { per_class = 2 }\nmean = [0, 0, 0]\nstd = [1, 1, 1]\n"));
  const auto& data = study.data.at("shifted");
  CHECK(data.valid_per_class == 1);
  CHECK(data.test_per_class == 2);
  CHECK(data.mean.size() == 3);
}

TEST_CASE("derived data: test files of the origin are inherited, and given up for images held out") {
  std::string text = derived();
  text.replace(text.find("format = \"made\"\ntest = { per_class = 5 }"), 40,
               "format = \"pack\"\nimages = \"p\"\ntest = { images = \"q\" }");
  CHECK(parsed(text).data.at("shifted").test_files.has_value());
  CHECK_FALSE(parsed(text + "test = { per_class = 2 }\n").data.at("shifted").test_files.has_value());
}

TEST_CASE("derived data: numbers, ranges and words of transforms") {
  const auto study =
      parsed(transformed("{ kind = \"affine\", rotation = [-30, 30], scale = 0.5, seed = 7 }, { kind = \"scale\", "
                         "factor = 2, pad = \"zero\" }"));
  const auto& made = study.data.at("shifted").transforms;
  REQUIRE(made.size() == 2);
  CHECK(task::span_of(made[0], "rotation").least == -30);
  CHECK(task::span_of(made[0], "rotation").most == 30);
  CHECK(task::span_of(made[0], "scale").most == 0.5);
  CHECK(task::number_of(made[0], "seed") == 7);
  CHECK(task::word_of(made[1], "pad") == "zero");
  for (const auto& one : made) CHECK_NOTHROW(task::check(one));
}

TEST_CASE("derived data: one may be derived from another, in any order of the file") {
  const auto study = parsed(derived("transform = [{ kind = \"blend\", with = \"photos\" }]\n") +
                            "[data.photos]\nformat = \"made\"\nchannels = 3\n"
                            "[data.again]\nfrom = \"shifted\"\ntransform = [{ kind = \"blur\", sigma = 1 }]\n"
                            "[target.u]\ndata = \"again\"\n");
  CHECK(study.data.at("again").valid_per_class == 3);
}

TEST_CASE("derived data: it survives the way to rank 0") {
  const auto study = parsed(transformed("{ kind = \"rotate\", angle = [-9, 9] }"));
  CHECK((from_bytes(to_bytes(study)).data.at("shifted") == study.data.at("shifted")));
}

TEST_CASE("derived data: each mistake is one message at its place") {
  const std::string good = derived();
  const auto transform = [&](const std::string& now, const char* says) {
    check_one_message(good, {"{ kind = \"blur\", sigma = 1.5 }", now, says, "transform ="});
  };
  transform("{ kind = \"smear\" }", "unknown word 'smear'");
  transform("{ sigma = 1 }", "'kind' is missing");
  transform("{ kind = \"blur\" }", "'sigma' is missing");
  transform("{ kind = \"blur\", sigma = -1 }", "-1 is out of range (it must be at least 0");
  transform("{ kind = \"blur\", sigma = 1, angle = 3 }",
            "'angle' does not belong to kind = \"blur\" (it has \"sigma\")");
  transform("{ kind = \"blur\", sigma = 1, radius = 3 }", "unknown key 'radius'");
  transform("{ kind = \"rotate\", angle = [3, 1] }", "expected a number, or two of which the first is not greater");
  transform("{ kind = \"rotate\", angle = [1, 2, 3] }", "expected a number, or two");
  transform("{ kind = \"scale\", factor = 0, pad = \"zero\" }", "must be above 0");
  transform("{ kind = \"blend\", with = \"nothing\" }", "unknown data set 'nothing'");
  transform("{ kind = \"blend\", with = \"shifted\" }", "'shifted' is made of 'shifted'");
  transform("", "the list is empty");
  check_one_message(good, {"from = \"d\"", "from = \"e\"", "unknown data set 'e'", "from ="});
  check_one_message(good,
                    {"from = \"d\"", "from = \"shifted\"", "in a circle ('shifted' is made of 'shifted')", "from ="});
  check_one_message(
      good, {"from = \"d\"", "from = \"d\"\nresize = 8", "'resize' does not belong to a derived data set", "resize ="});
  check_one_message(good,
                    {"from = \"d\"", "from = \"d\"\nformat = \"idx\"", "'format' does not belong", "format = \"idx"});
  check_one_message(good, {"from = \"d\"", "from = \"d\"\ntest = { images = \"q\" }",
                           "test images of files do not belong to a derived data set", "test = { images"});
  check_one_message(good,
                    {"from = \"d\"\n", "from = \"d\"\nper_class = 8\n", "'per_class' does not belong", "per_class ="});
  check_one_message(kSmallStudy,
                    {"format = \"made\"", "format = \"made\"\ntransform = []", "'from' is missing", "transform ="});
}
