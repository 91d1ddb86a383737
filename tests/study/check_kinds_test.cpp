// What an experiment that trains nothing may say.
#include <catch2/catch.hpp>

#include "study/study_texts.hpp"

using namespace espalier;
using namespace espalier::study;
using testing::BadChange;
using testing::check_one_message;
using testing::kSmallStudy;
using testing::kSwap;
using testing::kTwoSteps;

TEST_CASE("study: what an experiment that trains nothing may not say brings one message, at its line") {
  const std::string good = kSmallStudy + kTwoSteps + kSwap;
  const std::vector<BadChange> all = {
      {"kind = \"evaluate\"", "kind = \"evalute\"", "Did you mean 'evaluate'?", "kind ="},
      {"[1, 2], transferred", "[1, 2], train.batch = [8], transferred",
       "'train.batch' says how a network is trained (an experiment of kind \"evaluate\" trains nothing)", "axes ="},
      {"[1, 2], transferred", "[1, 2], high_units = [1], transferred", "'high_units' says how", "axes ="},
      {"[1, 2], transferred", "[1, 2], case = [\"c\"], transferred", "unknown case 'c'", "axes ="},
      {"axes = { per_class = [1, 2]", "case.c = { frozen = 1 }\naxes = { case = [\"c\"], per_class = [1, 2]",
       "'frozen' says how a network is trained", "case.c"},
      {"axes = { per_class = [1, 2]",
       "take = { values = [\"frozen\"], from = [\"first\"], best = \"valid.top1\" }\naxes = { per_class = [1, 2]",
       "'frozen' says how a network is trained", "take ="},
      {"units = 7", "units = 8", "there is no unit 8 (the network has 7 units)", "  { units = 8"},
      {"units = 7", "units = 5", "unit 5 is named twice", "  { units = 5"},
      {"units = 7", "units = \"7-\"", "'7-' names no units", "  { units = \"7-"},
      {"units = 7", "units = 0", "'0' names no units", "  { units = 0"},
      {"units = 7, ", "", "'units' is missing", "  { source"},
      {"source = \"s\" }", "source = \"z\" }", "unknown source 'z'", "  { units = 7"},
      {", source = \"s\" }", " }", "neither source nor experiment", "  { units = 7"},
      {"source = \"s\" }", "source = \"s\", same = [] }", "same belongs to experiment", "  { units = 7"},
      {"experiment = \"second\"", "experiment = \"secnd\"", "Did you mean 'second'?", "  { units = \"1-2"},
      {"\"per_class\", \"transferred\"", "\"transferred\"", "experiment 'second' has several values of 'per_class'",
       "  { units = \"1-2"},
  };
  for (const auto& bad : all) check_one_message(good, bad);
  std::string none = kSmallStudy;
  none.replace(none.find("[source.s]\ndata = \"d\"\n"), 22, "");
  none.replace(none.find("[0, 6]"), 6, "[0]");
  check_one_message(none + "[[experiment]]\nname = \"e\"\nkind = \"evaluate\"\n",
                    {"name = \"e\"", "name = \"e\"", "there is no network to evaluate", "[[experiment]]"});
}

TEST_CASE("study: an experiment that evaluates is no parent, has no training metric, and may not stand in a circle") {
  const auto text = kSmallStudy + kTwoSteps + kSwap;
  check_one_message(text + "[[experiment]]\nname = \"b\"\nstart = { experiment = \"swap\" }\n",
                    {"\"swap\" }", "\"swap\" }", "experiment 'swap' leaves no network", "start ="});
  check_one_message(text + "[[figure]]\nexperiment = \"swap\"\nx = \"per_class\"\ny = \"train.top1\"\n",
                    {"train.top1", "train.loss", "'train.loss' is not recorded (nothing is trained)", "[[figure]]"});
  check_one_message(text, {"name = \"second\"",
                           "name = \"second\"\ntake = { values = [\"decay_epoch\"], from = [\"swap\"], best = "
                           "\"valid.top1\" }",
                           "(second takes from swap takes units from second)", "  { units = \"1-2"});
}

