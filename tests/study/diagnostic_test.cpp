#include <catch2/catch.hpp>

#include "espalier/study/parse.hpp"
#include "study/study_texts.hpp"

using namespace espalier::study;
using testing::design_study;
using testing::kSmallStudy;

namespace {

/// A change to the small study (or text added at its end) with the one message it must bring.
struct Bad {
  const char* what;
  std::string was, now;  ///< replaced; `was` empty: `now` is appended
  std::int32_t line;
  const char* says;
};

std::string changed(const Bad& bad) {
  std::string text = kSmallStudy;
  if (bad.was.empty()) return text + bad.now;
  const auto at = text.find(bad.was);
  REQUIRE(at != std::string::npos);
  return text.replace(at, bad.was.size(), bad.now);
}

void check_one_message(const Bad& bad) {
  const auto result = parse(changed(bad));

  INFO(bad.what);
  for (const auto& diagnostic : result.diagnostics) UNSCOPED_INFO(format(diagnostic, "study.toml"));
  REQUIRE(result.diagnostics.size() == 1);
  const auto& diagnostic = result.diagnostics.front();
  CHECK(diagnostic.severity == Diagnostic::Severity::error);
  CHECK(diagnostic.where.line == bad.line);
  CHECK_THAT(format(diagnostic, "study.toml"), Catch::Contains(bad.says));
}

/// Wrong by itself.
const std::vector<Bad>& bad_words() {
  static const std::vector<Bad> all = {
      {"unknown key", "format = \"made\"", "fromat = 1\nformat = \"made\"", 4, "unknown key 'fromat'"},
      {"unknown key's suggestion", "format = \"made\"", "fromat = 1\nformat = \"made\"", 4, "Did you mean 'format'?"},
      {"unknown table", "", "[trian]\nbatch = 1\n", 16, "Did you mean 'train'?"},
      {"wrong type", "name = \"small\"", "name = 7", 2, "expected a word in quotes (found a whole number '7')"},
      {"a table where a number belongs", "", "[train]\nbatch = { a = 1 }\n", 17,
       "expected a single value (found a table)"},
      {"a real batch", "", "[train]\nbatch = 2.5\n", 17, "expected a whole number (found a real number '2.5')"},
      {"out of range", "", "[train]\nmomentum = 1.5\n", 17, "1.5 is out of range (it must be at least 0 and below 1)"},
      {"a negative batch", "", "[train]\nbatch = 0\n", 17, "0 is out of range (it must be at least 1)"},
      {"not a number", "", "[train]\nweight_decay = nan\n", 17, "nan is out of range"},
      {"an unknown word", "", "[train]\noptimiser = \"sdg\"\n", 17, "Did you mean 'sgd'?"},
      {"a bad duration", "", "[train]\nepochs = \"many\"\n", 17, "'many' is no duration"},
      {"no TOML", "", "what is this\n", 16, "this is not TOML"},
      {"not UTF-8", "\"small\"", "\"sm\xff\xfe\"", 2, "this is not TOML"},
      {"an empty name", "\"small\"", "\"\"", 2, "the name is empty"},
      {"a name that steers terminals", "\"small\"", "\"sm\\u001Ball\"", 2, "a control character"},
      {"a name of two lines", "\"small\"", "\"sm\\nall\"", 2, "a control character"},
      {"a split that divides nothing", "", "[split]\nkind = \"random\"\ncount = 2\nsource = 2\ntarget = 2\n", 16,
       "no source and no target uses the split"},
  };
  return all;
}

/// Wrong with respect to something else in the file.
const std::vector<Bad>& bad_relations() {
  static const std::vector<Bad> all = {
      {"frozen beyond transferred", "axes = { transferred = [0, 6] }",
       "axes = { transferred = [0, 6], frozen = [0, 1] }", 15, "frozen 1 is more than transferred 0"},
      {"frozen beyond the default", "axes = { transferred = [0, 6] }", "axes = { frozen = [0, 7] }", 15,
       "frozen 7 is more than transferred 6"},
      {"a source that is not there", "[source.s]\ndata = \"d\"\n", "", 13, "units are copied but there is no source"},
      {"an unknown source", "[0, 6] }", "[0, 6], source = [\"s\", \"p\"] }", 15, "unknown source 'p'"},
      {"an unknown data set", "[target.t]\ndata = \"d\"", "[target.t]\ndata = \"e\"", 9, "unknown data set 'e'"},
      {"an unknown network", "\"cifar7\"", "\"cifar8\"", 12, "Did you mean 'cifar7'?"},
      {"duplicate experiments", "", "[[experiment]]\nname = \"a\"\n", 16, "two experiments are named 'a'"},
      {"a selection from nowhere", "",
       "[[experiment]]\nname = \"b\"\ntake = [{ values = [\"transferred\"], from = [\"aa\"], best = \"valid.top1\" "
       "}]\n",
       18, "unknown experiment 'aa'"},
      {"an unknown metric", "",
       "[[experiment]]\nname = \"b\"\ntake = [{ values = [\"transferred\"], from = [\"a\"], best = \"valid.top2\" }]\n",
       18, "unknown metric 'valid.top2'"},
      {"a metric that is not recorded", "",
       "[[experiment]]\nname = \"b\"\ntake = [{ values = [\"transferred\"], from = [\"a\"], best = \"fit.loss\" }]\n",
       18, "'fit.loss' is not recorded in experiment 'a' (train.train_eval is false)"},
      {"a selection in a circle", "",
       "[[experiment]]\nname = \"b\"\ntake = [{ values = [\"transferred\"], from = [\"c\"], best = \"valid.top1\" }]\n"
       "[[experiment]]\nname = \"c\"\ntake = [{ values = [\"transferred\"], from = [\"b\"], best = \"valid.top1\" }]\n",
       21, "experiments need each other in a circle (b takes from c takes from b)"},
      {"a product above the limit", "[0, 6] }", "[0, 6], replicate = 100000, train.batch = [1, 2, 3, 4, 5, 6] }", 13,
       "up to 1200000 runs here pass the limit of 1000000"},
      {"an unknown axis", "transferred = [0, 6]", "transfered = [0, 6]", 15, "Did you mean 'transferred'?"},
      {"a lone value on an axis", "[0, 6]", "6", 15, "expected an array of values"},
      {"a value twice", "[0, 6]", "[0, 6, 0]", 15, "the value 0 stands twice"},
      {"more units than there are", "[0, 6]", "[0, 8]", 15, "8 is out of range (the network has 7 units)"},
      {"coupled axes of unequal length", "axes = { transferred = [0, 6] }",
       "axes = { transferred = [0, 6], decay_epoch = [1, 2, 3] }\nzip = [[\"transferred\", \"decay_epoch\"]]", 15,
       "'transferred' has 2 values and 'decay_epoch' 3"},
      {"a case without values", "[0, 6] }", "[0, 6], case = [\"x\"] }", 15, "unknown case 'x'"},
      {"a case that is not used", "[0, 6] }", "[0, 6] }\ncase.x = { decay_epoch = 3 }", 16, "the case 'x' is not used"},
      {"a dependent axis with a gap", "",
       "[[experiment]]\nname = \"b\"\naxes = { target = [\"t\"], per_class = { by = \"target\", u = [1], t = [2] } }\n",
       18, "unknown target 'u'"},
      {"a value from two places", "axes = { transferred = [0, 6] }",
       "axes = { transferred = [0, 6] }\nfixed = { transferred = 1 }", 13, "'transferred' is given twice"},
      {"Chu's word with a hole", "transferred = [0, 6]", "units = [\"F(1-3)R(5-7)\"]", 15, "unit 4 is left out"},
      {"Chu's word for another depth", "transferred = [0, 6]", "units = [\"F(1-3)R(4-8)\"]", 15, "names 8 units"},
      {"a relative rate to nothing", "", "[train]\nrates = [{ units = \"rest\", relative = 0.2, to = \"new\" }]\n", 17,
       "unknown rate group 'new'"},
      {"halves without a split", "[target.t]\ndata = \"d\"", "[target.t]\ndata = \"d\"\nclasses = \"split.target\"", 9,
       "needs a split"},
      {"halves too large", "[target.t]\ndata = \"d\"",
       "[split]\nkind = \"random\"\nsource = 6\ntarget = 5\n[target.t]\ndata = \"d\"\nclasses = \"split.target\"", 9,
       "6 + 5 classes are more than 10"},
      {"a figure of nothing", "", "[[figure]]\nexperiment = \"z\"\nx = \"frozen\"\n", 16, "unknown experiment 'z'"},
  };
  return all;
}

}  // namespace

