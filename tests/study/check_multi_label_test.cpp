// What may be said of data whose images may have several labels, and what is refused with one message.
#include <catch2/catch.hpp>

#include "study/study_texts.hpp"

using namespace espalier::study;
using testing::check_one_message;
using testing::parsed;

namespace {

const std::string kStudy = R"toml([study]
name = "several"
[data.m]
format = "idx"
images = "i.gz"
labels = "l.gz"
multi_label = true
valid = { images = 30 }
test = { images = 20 }
[data.d]
format = "made"
valid = { per_class = 3 }
test = { per_class = 5 }
[source.s]
data = "m"
[target.t]
data = "m"
sample = { rule = "random", stratified = false }
[target.u]
data = "d"
[network]
name = "cifar7"
[[experiment]]
name = "a"
axes = { target = ["t"], per_class = [2, "all"] }
[[experiment]]
name = "b"
axes = { target = ["u"] }
[[experiment]]
name = "features"
kind = "neighbours"
axes = { target = ["u"], features = [1], nearest_by = ["cosine"] }
[[figure]]
experiment = "a"
x = "per_class"
)toml";

}  // namespace

TEST_CASE("several labels: images are held out of all, and a figure shows average precision") {
  const std::string text = kStudy;
  const Study study = parsed(text);
  CHECK(study.data.at("m").multi_label);
  CHECK(study.data.at("m").valid_images == 30);
  CHECK(study.data.at("m").test_images == 20);
  CHECK(study.data.at("m").valid_per_class == 0);
  CHECK(!study.data.at("m").test_files);
  CHECK(study.figures.at(0).y == "test.ap");
}

TEST_CASE("several labels: derived data have them, too") {
  const auto study = parsed(kStudy +
                            "[data.n]\nfrom = \"m\"\nvalid = { images = 7 }\n"
                            "transform = [{ kind = \"blur\", sigma = 1 }]\n[target.n]\ndata = \"n\"\n");
  CHECK(study.data.at("n").multi_label);
  CHECK(study.data.at("n").valid_images == 7);
  CHECK(study.data.at("n").test_images == 20);
}

TEST_CASE("several labels: what needs classes is refused with one message") {
  const std::string text = kStudy;
  check_one_message(text, {"valid = { images = 30 }", "valid = { per_class = 3 }", "per_class with multi_label = true",
                           "valid = { per_class = 3 }\ntest = { images"});
  check_one_message(text, {"test = { images = 20 }", "test = { per_class = 3 }", "per_class with multi_label = true",
                           "test = { per_class = 3 }"});
  check_one_message(text, {"valid = { per_class = 3 }", "valid = { images = 3 }",
                           "a number of images of data with one label an image", "valid = { images = 3 }"});
  check_one_message(text, {"format = \"made\"", "format = \"made\"\nmulti_label = true",
                           "multi_label = true with format = \"made\"", "multi_label = true"});
  check_one_message(text, {", stratified = false", "", "a stratified sample draws from each class", "sample ="});
  check_one_message(text, {"[source.s]\ndata = \"m\"", "[source.s]\ndata = \"m\"\ntrain = { warn_below = 0.5 }",
                           "warn_below judges a source by its top-1", "[source.s]"});
  check_one_message(text, {"axes = { target = [\"u\"], features", "axes = { target = [\"t\"], features",
                           "kind \"neighbours\" with target 't'", "[[experiment]]\nname = \"features\""});
  check_one_message(text, {"x = \"per_class\"", "x = \"per_class\"\ny = \"test.top1\"",
                           "ap, ap.voc2010 and ap.voc2007 are measured", "[[figure]]"});
  check_one_message(text,
                    {"experiment = \"a\"\nx = \"per_class\"", "experiment = \"b\"\nx = \"target\"\ny = \"test.ap\"",
                     "data.d has one label an image", "[[figure]]"});
  check_one_message(text, {"[source.s]\ndata = \"m\"", "[source.s]\ndata = \"m\"\ntrain = { stop = { patience = 2 } }",
                           "'valid.top1' is not measured for source 's'", "stop ="});
}