TEST_CASE("study: an axis of another kind, and values that no classifier or distance has, bring one message") {
  const std::string linear =
      kSmallStudy + "[[experiment]]\nname = \"l\"\nkind = \"linear\"\naxes = { features = [3, 6], C = [0.1, 1] }\n";
  const std::vector<BadChange> all = {
      {"C = [0.1, 1]", "C = [0.1, 0]", "0 is out of range (it must be above 0)", "axes ="},
      {"C = [0.1, 1]", "C = [-1]", "-1 is out of range", "axes ="},
      {"features = [3, 6]", "features = [3, 8]", "8 is out of range (the network has 7 units)", "axes ="},
      {"features = [3, 6]", "features = [0]", "0 is out of range", "axes ="},
      {"features = [3, 6]", "classifier = [\"tree\"]", "unknown word 'tree' (known: \"svm\" or \"logistic\")",
       "axes ="},
      {"features = [3, 6]", "method = [\"mmd\"]", "'method' is no axis of an experiment of kind \"linear\"", "axes ="},
      {"features = [3, 6]", "frozen = [3]", "'frozen' says how a network is trained", "axes ="},
  };
  testing::parsed(linear);
  for (const auto& bad : all) check_one_message(linear, bad);
  const std::string distance =
      kSmallStudy + "[[experiment]]\nname = \"d\"\nkind = \"distance\"\naxes = { method = [\"mmd\", \"svm\"] }\n";
  testing::parsed(distance);
  const std::vector<BadChange> more = {
      {"\"svm\"]", "\"cnn\"]", "method \"cnn\" without a network", "[[experiment]]"},
      {"axes = { method", "cnn = { network = \"cifar7\" }\naxes = { method", "cnn is not used", "cnn ="},
      {"axes = { method", "axes = { per_class = [1], method", "'per_class' is no axis of", "axes ="},
      {"axes = { method", "start = { experiment = \"a\" }\naxes = { method",
       "start in an experiment of kind \"distance\"", "start ="},
  };
  for (const auto& bad : more) check_one_message(distance, bad);
  const std::string train = kSmallStudy + "[[experiment]]\nname = \"b\"\naxes = { per_class = [1], replicate = 2 }\n";
  check_one_message(train, {"replicate = 2", "features = [2]",
                            "'features' is no axis of an experiment of kind \"train\" (it belongs to kind \"linear\", "
                            "\"distance\", \"retrieval\" or \"neighbours\")",
                            "axes = { per_class"});
}

TEST_CASE("study: neighbours have a size and a unit, and give top1 and top5 of held-out images alone") {
  const std::string text = kSmallStudy +
                           "[[experiment]]\nname = \"n\"\nkind = \"neighbours\"\n"
                           "axes = { per_class = [1], nearest_by = [\"cosine\", \"euclidean\"], features = [6] }\n"
                           "[[figure]]\nexperiment = \"n\"\nx = \"per_class\"\ny = \"test.top5\"\n";
  testing::parsed(text);
  check_one_message(text,
                    {"\"euclidean\"", "\"manhattan\"", "unknown word 'manhattan' (known: \"cosine\" or \"euclidean\")",
                     "axes = { per_class = [1], n"});
  check_one_message(text, {"features = [6]", "C = [1]", "'C' is no axis of an experiment of kind \"neighbours\"",
                           "axes = { per_class = [1], n"});
  check_one_message(text, {"test.top5", "test.loss",
                           "a neighbours experiment gives top1 and top5 of validation and test images", "[[figure]]"});
}

TEST_CASE("study: a retrieval has a source beside start, gives map@10 alone, and needs a gallery") {
  const std::string text = kSmallStudy + kTwoSteps +
                           "[[experiment]]\nname = \"r\"\nkind = \"retrieval\"\n"
                           "start = { experiment = \"first\", same = [\"target\", \"per_class\", \"split\"] }\n"
                           "axes = { per_class = [1], source = [\"s\"], features = [6] }\n"
                           "[[figure]]\nexperiment = \"r\"\nx = \"per_class\"\ny = \"test.map@10\"\n";
  testing::parsed(text);
  check_one_message(text, {"test.map@10", "test.top1", "a retrieval experiment gives map@10", "[[figure]]"});
  check_one_message(text, {"test.map@10", "test.distance", "only a distance experiment", "[[figure]]"});
  check_one_message(text, {"experiment = \"r\"\nx", "experiment = \"first\"\nx",
                           "only a retrieval experiment looks images up", "[[figure]]"});
  check_one_message(text, {"features = [6]", "C = [1]", "'C' is no axis of an experiment of kind \"retrieval\"",
                           "axes = { per_class = [1], s"});
  std::string none = kSmallStudy;
  none.replace(none.find("[source.s]\ndata = \"d\"\n"), 22, "");
  none.replace(none.find("[0, 6]"), 6, "[0]");
  check_one_message(none + "[[experiment]]\nname = \"e\"\nkind = \"retrieval\"\n",
                    {"name = \"e\"", "name = \"e\"", "there is no source to look images up in", "[[experiment]]"});
}

TEST_CASE("study: a unit in front is listed, ends with a convolution, and is named by the axis front alone") {
  const std::string text =
      kSmallStudy + "[[experiment]]\nname = \"f\"\naxes = { front = [\"colour\"] }\nfixed = { units = \"F(1-7)\" }\n";
  std::string two = text;
  const std::string one = "[network]\nname = \"cifar7\"\n";
  REQUIRE(two.find(one) != std::string::npos);
  two.replace(
      two.find(one), one.size(),
      "[network.colour]\nfront = true\nunits = [[{ kind = \"convolution\", kernel = 1 }]]\n\n[network.cifar7]\n\n");
  const auto study = testing::parsed(two);
  CHECK(study.networks.at(0).name == "cifar7");
  CHECK(study.networks.at(1).front);
  check_one_message(two, {"kernel = 1 }]]", "kernel = 1 }, { kind = \"relu\" }]]",
                          "ends with a convolution or a spatial transformer", "front = true"});
  check_one_message(
      two, {"[\"colour\"]", "[\"colour\", \"color\"]", "Did you mean 'colour'?", "[[experiment]]\nname = \"f\""});
}