TEST_CASE("study: each bad word brings exactly one message, at its line") {
  for (const auto& bad : bad_words()) check_one_message(bad);
}

TEST_CASE("study: each bad relation brings exactly one message, at its line") {
  for (const auto& bad : bad_relations()) check_one_message(bad);
}

TEST_CASE("study: all errors of a file are found at once, in the order of its lines") {
  std::string text = design_study();
  auto replace = [&](const std::string& was, const std::string& now) { text.replace(text.find(was), was.size(), now); };
  replace("seed = 20190", "sead = 20190");
  replace("count = 4", "count = -4");
  replace("batch = 64", "batch = \"64\"");
  replace("\"frozen\"]", "\"frozn\"]");

  const auto result = parse(text);

  std::vector<std::int32_t> lines;
  for (const auto& diagnostic : result.diagnostics) lines.push_back(diagnostic.where.line);
  CHECK(lines == std::vector<std::int32_t>{3, 15, 32, 67});
}

TEST_CASE("study: a message names file, line, column and key") {
  const auto result = parse("[study]\nname = \"x\"\nsead = 3\n");

  CHECK_THAT(format(result.diagnostics.at(result.diagnostics.size() - 1), "s.toml"),
             Catch::Equals("s.toml:3:1: error: study.sead: unknown key 'sead' (known: \"name\", \"seed\" or "
                           "\"max_runs\"). Did you mean 'seed'?"));
}

TEST_CASE("study: selections may stand before what they choose from") {
  const auto result = parse(kSmallStudy + R"(
[[experiment]]
name = "b"
take = [{ values = ["transferred"], from = ["c"], best = "valid.top1" }]
[[experiment]]
name = "c"
axes = { transferred = [1, 2] }
)");

  CHECK(result.diagnostics.empty());
}
